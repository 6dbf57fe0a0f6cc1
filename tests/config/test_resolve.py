"""Several sources become one configuration: strictly for a command, with warnings for an editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from findspot.config import Config, Settings, load_config, project_may
from findspot.errors import ConfigError
from tests.config.test_settings import another

Resolve = Callable[..., Config]


@pytest.fixture
def resolve(tmp_path: Path) -> Resolve:
    """Return what resolves the texts of the two files and the given values; the root is ``tmp_path``."""

    def made(user: str = "", project: str = "", given: Mapping[str, Any] | None = None, *, lenient: bool) -> Config:
        (tmp_path / "own.toml").write_text(user, encoding="utf-8")
        (tmp_path / ".findspot").mkdir(exist_ok=True)
        (tmp_path / ".findspot" / "config.toml").write_text(project, encoding="utf-8")
        own = tmp_path / "own.toml"
        return load_config(tmp_path, given, override_source="editor", lenient=lenient, user_config=own)

    return made


def written(name: str, value: object) -> str:
    """Return a line of a settings file."""
    return f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}\n"


@pytest.mark.row("V08")
@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_command_line_goes_before_the_project_before_the_user_before_the_default(
    resolve: Resolve, name: str
) -> None:
    default, other = getattr(Settings(), name), another(name)
    usual, changed = written(name, default), written(name, other)

    def counts(user: str = "", project: str = "", given: object = None) -> tuple[object, str]:
        config = resolve(user, project, {name: given}, lenient=False)
        return getattr(config.settings, name), config.origins.get(name, "default")

    assert counts() == (default, "default")
    assert counts(changed) == (other, "user")
    assert counts(usual, given=other) == (other, "command line")
    assert counts(changed, given=default) == (default, "command line")
    if project_may(name):
        assert counts(usual, changed) == (other, "project")
        assert counts(changed, usual) == (default, "project")
        assert counts(changed, changed, default) == (default, "command line")
        assert counts(usual, usual, other) == (other, "command line")
    else:
        assert counts(usual, changed) == (default, "user")


MISTAKES = [
    ("top_kk = 3\n", "unknown setting 'top_kk'; did you mean 'top_k'?"),
    ("reranker = 'x'\n", "unknown setting 'reranker'; did you mean 'localization_model'?"),
    ("zzzzzz = 3\n", "unknown setting 'zzzzzz'; known: budget, "),
    ("top_k = 'many'\n", "setting 'top_k' must be a whole number from 1 to 1000, not 'many'"),
    ("chunk_size = 48\n", "chunk_overlap (64) must be smaller than chunk_size (48)"),
]


@pytest.mark.row("V09")
@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_a_mistake_in_the_users_file_ends_a_command(resolve: Resolve, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        resolve(f"workers = 1\n{text}", lenient=False)
    assert "own.toml: " in str(raised.value)
    assert words in str(raised.value)


@pytest.mark.row("V09")
@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_a_mistake_in_the_users_file_costs_an_editor_that_setting_only(resolve: Resolve, text: str, words: str) -> None:
    config = resolve(f"workers = 1\n{text}", "hidden = true\n", {"debounce_ms": 5}, lenient=True)
    assert config.settings == Settings(workers=1, hidden=True, debounce_ms=5)
    (warning,) = config.warnings
    assert "own.toml: ignored: " in warning
    assert words in warning


def test_a_users_file_that_is_no_toml_costs_an_editor_that_file_only(resolve: Resolve) -> None:
    config = resolve("top_k = \n", "hidden = true\n", {"debounce_ms": 5}, lenient=True)
    assert config.settings == Settings(hidden=True, debounce_ms=5)
    (warning,) = config.warnings
    assert "own.toml: ignored: cannot be read as TOML: " in warning
    with pytest.raises(ConfigError, match=r"own\.toml: cannot be read as TOML"):
        resolve("top_k = \n", lenient=False)


def test_a_mistake_in_what_is_given(resolve: Resolve) -> None:
    given = {"top_k": 0, "budget": 2, "embeder": "x", "hidden": None}
    with pytest.raises(ConfigError, match="editor: setting 'top_k' must be a whole number from 1 to 1000, not '0'"):
        resolve(given=given, lenient=False)
    config = resolve(given=given, lenient=True)
    assert config.settings == Settings(budget=2.0)
    assert config.warnings == (
        "editor: ignored: setting 'top_k' must be a whole number from 1 to 1000, not '0'; "
        "unknown setting 'embeder'; did you mean 'embedder'?",
    )


@pytest.mark.row("V08")
@pytest.mark.parametrize(
    ("user", "project", "given", "chunks", "blamed"),
    [
        ((1000, None), (None, None), (None, 300), (1000, 300), []),
        ((None, 300), (400, None), (None, None), (400, 300), []),
        ((1000, 300), (200, 10), (None, 400), (1000, 400), ["config.toml"]),
        ((48, None), (None, None), (None, None), (256, 64), ["own.toml"]),
        ((48, None), (300, 70), (None, 40), (300, 40), []),
        ((None, None), (None, None), (48, None), (256, 64), ["editor"]),
        ((48, 8), (None, None), (None, 200), (256, 200), ["own.toml"]),
        ((48, None), (None, 100), (None, None), (256, 100), ["own.toml"]),
        ((48, None), (None, None), (None, 300), (256, 64), ["own.toml", "editor"]),
    ],
)
def test_settings_that_do_not_go_together_are_given_up_by_whoever_is_trusted_least(
    resolve: Resolve,
    user: tuple[int | None, int | None],
    project: tuple[int | None, int | None],
    given: tuple[int | None, int | None],
    chunks: tuple[int, int],
    blamed: list[str],
) -> None:
    """A project gives way before the user's file, and that before what is given."""

    def named(values: tuple[int | None, int | None]) -> dict[str, int]:
        pairs = zip(("chunk_size", "chunk_overlap"), values, strict=True)
        return {name: value for name, value in pairs if value is not None}

    texts = ["".join(f"{name} = {value}\n" for name, value in named(values).items()) for values in (user, project)]
    config = resolve(*texts, named(given), lenient=True)
    assert (config.settings.chunk_size, config.settings.chunk_overlap) == chunks
    assert len(config.warnings) == len(blamed)
    assert all(f"{name}: ignored: chunk_overlap (" in line for name, line in zip(blamed, config.warnings, strict=True))
    if set(blamed) <= {"config.toml"}:
        assert resolve(*texts, named(given), lenient=False) == config
    else:
        with pytest.raises(ConfigError, match="must be smaller than chunk_size"):
            resolve(*texts, named(given), lenient=False)
