"""Elm, by its lines; a type above a definition belongs to it."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL
from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="elm",
    suffixes=words("elm"),
    declared=Declared(
        openings=(
            Opening("cls.type", r"type[ \t]+(?:alias[ \t]+)?(?P<name>[A-Z]\w*)"),
            Opening("sym.function", r"port[ \t]+(?P<name>[a-z]\w*)[ \t]*:"),
            Opening(
                "fn.function",
                r"(?<![ \t])(?!(?:type|port|import|module|if|case|let|in|else|of)\b)(?P<name>[a-z]\w*)\b[^\n=:]{0,300}=(?!=)",
            ),
            Opening(
                "bound.function",
                r"(?:fuzz[ \t]+\S+[ \t]+|test[ \t]+)\x22(?P<name>[^\x22\n]{1,200})\x22",
                title="test: ",
            ),
        ),
        ends="indentation",
        comments=(r"--[^\n]*", r"\{-(?s:.*?)(?:-\}|\Z)"),
        strings=(r'"""(?s:.*?)"""', r'"(?:[^"\\\n]|\\.)*"', r"'(?:[^'\\\n]|\\[^'\n]{1,9}|\\')'"),
        attributes=r"^(?!port\b|type\b)[a-z]\w*[ \t]*:(?!:)[^\n]*(?:\n[ \t]+[^\n=]*$){0,20}",
        references=(r"\b(?:[A-Z]\w*\.){1,4}([a-z]\w*)", r"(?:\|>|<\||=|->|\(|>>|<<)[ \t]*([a-z]\w*)\b(?![ \t]*[=:])"),
        imports=(r"import[ \t]+([\w.]+)",),
        keywords=frozenset(words("if then else case of let in type")),
    ),
    build_files=words("elm.json"),
    test_name=CAMEL,
    indented_blocks=True,
)
