"""Pages made from the code are up to date, and say what the code says (I-19)."""

from __future__ import annotations

import tomllib

import pytest

from findspot.config import Settings
from scripts.generate_docs import REFERENCE, cli_page, settings_page, stale


def test_generated_pages_are_up_to_date() -> None:
    assert [path.name for path in stale()] == [], "run `make docs` and commit the result"


def test_a_stale_page_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings.model_fields["debounce_ms"], "description", "Something new.")
    assert stale() == [REFERENCE / "settings.md"]


def test_the_defaults_on_the_settings_page_are_a_valid_file_of_all_defaults() -> None:
    written = settings_page().split("```toml\n")[1].split("```")[0]
    values = tomllib.loads(written)
    assert set(values) == set(Settings.model_fields)
    assert Settings(**values) == Settings()


def test_every_setting_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_every_argument_of_the_command_line_has_a_description() -> None:
    rows = [line for line in cli_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 20
    assert [row for row in rows if row.endswith("|  |")] == []
