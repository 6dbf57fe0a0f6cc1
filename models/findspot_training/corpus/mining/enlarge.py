"""Issue-like texts from short messages: a trace or a snippet that the changed function might have stood in.

Mined messages have nearly no code in them, issues do, and a ranker must learn what a trace is worth. What is made up
here is small, marked as synthetic, and names one changed function, which is not always the innermost frame.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

_TRACES: Final = {
    "python": ('  File "{path}", line {line}, in {name}', "Traceback (most recent call last):", "{error}: {about}"),
    "javascript": ("    at {full} ({path}:{line}:{column})", "{error}: {about}", ""),
    "java": ("\tat {full}({file}:{line})", 'Exception in thread "main" {error}: {about}', ""),
    "csharp": ("   at {full}() in {path}:line {line}", "Unhandled exception. {error}: {about}", ""),
    "go": ("{full}(...)\n\t{path}:{line} +0x{column}d", "panic: {about}\n\ngoroutine 1 [running]:", ""),
    "rust": ("   {column}: {full}\n             at {path}:{line}", "thread 'main' panicked: {about}", ""),
    "ruby": ("{path}:{line}:in '{name}'", "", "{error}: {about}"),
    "php": ("#{column} {path}({line}): {name}()", "PHP Fatal error:  Uncaught {error}: {about}\nStack trace:", ""),
    "": ("    {path}:{line}: {full}", "{error}: {about}", ""),
}
"""For each manner of writing: a frame, what stands above all frames, what stands below."""

_MANNER: Final = {
    "typescript": "javascript",
    "tsx": "javascript",
    "jsx": "javascript",
    "kotlin": "java",
    "scala": "java",
}
_INNERMOST_LAST: Final = frozenset({"python"})
_ERRORS: Final = ("RuntimeError", "ValueError", "TypeError", "KeyError", "IllegalState")
_ABOUT: Final = ("unexpected value", "invalid state", "not found", "index out of range", "cannot be converted")
_OUTSIDE: Final = (("lib/runtime/dispatch", "invoke"), ("lib/runtime/loop", "run_once"), ("lib/runtime/io", "read_all"))
_LEADS: Final = ("What I see:", "Steps to reproduce:", "Here is what happens:", "Output:")


@dataclass(frozen=True, slots=True)
class Enlarged:
    """A text made longer; ``names`` says which function it gives away, as (path, qualified name)."""

    text: str
    form: Literal["trace", "code"]
    names: tuple[str, str]


def enlarge(row: dict[str, Any], *, seed: int) -> Enlarged:
    """Put a trace or a snippet around the message of a mined ``commit`` row; the same seed gives the same text.

    The row has at least one function, as every mined row does.
    """
    draw = random.Random(f"{seed} {row['commit']} {row['message']}")  # noqa: S311 - repeatable, nothing is secret
    subject, _, body = str(row["message"]).partition("\n\n")
    places = [(file, number) for file in row["files"] for number in range(len(file["functions"]))]
    file, number = draw.choice(places)
    name = str(file["functions"][number])
    form: Literal["trace", "code"] = draw.choice(("trace", "code"))
    block = _trace(draw, file, number) if form == "trace" else _snippet(name, str(file["language"]))
    parts = [subject, body, draw.choice(_LEADS), block]
    if draw.random() < 0.5:
        parts[1:] = [*parts[2:], body]  # people put the trace first as often as last
    return Enlarged("\n\n".join(part for part in parts if part), form, (str(file["path"]), name))


def _trace(draw: random.Random, file: dict[str, Any], number: int) -> str:
    manner = _MANNER.get(file["language"], file["language"])
    frame, above, below = _TRACES.get(manner, _TRACES[""])
    path, name = str(file["path"]), str(file["functions"][number])
    start, end = file["spans"][number]
    ending = path.rpartition(".")[2]
    outside = [(f"{where}.{ending}", what, draw.randint(10, 400)) for where, what in draw.sample(_OUTSIDE, 2)]
    frames = [outside[0], (path, name, draw.randint(min(start + 1, end), end))]
    if draw.random() < 0.5:
        frames.append(outside[1])  # the fault shows in a library that our function called
    if manner not in _INNERMOST_LAST:
        frames.reverse()
    words = {"error": draw.choice(_ERRORS), "about": draw.choice(_ABOUT)}
    lines = [above.format(**words)]
    for at, (where, what, line) in enumerate(frames):
        bare = what.rpartition(".")[2]
        lines.append(
            frame.format(path=where, file=where.rpartition("/")[2], full=what, name=bare, line=line, column=at + 1)
        )
    lines.append(below.format(**words))
    return _fenced("", [line for line in lines if line])


def _snippet(name: str, language: str) -> str:
    owner, _, bare = name.rpartition(".")
    call = f"{owner.rpartition('.')[2].lower()}.{bare}(value)" if owner else f"{bare}(value)"
    return _fenced(language, [f"result = {call}"])


def _fenced(language: str, lines: Sequence[str]) -> str:
    return "\n".join((f"```{language}", *lines, "```"))
