"""D, by its lines."""

from __future__ import annotations

from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Declared, Language, Opening, words

_WORDS = r"(?:(?:public|private|protected|package|static|final|abstract|override|pure|nothrow|const|immutable|shared|export|extern[ \t]*\([^()\n]{1,20}\)|@\w+)[ \t]+){0,8}"
_TYPE = (
    r"(?!(?:return|else|new|throw|assert|case|if|while|for|foreach|switch|mixin|import|delete|scope|do|alias|goto)\b)"
    r"(?:auto|ref|inout|void|[\w.]{1,80}(?:!(?:\w+|\([^()\n]{0,100}\)))?(?:\([^()\n]{0,80}\))?(?:\[[^\]\n]{0,40}\])*\*{0,3})[ \t]+"
)

LANGUAGE = Language(
    name="d",
    suffixes=words("d di"),
    interpreters=words("rdmd"),
    declared=Declared(
        openings=(
            Opening("cls.class", rf"{_WORDS}class[ \t]+(?P<name>\w+)"),
            Opening("cls.struct", rf"{_WORDS}(?:struct|union)[ \t]+(?P<name>\w+)"),
            Opening("cls.interface", rf"{_WORDS}interface[ \t]+(?P<name>\w+)"),
            Opening("cls.enum", rf"{_WORDS}enum[ \t]+(?P<name>\w+)(?=[ \t]*(?::[ \t]*\w+[ \t]*)?\r?\n?[ \t]*\{{)"),
            Opening("cls.trait", rf"{_WORDS}(?:mixin[ \t]+)?template[ \t]+(?P<name>\w+)"),
            Opening("fn.method", rf"{_WORDS}~?(?P<name>this)[ \t]*\("),
            Opening("fn.function", rf"{_WORDS}(?:{_TYPE}){{1,3}}(?P<name>[A-Za-z_]\w*)[ \t]*\("),
        ),
        ends="braces",
        comments=(r"//[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)", r"/\+(?s:.*?)(?:\+/|\Z)"),
        strings=(r'"(?:[^"\\]|\\(?s:.))*"', r"`[^`]*`", r"'(?:[^'\\\n]|\\[^'\n]{1,8}|\\')'"),
        attributes=r"^[ \t]*@\w+(?:\([^\n]*\))?[ \t]*\r?$",
        references=(r"\b([A-Za-z_]\w*)[ \t]*(?:!\w+|!\([^()\n]{0,80}\))?\(", r"\bnew[ \t]+([A-Za-z_]\w*)"),
        imports=(r"(?:(?:public|private|static)[ \t]+)*import[ \t]+(?:\w+[ \t]*=[ \t]*)?([\w.]+)",),
        keywords=frozenset(
            words(
                "if else while for foreach foreach_reverse switch catch return assert cast typeof is mixin version debug scope with synchronized unittest import in out body pragma new super static_if"
            )
        ),
    ),
    test_name=SUFFIX,
    build_files=words("dub.json dub.sdl"),
    lock_files=words("dub.selections.json"),
)
