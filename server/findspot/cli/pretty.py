"""Results for people: the place, the lines that match under their numbers, and why it is there.

On a terminal the results of one file stand together under its path, in the order of the best of them; in a pipe each has a
line of its own with path and lines. Source is untrusted: control characters are written out before anything is painted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from findspot.cli.inputs import RootLocation, View
from findspot.cli.screen import BOLD, FAINT, PATH, Screen
from findspot.core.columns import cut, shown, visible
from findspot.core.excerpts import Excerpts, Sought
from findspot.core.types import PreviewLine, SearchResult
from findspot.core.why import explained, matched_terms, why

_LEXED = 4_000
"""Characters of source before the last line shown that are looked at for its colours; the rest of a long place is left out."""


class Placed(NamedTuple):
    """A result and where it lies; ``content`` is the text of its file that was indexed, None where that is gone."""

    result: SearchResult
    location: RootLocation
    content: bytes | None = None

    @property
    def path(self) -> str:
        """The file as seen from the current folder."""
        return shown_path(self.result.path, self.location)


def shown_path(path: str, location: RootLocation) -> str:
    """Return a root-relative ``path`` as seen from the current folder."""
    full = location.root / path
    try:
        return os.path.relpath(full, location.cwd)
    except ValueError:  # another drive on Windows
        return str(full)


def pretty_lines(found: Sequence[Placed], view: View, screen: Screen, *, several_roots: bool = False) -> Iterator[str]:
    """Yield the lines for ``found``; those of ``several_roots`` name theirs."""
    painter = _Painter(view, screen, several_roots=several_roots)
    if not screen.grouped:
        for number, one in enumerate(found):
            if number and view.text:
                yield ""
            yield from painter.single(one)
        return
    files: dict[tuple[str, str], list[Placed]] = {}
    for one in found:
        files.setdefault((str(one.location.root), one.result.path), []).append(one)
    for number, group in enumerate(files.values()):
        if number:
            yield ""
        yield from painter.file(group)


class _Painter:
    """Makes the lines for one answer."""

    def __init__(self, view: View, screen: Screen, *, several_roots: bool) -> None:
        self._view = view
        self._screen = screen
        self._several_roots = several_roots

    def single(self, one: Placed) -> Iterator[str]:
        """Yield the lines for a result by itself."""
        head = [f"{self._path(one)}:{_lines(one.result)}", *self._facts(one.result, with_lines=False)]
        yield "  ".join([*head, *self._root(one)])
        yield from self._body(one, 6)

    def file(self, group: Sequence[Placed]) -> Iterator[str]:
        """Yield the lines for the results in one file."""
        yield "  ".join([self._path(group[0]), *self._root(group[0])])
        for number, one in enumerate(group):
            if number and self._view.text:
                yield ""
            yield "  ".join([f"{one.result.rank:>2}.", *self._facts(one.result, with_lines=True)])
            yield from self._body(one, 8)

    def _path(self, one: Placed) -> str:
        path = str(one.location.root / one.result.path)
        return self._screen.link(self._screen.paint(visible(one.path), PATH), path)

    def _root(self, one: Placed) -> Iterator[str]:
        if self._several_roots:
            yield self._screen.paint(f"in {visible(str(one.location.root))}", FAINT)

    def _facts(self, result: SearchResult, *, with_lines: bool) -> list[str]:
        """Return what is said of a place; a symbol is cut where there is no room for the rest. A path never is: it is copied."""
        facts = [result.kind]
        if with_lines:
            facts.append(f"{'line' if result.span.start_line == result.span.end_line else 'lines'} {_lines(result)}")
        if result.probability is not None:
            facts.append(f"{result.probability:.0%}")
        if not result.fresh:
            facts.append("(changed since it was indexed)")
        if result.symbol:
            used = 7 + len("  ".join(facts)) if with_lines else 0
            symbol = cut(visible(result.symbol), self._screen.room(used))
            facts.insert(0, self._screen.paint(symbol, BOLD))
        return facts

    def _body(self, one: Placed, indent: int) -> Iterator[str]:
        screen, result = self._screen, one.result
        if self._view.text:
            yield from self._code(one)
        if self._view.explain:
            for line in explained(result):
                yield screen.paint(screen.clip(f"{' ' * indent}{visible(line)}"), FAINT)
        elif self._view.reasons and (reasons := why(result)):
            yield screen.paint(screen.clip(f"{' ' * indent}why: {visible(reasons)}"), FAINT)

    def _code(self, one: Placed) -> Iterator[str]:
        """Yield source under its numbers: lines that match are marked, ``...`` stands for lines left out."""
        result, screen = one.result, self._screen
        context = self._view.context
        preview = result.preview if context is None else _around(one, context)
        colours = _colours(result, preview) if screen.color else {}
        last = preview[0].number - 1 if preview else 0
        for line in preview:
            if line.number != last + 1:
                yield screen.paint("        ...", FAINT)
            last = line.number
            mark, number = ">" if line.matched else " ", f"{line.number:>5}"
            stretches = shown(line.text, line.spans, screen.room(8), colours.get(line.number, ()))
            code = "".join(screen.paint_code(text, kind, hit=hit) for text, hit, kind in stretches)
            yield f"{mark}{screen.paint(number, BOLD if line.matched else FAINT)}  {code}".rstrip()
        rest = result.span.start_line + result.text.rstrip().count("\n") - last
        if preview and context is None and result.truncated:
            yield screen.paint(f"        ... to line {result.span.end_line:,}", FAINT)
        elif preview and context is None and rest > 0:
            yield screen.paint(f"        ... {rest:,} more line{'' if rest == 1 else 's'}", FAINT)


def _lines(result: SearchResult) -> str:
    span = result.span
    return f"{span.start_line}" if span.start_line == span.end_line else f"{span.start_line}-{span.end_line}"


def _around(one: Placed, context: int) -> tuple[PreviewLine, ...]:
    """Return the lines that match with ``context`` lines of the file around each; where none does, around the first."""
    result = one.result
    if one.content is None:
        first, lines = result.span.start_line, result.text.split("\n")
    else:
        first, lines = 1, one.content.decode("utf-8", "replace").removesuffix("\n").split("\n")
    finder = Excerpts(Sought(dict.fromkeys(matched_terms(result), 1.0)))
    known = {line.number: line for line in result.preview if line.matched}
    hits = result.matches or (result.best_line or result.span.start_line,)
    wanted = {number for hit in hits for number in range(hit - context, hit + context + 1)}
    return tuple(
        known.get(number) or finder.line(lines[number - first], number, matched=number in result.matches)
        for number in sorted(wanted)
        if first <= number < first + len(lines)
    )


def _colours(result: SearchResult, preview: Iterable[PreviewLine]) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Return by number the parts of the lines of a preview with the kind of each, where they stand in the result's text."""
    from findspot.service.highlight import highlighted  # noqa: PLC0415 - loads Pygments, and is for colours only

    first, lines = result.span.start_line, result.text.split("\n")
    wanted = {line.number: line.text for line in preview if 0 <= line.number - first < len(lines)}
    if not wanted:
        return {}
    end = max(wanted) - first + 1
    begin, room = end, _LEXED
    while begin > 0 and room > len(lines[begin - 1]):
        begin -= 1
        room -= len(lines[begin]) + 1
    pieces = dict(enumerate(highlighted("\n".join(lines[begin:end]), result.path), first + begin))
    for number, text in wanted.items():
        if number not in pieces:  # far above the rest, such as the head of a long function
            pieces[number] = highlighted(text, result.path)[0]
    return {
        number: [(piece.text, piece.kind) for piece in pieces[number]]
        for number, text in wanted.items()
        if "".join(piece.text for piece in pieces[number]).rstrip() == text.rstrip()  # else it was cut
    }


def placed(results: Iterable[SearchResult], location: RootLocation, contents: Mapping[str, bytes]) -> list[Placed]:
    """Return results of one root with where they lie."""
    return [Placed(one, location, contents.get(one.path) if one.fresh else None) for one in results]
