"""COBOL in fixed form, by its paragraphs."""

from __future__ import annotations

from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="cobol",
    suffixes=words("cob cbl cpy ccp"),
    declared=Declared(
        openings=(
            Opening("scope.module", r"program-id[ \t]*\.[ \t]*(?P<name>[\w-]+)", ends="file"),
            Opening(
                "fn.function",
                r"(?<=\n {7})(?P<name>(?!(?:exit|goback|[\w-]+-storage|linkage|file|screen|report|configuration|input-output)\b)[\w-]*[a-z][\w-]*)[ \t]*(?:section[ \t]*)?\.[ \t]*\r?$",
            ),
            Opening("sym.struct", r"01[ \t]+(?P<name>[a-z][\w-]*)"),
        ),
        ends="next",
        any_case=True,
        comments=(r"^.{6}[*/][^\n]*", r"\*>[^\n]*"),
        strings=(r'"(?:[^"\n]|"")*"', r"'(?:[^'\n]|'')*'"),
        references=(r"\bperform[ \t]+([\w-]*[a-z][\w-]*)", r"\bgo[ \t]+to[ \t]+([\w-]+)"),
        imports=(r"(?:\d{6}[ \t]*)?copy[ \t]+[\x22']?([\w.-]*\w)",),
        keywords=frozenset(words("until varying VARYING UNTIL")),
    ),
)
