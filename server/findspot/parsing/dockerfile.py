"""Stages of a Dockerfile: from one ``FROM`` to the next, by the name that others copy from."""

from __future__ import annotations

import re

from findspot.core.types import Reference
from findspot.parsing.nesting import Definition
from findspot.parsing.symbols import Outline

_LINE = re.compile(rb"[^\n]*(?:\\\r?\n(?:[ \t]*#[^\n]*\n)*[^\n]*)*")
"""An instruction with the lines that continue it, between which comments may stand."""

_INSTRUCTIONS = 40
"""Lines of instructions that stay together: a stage may be as long as its file, and each of them does something else."""

_FROM = re.compile(rb"(?i:from)\s+(?:--\S+\s+)*([^\s\\]+)(?:\s+(?i:as)\s+([\w.-]+))?")
_SOURCE = re.compile(rb"(?i:--from=|\bfrom=)([\w.-]+)")
_ARGUMENT = re.compile(rb"(?i:arg|env)\s+([A-Za-z_]\w*)")


def read_dockerfile(_path: str, source: bytes) -> Outline:
    """Return the stages of a Dockerfile, its arguments, and the stages that are built on or copied from."""
    outline = Outline([], rest="window", longest=_INSTRUCTIONS)
    stage: Definition | None = None
    position = 0
    above: int | None = None
    while position < len(source):
        line = _LINE.match(source, position)
        end = line.end() if line else len(source)
        start = position + len(source[position:end]) - len(source[position:end].lstrip())
        text = source[start:end]
        position = end + 1
        if text.startswith(b"#"):
            outline.leads.append((start, start + len(text.rstrip()), True))
            above = start if above is None else above
        elif begun := _FROM.match(text):
            image = begun[2] or begun[1]
            outline.references.append(Reference(begun[1].decode("utf-8", "replace"), start + begun.start(1)))
            stage = Definition(
                "cls", "section", image.decode("utf-8", "replace"), "", "dockerfile", None, start, end, start, end
            )
            stage.qualified_name = stage.name
            outline.definitions.append(stage)
        elif argument := _ARGUMENT.match(text):
            name = argument[1].decode()
            outline.definitions.append(
                Definition("sym", "constant", name, "", "dockerfile", None, start, end, start, None)
            )
        if text.strip() and not text.startswith(b"#"):
            outline.borders.append(start if above is None else above)
            above = None
            if stage is not None:
                stage.end = start + len(text.rstrip())
        for used in _SOURCE.finditer(text):
            outline.references.append(Reference(used[1].decode(), start + used.start(1)))
    return outline
