"""Verilog and SystemVerilog, by their lines."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_LIFETIME = r"(?:(?:static|automatic|local|protected|virtual|extern|pure)[ \t]+){0,4}"
_TYPED = r"\b[^;(=\n]{0,200}?(?:(?P<in>\w+)::)?(?P<name>\w+)[ \t]*(?:#[ \t]*\(|[;(]|\r?\n)"
_KEYED = "(?P<key>{})[ \\t]+(?:(?:static|automatic)[ \\t]+)?(?P<name>\\w+)"

LANGUAGE = Language(
    name="verilog",
    suffixes=words("v sv vh svh svi vlt"),
    declared=Declared(
        openings=(
            Opening(
                "cls.module", r"(?:extern[ \t]+)?(?P<key>module)[ \t]+(?:(?:static|automatic)[ \t]+)?(?P<name>\w+)"
            ),
            Opening("cls.module", _KEYED.format("macromodule|program|package|checker")),
            Opening(
                "cls.interface",
                r"(?P<key>interface)[ \t]+(?!class\b)(?:(?:static|automatic)[ \t]+)?(?P<name>\w+)(?=[ \t]*(?:[;#(]|import\b|\r?$))",
            ),
            Opening(
                "cls.class", r"(?:(?:virtual|interface)[ \t]+)?(?P<key>class)[ \t]+(?:automatic[ \t]+)?(?P<name>\w+)"
            ),
            Opening(
                "fn.method", rf"{_LIFETIME}(?P<key>function)[ \t]+(?:automatic[ \t]+)?(?:(?P<in>\w+)::)?(?P<name>new)\b"
            ),
            Opening("fn.function", rf"{_LIFETIME}(?P<key>function|task){_TYPED}"),
            Opening("large.type", _KEYED.format("primitive|config|clocking")),
            Opening("large.type", r"cover(?P<key>group)[ \t]+(?P<name>\w+)"),
            Opening("large.function", _KEYED.format("property|sequence")),
            Opening("sym.constant", r"(?:localparam|parameter)\b[^=;\n]{0,100}?(?P<name>[A-Z_][A-Z0-9_]*)[ \t]*="),
            Opening("sym.macro", r"`define[ \t]+(?P<name>\w+)"),
            Opening("sym.type", r"typedef[ \t]+class[ \t]+(?P<name>\w+)"),
            Opening(
                "large.struct",
                r"typedef[ \t]+(?:struct|union)\b[^;{}]{0,200}\{[^{}]{0,4000}\}[ \t\r\n]*(?P<name>\w+)[^;\n]{0,80};",
                ends="match",
            ),
            Opening(
                "large.enum",
                r"typedef[ \t]+enum\b[^;{}]{0,200}\{[^{}]{0,4000}\}[ \t\r\n]*(?P<name>\w+)[^;\n]{0,80};",
                ends="match",
            ),
            Opening("sym.type", r"typedef[ \t]+[^;{}\n]{1,200}?(?P<name>\w+)[ \t]*(?:\[[^\]\n]{0,80}\][ \t]*)?;"),
        ),
        ends="words",
        closers=r"\bend(module|program|package|checker|interface|class|function|task|primitive|config|clocking|property|sequence|group)\b",
        comments=(r"//[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)"),
        skipped=(
            r"(?:\b(?:extern|pure[ \t]+virtual)|\bimport[ \t]+\x22DPI(?:-C)?\x22|\bexport[ \t]+\x22DPI(?:-C)?\x22)[^;]{1,2000};",
        ),
        references=(
            r"^[ \t]*([A-Za-z_]\w*)[ \t]*#[ \t]*\(",
            r"^[ \t]*([A-Za-z_]\w*)[ \t]+\w+(?:[ \t]*\[[^\]\n]{1,80}\])?[ \t]*\([ \t]*(?:\.|\r?$)",
            r"(?<![^\w)\]]\.)\b([A-Za-z_]\w*)\(",
            r"`([A-Za-z_]\w*)",
            r"\bextends[ \t]+(?:\w+::)?(\w+)",
            r"\b(\w+)::",
        ),
        imports=(r"import[ \t]+(\w+)[ \t]*::", r"`include[ \t]+[\x22<]([^\x22>\n]+)[\x22>]"),
        keywords=frozenset(
            words(
                """always always_comb always_ff always_latch and assert assign assume automatic begin bit buf byte case casex
                casez class cover default define else end endcase endgenerate endfunction endif endmodule endtask enum for
                foreach forever function generate genvar if ifdef ifndef import include initial inout input inside int integer
                iff interface localparam logic longint module nand negedge nor not or output parameter posedge property
                randcase real reg repeat return rand randc shortint signed sequence static string struct super task this
                timescale typedef undef union unique unsigned var virtual void wait while wire with xnor xor
                default_nettype resetall begin_keywords end_keywords elsif line"""
            )
        ),
    ),
    test_name=rf"{PREFIX}|{SUFFIX}|(?i:^tb_|_tb$|^testbench)",
)
