"""What the commands print: pure functions from answers to lines.

JSON has root-relative paths and the root beside them; everything for people has paths relative to the current
folder. Text of the indexed files is not trusted: control characters in it never reach a terminal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from findspot.cli.inputs import RootLocation, View
from findspot.cli.pretty import Placed, placed, pretty_lines
from findspot.cli.screen import Screen
from findspot.core.columns import visible
from findspot.core.types import Answer, AnswerStatus, IndexStatus, PreviewLine, ProblemKind, RefreshReport, SearchResult
from findspot.service import messages
from findspot.service.messages import Result

_NOUNS = frozenset({ProblemKind.DATA, ProblemKind.LINK})


def answer_lines(answer: Answer, location: RootLocation, view: View, screen: Screen) -> Iterator[str]:
    """Yield the lines of the answer of one root in the format of ``view``."""
    return placed_lines(placed(answer.results, location, answer.contents), answer.status, view, screen)


def placed_lines(
    found: Sequence[Placed], status: AnswerStatus, view: View, screen: Screen, *, several_roots: bool = False
) -> Iterator[str]:
    """Yield the lines of results in the format of ``view``; those of ``several_roots`` name theirs."""
    match view.format:
        case "count":
            yield str(len(found))
        case "counts":
            for path, number in Counter(one.path for one in found).items():
                yield f"{_path(path, screen)}:{number}"
        case "files":
            paths = dict.fromkeys(one.path for one in found)
            yield from paths if view.null else (_path(path, screen) for path in paths)
        case "json":
            for one in found:
                yield json_line(one.result, one.location, status, text=view.text)
        case "vimgrep":
            yield from (vimgrep_line(one, screen) for one in found)
        case "pretty":
            yield from pretty_lines(found, view, screen, several_roots=several_roots)


def _path(path: str, screen: Screen) -> str:
    """Return a path for a program to read, or for a person's terminal."""
    return path if screen.width is None else visible(path)


def vimgrep_line(one: Placed, screen: Screen) -> str:
    """Return ``file:line:column:text`` for the best line of a result, or its first; columns count bytes from 1."""
    result = one.result
    number = result.best_line or result.span.start_line
    line = next((line for line in result.preview if line.number == number), None)
    if line is None:
        line = PreviewLine(number, "".join(result.text.split("\n")[number - result.span.start_line :][:1]))
    text = line.text
    start = line.spans[0][0] if line.spans else len(text) - len(text.lstrip())
    column = len(text[:start].encode("utf-8", "replace")) + 1
    return f"{_path(one.path, screen)}:{number}:{column}:{visible(text.expandtabs(1)).rstrip()}"


def json_line(result: SearchResult, location: RootLocation, status: AnswerStatus, *, text: bool) -> str:
    """Return one result as a JSON object on one line, in ASCII so that no pipe or locale can damage it.

    Beside the result it has what a reader of one line has to know of the answer.
    """
    record = Result.by_lines(result, str(location.root), include_text=text).to_json()
    told = {"complete", "by_meaning", "in_root_probability", "suggested_length"}
    return json.dumps(record | messages.AnswerStatus.of(status).model_dump(include=told))


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
    if report.reused:
        yield f"known from another folder or branch: {count(report.reused, 'file')}, neither parsed nor embedded again"
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
