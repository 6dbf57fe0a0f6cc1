"""Stack frames out of text, by the readers of the languages.

Every pattern is matched against one line of bounded length and holds no nested repetition, so the time is
linear in the text. A *stack* is a run of frames of one language; its frames are ranked from the innermost,
because the place that failed is nearer to the cause than the place that started the program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

MAX_LINE = 600
"""Characters of a line that are looked at; longer lines are data, not frames."""

MAX_FRAMES = 80
"""Frames kept of one report; deeper stacks repeat themselves."""

_MAX_GAP = 8
"""Lines without a frame inside one stack: source lines, markers and locals stand between frames."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: where it was, in which function, and how far from the innermost frame of its stack (0).

    ``path`` is as written, with ``/``; empty when the trace names no file. ``line`` is 1-based.
    ``function`` is as written, without arguments: ``Class.method``, ``pkg.(*T).M``, ``a::b``.
    """

    path: str
    line: int | None
    function: str | None
    language: str
    depth: int = 0


class FrameReader(NamedTuple):
    """How the frames of one language are read.

    ``read`` takes a line and the line before it. Its patterns are compiled by ``re`` on first use, since most questions
    have no trace. It is asked about lines that hold one of ``hints``, which keeps the
    patterns off prose. With ``two_lines`` a frame begins on the line before. With ``any_suffix`` its frames
    may name files of any suffix, so that the readers of languages that know theirs go first. With
    ``innermost_last`` a stack ends with the frame that failed.
    """

    read: Callable[[str, str], Frame | None]
    hints: tuple[str, ...]
    two_lines: bool = False
    any_suffix: bool = False
    innermost_last: bool = False


PATH = r"[^\s\"'`<>|*?(){}\[\],;@]"
"""A character of a path, for the patterns of readers."""

_ARROW = re.compile(r"\s*-{2,6}> ?(\d{1,7})\b")
"""The line that failed, in the source lines below a frame of IPython."""

_STDLIB_PATH = re.compile(r"node:internal|^<|^\(?native")


def read_frames(lines: Sequence[str], readers: Sequence[FrameReader]) -> tuple[tuple[Frame, ...], frozenset[int]]:
    """Return the frames, innermost of each stack first, and the numbers of the lines that belong to traces.

    The first of the readers that knows a line has it.
    """
    found: list[tuple[int, Frame]] = []
    used: set[int] = set()
    backward: set[str] = set()
    before = ""
    for number, raw in enumerate(lines):
        if len(found) >= 4 * MAX_FRAMES:
            break
        line = raw[:MAX_LINE].rstrip()
        frame = None
        for reader in readers:
            if any(hint in line for hint in reader.hints) and (frame := reader.read(line, before)) is not None:
                if reader.two_lines:
                    used.add(number - 1)
                if reader.innermost_last:
                    backward.add(frame.language)
                break
        before = line
        if frame is None:
            last = found[-1] if found else None
            if last and last[1].line is None and number - last[0] <= _MAX_GAP and (arrow := _ARROW.match(line)):
                found[-1] = (last[0], replace(last[1], line=int(arrow[1])))
                used.add(number)
        elif not _STDLIB_PATH.search(frame.path):
            found.append((number, frame))
            used.add(number)
    return _ranked(found, backward), frozenset(used)


def clean_path(path: str) -> str:
    """Return a path of a frame as the rest of Findspot writes paths: with ``/``, without scheme, query and ``./``."""
    path = path.strip().replace("\\", "/")
    for scheme in ("file://", "webpack:///", "webpack://", "http://", "https://"):
        if path.startswith(scheme):
            path = path[len(scheme) :]
            break
    path = path.split("?", 1)[0]
    return path.removeprefix("./")


def _ranked(found: Sequence[tuple[int, Frame]], backward: set[str]) -> tuple[Frame, ...]:
    stacks: list[list[Frame]] = []
    last_line = -1
    last_language = ""
    for number, frame in found:
        if not stacks or frame.language != last_language or number - last_line > _MAX_GAP:
            stacks.append([])
        stacks[-1].append(frame)
        last_line, last_language = number, frame.language
    ranked: list[Frame] = []
    for stack in stacks:
        ordered = stack[::-1] if stack[0].language in backward else stack
        ranked += [replace(frame, depth=depth) for depth, frame in enumerate(ordered)]
    ranked.sort(key=lambda frame: frame.depth)
    return tuple(dict.fromkeys(ranked))[:MAX_FRAMES]
