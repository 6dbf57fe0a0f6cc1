"""Files of keys and values: which of their keys are places of their own, and what these are called.

A document of up to ``_WHOLE`` lines is one place, and so is every key in a longer one whose value has as many or fewer;
longer values are looked into. A key of less than ``_LEAST`` lines never is one. What everybody calls by a name is
called so, and is one place up to ``_KNOWN`` lines: an object of Kubernetes, an operation of OpenAPI, a step of a workflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from findspot.core.types import Import, SymbolKind
from findspot.parsing.keys import Entry, Keys
from findspot.parsing.lines import Lines
from findspot.parsing.nesting import Definition, Shape
from findspot.parsing.symbols import Outline

_WHOLE: Final = 40
_KNOWN: Final = 60
_LEAST: Final = 4
_ITEM: Final = 10
"""Lines from which an item of a list is a place of its own without having a name."""

_CROWD: Final = 50
_CROWD_OF_ITEMS: Final = 8
_CROWDED: Final = 9
"""More keys, or items of a list, than these, of fewer lines than this on average, are a table of data, and no places."""

_NAMED_DEPTH: Final = 3
"""Levels of keys that are symbols where they are no places of their own."""

_IDENTITY: Final = ("name", "id", "key", "command", "title", "alias", "job_name", "path", "hosts")
_STEPS: Final = frozenset(("steps", "tasks", "pre_tasks", "post_tasks", "handlers"))
_METHODS: Final = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))
_INCLUDES: Final = frozenset(("$ref", "extends", "include", "include_tasks", "import_tasks", "import_playbook", "uses"))
_FILE = re.compile(r"\.{0,2}/?[\w.@/-]+\.(?:ya?ml|json)(?=$|#)|\.{1,2}/[\w.@/-]+")


def keyed(read: Callable[[bytes], Keys], language: str) -> Callable[[str, bytes], Outline]:
    """Return a scanner of files of a language whose keys ``read`` finds."""

    def scan(_path: str, source: bytes) -> Outline:
        return _Chooser(language, source).choose(read(source))

    return scan


class _Chooser:
    def __init__(self, language: str, source: bytes) -> None:
        self._language = language
        self._lines = Lines(source)
        self._outline = Outline([], rest="window")

    def choose(self, keys: Keys) -> Outline:
        self._outline.leads = [(start, end, True) for start, end in keys.comments]
        for document in keys.documents:
            if not document.inside:
                continue
            title = _kubernetes(document)
            whole = self._count(document) <= (_KNOWN if title else _WHOLE)
            if title:
                document.start = document.inside[0].start
                self._define("cls", "section", document, title, title)
            self._visit(document, title, _NAMED_DEPTH + 1 if title else 1, whole=whole)
        return self._outline

    def _count(self, entry: Entry) -> int:
        return self._lines.count(entry.start, entry.end)

    def _define(self, shape: Shape, kind: SymbolKind, entry: Entry, name: str, path: str) -> None:
        start, end = entry.start, max(entry.end, entry.start + 1)
        self._outline.definitions.append(
            Definition(shape, kind, name, "", self._language, None, start, end, start, None, qualified_name=path)
        )

    def _visit(self, holder: Entry, path: str, depth: int, *, whole: bool) -> None:
        """Define what an entry holds; with ``whole`` it is one place already, and only what has a name everywhere is not."""
        crowded = self._is_crowded([entry for entry in holder.inside if entry.inside])
        for index, entry in enumerate(holder.inside):
            if entry.name in _INCLUDES and (file := _FILE.match(entry.text)):
                self._outline.imports.append(Import(file[0], entry.start))
            self._outline.borders.append(self._lines.begin(entry.start))
            named, name, full, known = _called(holder, entry, index, path)
            lines = self._count(entry)
            if lines < _LEAST:
                if depth == 2 and not (entry.item or holder.item):
                    self._define("sym", "field", entry, name, full)
                self._visit(entry, "", depth + 100, whole=True)
                continue
            least = _LEAST if named or known else _ITEM
            if lines >= least and (known or not (whole or crowded)):
                self._define("cls", "section", entry, name, full)
                self._visit(entry, full, depth + 1, whole=lines <= (_KNOWN if known else _WHOLE))
            else:
                if entry.inside and named and depth <= _NAMED_DEPTH and not crowded:
                    self._define("sym", "section", entry, name, full)
                self._visit(entry, full, depth + 1, whole=True)

    def _is_crowded(self, held: list[Entry]) -> bool:
        most = _CROWD_OF_ITEMS if held and held[0].item and not held[0].name else _CROWD
        return len(held) > most and sum(map(self._count, held)) < _CROWDED * len(held)


def _called(holder: Entry, entry: Entry, index: int, path: str) -> tuple[bool, str, str, bool]:
    """Return whether an entry has a name, that name, its path, and whether such entries always have a place of their own."""
    if holder.name.startswith("/") and entry.name in _METHODS:
        operation = f"{entry.name.upper()} {holder.name}"
        return True, operation, operation, True
    if entry.label:
        return True, entry.label, _joined(_joined(path, entry.name), entry.label), False
    if not entry.item:
        return True, entry.name, _joined(path, entry.name), holder.name == "jobs"
    identity = next((one.text for key in _IDENTITY for one in entry.inside if one.name == key and one.text), "")
    base = _joined(path, entry.name) if entry.name else path
    name = identity or f"{(entry.name or holder.name)}[{index}]"
    full = _joined(base, identity) if identity else f"{base}[{index}]"
    return bool(identity), name, full, holder.name in _STEPS


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _kubernetes(document: Entry) -> str:
    """Return what an object of Kubernetes is called: its kind, its namespace and its name."""
    top = {entry.name: entry for entry in document.inside}
    if not {"apiVersion", "kind", "metadata"} <= top.keys():
        return ""
    metadata = {entry.name: entry.text for entry in top["metadata"].inside if "{{" not in entry.text}
    name = "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
    return f"{top['kind'].text} {name}".strip()
