"""MATLAB and Octave, by their lines; the text of a ``.m`` tells that it is one (``detect``)."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL, PREFIX, SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="matlab",
    declared=Declared(
        openings=(
            Opening("cls.class", r"classdef[ \t]+(?:\([^()\n]{1,200}\)[ \t]*)?(?P<name>\w+)"),
            Opening(
                "fn.function", r"function[ \t]+(?:(?:\[[^\]\n]{0,300}\]|\w+)[ \t]*=[ \t]*)?(?P<path>[A-Za-z][\w.]*)"
            ),
        ),
        ends="words",
        closers=r"(?:^|[;,])[ \t]*end(?:function|if|for|while|switch|classdef|_try_catch|_unwind_protect|parfor|methods|properties)?\b(?![ \t]*[(=+*/,):-])",
        blocks=r"^[ \t]*(?:if|for|while|switch|try|parfor|spmd|methods|properties|events|enumeration|arguments|unwind_protect)\b",
        terminator=r"\n",
        comments=(r"^[ \t]*%\{[ \t]*$(?s:.*?)(?:^[ \t]*%\}|\Z)", r"[%#][^\n]*"),
        strings=(r'"(?:[^"\n]|"")*"', r"(?<![\w)\]}'.])'(?:[^'\n]|'')*'"),
        references=(r"\b([A-Za-z]\w*)\(", r"@([A-Za-z]\w*)\b(?!\()"),
        imports=(r"import[ \t]+([\w.]+\w)",),
        keywords=frozenset(words("if elseif while for switch case function end return zeros ones size numel length")),
    ),
    test_name=rf"{PREFIX}|{SUFFIX}|{CAMEL}",
)
