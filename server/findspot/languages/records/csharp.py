"""C#."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import CAMEL, CAMEL_PREFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*at ([\w.<>`+\[\],]{1,300})\(.{0,300}?\)(?: in (.{1,300}?):line (\d{1,7}))?\s*$"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    if found is None or (found[2] is None and "." not in found[1]):
        return None
    name = found[1].replace("..ctor", "").replace("+", ".")
    return Frame(clean_path(found[2] or ""), int(found[3]) if found[3] else None, name, "csharp")


LANGUAGE = Language(
    name="csharp",
    suffixes=words("cs csx"),
    grammar=Grammar(
        module="tree_sitter_c_sharp",
        queries=("csharp",),
        calls=forms(route="MapGet MapPost MapPut MapPatch MapDelete MapMethods Map"),
    ),
    test_name=f"{CAMEL}|{CAMEL_PREFIX}",
    generated=words(".designer.cs .g.cs .g.i.cs"),
    lock_files=words("packages.lock.json paket.lock"),
    runtimes=words("dotnet"),
    frames=FrameReader(read=_frame, hints=("at ",), any_suffix=True),
)
