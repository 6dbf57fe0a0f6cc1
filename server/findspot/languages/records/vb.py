"""Visual Basic, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL
from findspot.languages.record import Declared, Language, Opening, words

_WORDS = (
    r"(?:(?:public|private|protected|friend|shared|static|overrides|overridable|overloads|notoverridable|mustinherit"
    r"|notinheritable|partial|async|iterator|readonly|writeonly|default|shadows)[ \t]+){0,6}"
)

LANGUAGE = Language(
    name="vb",
    suffixes=words("vb vbs bas"),
    declared=Declared(
        openings=(
            Opening("scope.namespace", r"(?P<key>namespace)[ \t]+(?P<path>[\w.]+)"),
            *(
                Opening(f"cls.{kind}", rf"{_WORDS}(?P<key>{word})[ \t]+(?P<name>\w+)")
                for kind, word in (
                    ("class", "class"),
                    ("module", "module"),
                    ("struct", "structure"),
                    ("interface", "interface"),
                    ("enum", "enum"),
                )
            ),
            Opening(
                "fn.function",
                rf"{_WORDS}(?P<key>sub|function|operator)[ \t]+(?P<name>\w+|[=<>+*/&-]{{1,2}})",
                closed=True,
            ),
            Opening(
                "bound.field",
                rf"{_WORDS}(?P<key>property)[ \t]+(?:get[ \t]+|let[ \t]+|set[ \t]+)?(?P<name>\w+)",
                closed=True,
            ),
            Opening("sym.constant", rf"{_WORDS}const[ \t]+(?P<name>\w+)", outer=True),
        ),
        ends="words",
        closers=r"^[ \t]*end[ \t]+(namespace|class|module|structure|interface|enum|sub|function|operator|property)\b",
        terminator=r"\n",
        any_case=True,
        comments=(r"'[^\n]*", r"^[ \t]*rem\b[^\n]*"),
        strings=(r'"(?:[^"\n]|"")*"',),
        attributes=r"^[ \t]*<[^\n]*>[ \t]*_?[ \t]*\r?$",
        references=(r"\b([a-z_]\w*)[ \t]*\(", r"\b(?:new|inherits|implements|call)[ \t]+(?:\w+\.){0,6}(\w+)"),
        imports=(r"imports[ \t]+([\w.]+)",),
        keywords=frozenset(
            words(
                "If ElseIf While For Function Sub CType DirectCast TryCast GetType NameOf And Or Not AndAlso OrElse Return ByVal As Of In New"
            )
        ),
    ),
    test_name=CAMEL,
    runtimes=words("dotnet"),
)
