"""Source text as classified pieces, for every front end that shows it in colours; the one module that knows Pygments."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

from pygments.lexers import get_lexer_for_filename
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

PieceKind = Literal["plain", "keyword", "string", "number", "comment", "function", "type", "decorator", "operator"]
"""What a piece of source is, in as few kinds as a person can tell apart by colour."""

KINDS: Final = get_args(PieceKind)

_MOST_CHARACTERS = 200_000
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


def highlighted(text: str, path: str) -> list[list[Piece]]:
    """Return the lines of ``text``, each as pieces whose texts make it up again, without the line end.

    The lexer is chosen by the name of ``path``; what no lexer knows, and what is very long, is plain.
    """
    plain = [[Piece(line, "plain")] if line else [] for line in text.split("\n")]
    if len(text) > _MOST_CHARACTERS:
        return plain
    try:
        lexer = get_lexer_for_filename(path, stripnl=False, stripall=False, ensurenl=False)
    except ClassNotFound:
        return plain
    lines: list[list[Piece]] = [[]]
    for kind, value in lexer.get_tokens(text):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Piece(part, _kind(kind)))
    same = len(lines) == len(plain) and all(
        "".join(piece.text for piece in line) == "".join(piece.text for piece in other)
        for line, other in zip(lines, plain, strict=True)
    )
    return lines if same else plain  # a lexer that changes the text (line ends, tabs) is not followed


def _kind(token: _TokenType) -> PieceKind:
    return next((kind for known, kind in _OF_TOKENS if is_token_subtype(token, known)), "plain")
