"""Assembly of any processor, by its labels."""

from __future__ import annotations

from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="assembly",
    suffixes=words("asm s nasm"),
    declared=Declared(
        openings=(
            Opening("fn.macro", r"(?:\.|%)?macro[ \t]+(?P<name>[A-Za-z_]\w*)"),
            Opening("fn.function", r"(?<![ \t])(?P<name>[A-Za-z_$][\w.$@?]*)(?=:(?![=:]))"),
            Opening("fn.function", r"(?<![ \t])(?P<name>[A-Za-z_$][\w.$@?]*)[ \t]+proc\b"),
            Opening(
                "fn.function",
                r"(?:ENTRY|SYM_FUNC_START|FUNC_START|WEAK|function|func)[ \t]*\(?[ \t]*(?P<name>[A-Za-z_]\w*)\)?(?=[ \t]*(?:$|,))",
            ),
            Opening("sym.constant", r"(?:\.equ|\.set|%define|#define)[ \t]+(?P<name>[A-Za-z_]\w*)"),
        ),
        ends="next",
        any_case=True,
        comments=(r";[^\n]*", r"//[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)", r"^[ \t]*[#@][ \t][^\n]*"),
        references=(r"\b(?:callq?|bl|blx|jal|jmp|jsr|rcall|tail)[ \t]+([A-Za-z_]\w*)",),
        imports=(r"(?:#|\.|%)?include[ \t]+[\x22<']([^\x22<>'\n]+)[\x22>']",),
    ),
)
