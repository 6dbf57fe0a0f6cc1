"""Elixir."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*(?:\([\w. -]{1,80}\) )?([^\s:()]{1,300}\.exs?):(\d{1,7}): (?:anonymous fn/\d{1,3} in )?([A-Z][\w.]{0,200}?)\.\"?([^\s/\"(]{1,200})"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    return Frame(clean_path(found[1]), int(found[2]), f"{found[3]}.{found[4]}", "elixir") if found else None


LANGUAGE = Language(
    name="elixir",
    suffixes=words("ex exs"),
    interpreters=words("elixir"),
    grammar=Grammar(
        module="tree_sitter_elixir",
        queries=("elixir",),
        bodies=("do_block",),
        clauses=True,
        calls=forms(
            test="test describe property feature scenario",
            route="get post put patch delete options match",
            group="scope",
        ),
    ),
    test_name=f"{SUFFIX}|(?i:^test_helper$)",
    lock_files=words("mix.lock"),
    snake_case_files=True,
    runtimes=words("beam"),
    frames=FrameReader(read=_frame, hints=(".ex",)),
)
