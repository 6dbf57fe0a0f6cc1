"""Scopes, paths, ids and terms by the ten thousand: statements stay as they are, only the lists in them are long."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from findspot.core.types import FileProblem, ProblemKind
from findspot.storage.schema import DATABASE_NAME
from findspot.storage.sql import in_scope
from findspot.storage.store import IndexStore
from tests.storage.rows import prepared_file, vector_of, write

OpenStore = Callable[[], IndexStore]

MANY = 10_000


def _paths(count: int) -> list[str]:
    return [f"pkg{n % 97}/mod{n}.py" for n in range(count)]


@pytest.fixture
def store(open_store: OpenStore) -> IndexStore:
    """Return an index of three files, two of them among ten thousand others that a scope names."""
    made = open_store()
    write(
        made,
        prepared_file("pkg0/mod0.py", {"first": "common alpha"}),
        prepared_file("pkg1/deep/er/mod1.py", {"second": "common beta"}),
        prepared_file("elsewhere/mod.py", {"third": "common gamma"}),
    )
    return made


@pytest.mark.parametrize("count", [300, 1_000, MANY])
def test_a_scope_of_any_length_is_one_question(store: IndexStore, count: int) -> None:
    scope = [*_paths(count), "pkg1/deep"]
    inside = {"pkg0/mod0.py", "pkg1/deep/er/mod1.py"}
    assert store.stored_files(scope).keys() == inside
    for hits in (store.lexical(["common"], 10, scope), store.dense(vector_of("common alpha"), 10, scope)):
        assert {row.path for row in store.rows([chunk for chunk, _ in hits]).values()} == inside
    assert {row.path for row in store.symbols_like("s", 10, scope)} == inside


def test_problems_of_ten_thousand_paths_are_replaced(store: IndexStore) -> None:
    kept = FileProblem("other/huge.json", ProblemKind.DATA, "large")
    store.replace_problems([kept])
    found = [FileProblem(path, ProblemKind.TOO_LARGE, "large") for path in _paths(MANY)[1:]]
    store.replace_problems(found, _paths(MANY))
    assert len(store.problems()) == MANY
    store.replace_problems([], _paths(MANY))
    assert [path for path, _, _ in store.problems()] == [kept.path]


def test_rows_terms_and_edges_by_the_ten_thousand(store: IndexStore) -> None:
    (chunk, _), *_ = store.lexical(["alpha"], 1)
    ids = range(1, MANY)
    assert chunk in store.rows(ids)
    assert chunk in store.fields(ids)
    assert chunk in store.similarities(vector_of("common alpha"), ids)
    assert chunk in store.references_of(ids)
    terms = [f"word{n}" for n in range(MANY)]
    assert store.document_frequencies([*terms, "alpha"])["alpha"] == 1
    assert [hit for hit, _ in store.lexical([*terms, "alpha"], 5)] == [chunk]
    assert store.changes_of(_paths(MANY)) == {}
    assert store.changed_with(_paths(MANY), 5) == []
    assert store.past_matches(terms, 5).messages == []


@pytest.mark.parametrize("table", ["files", "problems"])
def test_each_entry_of_a_scope_is_looked_up_in_the_index(store: IndexStore, table: str) -> None:
    """A scan of the table for each entry would be six hundred million steps for 10,000 entries and 60,000 files."""
    where, values = in_scope(_paths(300), table)
    with sqlite3.connect(store._database.with_name(DATABASE_NAME)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT path FROM {table} WHERE {where}", values).fetchall()
    inner = [row[3] for row in plan if "inner" in row[3]]
    assert len(inner) == 2
    assert all(step.startswith("SEARCH inner") for step in inner)
