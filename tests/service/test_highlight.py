"""Source as classified pieces: what is shown is the source, whatever the lexer thinks of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.languages.table import LANGUAGES
from findspot.service.highlight import Piece, highlighted, lexer_of


def test_names_keywords_and_comments_are_told_apart() -> None:
    """A line of Python falls into pieces of several kinds."""
    lines = highlighted("def save(x):  # keep\n    return 1\n", "shop/cart.py")
    assert Piece("def", "keyword") in lines[0]
    assert Piece("save", "function") in lines[0]
    assert Piece("# keep", "comment") in lines[0]
    assert Piece("1", "number") in lines[1]


def test_a_file_that_no_lexer_knows_is_plain() -> None:
    """Its lines come back as they are."""
    assert highlighted("a b\n\nc", "notes.unknown-suffix") == [[Piece("a b", "plain")], [], [Piece("c", "plain")]]


@given(st.text(max_size=200), st.sampled_from(["a.py", "b.js", "c.html", "d.md", "Makefile", "e.none"]))
def test_pieces_make_up_the_text(text: str, path: str) -> None:
    """Nothing is lost or added, whatever the text is."""
    assert "\n".join("".join(piece.text for piece in line) for line in highlighted(text, path)) == text


@pytest.mark.parametrize(
    ("path", "text", "piece"),
    [
        ("a.h", "class Cart {};", Piece("class", "keyword")),
        ("run", "#!/usr/bin/env python3\nimport os", Piece("import", "keyword")),
        ("setup.cfg", "[a]\n# note", Piece("# note", "comment")),
        ("icon.svg", '<svg a="1"/>', Piece('"1"', "string")),
    ],
)
def test_the_language_is_the_one_that_indexing_sees(path: str, text: str, piece: Piece) -> None:
    """By the name of the file, and by its first lines where that does not tell."""
    assert any(piece in line for line in highlighted(text, path))


def test_every_language_has_a_lexer_or_is_known_to_have_none() -> None:
    """A language that is added is named as Pygments names it, or listed."""
    plain = {name for name in LANGUAGES if lexer_of(name) is None}
    assert plain == {"assembly", "csv", "ignore", "mercury", "pod"}
