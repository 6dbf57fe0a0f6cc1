"""COBOL in fixed form, by its paragraphs: seven blanks before them, a tab, or a number of six digits and a blank."""

from __future__ import annotations

from findspot.languages.record import Declared, Language, Opening, words

_NUMBER = r"(?:\d{6}[ \t]+)?"

LANGUAGE = Language(
    name="cobol",
    suffixes=words("cob cbl cpy ccp"),
    declared=Declared(
        openings=(
            Opening("scope.module", rf"{_NUMBER}program-id[ \t]*\.[ \t]*(?P<name>[\w-]+)", ends="file"),
            Opening(
                "fn.function",
                r"(?:(?<=\n {7})|(?<=\n\t)|(?<=\n)\d{6}[ \t])(?P<name>(?!(?:exit|goback|[\w-]+-storage|linkage|file|screen|report|configuration|input-output)\b)[\w-]*[a-z][\w-]*)[ \t]*(?:section[ \t]*)?\.[ \t]*\r?$",
            ),
            Opening("sym.struct", rf"{_NUMBER}01[ \t]+(?P<name>[a-z][\w-]*)"),
        ),
        ends="next",
        any_case=True,
        comments=(r"^.{6}[*/][^\n]*", r"\*>[^\n]*"),
        strings=(r'"(?:[^"\n]|"")*"', r"'(?:[^'\n]|'')*'"),
        references=(r"\bperform[ \t]+([\w-]*[a-z][\w-]*)", r"\bgo[ \t]+to[ \t]+([\w-]+)"),
        imports=(rf"{_NUMBER}copy[ \t]+[\x22']?([\w.-]*\w)",),
        keywords=frozenset(words("until varying VARYING UNTIL")),
    ),
)
