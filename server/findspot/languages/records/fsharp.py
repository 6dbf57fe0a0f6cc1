"""F#, by its lines; its stack traces are those of .NET (``csharp``)."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL
from findspot.languages.record import Declared, Language, Opening, words

_NAME = r"(?P<name>[A-Za-z_][\w']*(?![\w'])|``[^`\n]{1,200}``|\(\|[^)\n]{1,100}\|\)|\([!%&*+\-./<=>?@^|~: ]{1,12}\))"
_ATTRIBUTES = r"(?:\[<[^\n]{0,200}?>\][ \t]*)?"
_LET = rf"{_ATTRIBUTES}let[ \t]+(?:(?:rec|inline|private|internal|public|mutable)[ \t]+)*{_NAME}"
_ARGUMENTS = r"[ \t]*(?:<[^\n=]{1,200}>)?[ \t]*(?:\([^*]|\(\*\)|[A-Za-z_`\[{'\"]|\r?\n[ \t]+[(A-Za-z])"
_ACCESS = r"(?:(?:private|internal|public|inline)[ \t]+)*"

LANGUAGE = Language(
    name="fsharp",
    suffixes=words("fs fsi fsx fsscript"),
    interpreters=words("fsharpi"),
    declared=Declared(
        openings=(
            Opening("scope.namespace", r"namespace[ \t]+(?:rec[ \t]+)?(?P<path>[\w.]+)", ends="file"),
            Opening(
                "scope.module",
                rf"{_ATTRIBUTES}module[ \t]+(?:(?:rec|private|internal|public)[ \t]+)*(?P<name>[\w.]+|``[^`\n]+``)[ \t]*(?==)",
            ),
            Opening(
                "scope.module",
                rf"{_ATTRIBUTES}module[ \t]+(?:(?:rec|private|internal|public)[ \t]+)*(?P<path>[\w.]+)(?!\w|[ \t]*=)",
                ends="file",
            ),
            Opening("impl", r"type[ \t]+(?P<path>[\w.]+)(?:<[^\n>]{1,100}>)?[ \t]+with\b"),
            Opening(
                "cls.class",
                rf"{_ATTRIBUTES}(?:type|and)[ \t]+{_ATTRIBUTES}{_ACCESS}(?P<name>[A-Z]\w*)(?:<[^\n]{{1,200}}>)?[ \t]*\(",
            ),
            Opening(
                "cls.type", rf"{_ATTRIBUTES}(?:type|and)[ \t]+{_ATTRIBUTES}{_ACCESS}(?P<name>[A-Z]\w*|``[^`\n]+``)"
            ),
            Opening("cls.type", r"exception[ \t]+(?P<name>\w+)"),
            Opening("fn.function", rf"{_LET}(?=[ \t]*:?{_ARGUMENTS})(?![ \t]*:(?![^\n]*->))"),
            Opening("fn.function", r"and[ \t]+(?:inline[ \t]+)?(?P<name>[a-z]\w*)(?=<|[ \t]+[(A-Za-z_])"),
            Opening("upper.constant", rf"{_LET}(?=[ \t]*[:=])", outer=True),
            Opening("bound.variable", rf"{_LET}(?=[ \t]*[:=])", ends="indentation", outer=True),
            Opening(
                "fn.method",
                rf"(?:interface[ \t]+[^\n]{{1,100}}?[ \t]with[ \t]+)?(?:static[ \t]+)?(?:member|override|default)[ \t]+{_ACCESS}(?:\w+\.)?(?!val\b){_NAME}",
            ),
            Opening("fn.method", r"(?P<name>new)[ \t]*\("),
            Opening("sym.field", rf"(?:static[ \t]+)?member[ \t]+val[ \t]+{_ACCESS}{_NAME}"),
            Opening("sym.method", rf"(?:static[ \t]+)?abstract[ \t]+(?:member[ \t]+)?{_NAME}"),
            Opening("sym.function", rf"val[ \t]+(?:mutable[ \t]+)?{_ACCESS}{_NAME}"),
            Opening(
                "bound.function",
                r'[fp]?test(?!List|Sequenced)\w{0,20}[ \t]+"(?P<name>[^"\n]{1,200})"',
                ends="indentation",
                title="test: ",
            ),
        ),
        ends="indentation",
        comments=(r"//[^\n]*", r"\(\*(?!\))(?s:.*?)(?:\*\)|\Z)"),
        strings=(
            r'"""(?s:.*?)"""',
            r'[$]?@[$]?"(?:[^"]|"")*"',
            r'"(?:[^"\\]|\\(?s:.))*"',
            r"'(?:[^'\\\n]|\\[^\n]{1,9}?)'",
        ),
        skipped=(r"^#(?:if|else|endif|nowarn|light|line)\b[^\n]*",),
        attributes=r"^[ \t]*\[<[^\n]*?>\][ \t]*\r?$",
        continues=r"[|)\]}]|>>|<\||end\b|with\b|done\b",
        references=(
            r"\b([A-Za-z_]\w*)[ \t]*\(",
            r"(?:\|>|>>|<\||>=>|>>=)[ \t]*(?:[A-Za-z_]\w*\.){0,6}([A-Za-z_]\w*)",
            r"\b(?:[A-Z]\w*\.){1,6}([A-Za-z_]\w*)\b",
            r"\b(?:new|inherit|interface)[ \t]+(?:\w+\.){0,6}([A-Za-z_]\w*)",
            r"(?:^|=|->|<-|\breturn!?|\bdo!|\bthen|\belse|\()[ \t]*([a-z_]\w*)(?=[ \t]+[\w(\"\[{\x01])",
        ),
        imports=(r"open[ \t]+(?:type[ \t]+)?([\w.]+)", r'#(?:load|r)[ \t]+"([^"\n]+)"'),
        keywords=frozenset(
            words(
                """and as async begin do done downto elif else end exception failwith false finally for fun function if in
                inherit inline interface let match member module mutable namespace new not null of open option or override
                private raise rec return seq static string task then to true try type typeof upcast use val void when
                while with yield int bool float fst snd id ignore some none"""
            )
        ),
    ),
    test_name=CAMEL,
    lock_files=words("paket.lock"),
    build_files=words("paket.dependencies paket.references"),
    indented_blocks=True,
    runtimes=words("dotnet"),
)
