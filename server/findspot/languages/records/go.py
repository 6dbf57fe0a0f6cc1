"""Go."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, forms, words

_PATH = rf"\s+({PATH}{{1,400}}\.go):(\d{{1,7}})(?: \+0x[0-9a-f]{{1,16}})?\s*$"


def _frame(line: str, before: str) -> Frame | None:
    found = re.match(_PATH, line)
    return Frame(clean_path(found[1]), int(found[2]), _name(before), "go") if found else None


def _name(line: str) -> str | None:
    """Return the function of ``host/module/pkg.(*Type).Method(0x1, 0x2)`` without package, pointer and arguments."""
    line = line.strip().removeprefix("created by ").split(" in goroutine", 1)[0]
    if line.endswith(")"):
        line = line[: line.rfind("(")]
    package, _, rest = line.rsplit("/", 1)[-1].partition(".")
    if " " in package or not package:
        return None
    rest = rest.split("[", 1)[0].replace("(*", "").replace("(", "").replace(")", "")
    parts = [part for part in rest.split(".") if part and not re.fullmatch(r"func\d{1,4}|\d{1,4}", part)]
    return ".".join(parts) or None


LANGUAGE = Language(
    name="go",
    suffixes=words("go"),
    grammar=Grammar(
        module="tree_sitter_go",
        queries=("go",),
        calls=forms(
            test="Run Describe Context When It Specify DescribeTable FDescribe FContext FIt PDescribe PContext PIt Convey",
            route="GET POST PUT PATCH DELETE HEAD OPTIONS Get Post Put Patch Delete Head Options Any All Handle HandleFunc "
            "Route Group",
        ),
    ),
    test_name=SUFFIX,
    generated=words(".pb.go .pb.gw.go"),
    lock_files=words("go.sum go.work.sum"),
    build_files=words("go.mod go.work"),
    frames=FrameReader(read=_frame, hints=(".go:",), two_lines=True),
)
