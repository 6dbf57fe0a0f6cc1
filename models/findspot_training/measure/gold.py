"""What would have been the right answer: files, functions, modules and lines that a patch changes, as they were before.

Only what exists at the base commit counts: nobody can find a file or function that the solution adds. A function is
``Class.method`` in a file; a *module* is the outermost class or function around a change. Tests are no code, wherever they
stand: what a patch changes among the tests inside a source file, as Rust keeps them, is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from findspot.core.types import PathClass, Symbol
from findspot.errors import EvaluationError
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.functions import is_code
from findspot.evaluation.places import FUNCTIONS, Place
from findspot.languages.paths import unit_class
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from findspot_training.measure.instances import GoldEntry, Instance

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")

_CLASSES = frozenset({"class", "interface", "struct", "enum", "trait", "type"})


@dataclass(frozen=True, slots=True)
class Gold:
    """The right answer at the base commit; ``files`` holds documents and tests too, everything else only code."""

    files: tuple[str, ...]
    code_files: tuple[str, ...]
    functions: tuple[Place, ...]
    modules: tuple[Place, ...]
    lines: dict[str, tuple[tuple[int, int], ...]]


def with_patch(instance: Instance, repository: BareRepository) -> Instance:
    """Return an instance that only names the commit of its solution with what that commit changed as its patch.

    Raises ``EvaluationError`` when the repository cannot tell.
    """
    if not instance.fix or instance.patch or instance.entries is not None:
        return instance
    patch = repository.difference(instance.commit, instance.fix, "--no-renames")
    if patch is None:
        raise EvaluationError(f"{instance.id}: what commit {instance.fix} changed cannot be read")
    return replace(instance, patch=patch.decode(errors="replace"))


def gold_of(instance: Instance, tree: Collection[str], read: Callable[[str], bytes | None], parsers: Parsers) -> Gold:
    """Return the gold of an instance, limited to the paths of ``tree``, whose bytes ``read`` gives."""
    entries = patched(instance.patch) if instance.entries is None else instance.entries
    named = [entry.path for entry in entries] if instance.gold_files is None else instance.gold_files
    files = tuple(path for path in dict.fromkeys(named) if path in tree)
    code = files if instance.gold_code_files is None else instance.gold_code_files
    code_files = tuple(
        path for path in dict.fromkeys(code) if path in tree and (instance.gold_code_files is not None or is_code(path))
    )
    functions: dict[Place, None] = {}
    modules: dict[Place, None] = {}
    lines: dict[str, tuple[tuple[int, int], ...]] = {}
    only_tests: set[str] = set()
    for given in entries:
        source = read(given.path) if given.path in code_files else None
        if source is None:
            continue
        symbols = parse(given.path, source, parsers=parsers).symbols
        entry = _without_tests(given, symbols)
        if given.lines and not entry.lines:
            only_tests.add(entry.path)
            continue
        lines[entry.path] = entry.lines
        inside, around = _definitions(entry, source, symbols)
        functions.update(dict.fromkeys((entry.path, name) for name in inside))
        modules.update(dict.fromkeys((entry.path, outermost(name)) for name in (*inside, *around)))
    code_files = tuple(path for path in code_files if path not in only_tests)
    return Gold(files, code_files, tuple(functions), tuple(modules), lines)


def outermost(name: str) -> str:
    """Return the first part of a qualified name."""
    return name.split(".", 1)[0]


def _without_tests(entry: GoldEntry, symbols: Sequence[Symbol]) -> GoldEntry:
    """Return an entry without the lines of tests inside a source file."""
    tests = [
        one.span for one in symbols if unit_class(PathClass.SOURCE, entry.path, one.qualified_name) is PathClass.TEST
    ]
    if not tests:
        return entry
    numbers = (number for first, last in entry.lines for number in range(first, last + 1))
    kept = [number for number in numbers if not any(span.start_line <= number <= span.end_line for span in tests)]
    return replace(entry, lines=_ranges(kept))


def _definitions(entry: GoldEntry, source: bytes, symbols: Sequence[Symbol]) -> tuple[list[str], list[str]]:
    """Return the changed functions and the classes changed outside their functions that exist in the source."""
    if entry.functions is None or entry.classes is None:
        return _around(symbols, entry.lines)
    existing = python_definitions(source) if entry.path.endswith(".py") else None
    if existing is None:
        existing = {symbol.qualified_name for symbol in symbols}
    return [name for name in entry.functions if name in existing], [name for name in entry.classes if name in existing]


def python_definitions(source: bytes) -> set[str] | None:
    """Return the qualified names of all classes and functions as Python sees them, None when it cannot parse them.

    Our own parser is what is being measured, so it does not decide what there is to be found.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    names: set[str] = set()
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        prefix, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(prefix + child.name)
                waiting.append((f"{prefix}{child.name}.", child))
            else:
                waiting.append((prefix, child))
    return names


def _around(symbols: Sequence[Symbol], ranges: Iterable[tuple[int, int]]) -> tuple[list[str], list[str]]:
    """Return the innermost functions around the lines, and the innermost classes of lines outside any function."""
    functions: dict[str, None] = {}
    classes: dict[str, None] = {}
    for first, last in ranges:
        for line in range(first, last + 1):
            around = [one for one in symbols if one.span.start_line <= line <= one.span.end_line]
            around.sort(key=lambda one: one.span.end_line - one.span.start_line)
            inside = next((one for one in around if one.kind in FUNCTIONS), None)
            owner = next((one for one in around if one.kind in _CLASSES), None)
            if inside is not None:
                functions[inside.qualified_name] = None
            elif owner is not None:
                classes[owner.qualified_name] = None
    return list(functions), list(classes)


def patched(patch: str) -> tuple[GoldEntry, ...]:
    """Return the files that a unified diff changes, with the lines of the old side it touches.

    Lines that are only added belong to the line before them. Files that the patch adds are left out.
    """
    changes: dict[str, dict[int, None]] = {}
    touched: dict[int, None] | None = None
    old = old_left = new_left = 0
    for text in patch.split("\n"):
        if old_left > 0 or new_left > 0:
            mark = text[:1]
            if mark == "\\":
                continue
            if touched is not None and mark in {"-", "+"}:
                touched[old if mark == "-" else max(1, old - 1)] = None
            old += mark != "+"
            old_left -= mark != "+"
            new_left -= mark != "-"
        elif text.startswith("--- "):
            path = text[4:].split("\t", 1)[0].strip().strip('"')
            touched = None if path == "/dev/null" else changes.setdefault(path.removeprefix("a/"), {})
        elif found := _HUNK.match(text):
            old, old_left, new_left = int(found[1]), int(found[2] or 1), int(found[3] or 1)
            old += old_left == 0  # a hunk without old lines names the line before it
    return tuple(GoldEntry(path, _ranges(sorted(lines)), None, None) for path, lines in changes.items())


def _ranges(lines: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Join neighbouring line numbers."""
    joined: list[tuple[int, int]] = []
    for line in lines:
        if joined and line == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], line)
        else:
            joined.append((line, line))
    return tuple(joined)
