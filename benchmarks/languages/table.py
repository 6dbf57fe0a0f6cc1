"""The tables about languages: how often the right place is found, and what an index of the repositories takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.measure import MEGABYTE

BEFORE = "before"
NOW = "now"
COLUMNS = (BEFORE, NOW)

Measured = Mapping[str, Any]
"""Of one language, by column, what ``measured`` returns."""


def language_pages(languages: Mapping[str, Measured]) -> Iterator[str]:
    """Yield the lines of the section about hits and of that about indexes, as Markdown."""
    yield "| language | questions | place first | place among five | file first | file among five | named |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from hit_rows(languages)
    yield ""
    yield "| repository | files | chunks | index | seconds |"
    yield "| --- | --- | --- | --- | --- |"
    yield from _index_rows(languages)


def hit_rows(languages: Mapping[str, Measured]) -> Iterator[str]:
    """Yield one row for each language, and one for all where there are several."""
    same = {language: _same_questions(columns) for language, columns in languages.items()}
    for language, columns in same.items():
        yield _hit_row(language, [columns[one] for one in COLUMNS if one in columns])
    if len(same) > 1:
        yield _hit_row("all", [_sum(columns) for columns in _complete(same)])


def _same_questions(columns: Measured) -> Measured:
    """Leave out a column whose questions are not those of the last one: they were changed, or others were added."""
    texts = {column: [one["text"] for one in measured["asked"]] for column, measured in columns.items()}
    last = texts[NOW if NOW in texts else BEFORE]
    return {column: measured for column, measured in columns.items() if texts[column] == last}


def _hit_row(language: str, columns: list[Measured]) -> str:
    cells = [" → ".join(str(one[what]) for one in columns) for what in ("place_1", "place_5", "file_1", "file_5")]
    named = " → ".join(f"{one['named'][0]} of {one['named'][1]}" for one in columns if one["named"][1])
    return f"| {' | '.join([language, str(columns[-1]['questions']), *cells, named])} |"


def _complete(languages: Mapping[str, Measured]) -> Iterator[list[Measured]]:
    """Yield, for each column that all languages have, what they have there."""
    for column in COLUMNS:
        if all(column in columns for columns in languages.values()):
            yield [columns[column] for columns in languages.values()]


def _sum(measured: Iterable[Measured]) -> Measured:
    every = list(measured)
    counts = {what: sum(one[what] for one in every) for what in ("questions", "place_1", "place_5", "file_1", "file_5")}
    return counts | {"named": [sum(one["named"][at] for one in every) for at in (0, 1)]}


def _index_rows(languages: Mapping[str, Measured]) -> Iterator[str]:
    """Yield one row for each repository, with a figure for each column."""
    found: dict[str, dict[str, Measured]] = {}
    for columns in languages.values():
        for column in COLUMNS:
            for repository in columns.get(column, {}).get("repositories", ()):
                found.setdefault(repository["name"], {})[column] = repository
    for name, measured in sorted(found.items(), key=lambda item: item[0].lower()):
        each = [measured[column] for column in COLUMNS if column in measured]
        cells = [" → ".join(f"{one[what]:,}" for one in each) for what in ("files", "chunks")]
        size = " → ".join(f"{one['bytes'] / MEGABYTE:.1f}" for one in each)
        seconds = " → ".join(f"{one['seconds']:.1f}" for one in each)
        yield f"| {name} | {' | '.join(cells)} | {size} MB | {seconds} |"
