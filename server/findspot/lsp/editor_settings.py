"""The settings that an editor gives: when it starts the server, and whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from findspot.config import SECTIONS, Config, load_config
from findspot.errors import ConfigError

SECTION = "findspot"
"""The section of an editor's configuration."""

_EDITOR = "editor settings"


class EditorSettings:
    """What applies of the command line, of ``initializationOptions`` and of the editor's configuration.

    The command line goes first, then the configuration, whose every message replaces the one before.
    """

    def __init__(self, command_line: Mapping[str, Any]) -> None:
        self._command_line = dict(command_line)
        self._options: dict[str, Any] = {}
        self._configuration: dict[str, Any] = {}

    def take_options(self, options: Any) -> list[str]:
        """Take ``initializationOptions``; returns what is wrong with them."""
        if options is None:
            return []
        if not isinstance(options, Mapping):
            return ["initializationOptions must be an object of settings; the defaults are used"]
        self._options = dict(options)
        try:
            return list(load_config(None, options, override_source=_EDITOR, lenient=True).warnings)
        except ConfigError as error:
            return [str(error)]

    def take_configuration(self, told: Any) -> list[str]:
        """Take a configuration, whole or its section; returns what is wrong with it.

        An object in it is the editor's own business, such as where the server is found, and so is what is null.
        """
        if told is None:
            told = {}
        if not isinstance(told, Mapping):
            return [f"the configuration '{SECTION}' must be an object of settings; it is ignored"]
        section = told.get(SECTION, told)
        if not isinstance(section, Mapping):
            return [f"the configuration '{SECTION}' must be an object of settings; it is ignored"]
        plain = {name: value for name, value in section.items() if value is not None and not isinstance(value, Mapping)}
        known = {name for settings in SECTIONS.values() for name in settings.model_fields}
        unknown = sorted(plain.keys() - known)
        self._configuration = {name: value for name, value in plain.items() if name in known}
        problems = [f"the configuration '{SECTION}' has no setting {name}; it is ignored" for name in unknown]
        try:
            checked = load_config(None, self._configuration, override_source=_EDITOR, lenient=True)
        except ConfigError as error:
            return [*problems, str(error)]
        return [*problems, *checked.warnings]

    def config(self, root: Path) -> Config:
        """Return what applies to a root; mistakes are in its ``warnings``. Raises ``ConfigError``."""
        given = {**self._options, **self._configuration, **self._command_line}
        return load_config(root, given, override_source=_EDITOR, lenient=True)
