"""Pascal and Delphi, by their lines."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL, PREFIX, SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_ARGUMENTS = r"[ \t]*(?:\([^()]{0,2000}\))?[ \t]*(?::[^;\n]{1,200})?;(?:[ \t]*[a-z]\w*(?:[ \t]+'[^'\n]*')?;){0,6}"
_BODY = r"(?=(?:\s|//[^\n]*|\{[^}]{0,400}\}){1,200}(?:var|const|type|label|begin|asm)\b)"

LANGUAGE = Language(
    name="pascal",
    suffixes=words("pas dpr lpr pp"),
    declared=Declared(
        openings=(
            Opening("scope.module", r"(?:unit|program|library)[ \t]+(?P<path>[\w.]+)[ \t]*;", ends="file"),
            Opening(
                "cls.class",
                r"(?P<name>\w+)(?:<[^<>\n]{1,80}>)?[ \t]*=[ \t]*(?:packed[ \t]+)?(?:class|object)\b(?![ \t]*(?:of\b|;))",
                ends="indentation",
            ),
            Opening("cls.interface", r"(?P<name>\w+)[ \t]*=[ \t]*(?:disp)?interface\b(?![ \t]*;)", ends="indentation"),
            Opening("cls.struct", r"(?P<name>\w+)[ \t]*=[ \t]*(?:packed[ \t]+)?record\b", ends="indentation"),
            Opening(
                "fn.function",
                rf"(?:class[ \t]+)?(?:procedure|function|constructor|destructor|operator)[ \t]+(?P<path>[\w.]+(?:<[^<>\n]{{1,80}}>)?){_ARGUMENTS}{_BODY}",
            ),
            Opening(
                "sym.function", r"(?:class[ \t]+)?(?:procedure|function|constructor|destructor)[ \t]+(?P<path>[\w.]+)"
            ),
            Opening("sym.field", r"property[ \t]+(?P<name>\w+)"),
        ),
        ends="next",
        any_case=True,
        comments=(r"//[^\n]*", r"\{(?s:.*?)(?:\}|\Z)", r"\(\*(?s:.*?)(?:\*\)|\Z)"),
        strings=(r"'(?:[^'\n]|'')*'",),
        continues=r"(?:end|private|public|protected|published|strict)\b",
        references=(r"\b([a-z_]\w*)[ \t]*\(", r"\.([a-z_]\w*)[ \t]*;"),
        imports=(r"uses[ \t\r\n]+([\w.]+)",),
        keywords=frozenset(
            words(
                "if while for case and or not in of begin end procedure function with until array string inherited exit inc dec"
            )
        ),
    ),
    test_name=rf"{PREFIX}|{SUFFIX}|{CAMEL}|(?i:^test)",
)
