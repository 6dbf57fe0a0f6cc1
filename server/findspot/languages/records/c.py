"""C; the contents of a header tell whether it is C (``detect``)."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="c",
    suffixes=words("c h"),
    grammar=Grammar(module="tree_sitter_c", queries=("c",), macros=True),
    test_name=f"{PREFIX}|{SUFFIX}",
    generated=words(".pb.h"),
    vendored_roots=words("deps dependencies"),
)
