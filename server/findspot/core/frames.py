"""Stack frames out of text: Python, JavaScript, the JVM, Go, Rust, C#, Ruby, PHP, C/C++, Swift, Lua, Elixir, Haskell, Zig.

Every pattern is matched against one line of bounded length and holds no nested repetition, so the time is
linear in the text. A *stack* is a run of frames of one language; its frames are ranked from the innermost,
because the place that failed is nearer to the cause than the place that started the program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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


_PATH = r"[^\s\"'`<>|*?(){}\[\],;@]"
_EXT = r"\.[A-Za-z]{1,5}"

_PYTHON = re.compile(r'\s*File "([^"]{1,400})", line (\d{1,7})(?:, in (.{1,200}))?')
_IPYTHON = re.compile(r"\s*File (\S{1,300}):(\d{1,7}), in ([\w.<>]{1,200})")
_IPYTHON_OLD = re.compile(r"\s*(\S{1,300}\.py) in ([\w<>]{1,200})\(")
_ARROW = re.compile(r"\s*-{2,6}> ?(\d{1,7})\b")
_PYTEST = re.compile(
    rf"\s*({_PATH}{{1,300}}\.py):(\d{{1,7}}): (?:in (\S{{1,200}})|[A-Z]\w*(?:Error|Exception|Warning)\b)"
)
_V8 = re.compile(
    r"\s*at (?:async )?(?:new )?([^\s(]{1,200})(?: \[as [^\]]{1,80}\])? \(([^()]{1,400}):(\d{1,7}):\d{1,7}\)"
)
_V8_BARE = re.compile(rf"\s*at (?:async )?({_PATH}{{1,400}}):(\d{{1,7}}):\d{{1,7}}\s*$")
_FIREFOX = re.compile(
    r"\s*([\w$.<>/*]{0,200})@((?:file|https?|webpack|resource|moz-extension):[^\s]{1,400}|/[^\s]{1,400}):(\d{1,7}):\d{1,7}\s*$"
)
_JVM = re.compile(
    r"\s*at (?:[\w.@-]{1,100}/{1,2})*([\w$.<>]{1,300})\((?:([\w$-]{1,100}\.(?:java|kt|kts|scala|groovy|clj))(?::(\d{1,7}))?|Native Method|Unknown Source)\)"
)
_GO_PATH = re.compile(rf"\s+({_PATH}{{1,400}}\.go):(\d{{1,7}})(?: \+0x[0-9a-f]{{1,16}})?\s*$")
_RUST_FUNCTION = re.compile(r"\s*\d{1,4}:\s+(?:0x[0-9a-f]{1,16} - )?([\w:<>$&.{}# ]{2,300})$")
_RUST_PATH = re.compile(rf"\s+at ({_PATH}{{1,400}}\.rs):(\d{{1,7}})(?::\d{{1,7}})?\s*$")
_RUST_PANIC = re.compile(
    rf"(?:thread .{{1,100}} )?panicked at (?:'.{{0,300}}', )?({_PATH}{{1,400}}\.rs):(\d{{1,7}}):\d{{1,7}}"
)
_DOTNET = re.compile(r"\s*at ([\w.<>`+\[\],]{1,300})\(.{0,300}?\)(?: in (.{1,300}?):line (\d{1,7}))?\s*$")
_RUBY = re.compile(
    rf"\s*(?:\d{{1,4}}: )?(?:from )?({_PATH}{{1,400}}\.(?:rb|rake|erb|gemspec)):(\d{{1,7}}):in [`'](?:block .{{0,40}}?in )?([^'`]{{1,200}})'"
)
_PHP = re.compile(r"\s*#\d{1,4} ([^\s(][^(]{0,400}\.(?:php|phtml|inc))\((\d{1,7})\): ([^\s(]{1,300})\(")
_PHP_IN = re.compile(r".{0,400}? in (\S{1,300}\.php)(?: on line |:)(\d{1,7})")
_GDB = re.compile(
    r"\s*#\d{1,4}\s+(?:0x[0-9a-fA-F]{1,16} in )?([\w:~<>*&., ]{1,200}?) ?\(.{0,300}?\)(?: const)?\s+(?:at|from) (\S{1,300}?):(\d{1,7})"
)
_ASAN = re.compile(
    rf"\s*#\d{{1,4}} 0x[0-9a-fA-F]{{1,16}} in ([^\s(]{{1,200}})(?:\(.{{0,300}}?\))?(?: const)? (\S{{1,300}}{_EXT}):(\d{{1,7}})(?::\d{{1,7}})?"
)
_SWIFT_AT = re.compile(r"\s*\d{1,4}\s.{0,200}?0x[0-9a-fA-F]{4,16} (.{1,300}?) (?:at |\()(\S{1,300}\.swift):(\d{1,7})")
_SWIFT_FATAL = re.compile(
    r"(?:.{0,300}?[ :])?([^\s:]{1,300}\.swift)(?::(\d{1,7}): (?:Fatal error|Precondition failed|Assertion failed)|, line (\d{1,7}))"
)

_LUA = re.compile(
    rf"\s*(?:lua[\d.]{{0,4}}: )?({_PATH}{{1,400}}\.lua):(\d{{1,7}}): (?:in (?:upvalue |local |method |field |function )*'?([\w.:]{{1,200}})?)?"
)
_ELIXIR = re.compile(
    r"\s*(?:\([\w. -]{1,80}\) )?([^\s:()]{1,300}\.exs?):(\d{1,7}): (?:anonymous fn/\d{1,3} in )?([A-Z][\w.]{0,200}?)\.\"?([^\s/\"(]{1,200})"
)
_HASKELL = re.compile(r"\s*(\S{1,200}), called at ([^\s:]{1,300}\.hs):(\d{1,7}):\d{1,7} in ")
_ZIG = re.compile(rf"\s*({_PATH}{{1,400}}\.zig):(\d{{1,7}}):\d{{1,7}}: 0x[0-9a-f]{{1,16}} in ([^\s(]{{1,200}})")

_STDLIB_PATH = re.compile(r"node:internal|^<|^\(?native")

_HINTS = (
    ".py", " in ", "at ", "@", ".go", ".rs", ".rb", ".php", ".swift", "#", "created by", "File ", "::", ".erb", "rake", ".lua:", ".ex",
)  # fmt: skip
"""A line without one of these holds no frame; this keeps the patterns off prose."""


def _python(line: str) -> Frame | None:
    if found := _PYTHON.match(line):
        return Frame(_clean(found[1]), int(found[2]), _python_name(found[3]), "python")
    if found := _IPYTHON.match(line):
        return Frame(_clean(found[1]), int(found[2]), _python_name(found[3]), "python")
    if found := _IPYTHON_OLD.match(line):
        return Frame(_clean(found[1]), None, _python_name(found[2]), "python")
    if found := _PYTEST.match(line):
        return Frame(_clean(found[1]), int(found[2]), _python_name(found[3]), "python")
    return None


def _javascript(line: str) -> Frame | None:
    if found := _V8.match(line):
        return Frame(_clean(found[2]), int(found[3]), _script_name(found[1]), "javascript")
    if found := _V8_BARE.match(line):
        return Frame(_clean(found[1]), int(found[2]), None, "javascript")
    if found := _FIREFOX.match(line):
        return Frame(_clean(found[2]), int(found[3]), _script_name(found[1]), "javascript")
    return None


def _jvm(line: str) -> Frame | None:
    found = _JVM.match(line)
    if found is None:
        return None
    qualified = found[1].replace("$", ".")
    parts = qualified.split(".")
    package = [part for part in parts[:-2] if part[:1].islower()]
    path = "/".join([*package, found[2]]) if found[2] else ""
    classes = [part for part in parts[len(package) : -1] if part and not part.isdigit()]
    name = parts[-1] if parts[-1] not in ("<init>", "<clinit>") else (classes[-1] if classes else parts[-1])
    function = ".".join([*classes, name]) if classes else name
    return Frame(path, int(found[3]) if found[3] else None, function, "java")


def _dotnet(line: str) -> Frame | None:
    found = _DOTNET.match(line)
    if found is None or (found[2] is None and "." not in found[1]):
        return None
    name = found[1].replace("..ctor", "").replace("+", ".")
    return Frame(_clean(found[2] or ""), int(found[3]) if found[3] else None, name, "csharp")


def _ruby(line: str) -> Frame | None:
    found = _RUBY.match(line)
    if found is None:
        return None
    return Frame(_clean(found[1]), int(found[2]), found[3].replace("#", "."), "ruby")


def _php(line: str) -> Frame | None:
    if found := _PHP.match(line):
        return Frame(_clean(found[1]), int(found[2]), found[3].replace("->", ".").replace("\\", "."), "php")
    if ".php" in line and (found := _PHP_IN.match(line)):
        return Frame(_clean(found[1]), int(found[2]), None, "php")
    return None


def _native(line: str) -> Frame | None:
    found = _ASAN.match(line) or _GDB.match(line)
    if found is None:
        return None
    return Frame(_clean(found[2]), int(found[3]), found[1].strip(), "cpp")


def _swift(line: str) -> Frame | None:
    if ".swift" not in line:
        return None
    if found := _SWIFT_AT.match(line):
        name = found[1].split("(")[0].split(" + ")[0].split(" in ")[0].strip()
        return Frame(_clean(found[2]), int(found[3]), name or None, "swift")
    if found := _SWIFT_FATAL.match(line):
        return Frame(_clean(found[1]), int(found[2] or found[3]), None, "swift")
    return None


def _lua(line: str) -> Frame | None:
    found = _LUA.match(line) if ".lua:" in line else None
    name = found[3].replace(":", ".") if found and found[3] else None
    return Frame(_clean(found[1]), int(found[2]), name, "lua") if found else None


def _elixir(line: str) -> Frame | None:
    found = _ELIXIR.match(line) if ".ex" in line else None
    return Frame(_clean(found[1]), int(found[2]), f"{found[3]}.{found[4]}", "elixir") if found else None


def _haskell(line: str) -> Frame | None:
    found = _HASKELL.match(line) if " called at " in line else None
    return Frame(_clean(found[2]), int(found[3]), None, "haskell") if found else None


def _zig(line: str) -> Frame | None:
    found = _ZIG.match(line) if ".zig:" in line else None
    return Frame(_clean(found[1]), int(found[2]), found[3], "zig") if found else None


_SINGLE_LINE: tuple[Callable[[str], Frame | None], ...] = (
    _python,
    _javascript,
    _jvm,
    _ruby,
    _php,
    _swift,
    _native,
    _dotnet,
    _lua,
    _elixir,
    _haskell,
    _zig,
)

_INNERMOST_LAST = frozenset({"python"})


def read_frames(lines: Sequence[str]) -> tuple[tuple[Frame, ...], frozenset[int]]:
    """Return the frames, innermost of each stack first, and the numbers of the lines that belong to traces."""
    found: list[tuple[int, Frame]] = []
    used: set[int] = set()
    for number, raw in enumerate(lines):
        if len(found) >= 4 * MAX_FRAMES:
            break
        line = raw[:MAX_LINE].rstrip()
        if not any(hint in line for hint in _HINTS):
            if (
                found
                and found[-1][1].line is None
                and number - found[-1][0] <= _MAX_GAP
                and (arrow := _ARROW.match(line))
            ):
                found[-1] = (found[-1][0], replace(found[-1][1], line=int(arrow[1])))
                used.add(number)
            continue
        frame = _two_line_frame(lines, number, line)
        if frame is not None:
            used.add(number - 1)
        else:
            frame = next((made for read in _SINGLE_LINE if (made := read(line)) is not None), None)
        if frame is not None and not _STDLIB_PATH.search(frame.path):
            found.append((number, frame))
            used.add(number)
    return _ranked(found), frozenset(used)


def _two_line_frame(lines: Sequence[str], number: int, line: str) -> Frame | None:
    """Read a Go or Rust frame, which writes the function on the line before the path."""
    before = lines[number - 1][:MAX_LINE].rstrip() if number else ""
    if ".go:" in line and (found := _GO_PATH.match(line)):
        return Frame(_clean(found[1]), int(found[2]), _go_name(before), "go")
    if ".rs:" in line:
        if found := _RUST_PATH.match(line):
            name = _RUST_FUNCTION.match(before)
            return Frame(_clean(found[1]), int(found[2]), _rust_name(name[1]) if name else None, "rust")
        if found := _RUST_PANIC.match(line):
            return Frame(_clean(found[1]), int(found[2]), None, "rust")
    return None


def _ranked(found: Sequence[tuple[int, Frame]]) -> tuple[Frame, ...]:
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
        ordered = stack[::-1] if stack[0].language in _INNERMOST_LAST else stack
        ranked += [replace(frame, depth=depth) for depth, frame in enumerate(ordered)]
    ranked.sort(key=lambda frame: frame.depth)
    return tuple(dict.fromkeys(ranked))[:MAX_FRAMES]


def _clean(path: str) -> str:
    path = path.strip().replace("\\", "/")
    for scheme in ("file://", "webpack:///", "webpack://", "http://", "https://"):
        if path.startswith(scheme):
            path = path[len(scheme) :]
            break
    path = path.split("?", 1)[0]
    return path.removeprefix("./")


def _python_name(name: str | None) -> str | None:
    if not name:
        return None
    name = name.strip().split("(")[0]
    return None if name.startswith("<") else name


def _script_name(name: str) -> str | None:
    name = name.rstrip("/<*").split("/")[0]
    parts = [
        part for part in name.split(".") if part not in ("Object", "Module", "<anonymous>", "exports", "prototype")
    ]
    return ".".join(parts) or None


def _go_name(line: str) -> str | None:
    """Return the function of ``host/module/pkg.(*Type).Method(0x1, 0x2)`` without package, pointer and arguments."""
    line = line.strip().removeprefix("created by ").split(" in goroutine", 1)[0]
    if line.endswith(")"):
        line = line[: line.rfind("(")]
    package, _, rest = line.rsplit("/", 1)[-1].partition(".")
    if " " in package or not package:
        return None
    rest = rest.split("[", 1)[0].replace("(*", "").replace("(", "").replace(")", "")
    parts = [part for part in rest.split(".") if part and not re.fullmatch(r"func\d{1,4}|\d{1,4}", part)]
    return ".".join(parts) or None


def _rust_name(name: str) -> str:
    parts = [part for part in name.strip().split("::") if part and not part.startswith(("{", "h0", "<"))]
    parts = [part for part in parts if not re.fullmatch(r"h[0-9a-f]{16}", part)]
    return "::".join(parts[-2:])
