"""Tcl, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_ARGUMENTS = r"[ \t]+(?:\{[^{}]{0,1000}(?:\{[^{}]{0,200}\}[^{}]{0,1000}){0,40}\}|[\w:]+)[ \t]*(?=\{)"

LANGUAGE = Language(
    name="tcl",
    suffixes=words("tcl tk itcl exp"),
    interpreters=words("tclsh wish expect"),
    declared=Declared(
        openings=(
            Opening("scope.namespace", r"namespace[ \t]+eval[ \t]+(?P<path>[\w:]+)[ \t]*(?=\{)"),
            Opening("cls.class", r"(?:oo::class[ \t]+create|itcl::class|class)[ \t]+(?P<path>[\w:]+)[ \t]*(?=\{)"),
            Opening("fn.function", rf"(?:proc|method|classmethod)[ \t]+(?P<path>[\w:?!.-]+){_ARGUMENTS}"),
            Opening("fn.method", rf"(?P<name>constructor){_ARGUMENTS}"),
            Opening(
                "bound.function",
                r"(?:tcltest::)?test[ \t]+(?P<name>[\w.:-]+)[ \t]+(?:\{[^{}\n]*\}|\x22[^\x22\n]*\x22)[^\n{]{0,80}(?=\{)",
                title="test: ",
            ),
        ),
        ends="braces",
        terminator=r"\n",
        comments=(r"(?:^|(?<=;))[ \t]*#[^\n]*",),
        references=(r"(?:^|\[|;)[ \t]*([a-zA-Z_]\w*)\b",),
        imports=(r"package[ \t]+require[ \t]+([\w:]+)", r"source[ \t]+([\w./-]+)"),
        keywords=frozenset(
            words(
                "set if else elseif while for foreach switch return proc expr list lindex string incr global variable namespace puts append lappend upvar uplevel catch error break continue package source method"
            )
        ),
    ),
    test_name=SUFFIX,
)
