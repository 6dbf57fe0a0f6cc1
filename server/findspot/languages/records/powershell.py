"""PowerShell."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, words

_FILE = r"((?:[A-Za-z]:)?[^\s:,'\"<>|*?][^:,'\"<>|*?]{0,300}\.ps[md]?1)"
_AT = rf"\s*(?:\+ )?At {_FILE}:(\d{{1,7}}) char:\d"
_STACK = rf"\s*at (?:<ScriptBlock>|<(\w{{1,100}})>|([\w.:-]{{1,200}}))(?:<\w{{1,40}}>)?, {_FILE}: line (\d{{1,7}})"
_SHORT = rf"([\w.-]{{1,200}}): {_FILE}:(\d{{1,7}})(?::\d{{1,7}})?$"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_AT, line):
        return Frame(clean_path(found[1]), int(found[2]), None, "powershell")
    if found := re.match(_STACK, line):
        return Frame(clean_path(found[3]), int(found[4]), found[1] or found[2], "powershell")
    if found := re.match(_SHORT, line):
        return Frame(clean_path(found[2]), int(found[3]), found[1], "powershell")
    return None


LANGUAGE = Language(
    name="powershell",
    suffixes=words("ps1 psm1 psd1"),
    interpreters=words("pwsh powershell"),
    grammar=Grammar(bundled="powershell", queries=("powershell",)),
    test_name=rf"{SUFFIX}|(?i:\.tests?$)",
    build_files=words("psake.ps1 psscriptanalyzersettings.psd1"),
    runtimes=words("dotnet"),
    frames=FrameReader(read=_frame, hints=(".ps1", ".psm1")),
)
