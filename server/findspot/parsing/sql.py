"""Statements of SQL in any dialect, and the templates of dbt around them.

Read token by token: no grammar knows procedures of all dialects, and none knows Jinja in SQL. A statement ends at its
``;``, or where its dialect says so: ``GO`` and ``/`` on a line, what ``DELIMITER`` names, the quote around a body.
The time is linear in the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from findspot.core.types import Import, Reference, SymbolKind
from findspot.parsing.nesting import Definition, Shape
from findspot.parsing.symbols import Outline

_TOKEN = re.compile(
    rb"""(?xs)
      (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) | \{\#.*?(?:\#\}|\Z) | ^[ \t]*\#(?=[ \t!])[^\n]* )
    | (?P<tag> \{%.*?(?:%\}|\Z) ) | (?P<expression> \{\{.*?(?:\}\}|\Z) )
    | (?P<include> ^(?:\\ir?|:r|source)[ \t]+(?P<file>[^\s;]+) )
    | (?P<delimiter> ^[ \t]*(?i:delimiter)[ \t]+(?P<sign>\S+) )
    | (?P<batch> ^[ \t]*(?:(?i:go)|/)[ \t]*\r?$ )
    | (?P<dollar> \$(?:[A-Za-z_]\w*)?\$ )
    | (?P<string> '(?:[^'\\]|''|\\(?:'(?![\s,;)]))?)*(?:'|\Z) )
    | (?P<word> [A-Za-z_@\x80-\xff][\w$@\x80-\xff]* | "[^"\n]{1,200}" | `[^`\n]{1,200}` | \[[A-Za-z_][^\]\n]{0,200}\] )
    | (?P<mark> [;(),.] | //+ | \$\$ )
    """,
    re.MULTILINE,
)
_PART = re.compile(rb"""[\w$@#\x80-\xff]+|"[^"\n]{1,200}"|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]""")
_NAME = re.compile(rb"(?:" + _PART.pattern + rb")(?:[ \t]*\.[ \t]*(?:" + _PART.pattern + rb"))*")
_BATCH = re.compile(rb"^[ \t]*(?:(?i:go)|/)[ \t]*\r?$", re.MULTILINE)
_MODEL_CALL = re.compile(rb"\b(?:ref|source)[ \t]*\((?:[ \t]*['\"][\w.-]+['\"][ \t]*,)?[ \t]*['\"]([\w.-]+)['\"]")
_CALL = re.compile(rb"\b([A-Za-z_]\w*)[ \t]*\(")
_BLOCK = re.compile(rb"\{%-?\s*(end)?(macro|snapshot|test|materialization)\b\s*(\w*)")

_KINDS: Final[dict[bytes, tuple[Shape, SymbolKind]]] = {
    **dict.fromkeys(b"function procedure proc trigger aggregate event test".split(), ("fn", "function")),
    **dict.fromkeys((b"macro", b"materialization"), ("fn", "macro")),
    **dict.fromkeys((b"table", b"view", b"snapshot"), ("cls", "struct")),
    **dict.fromkeys((b"type", b"domain"), ("large", "type")),
    **dict.fromkeys((b"schema", b"database"), ("large", "namespace")),
    **dict.fromkeys(
        b"index sequence policy rule role user extension server synonym publication".split(), ("large", "constant")
    ),
    b"package": ("cls", "module"),
}
"""What is made, by its word; an index of one line or two is a symbol only."""

_ROUTINES: Final = frozenset(b"function procedure proc trigger event package".split())
_BEFORE_NAME: Final = frozenset(b"if not exists body concurrently only".split())
_BEFORE_TABLE: Final = frozenset(b"from join into update references table call exec execute".split())
_VERBS: Final = frozenset(
    b"begin select set declare insert update delete with exec execute return if merge truncate print language".split()
)
"""What may follow the ``AS`` of a routine; anything else is a variable of Oracle, with a ``BEGIN`` to come."""

_WORDS: Final = frozenset(
    b"""all and any array as asc between bigint bit by case cast char check coalesce column constraint count create cross
    date decimal default delete desc distinct else end enum except exists filter float for foreign from full function group
    having if in index inner insert int integer intersect interval into is join key lateral left like limit max min not
    null nullif number numeric nvarchar of offset on only or order outer over partition primary procedure range returning
    returns right row rows select set some sum table temporary then time timestamp to top trigger truncate union unique
    unnest update using values varbinary varchar varchar2 varying view when where with within""".split()
)
"""Words that name neither a table nor a function of the user's own."""

_CONSTRAINTS: Final = frozenset(
    b"constraint primary unique foreign check key index like exclude period fulltext spatial partition".split()
)
_BLOCK_ENDS: Final = frozenset(b"if loop while repeat for".split())
_DEEPEST: Final = 24
"""Parentheses inside one another in which parts of a query are told apart."""

_PART_LINES: Final = 6
"""Lines from which a part of a query (``WITH name AS (...)``) is a place of its own; shorter ones rename a table."""


@dataclass(slots=True)
class _Statement:
    """What is known of the statement that is being read; ``parens`` has for each open one what stood before it."""

    first: bytes = b""
    kind: bytes = b""
    definition: Definition | None = None
    start: int = 0
    blocks: int = 0
    waits: bool = False
    columns: int = 0
    begins_column: bool = False
    parens: list[tuple[re.Match[bytes] | None, Definition | None]] = field(default_factory=list)
    withs: set[int] = field(default_factory=set)


def read_sql(path: str, source: bytes) -> Outline:
    """Return what SQL defines, refers to and imports; a model of dbt is a definition with the name of its file."""
    return _Reader(path, source).read()


class _Reader:
    def __init__(self, path: str, source: bytes) -> None:
        self._path = path
        self._source = source
        self._outline = Outline([], rest="window")
        self._statement = _Statement()
        self._word: re.Match[bytes] | None = None
        self._before = b""
        self._named: re.Match[bytes] | None = None
        self._end = 0
        self._skip = 0
        self._dollar = b""
        self._sign = b";"
        self._batches = _BATCH.search(source) is not None
        # In T-SQL a script makes an empty procedure where there is none, and alters it to what it shall be.
        self._makes = {b"create", b"alter"} if self._batches else {b"create"}
        self._blocks: list[Definition] = []
        self._models = False

    def read(self) -> Outline:
        for token in _TOKEN.finditer(self._source):
            if token.start() < self._skip:
                continue
            kind = token.lastgroup
            if kind == "comment":
                self._outline.leads.append((*token.span(), True))
                continue
            if kind == "word":
                self._read_word(token)
            elif kind == "mark":
                self._read_mark(token)
            elif kind in {"tag", "expression"}:
                self._read_template(token)
            elif kind == "dollar":
                self._read_dollar(token[0])
            elif kind == "include":
                self._outline.imports.append(Import(token["file"].decode("utf-8", "replace"), token.start()))
            elif kind == "delimiter":
                self._finish()
                self._sign = token["sign"]
            elif kind == "batch":
                self._finish()
            self._end = max(token.end(), self._skip)
            if kind not in {"word", "mark"}:
                self._before, self._word = b"", None
        self._finish()
        if self._models and not any(found.shape in {"fn", "cls"} for found in self._outline.definitions):
            self._define("cls", "struct", PurePosixPath(self._path).stem, 0).end = len(self._source)
        return self._outline

    def _define(self, shape: Shape, kind: SymbolKind, name: str, start: int) -> Definition:
        found = Definition(shape, kind, name[:200], "", "sql", None, start, start, start, None)
        self._outline.definitions.append(found)
        return found

    def _read_word(self, token: re.Match[bytes]) -> None:
        word, start, statement = token[0].lower(), token.start(), self._statement
        held = self._dollar or (self._batches and statement.kind in _ROUTINES)
        if word in {b"create", b"alter"} and not held and self._source[start - 1 : start] == b"\n":
            self._finish()
            statement = self._statement
        if not statement.first:
            statement.first, statement.start = word, start
            if word == b"with":
                statement.withs.add(0)
        elif statement.first in self._makes and statement.definition is None and statement.kind != b"-":
            self._read_head(word, token)
        elif statement.begins_column:
            statement.begins_column = False
            if word not in _CONSTRAINTS:
                self._define("sym", "field", _bare(token[0]), start).end = token.end()
        else:
            self._read_inside(word, token)
        self._before, self._word = (word, token) if self._skip <= start else (b"", None)

    def _read_head(self, word: bytes, token: re.Match[bytes]) -> None:
        """Read on in ``CREATE ... KIND ... name``."""
        statement = self._statement
        if statement.first == b"alter" and not statement.kind and word not in _ROUTINES:
            statement.kind = b"-"
        elif not statement.kind:
            statement.kind = word if word in _KINDS else b"-" * (word in {b"as", b"on", b"select"})
        elif word in _KINDS and self._before not in _BEFORE_NAME and statement.kind in {b"user", b"event"}:
            statement.kind = word
        elif word in {b"on", b"using"}:
            statement.kind = b"-"
        elif word not in _BEFORE_NAME:
            name, self._skip = self._dotted(token.start())
            statement.definition = self._define(*_KINDS[statement.kind], _bare(name[0]), statement.start)

    def _read_inside(self, word: bytes, token: re.Match[bytes]) -> None:
        statement, before = self._statement, self._before
        routine = statement.kind in _ROUTINES
        if routine and not self._dollar:
            self._count_blocks(word, before)
        if (
            word in {b"as", b"is", b"begin"}
            and not statement.parens
            and statement.definition
            and not statement.definition.body
        ):
            statement.definition.body = token.start()
            statement.blocks += statement.kind == b"package" and word != b"begin"
        elif before in {b"as", b"is"} and routine and statement.definition and not self._dollar:
            statement.waits = statement.kind != b"package" and not statement.blocks and word not in _VERBS
        if word == b"with":
            statement.withs.add(len(statement.parens))
        elif word == b"as":
            self._named = self._word
        elif word not in {b"not", b"materialized"}:
            self._named = None
        if before in _BEFORE_TABLE and word not in _WORDS:
            name, self._skip = self._dotted(token.start())
            self._refer(name)

    def _count_blocks(self, word: bytes, before: bytes) -> None:
        """Follow ``BEGIN`` and ``END``, inside which no ``;`` ends a routine."""
        statement = self._statement
        if before == b"end" and word in _BLOCK_ENDS:
            statement.blocks += 1
        elif word == b"begin" or (word == b"case" and before != b"end"):
            statement.blocks += 1
            statement.waits = False
        elif (word == b"end") or (before == b"begin" and word in {b"tran", b"transaction", b"work"}):
            statement.blocks = max(0, statement.blocks - 1)

    def _read_mark(self, token: re.Match[bytes]) -> None:
        statement, mark = self._statement, token[0]
        if mark == b"(":
            self._open(token)
        elif mark == b")":
            if statement.parens:
                self._close(token.end())
        elif mark == b",":
            statement.begins_column = statement.columns == len(statement.parens) > 0
            self._word = None
        elif mark == self._sign or (mark == b";" and self._sign == b";"):
            open_routine = statement.kind in _ROUTINES and (statement.blocks or statement.waits or self._batches)
            if mark != b";" or not (self._dollar or open_routine):
                self._end = token.end()
                self._finish()
        if mark != b")":
            self._before = b""

    def _open(self, token: re.Match[bytes]) -> None:
        statement, word = self._statement, self._word
        part = None
        if self._named is not None and len(statement.parens) in statement.withs and len(statement.parens) < _DEEPEST:
            part = self._define("sym", "variable", _bare(self._named[0]), self._named.start())
            part.body = token.start()
        elif word is not None and self._before and self._before not in _WORDS:
            self._refer(word)
        definition = statement.definition
        if definition and statement.kind == b"table" and not statement.columns and definition.body is None:
            definition.body = token.start()
            statement.columns, statement.begins_column = len(statement.parens) + 1, True
        statement.parens.append((word, part))
        self._named = None

    def _close(self, end: int) -> None:
        statement = self._statement
        statement.withs.discard(len(statement.parens))
        self._word, part = statement.parens.pop()
        self._before = b""
        if part is not None:
            part.end = end
            lines = self._source.count(b"\n", part.start, end) + 1
            if lines >= _PART_LINES and statement.kind not in _ROUTINES:
                part.shape = "bound"

    def _read_dollar(self, quote: bytes) -> None:
        if quote == self._sign:
            self._finish()
        elif not self._dollar:
            self._dollar = quote
        elif quote == self._dollar:
            self._dollar = b""

    def _read_template(self, token: re.Match[bytes]) -> None:
        if self._statement.first in self._makes and self._statement.definition is None:
            self._statement.kind = b"-"
        block = _BLOCK.match(token[0])
        if block and block[1]:
            if self._blocks:
                self._finish()
                self._blocks.pop().end = token.end()
        elif block and block[3]:
            self._finish()
            found = self._define(*_KINDS[block[2]], block[3].decode("utf-8", "replace"), token.start())
            found.body, found.end = token.end(), len(self._source)
            self._blocks.append(found)
        self._models = True
        for call in _CALL.finditer(self._source, *token.span()):
            if call[1] not in {b"ref", b"source"} and not (block and call[1] == block[3]):
                self._refer(call, 1)
        for call in _MODEL_CALL.finditer(self._source, *token.span()):
            self._refer(call, 1)
            self._outline.imports.append(Import(call[1].decode("utf-8", "replace"), call.start(1)))

    def _dotted(self, at: int) -> tuple[re.Match[bytes], int]:
        """Return the last part of a dotted name, and where the name ends."""
        whole = _NAME.match(self._source, at)
        end = whole.end() if whole else at
        return [*_PART.finditer(self._source, at, end)][-1], end

    def _refer(self, name: re.Match[bytes], group: int = 0) -> None:
        written = _bare(name[group])
        quoted = not name[group].startswith(written.encode()[:1])
        self._outline.references.append(Reference(written, name.start(group) + quoted))

    def _finish(self) -> None:
        """End the statement after the last token that was read."""
        statement = self._statement
        while statement.parens:
            self._close(self._end)
        if statement.definition is not None:
            statement.definition.end = self._end
        self._statement = _Statement()
        self._word = self._named = None
        self._before = self._dollar = b""


def _bare(name: bytes) -> str:
    return name.decode("utf-8", "replace").strip('"`[]')
