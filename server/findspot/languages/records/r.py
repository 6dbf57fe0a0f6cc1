"""R."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

_CALL = rf"[\s\d.:│├└─▆]{{0,100}}(?:[\w.]{{1,100}}:{{2,3}})?([\w.$]{{1,200}})\(.{{0,400}} at ({PATH}{{1,400}}\.[rR])[#:](\d{{1,7}})"
_FROM = rf"Error in ([\w.$]{{1,200}})\(.{{0,400}} \(from ({PATH}{{1,400}}\.[rR])#(\d{{1,7}})\)"
_TEST = rf".{{0,80}}\(['\"]?({PATH}{{1,400}}\.[rR]):(\d{{1,7}})(?::\d{{1,7}})?['\"]?\): "


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_CALL, line) or re.match(_FROM, line):
        return Frame(clean_path(found[2]), int(found[3]), found[1], "r")
    if found := re.match(_TEST, line):
        return Frame(clean_path(found[1]), int(found[2]), None, "r")
    return None


LANGUAGE = Language(
    name="r",
    suffixes=words("r"),
    file_names=words(".rprofile"),
    interpreters=words("rscript littler"),
    grammar=Grammar(bundled="r", queries=("r",)),
    test_name=f"{PREFIX}|{SUFFIX}|(?i:^test-|^testthat$)",
    generated=words("rcppexports.r rcppexports.cpp cpp11.r cpp11.cpp"),
    lock_files=words("renv.lock packrat.lock"),
    build_files=words("description namespace .rbuildignore .rprofile"),
    vendored_roots=words("renv packrat"),
    runtimes=words("r"),
    frames=FrameReader(read=_frame, hints=(".R:", ".R#", ".r:", ".r#")),
)
