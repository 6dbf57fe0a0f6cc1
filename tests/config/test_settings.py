"""What each setting declares about itself, and what follows from it: sections, keys, options."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from findspot.cli.args import parse
from findspot.config import SECTIONS, ModelSettings, Settings, flag, flagged


def another(name: str) -> Any:
    """Return a value of a setting that is not its default."""
    default = getattr(Settings(), name)
    if choices := get_args(Settings.model_fields[name].annotation):
        return choices[-1]
    return (
        not default
        if isinstance(default, bool)
        else f"{default}-2"
        if isinstance(default, str)
        else default + 0.5
        if isinstance(default, float)
        else default + 1
    )


def test_each_setting_stands_in_one_section() -> None:
    names = [name for section in SECTIONS.values() for name in section.model_fields]
    assert sorted(names) == sorted(Settings.model_fields)
    assert len(set(names)) == len(names)


@pytest.mark.row("C03")
@pytest.mark.parametrize("name", ModelSettings.model_fields)
def test_models_are_shared_only_where_all_model_settings_are_equal(name: str) -> None:
    """The section itself is the key of a set of models, so it cannot leave out a field."""
    other = Settings(**{name: another(name)})
    shared = {Settings().section(ModelSettings): "one", other.section(ModelSettings): "two"}
    assert shared == {ModelSettings(): "one", ModelSettings(**{name: another(name)}): "two"}


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - ModelSettings.model_fields.keys()))
def test_other_settings_do_not_keep_models_apart(name: str) -> None:
    other = Settings(**{name: another(name)}).section(ModelSettings)
    assert other == ModelSettings()
    assert hash(other) == hash(ModelSettings())


@pytest.mark.parametrize("name", flagged())
def test_the_option_declared_with_a_setting_sets_it(name: str) -> None:
    option = flag(name)
    assert option is not None
    for written in option.names:
        words = [written, str(another(name))] if option.value else [written]
        command = {"open_cmd": "tui", "port": "serve"}.get(name, "localize")
        given = parse([command, *words, *(["text"] if command == "localize" else [])])
        assert given.settings() == {name: another(name)}
    assert parse(["localize", "text"]).settings() == {}


@pytest.mark.row("V10")
def test_the_defaults_of_vecgrep() -> None:
    settings = Settings()
    assert (settings.top_k, settings.chunk_size, settings.chunk_overlap) == (10, 256, 64)
    assert (settings.threshold, settings.index_warn_threshold) == (0.2, 1000)
