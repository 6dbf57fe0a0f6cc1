"""PHP."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL, CAMEL_PREFIX, PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*#\d{1,4} ([^\s(][^(]{0,400}\.(?:php|phtml|inc))\((\d{1,7})\): ([^\s(]{1,300})\("
_MESSAGE = r".{0,400}? in (\S{1,300}\.php)(?: on line |:)(\d{1,7})"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        return Frame(clean_path(found[1]), int(found[2]), found[3].replace("->", ".").replace("\\", "."), "php")
    if ".php" in line and (found := re.match(_MESSAGE, line)):
        return Frame(clean_path(found[1]), int(found[2]), None, "php")
    return None


LANGUAGE = Language(
    name="php",
    suffixes=words("php phtml php5 php7 php8"),
    interpreters=words("php"),
    grammar=Grammar(
        module="tree_sitter_php",
        queries=("php",),
        function="language_php",
        member_separator="\\",
        calls=forms(
            test="test it describe",
            route="get post put patch delete options any group",
        ),
    ),
    test_name=f"{PREFIX}|{SUFFIX}|{CAMEL}|{CAMEL_PREFIX}",
    lock_files=words("composer.lock"),
    runtimes=words("php javascript"),
    frames=FrameReader(read=_frame, hints=(".php", ".phtml", ".inc")),
)
