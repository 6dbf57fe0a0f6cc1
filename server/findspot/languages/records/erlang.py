"""Erlang."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, words

_TUPLE = (
    r"\{(\w{1,120}|'[^']{1,120}'),(\w{1,120}|'[^']{1,120}'),.{0,200}?\[\{file,\s?\""
    rf"({PATH}{{1,300}})\"\}},\s?\{{line,\s?(\d{{1,7}})\}}\]"
)
_SHELL = (
    r"\s*(?:in function|in call from|from)\s+(?:(\w{1,120}|'[^']{1,120}'):)?([\w@'-]{1,120})/\d{1,3}"
    rf".{{0,60}}?\(({PATH}{{1,300}}\.erl), line (\d{{1,7}})\)"
)


def _frame(line: str, _before: str) -> Frame | None:
    """Read ``{shop_basket,add,2,[{file,"src/shop_basket.erl"},{line,12}]}``, or what the shell prints of it."""
    found = re.search(_TUPLE, line) or re.match(_SHELL, line)
    if found is None:
        return None
    function = found[2].strip("'")
    name = f"{found[1]}:{function}" if found[1] else function
    return Frame(clean_path(found[3]), int(found[4]), name, "erlang")


LANGUAGE = Language(
    name="erlang",
    suffixes=words("erl hrl escript xrl yrl"),
    file_names=words("rebar.config"),
    interpreters=words("escript"),
    grammar=Grammar(bundled="erlang", queries=("erlang",), clauses=True, bodies=("clause_body",)),
    test_name=rf"{SUFFIX}|(?i:_(?:suite|eqc|prop)$|^prop_)",
    inline_tests=r"(?:^|\.)\w+_test_?$",
    lock_files=words("rebar.lock"),
    build_files=words("rebar.config"),
    runtimes=words("beam"),
    frames=FrameReader(read=_frame, hints=("{file,", ".erl, line ")),
)
