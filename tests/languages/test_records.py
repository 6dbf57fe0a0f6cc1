"""Every record of a language: its grammar, its query, its sample, and names that no other record claims."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from findspot.core.identifiers import SOURCE_EXTENSIONS
from findspot.languages import table
from findspot.languages.detect import language_of
from findspot.languages.paths import path_class
from findspot.languages.table import DECLARED, GRAMMARS, HEADED, LANGUAGES, SCANNED
from findspot.parsing.parsers import Parsers
from tests.parsing.outlines import outline

SAMPLES = Path(__file__).parents[1] / "data" / "languages"
QUERIES = files("findspot.languages").joinpath("queries")


@pytest.mark.parametrize("language", GRAMMARS)
def test_a_grammar_loads_and_its_queries_compile(language: str) -> None:
    for name in GRAMMARS[language].queries:
        assert QUERIES.joinpath(f"{name}.scm").is_file(), f"{language} lacks the query {name}.scm"
    root, matches = Parsers().matches(language, b"\n")
    assert root.end_byte <= 1
    assert [captures for _, captures in matches if set(captures) != {"error"}] == []


@pytest.mark.row("L04", "L05")
@pytest.mark.parametrize("language", [*GRAMMARS, *sorted({*HEADED, *SCANNED, *DECLARED})])
def test_a_sample_has_the_outline_that_was_checked_by_eye(language: str) -> None:
    [sample] = [path for path in SAMPLES.glob(f"{language}.*") if path.suffix != ".outline"]
    source = sample.read_bytes()
    assert language_of(sample.name, source) == language
    assert outline(sample.name, source) == (SAMPLES / f"{sample.name}.outline").read_text(encoding="utf-8")


@pytest.mark.row("L10")
def test_no_query_and_no_sample_is_left_over() -> None:
    asked = {name for grammar in GRAMMARS.values() for name in grammar.queries}
    assert {query.name for query in QUERIES.iterdir()} == {f"{name}.scm" for name in asked}
    assert {path.name.split(".")[0] for path in SAMPLES.iterdir()} == {*GRAMMARS, *HEADED, *SCANNED, *DECLARED}


def test_a_language_whose_grammar_is_not_installed_is_none_that_is_read_as_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "find_spec", lambda _: None)
    readable = dict(table._readable())
    assert {"python", "go"} <= readable.keys()
    assert readable.keys().isdisjoint({"perl", "r"})


@pytest.mark.parametrize("kind", ["suffixes", "file_names", "interpreters"])
def test_no_two_languages_claim_a_name(kind: str) -> None:
    claims = Counter(name for language in LANGUAGES.values() for name in getattr(language, kind))
    assert [name for name, times in claims.items() if times > 1] == []
    assert [name for name in claims if name != name.lower()] == []


@pytest.mark.parametrize("language", [*GRAMMARS, *DECLARED])
def test_a_name_with_the_suffix_of_a_language_is_read_as_a_file(language: str) -> None:
    suffixes = LANGUAGES[language].suffixes
    assert not suffixes or not SOURCE_EXTENSIONS.isdisjoint(suffixes), "add its suffix to core/identifiers.py"


@pytest.mark.parametrize("language", [*GRAMMARS, *DECLARED])
def test_a_plain_file_of_a_language_is_source_and_a_lock_file_is_not(language: str) -> None:
    record = LANGUAGES[language]
    assert {path_class(f"src/walker.{suffix}").value for suffix in record.suffixes} <= {"source", "config", "test"}
    assert {path_class(name).value for name in record.lock_files} <= {"generated"}
    assert {path_class(name).value for name in record.build_files} <= {"config"}
