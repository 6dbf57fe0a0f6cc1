"""What an index depends on besides the workspace."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from findspot.config import Settings
from findspot.indexing import options
from findspot.inference.models import Models
from findspot.languages.table import GRAMMARS


def test_a_language_that_gets_a_grammar_makes_another_index(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    models = Models(settings, None)
    before = options.index_key(models, settings).text()
    assert options.index_key(models, settings).text() == before
    monkeypatch.setattr(options, "GRAMMARS", MappingProxyType({**GRAMMARS, "newspeak": GRAMMARS["python"]}))
    assert options.index_key(models, settings).text() != before
