"""Which language a file is in."""

from __future__ import annotations

import re
from typing import Final

from findspot.languages.table import BY_FILE_NAME, BY_INTERPRETER, BY_SUFFIX, PACKAGE_STEMS

_VERSION: Final = "0123456789."
_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env(?:\s+-\S+)*\s+(?:\S*/)?)?([\w.+-]+)")
_CPP_HEADER = re.compile(
    rb"^[ \t]*(?:class|namespace|template|public:|private:|protected:|using)\b|\bstd::|\bconstexpr\b|^[ \t]*#include[ \t]*<\w+>",
    re.MULTILINE,
)
_RST = re.compile(rb"^\.\. (?:[\w-]+::|_[^:\n]+:)[\s\S]*?^(?:={4,}|-{4,}|~{4,})[ \r]*$", re.MULTILINE)
_JINJA = re.compile(rb"\{%[-+]?[ \t]*[a-z]\w*[^{}%\n]*%\}")
_OBJECTIVE_C = re.compile(rb"^[ \t]*@(?:interface|protocol|class|property|import)\b|^[ \t]*#import\b", re.MULTILINE)
_COQ = re.compile(rb"^[ \t]*(?:(?:Require|From|Theorem|Lemma|Inductive|Definition)[ \t]+\w|\(\*)", re.MULTILINE)
_VERILOG = re.compile(
    rb"^[ \t]*(?://|endmodule\b|module[ \t]+\w+\s*[;#(]|`(?:define|include|timescale|resetall|default_nettype|ifn?def)\b)",
    re.MULTILINE,
)
_SHADER = re.compile(
    rb"^[ \t]*(?:#version\b|precision[ \t]|(?:in|out|uniform|varying)[ \t]+\w+[ \t]+\w+[ \t]*;|void[ \t]+main\b)",
    re.MULTILINE,
)
_MERCURY = re.compile(rb"^[ \t]*:-[ \t]*(?:module|interface)\b", re.MULTILINE)
_MATHEMATICA = re.compile(rb"^[ \t]*(?:\(\*|BeginPackage\[|Needs\[)", re.MULTILINE)
_IN_C = re.compile(rb"^[ \t]*(?:#[ \t]*(?:import|include|define|if|pragma)\b|@\w+|//|/\*)", re.MULTILINE)
_MATLAB = re.compile(rb"^[ \t]*(?:%|function\b|classdef\b|end\b|#|[A-Za-z]\w*[ \t]*=[^=].*$)", re.MULTILINE)


def language_of(path: str, head: bytes) -> str | None:
    """Name the language of a file by its extension, its name or the interpreter in its first line.

    ``head`` is the beginning of the file (some kilobytes). None means that nothing is known about it, which
    is no statement about whether it is text.
    """
    name = path.rsplit("/", 1)[-1].lower()
    known = BY_FILE_NAME.get(name)
    if known is not None:
        return known.name
    stem, dot, extension = name.rpartition(".")
    if dot:
        if extension == "h":
            return _header_language(head)
        if extension == "m":
            return _m_language(head)
        if extension == "v" and _COQ.search(head) and not _VERILOG.search(head):
            return "coq"  # `(* keep *)` on a line is a comment there, and an attribute in Verilog
        if extension == "fs" and _SHADER.search(head):
            return "glsl"
        if extension == "txt" and _RST.search(head):
            return "rst"
        known = BY_SUFFIX.get(".".join(name.split(".")[-2:])) or BY_SUFFIX.get(extension)
        if known is not None:
            return "jinja" if known.name == "html" and _JINJA.search(head) else known.name
    if name.startswith("dockerfile."):
        return "dockerfile"
    if (stem or name).startswith(("readme", "license", "changelog")) and not dot:
        return "text"
    return _interpreter(head)


def component_name(path: str) -> str:
    """Return what a file's component is called where it does not say: its stem, or the folder for an ``index``."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder.rpartition("/")[2] if folder and stem in PACKAGE_STEMS else stem


def _header_language(head: bytes) -> str:
    if _OBJECTIVE_C.search(head):
        return "objective-c"
    return "cpp" if _CPP_HEADER.search(head) else "c"


def _m_language(head: bytes) -> str:
    """Tell the languages apart whose files end in ``.m``."""
    if _MERCURY.search(head):
        return "mercury"
    if _IN_C.search(head):
        return "objective-c"
    if _MATHEMATICA.search(head):
        return "mathematica"
    return "matlab" if _MATLAB.search(head) else "objective-c"


def _interpreter(head: bytes) -> str | None:
    found = _SHEBANG.match(head)
    if not found:
        return None
    program = found[1].decode("utf-8", "replace").lower()
    known = BY_INTERPRETER.get(program.rstrip(_VERSION))
    return known.name if known is not None else None
