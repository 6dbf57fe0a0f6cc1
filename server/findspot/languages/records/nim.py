"""Nim, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX
from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="nim",
    suffixes=words("nim nims"),
    declared=Declared(
        openings=(
            Opening("fn.function", r"(?:proc|func|method|iterator|converter)[ \t]+(?P<name>\w+|`[^`\n]+`)"),
            Opening("fn.macro", r"(?:template|macro)[ \t]+(?P<name>\w+|`[^`\n]+`)"),
            Opening(
                "cls.struct",
                r"(?:type[ \t]+)?(?P<name>[A-Z]\w*)\*?[ \t]*(?:\[[^\]\n]{1,80}\])?[ \t]*(?:\{\.[^}\n]{1,80}\.?\}[ \t]*)?=[ \t]*(?:(?:ref|ptr)[ \t]+)*(?:object|tuple|concept)\b",
            ),
            Opening(
                "cls.enum", r"(?:type[ \t]+)?(?P<name>[A-Z]\w*)\*?[ \t]*(?:\{\.[^}\n]{1,80}\.?\}[ \t]*)?=[ \t]*enum\b"
            ),
            Opening("bound.function", r"test[ \t]+\x22(?P<name>[^\x22\n]{1,200})\x22[ \t]*:", title="test: "),
        ),
        ends="indentation",
        comments=(r"##?\[(?s:.*?)(?:\]##?|\Z)", r"#[^\n]*"),
        strings=(r'"""(?s:.*?)"""', r'"(?:[^"\\\n]|\\.)*"', r"'(?:[^'\\\n]|\\.{1,4})'"),
        continues=r"[)\]}]",
        references=(r"\b([A-Za-z_]\w*)[ \t]*\(", r"\.([a-z]\w*)\b"),
        imports=(r"(?:import|include|from)[ \t]+([\w/.]+)",),
        keywords=frozenset(
            words("if elif while for case of when proc func not and or in notin is return discard echo var let")
        ),
    ),
    test_name=PREFIX,
    indented_blocks=True,
)
