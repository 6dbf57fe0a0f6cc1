"""Jupyter notebooks: the JSON of one as text whose lines are those of the file, and the cells of that text.

The text is written in the percent format that editors know. Each line of source stands in the line of its JSON, and each
cell begins with a line that says its number and language; outputs and metadata are blank. A notebook that is not laid
out line by line (some tools write all in one) gets lines of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from findspot.languages.table import BY_SUFFIX
from findspot.parsing.headings import markdown_headings
from findspot.parsing.nesting import Definition
from findspot.parsing.symbols import Outline

_BLANKS = re.compile(r"[ \t\n\r]*+")
_MARK = re.compile(rb"^# %% cell (\d{1,9}) \[([\w+#.-]{1,40})\]$", re.MULTILINE)
_PERCENT = re.compile(rb"^#[ \t]?%%(?!%)[ \t]*([^\n]*?)[ \t\r]*$", re.MULTILINE)
PERCENT: Final = frozenset({"julia", "python", "r"})
"""Languages whose scripts may be written in the percent format."""

_PROSE: Final = frozenset({"markdown", "raw"})
_MAGIC = re.compile(rb"^([ \t]*+)((?:[%!?]|[\w.]+\?{1,2}[ \t]*$|[\w., \t]{1,80}=[ \t]*[!%])[^\n]*)", re.MULTILINE)
"""Lines of IPython and the shell, which no grammar knows."""

_CELL_MAGIC = re.compile(r"\s*%%(\w{1,40})[ \t]*(\S*)")
_MAGICS: Final = {
    **{name: name for name in ("bash", "html", "javascript", "julia", "markdown", "perl", "ruby", "sql")},
    "sh": "bash",
    "script": "bash",
    "js": "javascript",
    "r": "r",
    "bigquery": "sql",
}
"""Magics that say in which language their cell is."""

_KERNELS: Final = {
    "ipython": "python",
    "sagemath": "python",
    "ir": "r",
    "c#": "csharp",
    "f#": "fsharp",
    "c++": "cpp",
    "pwsh": "powershell",
    "xeus-cling": "cpp",
}
_HOLDS_SOURCE: Final = frozenset({None, "cells", "worksheets", "source", "input"})
"""Keys whose values have source in them; None stands for the items of lists."""

_VERSION: Final = "0123456789."


class _Placed(str):
    """A string of JSON that knows where it stands."""

    __slots__ = ("at",)
    at: int


class _Reader:
    """Reads JSON with the places of its strings; values that are long and no source are left to the fast decoder."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._fast = json.JSONDecoder(strict=False)

    def read(self, at: int) -> tuple[Any, int]:
        """Return the value at ``at``, or behind blanks there, and its end; raises ``ValueError``, ``IndexError``."""
        at = self._behind_blanks(at)
        if self._text[at] in "{[":
            return self._collection(at)
        value, end = self._fast.raw_decode(self._text, at)
        if isinstance(value, str):
            value = _Placed(value)
            value.at = at
        return value, end

    def _collection(self, at: int) -> tuple[Any, int]:
        keyed = self._text[at] == "{"
        closing = "}" if keyed else "]"
        pairs: list[tuple[Any, Any]] = []
        at = self._behind_blanks(at + 1)
        while self._text[at] != closing:
            key: Any = None
            if keyed:
                key, at = self._fast.raw_decode(self._text, at)
                at = self._expected(":", at)
            value, at = self.read(at) if key in _HOLDS_SOURCE else self._fast.raw_decode(self._text, at)
            pairs.append((key, value))
            at = self._behind_blanks(at)
            if self._text[at] != closing:
                at = self._expected(",", at)
        return (dict(pairs) if keyed else [value for _, value in pairs]), at + 1

    def _expected(self, sign: str, at: int) -> int:
        at = self._behind_blanks(at)
        if self._text[at] != sign:
            raise ValueError(sign)
        return self._behind_blanks(at + 1)

    def _behind_blanks(self, at: int) -> int:
        return _BLANKS.match(self._text, at).end()  # type: ignore[union-attr] # matches anywhere


class _Cell(NamedTuple):
    """A cell: its number from 1, its language, and its source, each piece with its place in the JSON."""

    number: int
    language: str
    pieces: list[_Placed]


def is_notebook(path: str) -> bool:
    """Return whether a path is that of a notebook."""
    return path.lower().endswith(".ipynb")


def notebook_text(source: bytes) -> bytes | None:
    """Return the text of a notebook, which is itself where it is such text already; None where it is neither.

    ``source`` is UTF-8. Lines end with LF.
    """
    if not source.strip() or _MARK.match(source.lstrip()):
        return source
    text = source.decode()
    try:
        notebook, end = _Reader(text).read(0)
        cells = list(_cells(notebook)) if not text[end:].strip() else None
    except (ValueError, IndexError, RecursionError, LookupError, TypeError, AttributeError):  # no JSON, or no notebook
        cells = None
    if cells is None:
        return None
    return (_in_place(text, cells) or _laid_out(cells)).replace("\0", " ").encode("utf-8", "replace")


def _cells(notebook: dict[str, Any]) -> Iterator[_Cell]:
    """Yield the cells that have source; metadata and cells that are not what they should be cost nothing else."""
    metadata = _held(notebook, "metadata")
    kernel = _held(metadata, "kernelspec")
    said = (_held(metadata, "language_info").get("name"), kernel.get("language"), kernel.get("name"))
    found = notebook.get("cells")
    if found is None:  # before version 4
        found = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    if found and not any(isinstance(cell, dict) and "cell_type" in cell for cell in found):
        raise LookupError("cell_type")
    for number, cell in enumerate(found, start=1):
        if not isinstance(cell, dict):
            continue
        kind = cell.get("cell_type")
        written = cell.get("input" if kind == "code" and "source" not in cell else "source")
        pieces = [
            one for one in (written if isinstance(written, list) else [written]) if one and isinstance(one, _Placed)
        ]
        own = (cell.get("language"), _held(_held(cell, "metadata"), "vscode").get("languageId"))
        name = next((one for one in (*own, *said) if one and isinstance(one, str)), "python")
        language = _language("".join(pieces[:1]), name) if kind == "code" else "markdown"
        if pieces:
            yield _Cell(number, "raw" if kind == "raw" else language, pieces)


def _held(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping that a mapping holds by a name, an empty one where it is anything else."""
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def _language(first: str, name: str) -> str:
    magic = _CELL_MAGIC.match(first)
    if magic is not None:
        file_type = BY_SUFFIX.get(magic[2].rpartition(".")[2].lower()) if magic[1] == "writefile" else None
        if file_type is not None:
            return file_type.name
        if magic[1].lower().rstrip(_VERSION) in _MAGICS:
            return _MAGICS[magic[1].lower().rstrip(_VERSION)]
    name = "-".join(name.lower().split()).rstrip(_VERSION)[:40]
    return _KERNELS.get(name, name) if re.fullmatch(r"[\w+#.-]+", name) else "python"


def _mark(cell: _Cell) -> str:
    return f"# %% cell {cell.number} [{cell.language}]"


def _in_place(text: str, cells: list[_Cell]) -> str:
    """Write each line of source in its line of the JSON; nothing where a line of JSON has several of them."""
    lines = [""] * (text.count("\n") + 1)
    last, line, position = -1, 0, 0
    for cell in cells:
        for index, piece in enumerate(cell.pieces):
            line += text.count("\n", position, piece.at)
            position = piece.at
            # Editors split source at every sign that Python takes for an end of line, such as a form feed.
            ends = piece[-1].splitlines() == [""] or index == len(cell.pieces) - 1
            if line <= last + (index == 0) or not ends or "\n" in piece[:-1]:
                return ""
            if index == 0:
                lines[line - 1] = _mark(cell)
            lines[line] = piece.removesuffix("\n")
            last = line
    return "\n".join(lines)


def _laid_out(cells: list[_Cell]) -> str:
    return "\n\n".join("\n".join((_mark(cell), "".join(cell.pieces).strip("\n"))) for cell in cells) + "\n"


def read_notebook(_path: str, source: bytes) -> Outline:
    """Return the cells of the text of a notebook; code is left to the parsers of its language."""
    outline = Outline([], embedded_source=_MAGIC.sub(_without_magic, source))
    title: tuple[int, int] | None = None
    marks = list(_MARK.finditer(source))
    for mark, end in _with_ends(marks, source):
        language = mark[2].decode()
        body = mark.end() + 1
        written = body + len(source[body:end].rstrip())
        cell = Definition(
            "part", "section", f"cell {int(mark[1])}", "", "notebook", None, mark.start(), written, body, None
        )
        outline.definitions.append(cell)
        if language in _PROSE:
            headings = markdown_headings(source[body:end])
            title = (body + headings[-1].byte, body + headings[-1].end) if headings else title
        else:
            cell.doc = title
            # Without the blank lines of its output, which may be most of the file; its last line needs its end.
            code_end = source.find(b"\n", written, end) + 1 or end
            outline.embedded.setdefault(language, []).append((body, code_end))
    return outline


def _with_ends(marks: list[re.Match[bytes]], source: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    for index, mark in enumerate(marks, start=1):
        yield mark, marks[index].start() if index < len(marks) else len(source)


def _without_magic(line: re.Match[bytes]) -> bytes:
    """Return a statement without effect, as long as the line of IPython that it stands for."""
    statement = b"" if line[2].startswith(b"%%") else b"pass" if len(line[2]) >= 4 else b"0"
    return line[1] + statement.ljust(len(line[2]))


def percent_cells(language: str, source: bytes) -> Iterator[Definition]:
    """Find the cells of a script in the percent format; one mark alone is no cell."""
    marks = list(_PERCENT.finditer(source))
    if len(marks) < 2:
        return
    for number, (mark, end) in enumerate(_with_ends(marks, source), start=1):
        start, written = mark.start(), mark.start() + len(source[mark.start() : end].rstrip())
        yield Definition("large", "section", f"cell {number}", "", language, None, start, written, start, None)
