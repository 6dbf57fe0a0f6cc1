"""From sources to one ``Config``: the one place where settings are checked and merged, for every front end.

Command line (or editor) over the project's file over the user's file over the defaults, setting by setting. A mistake
in the project's file, which may be a stranger's, is a warning and costs that setting only (I-23). A mistake of the user's
own is an error on the command line, where somebody reads it at once, and a warning in an editor, which has to start.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from findspot.config.settings import CONFLICTING, FORMER_NAMES, Settings, allowed, project_may
from findspot.config.sources import Source, project_file, user_file
from findspot.errors import ConfigError
from findspot.places import cache_dir, git_environ, user_config_path

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_NAME_LENGTH = 40

_SHOWN_VALUE = 80
_SHOWN_MISTAKES = 3
_SHOWN_LENGTH = 160

_USER, _PROJECT, _GIVEN = range(3)

_YIELDING = ((_PROJECT,), (_USER,), (_USER, _PROJECT), (_GIVEN,), (_USER, _PROJECT, _GIVEN))
"""Which sources give up the settings that do not go together, in the order in which that is tried."""


Origin = Literal["user", "project", "command line"]
"""Who set a setting; an editor stands for the command line."""

_ORIGINS: Final[tuple[Origin, ...]] = ("user", "project", "command line")


@dataclass(frozen=True, slots=True)
class Config:
    """The resolved configuration of one root.

    ``environ`` holds the few variables of git that decide which files a user ignores everywhere; ``warnings`` say, one
    line for each source, what was ignored. ``origins`` names the source of each setting that is not the default.
    """

    settings: Settings
    cache_dir: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)

    def index_dir(self, root: Path) -> Path:
        """Return the folder of the index of ``root``, inside the cache folder and named after the root.

        Settings that take in other files, and embedders that are not Findspot's own, have an index of their own, so that
        asking once with ``--hidden``, ``--no-ignore``, ``--follow`` or ``--embedder-url`` neither changes nor rebuilds the usual
        one, and vectors of two embedders never meet.
        """
        settings = self.settings
        variant = "-hidden" * settings.hidden + "-all" * (not settings.ignore_files) + "-linked" * settings.follow
        if other := settings.other_embedder():
            variant += f"-{hashlib.blake2b(other.encode(), digest_size=4).hexdigest()}"
        return self.cache_dir / "indexes" / f"{index_name(root)}{variant}"


def index_name(root: Path) -> str:
    """Return what the names of all folders of indexes of ``root`` begin with."""
    digest = hashlib.blake2b(os.fsencode(str(root)), digest_size=8).hexdigest()
    # The name is for people who look into the cache; what a file system or library may not take is left out.
    return f"{_UNSAFE.sub('_', root.name)[:_NAME_LENGTH] or 'root'}-{digest}"


def load_config(
    root: Path | None,
    overrides: Mapping[str, Any] | None = None,
    *,
    override_source: str = "command line",
    lenient: bool = False,
    environ: Mapping[str, str] | None = None,
    user_config: Path | None = None,
) -> Config:
    """Resolve the settings for ``root``, or without a project for None.

    ``overrides`` are the values of the command line or the editor, which ``override_source`` names; None values in
    it count as absent. A mistake in them or in the user's file is a ``ConfigError`` that names the source and the nearest
    known name; a ``lenient`` call leaves that setting out and warns, as all calls do for the project's file.
    """
    given = Source(override_source, {name: value for name, value in (overrides or {}).items() if value is not None})
    sources = [
        _checked(user_file(user_config_path() if user_config is None else user_config), mistake_in),
        _checked(Source("", {}) if root is None else project_file(root), project_mistake),
        _checked(given, mistake_in),
    ]
    if not lenient:
        _raise_first(sources[_USER], sources[_GIVEN])
    fitting = _fitting(sources)
    if not lenient:
        _raise_first(fitting[_USER], fitting[_GIVEN])
    return Config(
        _merged(fitting),
        cache_dir(environ),
        git_environ(environ),
        tuple(_warning(source) for source in fitting if source.mistakes),
        {name: origin for origin, source in zip(_ORIGINS, fitting, strict=True) for name in source.values},
    )


def read_setting(name: str, text: str) -> Any:
    """Return the value of a setting that was written as ``text``, on a command line; raises ``ConfigError``."""
    kind = Settings.model_fields[name].annotation if name in Settings.model_fields else str
    value: Any = {"true": True, "false": False}.get(text, text) if kind is bool else text
    if kind is int or kind is float:
        with contextlib.suppress(ValueError):  # whatever it is then, it is no value of this setting
            value = kind(text)
    mistake = mistake_in(name, value)
    if mistake:
        raise ConfigError(mistake)
    return value


def _raise_first(*sources: Source) -> None:
    for source in sources:
        for mistake in source.mistakes:
            raise ConfigError(f"{source.name}: {mistake}")


def _checked(source: Source, judge: Callable[[str, Any], str]) -> Source:
    """Return the settings of ``source`` that can be used, and what is wrong with the others."""
    found = {name: judge(name, value) for name, value in source.values.items()}
    values = {name: value for name, value in source.values.items() if not found[name]}
    return Source(source.name, values, (*source.mistakes, *filter(None, found.values())))


def mistake_in(name: str, value: Any) -> str:
    """Return in words what is wrong with one setting, whoever sets it; empty when nothing is."""
    if name not in Settings.model_fields:
        nearest = FORMER_NAMES.get(name) or next(iter(difflib.get_close_matches(name, Settings.model_fields, n=1)), "")
        hint = f"did you mean '{nearest}'?" if nearest else f"known: {', '.join(sorted(Settings.model_fields))}"
        return f"unknown setting '{name}'; {hint}"
    try:
        Settings.model_validate({name: value})
    except ValidationError:
        return f"setting '{name}' must be {allowed(name)}, not {str(value)[:_SHOWN_VALUE]!r}"
    return ""


def project_mistake(name: str, value: Any) -> str:
    """Return in words why a project may not set a setting to this; empty when it may."""
    mistake = mistake_in(name, value)
    if mistake:
        return mistake
    may = project_may(name)
    if may is None:
        return f"'{name}' may only be set by you, not by a project"
    return "" if may.takes(value) else f"a project may set '{name}' to {may.bounds()}"


def _merged(sources: Sequence[Source]) -> Settings:
    return Settings.model_validate({name: value for source in sources for name, value in source.values.items()})


def _fitting(sources: Sequence[Source]) -> list[Source]:
    """Return ``sources`` without settings that do not go together: whoever is trusted least gives way first."""
    conflict = _merged(sources).conflict()
    if not conflict:
        return list(sources)
    trials = (
        [_without(source, conflict) if place in yielding else source for place, source in enumerate(sources)]
        for yielding in _YIELDING
    )
    return next(trial for trial in trials if not _merged(trial).conflict())


def _without(source: Source, conflict: str) -> Source:
    """Return ``source`` without the settings that do not go together, if it has any of them."""
    if CONFLICTING.isdisjoint(source.values):
        return source
    values = {name: value for name, value in source.values.items() if name not in CONFLICTING}
    return replace(source, values=values, mistakes=(*source.mistakes, conflict))


def _warning(source: Source) -> str:
    """Return one line about a source, short whatever stands in it."""
    mistakes = source.mistakes
    shown = [mistake if len(mistake) <= _SHOWN_LENGTH else f"{mistake[:_SHOWN_LENGTH]}…" for mistake in mistakes]
    more = len(shown) - _SHOWN_MISTAKES
    text = "; ".join(shown[:_SHOWN_MISTAKES]) + (f"; and {more} more" if more > 0 else "")
    line = f"{source.name}: ignored: {text}"
    return "".join(character if character.isprintable() else "\ufffd" for character in line)
