"""Groovy, build scripts of Gradle, pipelines of Jenkins and Nextflow, by their lines.

The grammar of the bundle loses constructors, generic methods, traits, and all that ``implements`` or ``throws``.
"""

from __future__ import annotations

from findspot.languages.conventions import CAMEL
from findspot.languages.record import Declared, Language, Opening, words

_WORDS = r"(?:(?:public|private|protected|static|final|abstract|synchronized|sealed|strictfp|@[\w.]+(?:\([^()\n]{0,200}\))?)[ \t]+){0,6}"
_TYPE = (
    r"(?:<[^\n()]{1,100}?>[ \t]+)?(?!(?:return|else|new|throw|assert|case|package|import|in|as|if|while)\b)"
    r"(?:def|[\w.]{1,100}(?:<[^\n()]{0,200}?>)?(?:\[\])*)[ \t]+"
)
_QUOTED = r"(?P<quote>[\x22'])(?P<name>(?:(?!(?P=quote))[^\n]){1,200})(?P=quote)"
_TASK = r"(?:task[ \t]*\(?|tasks\.(?:register|create|named)[ \t]*[( ]|tasks\.withType\()[ \t]*"


LANGUAGE = Language(
    name="groovy",
    suffixes=words("groovy gradle gvy gy gsh nf"),
    file_names=words("jenkinsfile"),
    interpreters=words("groovy nextflow"),
    declared=Declared(
        openings=(
            *(
                Opening(f"cls.{kind}", rf"{_WORDS}{word}[ \t]+(?P<name>[A-Za-z_]\w*)")
                for kind, word in (
                    ("class", "class"),
                    ("class", "record"),
                    ("interface", "@?interface"),
                    ("trait", "trait"),
                    ("enum", "enum"),
                )
            ),
            Opening("fn.function", rf"{_WORDS}(?:def|void)[ \t]+{_QUOTED}[ \t]*\(", title="test: "),
            Opening("bound.function", rf"{_TASK}{_QUOTED}", title="task: "),
            Opening("bound.function", r"task[ \t]+(?P<name>[A-Za-z]\w*)", title="task: "),
            Opening("bound.function", r"tasks\.withType[ \t]*\([ \t]*(?P<name>\w+)", title="task: "),
            Opening("bound.function", rf"stage[ \t]*\(?[ \t]*{_QUOTED}", title="stage: "),
            Opening("fn.function", r"(?:process|workflow)[ \t]+(?P<name>[A-Za-z_]\w*)(?=[ \t]*\{)"),
            Opening("fn.function", rf"{_WORDS}{_TYPE}(?P<name>[A-Za-z_$][\w$]*)[ \t]*\("),
            Opening(
                "fn.method",
                rf"{_WORDS}(?P<name>[A-Z]\w*)[ \t]*\([^()\n]{{0,400}}\)[ \t]*(?:throws[ \t]+[\w., ]{{1,100}})?(?=\{{)",
            ),
            Opening("bound.function", rf"{_WORDS}{_TYPE}(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*(?=\{{)"),
            Opening("large.field", r"(?<![ \t])(?P<name>[a-z]\w{1,60})(?=[ \t]*\{[ \t]*\r?$)"),
        ),
        ends="braces",
        terminator=r";|\}|\)[ \t]*\r?\n(?![ \t\r\n]*(?:\{|throws\b))",
        comments=(r"//[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)"),
        strings=(
            r'"""(?s:.*?)"""',
            r"'''(?s:.*?)'''",
            r'"(?:[^"\\\n]|\\.)*"',
            r"'(?:[^'\\\n]|\\.)*'",
            r"\$/(?s:.){0,2000}?/\$",
            r"(?<=[=(,~] )/(?![*/ ])(?:[^/\\\n]|\\.)*/",
        ),
        attributes=r"^[ \t]*@(?!interface\b)[\w.]+(?:\([^\n]*\))?[ \t]*\r?$",
        references=(
            r"\b([A-Za-z_]\w*)[ \t]*\(",
            r"\.([A-Za-z_]\w*)[ \t]*\{",
            r"\bnew[ \t]+(?:[a-z]\w*\.){0,8}([A-Za-z_]\w*)",
            r"\b(?:extends|implements)[ \t]+(?:[a-z]\w*\.){0,8}([A-Za-z_]\w*)",
        ),
        imports=(r"import[ \t]+(?:static[ \t]+)?([\w.]*\w)",),
        keywords=frozenset(
            words(
                """if else for while switch catch try finally return new super this assert synchronized do in as instanceof
                throw static void case default"""
            )
        ),
    ),
    test_name=CAMEL,
    package_roots=words("groovy"),
    runtimes=words("jvm"),
)
