"""Fortran in free and in fixed form, and with fypp, by its lines.

The grammar of the bundle knows neither fixed form nor fypp, and takes four times as long.
"""

from __future__ import annotations

from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_NAME = r"(?P<name>(?:\w|\$\{[^}\n]{1,80}\}\$)+)"
_PREFIX = (
    r"(?:(?:real|integer|logical|complex|character|double[ \t]+(?:precision|complex)|type|class|pure|elemental|impure"
    r"|recursive|module|attributes|(?:\$\{[^}\n]{1,80}\}\$))(?![\w=])(?:\*\d{1,3})?"
    r"(?:[ \t]*\([^()\n]{0,200}(?:\([^()\n]{0,100}\)[^()\n]{0,200}){0,4}\))?[ \t]*){0,6}"
)

LANGUAGE = Language(
    name="fortran",
    suffixes=words("f for ftn f77 f90 f95 f03 f08 f18 fpp fypp cuf"),
    declared=Declared(
        openings=(
            Opening("scope.module", rf"(?P<key>submodule)[ \t]*\([^()\n]{{1,200}}\)[ \t]*{_NAME}"),
            Opening(
                "scope.module",
                rf"(?P<key>module)[ \t]+(?!(?:procedure|function|subroutine|pure|elemental|recursive|impure)\b){_NAME}[ \t]*\r?$",
            ),
            Opening("fn.function", rf"module[ \t]+(?P<key>procedure)[ \t]+{_NAME}[ \t]*\r?$", closed=True),
            Opening("fn.function", rf"(?P<key>program)[ \t]+{_NAME}"),
            Opening("fn.function", rf"{_PREFIX}(?P<key>function|subroutine)[ \t]+{_NAME}"),
            Opening("fn.function", rf"(?P<key>block[ \t]*data)[ \t]+{_NAME}"),
            Opening(
                "cls.interface",
                r"(?P<key>interface)[ \t]+(?P<name>\w+|operator[ \t]*\([^()\n]+\)|assignment[ \t]*\(=\))",
            ),
            Opening("cls.struct", rf"(?P<key>type)(?:[ \t]*,[^:\n]{{1,200}})?[ \t]*::[ \t]*{_NAME}"),
            Opening("cls.struct", rf"(?P<key>type)[ \t]+(?!is\b){_NAME}[ \t]*\r?$"),
            Opening(
                "sym.method",
                rf"(?:procedure|generic)(?:[ \t]*\(\w+\))?(?:[ \t]*,[^:\n]{{1,100}})?[ \t]*::[ \t]*{_NAME}",
            ),
            Opening(
                "sym.constant",
                rf"[\w \t*()=]{{1,60}},[^:\n]{{0,80}}parameter[^:\n]{{0,80}}::[ \t]*{_NAME}[ \t]*(?:\([^()\n]*\))?[ \t]*=",
                outer=True,
            ),
        ),
        ends="words",
        closers=r"^[ \t]*(?:\d{1,5}[ \t]+)?end[ \t]*(submodule|module|program|function|subroutine|procedure|interface|type|block[ \t]*data|[a-z]\w*)?[ \t]*(?:[\w ${}()+*/=.-]*)(?:;.*)?\r?$",
        terminator=r"\n",
        any_case=True,
        comments=(r"![^\n]*", r"^[*c](?:[^\w\n(%][^\n]*)?$"),
        skipped=(r"^[ \t]*#(?!include)[^\n]*",),
        strings=(r"'(?:[^'\n]|'')*'", r'"(?:[^"\n]|"")*"'),
        references=(
            r"\bcall[ \t]+(?:\w+%){0,4}(\w+)",
            r"\b([a-z]\w{2,})[ \t]*\(",
            r"\b(?:extends|type|class)[ \t]*\([ \t]*(\w+)[ \t]*\)",
        ),
        imports=(
            r"use(?:[ \t]*,[ \t]*(?:non_)?intrinsic[ \t]*::|[ \t]*::|[ \t])[ \t]*(\w+)",
            r"#?include[ \t]+['\"<]([^'\"<>\n]+)['\">]",
        ),
        keywords=frozenset(
            words(
                """if else elseif while do select case where forall write read print open close allocate deallocate intent real
                integer logical complex character dimension parameter type class kind len public private optional function
                subroutine result bind format return stop data common save end call use only selectcase concurrent inquire"""
            )
        ),
    ),
    test_name=f"{PREFIX}|{SUFFIX}",
    build_files=words("fpm.toml"),
)
