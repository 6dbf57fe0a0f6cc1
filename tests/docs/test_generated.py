"""Pages made from the code are up to date, and say what the code says (I-19)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib

import pytest

from findspot.cli.commands import build_parser
from findspot.cli.parser import arguments_of, subcommands
from findspot.config import SECTIONS, ServerSettings, Settings, flagged, project_may
from findspot.service import messages
from scripts.generate_docs import REFERENCE, cli_page, settings_page, stale


def test_generated_pages_are_up_to_date() -> None:
    assert [path.name for path in stale()] == [], "run `make docs` and commit the result"


def test_a_stale_page_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerSettings.model_fields["debounce_ms"], "description", "Something new.")
    assert stale() == [REFERENCE / "settings.md"]


def test_the_defaults_on_the_settings_page_are_a_valid_file_of_all_defaults() -> None:
    written = settings_page().split("```toml\n")[1].split("```")[0]
    values = tomllib.loads(written)
    assert set(values) == set(Settings.model_fields)
    assert Settings(**values) == Settings()


def test_the_table_for_programs_has_all_that_a_setting_declares() -> None:
    """What stands in ``settings.json`` is enough to check values: limits, defaults, who may set it, and the option."""
    table = json.loads((REFERENCE / "settings.json").read_text(encoding="utf-8"))
    assert [section["name"] for section in table["sections"]] == list(SECTIONS)
    rows = {row["name"]: row for section in table["sections"] for row in section["settings"]}
    assert Settings(**{name: row["default"] for name, row in rows.items()}) == Settings()
    assert rows["top_k"] == {
        "name": "top_k",
        "type": "integer",
        "default": 10,
        "minimum": 1,
        "maximum": 1000,
        "description": "How many results an answer holds at most.",
        "project": {"maximum": 100},
        "flags": ["-k", "--top-k"],
    }
    assert [name for name, row in rows.items() if row["project"] is not None] == [
        name for section in SECTIONS.values() for name in section.model_fields if project_may(name)
    ]
    assert sorted(name for name, row in rows.items() if row["flags"]) == sorted(flagged())


def test_every_setting_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_every_argument_of_the_command_line_has_a_description() -> None:
    rows = [line for line in cli_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_field_of_a_message_has_a_description() -> None:
    rows = [line for line in (REFERENCE / "messages.md").read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("name", ["top_k", "budget"])
def test_a_request_takes_what_the_setting_of_that_name_takes(name: str) -> None:
    number, _ = messages.LocalizeRequest.model_json_schema(by_alias=False)["properties"][name]["anyOf"]
    setting = Settings.model_json_schema()["properties"][name]
    assert {key: setting[key] for key in ("type", "minimum", "maximum")} == number


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="needs mandoc")
def test_the_manual_page_is_sound() -> None:
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning", str(REFERENCE / "findspot.1")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("man") is None or sys.platform == "win32", reason="needs man")
def test_the_manual_page_shows_each_command_and_option() -> None:
    page = (
        subprocess.run(
            ["man", "--local-file", str(REFERENCE / "findspot.1")],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""},
        )
        .stdout.replace("\u2010", "-")
        .replace("\u2212", "-")
    )
    for name, command in subcommands(build_parser()).items():
        assert f"findspot {name}" in page
        for action in arguments_of(command):
            assert all(spelling in page for spelling in action.option_strings)
