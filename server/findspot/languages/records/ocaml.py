"""OCaml: implementations and interfaces."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

_FRAME = r"(?:Raised|Re-raised|Called|Raised by primitive operation) (?:at|from) (?:(\S{1,300}) in )?file \"([^\"]{1,400})\"(?: \(inlined\))?, lines? (\d{1,7})"
_UNIT = re.compile(r"^(?:\w*__)?(\w.*?)(?:\.\(fun.*|\.fun.*)?$")


def _frame(line: str, _before: str) -> Frame | None:
    found = re.search(_FRAME, line)
    if found is None:
        return None
    name = _UNIT.match(found[1]) if found[1] else None
    return Frame(clean_path(found[2]), int(found[3]), name[1] if name else None, "ocaml")


LANGUAGE = Language(
    name="ocaml",
    suffixes=words("ml mli"),
    interpreters=words("ocaml ocamlrun utop"),
    grammar=Grammar(bundled="ocaml", queries=("ocaml",), docs_behind="(**"),
    test_name=f"{PREFIX}|{SUFFIX}|{WHOLE}",
    lock_files=words("dune.lock esy.lock"),
    build_files=words("dune dune-project dune-workspace opam .ocamlformat"),
    vendored_roots=words("duniverse _opam"),
    snake_case_files=True,
    frames=FrameReader(read=_frame, hints=(' file "',)),
)
