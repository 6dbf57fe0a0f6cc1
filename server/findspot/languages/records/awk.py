"""AWK, by its lines."""

from __future__ import annotations

from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="awk",
    suffixes=words("awk gawk"),
    interpreters=words("awk gawk mawk"),
    declared=Declared(
        openings=(
            Opening("fn.function", r"func(?:tion)?[ \t]+(?P<name>\w+)[ \t]*\("),
            Opening("fn.function", r"(?P<name>BEGIN|END|BEGINFILE|ENDFILE)(?=[ \t]*\{)"),
        ),
        ends="braces",
        comments=(r"#[^\n]*",),
        references=(r"\b([A-Za-z_]\w*)\(",),
        imports=(r"@include[ \t]+\x22([^\x22\n]+)\x22",),
        keywords=frozenset(
            words(
                "int if while for switch function print printf split substr length gsub sub match index sprintf tolower toupper getline"
            )
        ),
    ),
)
