"""VHDL, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_ARGUMENTS = (
    r"(?:\s*\([^()]{0,2000}(?:\([^()]{0,200}\)[^()]{0,2000}){0,20}\))?(?:\s*return\s+[\w.]+(?:\s*\([^()]{0,200}\))?)?"
)

LANGUAGE = Language(
    name="vhdl",
    suffixes=words("vhd vhdl"),
    declared=Declared(
        openings=(
            Opening("cls.module", r"(?P<key>entity)[ \t]+(?P<name>\w+)[ \t\r\n]+is\b"),
            Opening("cls.module", r"(?P<key>architecture)[ \t]+(?P<name>\w+)[ \t]+of[ \t]+(?P<in>\w+)[ \t\r\n]+is\b"),
            Opening("cls.module", r"(?P<key>package)[ \t]+(?:body[ \t]+)?(?P<name>\w+)[ \t\r\n]+is\b(?![ \t]*new\b)"),
            Opening(
                "fn.function",
                rf"(?:(?:pure|impure)[ \t]+)?(?P<key>function|procedure)[ \t]+(?P<name>\w+){_ARGUMENTS}\s+is\b(?![ \t]*new\b)",
            ),
            Opening("sym.function", r"(?:(?:pure|impure)[ \t]+)?(?:function|procedure)[ \t]+(?P<name>\w+)"),
            Opening("fn.function", r"(?P<name>\w+)[ \t]*:[ \t]*(?:postponed[ \t]+)?(?P<key>process)\b"),
            Opening("large.interface", r"(?P<key>component)[ \t]+(?P<name>\w+)[ \t\r\n]*(?:is\b|$)"),
            Opening("large.struct", r"type[ \t]+(?P<name>\w+)[ \t]+is[ \t\r\n]+(?P<key>record|protected)\b"),
            Opening("sym.type", r"(?:sub)?type[ \t]+(?P<name>\w+)[ \t]+is\b"),
            Opening("sym.constant", r"constant[ \t]+(?P<name>\w+)", outer=True),
        ),
        ends="words",
        closers=r"\bend\b[ \t]*(?:postponed[ \t]+)?(\w+)?",
        terminator=r"\n|;",
        any_case=True,
        comments=(r"--[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)"),
        strings=(r'"(?:[^"\n]|"")*"', r"'[^\n]'"),
        references=(
            r"\w[ \t]*:[ \t]*(?:entity[ \t]+|component[ \t]+)?(?:\w+\.)?(\w+)(?:\([ \t]*\w+[ \t]*\))?\s+(?:generic|port)\s+map\b",
            r"\b([A-Za-z]\w*)[ \t]*\(",
        ),
        imports=(r"use[ \t]+(\w+(?:\.\w+)?)",),
        keywords=frozenset(
            words(
                """if elsif when while and or not in out port generic map process case select others is to downto return report
                range with array of std_logic_vector unsigned signed end begin wait until for loop assert"""
            )
        ),
    ),
    test_name=rf"{PREFIX}|{SUFFIX}|(?i:^tb_|_tb$|^testbench)",
)
