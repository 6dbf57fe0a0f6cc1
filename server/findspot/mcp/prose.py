"""Answers as text that a model reads well: what was found first, where, why, and what the answer is not.

Pure functions of plain data. What the engine says of an answer stands above its list (I-13).
"""

from __future__ import annotations

from collections.abc import Sequence

from findspot.core.types import AnswerStatus, IndexState, IndexStatus, Progress, SearchResult

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
    "score": "score",
}
"""Each kind of evidence in a word."""


def why(result: SearchResult) -> list[str]:
    """Return the evidence for a result, a word for each kind."""
    return list(dict.fromkeys(_WORDS[one.kind] for one in result.evidence if one.kind != "encoding"))


def heading(result: SearchResult, path: str) -> str:
    """Return one line for a place: file and lines, what stands there, how likely it is right, and why it is here."""
    said = [result.kind] if result.symbol is None else [f"{result.kind} {result.symbol}"]
    if result.probability is not None:
        said.append(f"{result.probability:.0%} likely")
    reasons = why(result)
    if reasons:
        said.append(f"by {', '.join(reasons)}")
    said += [one.detail for one in result.evidence if one.kind == "encoding"]
    if not result.fresh:
        said.append("changed since it was indexed: lines may be off")
    return f"{path}:{result.span.start_line}-{result.span.end_line}  {'; '.join(said)}"


def standing(status: AnswerStatus, indexing: Sequence[str]) -> list[str]:
    """Return what must be said above an answer: what it is not, and how far the index is."""
    said = list(status.notes)
    if not status.complete:
        told = "; ".join(indexing) or {
            IndexState.INDEXING: "the index is being brought up to date",
            IndexState.EMPTY: "nothing is indexed yet",
            IndexState.READY: "the files have not been compared with the index yet",
            IndexState.ABORTED: "indexing was interrupted and goes on",
        }.get(status.state, "")
        rest = "; ".join(filter(None, (told, status.message))) or "not everything was looked at"
        said.append(f"Not complete: {rest}. Ask again in a moment for the rest.")
    elif status.message:
        said.append(status.message)
    return said


def progress(name: str, step: Progress) -> str:
    """Return how far the indexing of a root is."""
    if step.phase == "scanning":
        return f"looking for changes in {name}: {step.done:,} files seen"
    unit = "vectors" if step.phase == "vectors" else "files"
    return f"still indexing {name}: {step.done:,}{'' if step.total is None else f' of {step.total:,}'} {unit}"


def status_line(name: str, status: IndexStatus) -> str:
    """Return where the index of a root stands."""
    state = "up to date" if status.complete else status.state.value
    if status.total is not None:
        state = f"still indexing, {status.indexed:,} of {status.total:,} files"
    elif status.other_process_indexing:
        state = "another process is indexing it"
    return f"{name} ({status.root}): {state}; {status.files:,} files in the index. {status.message}".rstrip()
