"""What the commands print: pure functions from answers to lines.

JSON has root-relative paths and the root beside them; everything for people has paths relative to the current
folder. Text of the indexed files is not trusted: control characters in it never reach a terminal.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from findspot.cli.columns import cut, shown, visible
from findspot.cli.inputs import RootLocation, View
from findspot.cli.why import why
from findspot.core.types import Answer, AnswerStatus, IndexStatus, ProblemKind, RefreshReport, SearchResult
from findspot.service import messages
from findspot.service.messages import Result

_PIPE_WIDTH = 500

_NOUNS = frozenset({ProblemKind.DATA, ProblemKind.NOTEBOOK, ProblemKind.LINK})

_BOLD, _PATH, _FAINT, _HIT = "1", "35", "2", "1;31"


@dataclass(frozen=True, slots=True)
class Screen:
    """What the output goes to: colours or none, and the columns of a terminal (None for a pipe or a file)."""

    color: bool
    width: int | None

    def paint(self, text: str, style: str) -> str:
        """Return ``text`` in ``style``, an SGR code, where colours are wanted."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text and style else text

    def room(self, used: int = 0) -> int:
        """Return how many columns of a line are left after ``used`` ones."""
        return max(10, (self.width or _PIPE_WIDTH) - used)

    def clip(self, text: str) -> str:
        """Return ``text`` on one line, cut to the width."""
        return cut(text, self.room())


def answer_lines(answer: Answer, location: RootLocation, view: View, screen: Screen) -> Iterator[str]:
    """Yield the lines of ``answer`` in the format of ``view``."""
    if view.format == "count":
        yield str(len(answer.results))
    elif view.format == "files":
        shown = (shown_path(result.path, location) for result in answer.results)
        for path in dict.fromkeys(shown):
            yield path if screen.width is None else visible(path)
    elif view.format == "json":
        for result in answer.results:
            yield json_line(result, location, answer.status, text=view.text)
    else:
        for number, result in enumerate(answer.results):
            if number and view.text:
                yield ""
            yield from _pretty(result, location, screen, text=view.text)


def json_line(result: SearchResult, location: RootLocation, status: AnswerStatus, *, text: bool) -> str:
    """Return one result as a JSON object on one line, in ASCII so that no pipe or locale can damage it.

    Beside the result it has what a reader of one line has to know of the answer.
    """
    record = Result.by_lines(result, str(location.root), include_text=text).to_json()
    told = {"complete", "by_meaning", "in_root_probability", "suggested_length"}
    return json.dumps(record | messages.AnswerStatus.of(status).model_dump(include=told))


def _pretty(result: SearchResult, location: RootLocation, screen: Screen, *, text: bool) -> Iterator[str]:
    span = result.span
    lines = f"{span.start_line}" if span.start_line == span.end_line else f"{span.start_line}-{span.end_line}"
    head = [f"{screen.paint(visible(shown_path(result.path, location)), _PATH)}:{lines}"]
    if result.symbol:
        head.append(screen.paint(visible(result.symbol), _BOLD))
    head.append(result.kind)
    if result.probability is not None:
        head.append(f"{result.probability:.0%}")
    if not result.fresh:
        head.append("(changed since it was indexed)")
    yield "  ".join(head)
    if text:
        yield from _code(result, screen)
    reasons = why(result)
    if reasons:
        yield screen.paint(screen.clip(f"      why: {visible(reasons)}"), _FAINT)


def _code(result: SearchResult, screen: Screen) -> Iterator[str]:
    """Yield the lines of the preview under their numbers: those that match are marked, ``...`` stands for lines left out."""
    last = result.preview[0].number - 1 if result.preview else 0
    for line in result.preview:
        if line.number != last + 1:
            yield screen.paint("        ...", _FAINT)
        last = line.number
        gutter = f"{'>' if line.matched else ' '}{line.number:>5}  "
        code = shown(line.text, line.spans, screen.room(len(gutter)))
        painted = "".join(screen.paint(text, _HIT if hit else "") for text, hit in code)
        yield f"{screen.paint(gutter.rstrip(), _FAINT)}  {painted}".rstrip()
    rest = result.span.start_line + result.text.rstrip().count("\n") - last
    if result.preview and result.truncated:
        yield screen.paint(f"        ... to line {result.span.end_line:,}", _FAINT)
    elif result.preview and rest > 0:
        yield screen.paint(f"        ... {count(rest, 'more line')}", _FAINT)


def shown_path(path: str, location: RootLocation) -> str:
    """Return a root-relative ``path`` as seen from the current folder."""
    full = location.root / path
    try:
        return os.path.relpath(full, location.cwd)
    except ValueError:  # another drive on Windows
        return str(full)


def answer_note(status: AnswerStatus, scope: Sequence[str], *, model: bool) -> str:
    """Return the line that says what an answer was made of; ``model`` where the model was asked for."""
    used = [name for name, applied in (("lexical", status.lexical), ("dense", status.dense)) if applied]
    if status.by_meaning:
        used.remove("lexical")
    parts = [
        f"index: {status.state}, {count(status.files, 'file')}, {count(status.chunks, 'chunk')}",
        " and ".join(used) if len(used) == 2 else f"{used[0]} only" if used else "no retriever",
    ]
    if model:
        parts.append(f"model {'' if status.model_applied else 'not applied: '}{status.model}")
    if status.message:
        parts.append(status.message)
    if scope:
        parts.append(f"only in {', '.join(scope)}")
    parts.append(f"{status.elapsed_seconds:.2f} s")
    return visible("; ".join(parts))


def root_lines(location: RootLocation, view: View) -> Iterator[str]:
    """Yield the lines of ``findspot status --show-root``."""
    yield (
        json.dumps({"root": str(location.root), "marker": location.marker})
        if view.format == "json"
        else str(location.root)
    )


def status_lines(status: IndexStatus, location: RootLocation, view: View) -> Iterator[str]:
    """Yield the lines of ``findspot status``."""
    if view.format == "json":
        record = messages.IndexStatus.of_status(status, str(location.root)).to_json()
        del record["complete"]  # nothing is compared with the files here
        yield json.dumps(record | {"marker": location.marker})
        return
    rows = [
        ("root", visible(str(location.root))),
        ("marker", location.marker or "none"),
        ("state", status.state + (" (another process is indexing)" if status.other_process_indexing else "")),
        ("files", f"{status.files:,}"),
        ("chunks", f"{status.chunks:,}"),
        ("holes", f"{status.holes:,}" + (" (chunks without a vector)" if status.holes else "")),
        ("size", size_text(status.size_bytes)),
        (
            "models",
            ", ".join(name for name in (status.embedder, status.ranker, status.localization_model) if name) or "none",
        ),
        ("skipped", _skipped_row(status)),
        ("problems", _reasons(_of_indexed(status)) or "none"),
    ]
    rows += [("bad file", visible(f"{problem.path}: {problem.message}")) for problem in status.quarantined]
    if status.message:
        rows.append(("note", visible(status.message)))
    for name, value in rows:
        yield f"{name:<9} {value}"


def _skipped_row(status: IndexStatus) -> str:
    counts = countable(status.skipped)
    return f"{_reasons(counts)} (findspot status --skipped lists them)" if counts else "none"


def countable(skipped: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the counts that tell a person something: every repository has bookkeeping and ignore files."""
    return [
        (kind, number) for kind, number in skipped if kind not in {ProblemKind.BOOKKEEPING, ProblemKind.IGNORE_FILE}
    ]


def _of_indexed(status: IndexStatus) -> list[tuple[str, int]]:
    """Return the problems of files that are in the index all the same."""
    skipped = dict(status.skipped)
    return [(kind, left) for kind, number in status.problems if (left := number - skipped.get(kind, 0)) > 0]


def report_lines(report: RefreshReport, location: RootLocation, view: View) -> Iterator[str]:
    """Yield the lines of ``findspot index``."""
    if view.format == "json":
        yield json.dumps(messages.RefreshReport.of_report(report, str(location.root)).to_json())
        return
    total = report.added + report.changed + report.unchanged
    yield (
        f"index {report.state}: {count(total, 'file')} in {report.seconds:.1f} s"
        f" ({report.added:,} added, {report.changed:,} changed, {report.removed:,} removed,"
        f" {report.unchanged:,} unchanged)"
    )
    counts = countable(report.skipped)
    if counts:
        yield f"skipped: {_reasons(counts)} (findspot status --skipped lists them)"


def _reasons(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(count(number, reason) if reason in _NOUNS else f"{number:,} {reason}" for reason, number in counts)


def count(number: int, thing: str) -> str:
    """Return ``1 file`` or ``2,911 files``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def size_text(number: int) -> str:
    """Return ``512 bytes`` or ``1.2 MB``."""
    size = float(number)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
