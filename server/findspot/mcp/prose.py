"""Answers as text that a model reads well: what was found first, where, why, and as much code as a budget allows.

Pure functions of plain data. What the engine says of an answer stands above its list (I-13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from findspot.core.types import AnswerStatus, IndexState, IndexStatus, Related, SearchResult

CHARACTERS = 4
"""Characters of a token, about; a budget of tokens is kept by them."""

_WORDS = {
    "lexical": "words",
    "dense": "meaning",
    "mention": "named",
    "graph": "calls",
    "history": "history",
    "near": "near",
    "prior": "place",
    "model": "model",
    "explored": "explored",
}
"""Each kind of evidence in a word."""

_REASONS = 4

Name = Callable[[SearchResult], str]
"""How the file of a result is written to the client."""


def why(result: SearchResult) -> list[str]:
    """Return the evidence for a result, a word for each kind, the strongest kinds first."""
    kinds = dict.fromkeys(_WORDS[one.kind] for one in result.evidence)
    return list(kinds)[:_REASONS]


def heading(result: SearchResult, path: str) -> str:
    """Return one line for a place: file and lines, what stands there, how likely it is right, and why it is here."""
    said = [result.kind] if result.symbol is None else [f"{result.kind} {result.symbol}"]
    if result.probability is not None:
        said.append(f"{result.probability:.0%} likely")
    reasons = why(result)
    if reasons:
        said.append(f"by {', '.join(reasons)}")
    if not result.fresh:
        said.append("changed since it was indexed: lines may be off")
    return f"{path}:{result.span.start_line}-{result.span.end_line}  {'; '.join(said)}"


def numbered(result: SearchResult) -> list[str]:
    """Return the lines of a place with their numbers, the best line marked."""
    lines = result.text.split("\n")
    width = len(str(result.span.start_line + len(lines)))
    return [
        f"{number:>{width}}{'>' if number == result.best_line else ' '} {line}"
        for number, line in enumerate(lines, start=result.span.start_line)
    ]


def standing(status: AnswerStatus, indexing: Sequence[str]) -> list[str]:
    """Return what must be said above an answer: what it is not, and how far the index is."""
    said = list(status.notes)
    if not status.complete:
        told = "; ".join(indexing) or {
            IndexState.INDEXING: "the index is being brought up to date",
            IndexState.EMPTY: "nothing is indexed yet",
        }.get(status.state, "")
        rest = "; ".join(filter(None, (told, status.message)))
        said.append(f"Not complete: {rest or 'not everything was looked at'}. Ask again in a moment for the rest.")
    elif status.message:
        said.append(status.message)
    return said


def progress(root: str, status: IndexStatus) -> str | None:
    """Return how far the first or next indexing of a root is, None where none runs."""
    if status.state is not IndexState.INDEXING:
        return None
    if status.other_process_indexing:
        return f"another process is indexing {root}"
    done = f"{status.indexed:,} of {status.total:,} files" if status.total else f"{status.indexed:,} files"
    return f"still indexing {root}: {done}"


def found(
    results: Sequence[SearchResult], notes: Sequence[str], name: Name, budget: int, more: int | None
) -> tuple[str, int]:
    """Return the text of a page, at most ``budget`` tokens long, and how many of its places stand in it.

    Every place has its line as long as they fit; code follows from the first place on, its first lines (the signature)
    before the rest.
    """
    room = budget * CHARACTERS - sum(len(note) + 1 for note in notes) - 100
    headings: list[str] = []
    for number, result in enumerate(results, start=1):
        line = f"{number}. {heading(result, name(result))}"
        if headings and room - len(line) - 1 < 0:
            break
        headings.append(line)
        room -= len(line) + 1
    parts: list[str] = list(notes)
    if not headings:
        parts.append("Nothing was found. Try other words, a name, or a wider scope.")
    for line, result in zip(headings, results, strict=False):
        body: list[str] = []
        for code in numbered(result):
            if room - len(code) - 1 < 0:
                body.append(f"... (read_span shows the rest, up to line {result.span.end_line})")
                break
            body.append(code)
            room -= len(code) + 1
        parts.append("\n".join([line, *body]))
    if len(headings) < len(results) or more is not None:
        parts.append("More: ask again with the offset in next_offset.")
    return "\n".join(parts), len(headings)


def related(found: Related, name: Name, notes: Sequence[str]) -> str:
    """Return the text of what is connected with a symbol: one line for each place."""
    groups = {
        "Used by": found.callers,
        "Uses": found.callees,
        "Tests": found.tests,
        "Similar": found.neighbours,
    }
    parts = list(notes)
    if found.symbol is None:
        parts.append("No definition stands there; these are near.")
    else:
        parts.append(f"Of {heading(found.symbol, name(found.symbol))}")
    for title, results in groups.items():
        if results:
            parts.append(f"{title}:")
            parts += [f"  {heading(result, name(result))}" for result in results]
    return "\n".join(parts)
