"""The part of the VS Code extension's manifest that says what the server's settings are.

Each section of the settings becomes a group of ``contributes.configuration`` in ``client-vscode/package.json``, each
setting a property that names the setting it stands for; the words go into ``package.nls.json``. What people wrote in
both files stays as it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).parents[1] / "client-vscode"

_NOT_FOR_EDITORS = frozenset({"terminal"})
"""Sections that change nothing in an editor."""

_PREFIX = "server."
"""Of the generated words in ``package.nls.json``."""


def manifest_pages(table: dict[str, Any]) -> dict[Path, str]:
    """Return the manifest and its words as they must be, for the settings in ``table`` (see ``settings_table``)."""
    manifest = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    words = json.loads((CLIENT / "package.nls.json").read_text(encoding="utf-8"))
    contributes = manifest["contributes"]
    own = [group for group in contributes["configuration"] if not _made(group)]
    sections = [section for section in table["sections"] if section["name"] not in _NOT_FOR_EDITORS]
    groups = [_group(section) for section in sections]
    contributes["configuration"] = own + groups
    executables = [
        key for group in own for key, fact in group["properties"].items() if "machine" in fact.get("scope", "")
    ]
    # A folder that is not trusted has no say in how the server works.
    restricted = executables + [key for group in groups for key in group["properties"]]
    manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    kept = {key: text for key, text in words.items() if not key.startswith(_PREFIX)}
    made = {_word(section, one): one["description"] for section in sections for one in section["settings"]}
    return {CLIENT / "package.json": _json(manifest), CLIENT / "package.nls.json": _json({**kept, **made})}


def _made(group: dict[str, Any]) -> bool:
    return any("serverSetting" in fact for fact in group["properties"].values())


def _group(section: dict[str, Any]) -> dict[str, Any]:
    title = f"Findspot: {section['name'].capitalize()}"
    return {"title": title, "properties": {_key(section, one): _property(section, one) for one in section["settings"]}}


def _property(section: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        word: setting[word] for word in ("type", "default", "minimum", "maximum", "enum") if word in setting
    }
    # What a project may not set in its own file is not for its .vscode/settings.json either.
    scope = "machine" if setting["project"] is None else "window"
    words = f"%{_word(section, setting)}%"
    return {**facts, "scope": scope, "description": words, "serverSetting": setting["name"]}


def _key(section: dict[str, Any], setting: dict[str, Any]) -> str:
    first, *others = setting["name"].split("_")
    return f"findspot.{section['name']}.{first}{''.join(word.capitalize() for word in others)}"


def _word(section: dict[str, Any], setting: dict[str, Any]) -> str:
    return f"{_PREFIX}{section['name']}.{setting['name']}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
