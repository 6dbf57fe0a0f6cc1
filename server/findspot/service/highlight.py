"""Source text as classified pieces, for every front end that shows it in colours; the one module that knows Pygments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, Literal, NamedTuple, get_args

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

from findspot.languages.detect import language_of

PieceKind = Literal["plain", "keyword", "string", "number", "comment", "function", "type", "decorator", "operator"]
"""What a piece of source is, in as few kinds as a person can tell apart by colour."""

KINDS: Final = get_args(PieceKind)

_MAX_CHARACTERS = 200_000
"""Longer texts stay plain: nobody reads them in colours, and some lexers are slow."""

_OF_TOKENS: tuple[tuple[_TokenType, PieceKind], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Keyword.Type, "type"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Decorator, "decorator"),
    (Name.Function, "function"),
    (Name.Class, "type"),
    (Name.Builtin, "type"),
    (Operator, "operator"),
)


class Piece(NamedTuple):
    """A stretch of one line of source."""

    text: str
    kind: PieceKind


_HEAD = 2_000
"""Characters that tell a language where the name of a file does not."""

_NAMES = {
    "astro": "html",
    "blade": "html+php",
    "config": "ini",
    "edn": "clojure",
    "gettext": "po",
    "json-lines": "json",
    "just": "make",
    "literate": "markdown",
    "notebook": "python",
    "razor": "html",
    "svelte": "html",
    "svg": "xml",
    "vb": "vb.net",
}
"""What Pygments calls the languages that have another name with us, or one like them."""


def highlighted(text: str, path: str) -> list[list[Piece]]:
    """Return the lines of ``text``, each as pieces whose texts make it up again, without the line end.

    The lexer is chosen by the name of ``path``; what no lexer knows, and what is very long, is plain.
    """
    plain = [[Piece(line, "plain")] if line else [] for line in text.split("\n")]
    # Asking Pygments by the name of the file would compile its thousand patterns of names first.
    language = language_of(path, text[:_HEAD].encode("utf-8", "replace"))
    lexer = None if language is None or len(text) > _MAX_CHARACTERS else lexer_of(language)
    if lexer is None:
        return plain
    kind_of = cache(_kind)
    lines: list[list[Piece]] = [[]]
    for token, value in lexer.get_tokens(text):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                _append(lines[-1], Piece(part, kind_of(token)))
    same = len(lines) == len(plain) and all(map(_same_text, lines, plain))
    return lines if same else plain  # a lexer that changes the text (line ends, tabs) is not followed


def _append(line: list[Piece], piece: Piece) -> None:
    """Add a piece to a line, to the one before it where that is of the same kind."""
    if line and line[-1].kind == piece.kind:
        piece = Piece(line.pop().text + piece.text, piece.kind)
    line.append(piece)


def _same_text(line: Sequence[Piece], other: Sequence[Piece]) -> bool:
    return "".join(piece.text for piece in line) == "".join(piece.text for piece in other)


def lexer_of(language: str) -> Lexer | None:
    """Return the lexer of a language of ours; its names are those of Pygments but for a few."""
    try:
        return get_lexer_by_name(_NAMES.get(language, language), stripnl=False, stripall=False, ensurenl=False)
    except ClassNotFound:
        return None


def _kind(token: _TokenType) -> PieceKind:
    return next((kind for known, kind in _OF_TOKENS if is_token_subtype(token, known)), "plain")
