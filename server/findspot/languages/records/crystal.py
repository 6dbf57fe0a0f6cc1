"""Crystal, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import SPEC
from findspot.languages.record import Declared, Language, Opening, words

_TYPE = r"(?:(?:private|abstract)[ \t]+)*"

LANGUAGE = Language(
    name="crystal",
    suffixes=words("cr"),
    interpreters=words("crystal"),
    declared=Declared(
        openings=(
            Opening("cls.class", rf"{_TYPE}class[ \t]+(?P<path>[A-Z][\w:]*)"),
            Opening("cls.struct", rf"{_TYPE}(?:struct|union)[ \t]+(?P<path>[A-Z][\w:]*)"),
            Opening("cls.enum", rf"{_TYPE}enum[ \t]+(?P<path>[A-Z][\w:]*)"),
            Opening("cls.module", rf"{_TYPE}(?:module|lib|annotation)[ \t]+(?P<path>[A-Z][\w:]*)"),
            Opening("sym.method", r"abstract[ \t]+def[ \t]+(?P<name>\w+[?!=]?)"),
            Opening(
                "fn.function",
                r"(?:(?:private|protected)[ \t]+)?def[ \t]+(?:self\.)?(?P<name>\w+[?!=]?|[+*/<>=!~%&|^\[\]-]{1,3}[?=]?)",
            ),
            Opening("fn.macro", r"(?:private[ \t]+)?macro[ \t]+(?P<name>\w+[?!]?)"),
            Opening(
                "bound.function",
                r"(?:it|pending|describe|context)[ \t]+\x22(?P<name>[^\x22\n]{1,200})\x22[^\n]{0,80}\bdo\b",
                title="test: ",
            ),
            Opening("sym.constant", r"(?P<name>[A-Z][A-Z0-9_]+)[ \t]*=", outer=True),
        ),
        ends="words",
        closers=r"(?:^|;)[ \t]*end\b(?![ \t]*[=:])",
        blocks=r"^[ \t]*(?:if|unless|while|until|case|begin|select)\b|^[ \t]*def[ \t]+\{\{|\bdo\b[ \t]*(?:\|[^|\n]*\|)?[ \t]*\r?$|=[ \t]*(?:if|unless|case|begin|while)\b",
        terminator=r"\n",
        comments=(r"#[^\n]*",),
        strings=(r'"(?:[^"\\]|\\(?s:.))*"', r"'(?:[^'\\\n]|\\[^'\n]{1,8}|\\')'"),
        skipped=(r"\{%[^\n]{0,400}?%\}",),
        references=(
            r"\b([a-z_]\w*[?!]?)\(",
            r"\.([a-z_]\w*[?!]?)\b",
            r"\b([A-Z]\w*)\.new\b",
            r"\b(?:include|extend|<)[ \t]+([A-Z]\w*)",
        ),
        imports=(r"require[ \t]+\x22([^\x22\n]+)\x22",),
        keywords=frozenset(words("if unless while until case when in do end new self nil not_nil! puts raise")),
    ),
    test_name=SPEC,
    lock_files=words("shard.lock"),
    build_files=words("shard.yml"),
)
