"""A path as somebody wrote it: the one file that is meant, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.core.path_repair import repaired

KNOWN = frozenset(
    ("src/app/main.py", "src/app/util.py", "lib/util.py", "README.md", "a b/c.py", "deep/src/app/only.py", "Makefile")
)
ROOT = "/code/project"


@pytest.mark.row("A09")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("src/app/main.py", "src/app/main.py"),
        ("app/main.py", "src/app/main.py"),
        ("main.py", "src/app/main.py"),
        ("util.py", None),
        ("app/util.py", "src/app/util.py"),
        ("readme.md", "README.md"),
        ("SRC\\App\\Main.py", "src/app/main.py"),
        (f"{ROOT}/lib/util.py", "lib/util.py"),
        (f"{ROOT.upper()}/lib/util.py", None),
        ("/elsewhere/lib/util.py", None),
        ("project/lib/util.py", "lib/util.py"),
        ("checkout/deep/src/app/only.py", "deep/src/app/only.py"),
        ("./src//app/../app/main.py", "src/app/main.py"),
        ("../project/lib/util.py", None),
        ("src/../../lib/util.py", None),
        ("`a b/c.py`", "a b/c.py"),
        ("(src/app/main.py:12-30)", "src/app/main.py"),
        ("src/app/main.py:12:3", "src/app/main.py"),
        ("src/app/main.py#L3-L9", "src/app/main.py"),
        ("file:///code/project/Makefile", "Makefile"),
        ("src/app", None),
        ("~/lib/util.py", None),
        ("", None),
        ("/", None),
        ("\0", None),
    ],
)
def test_one_file_or_none(written: str, meant: str | None) -> None:
    assert repaired(written, ROOT, KNOWN) == meant


def test_a_root_on_a_drive_is_written_in_any_case() -> None:
    assert repaired("c:\\Users\\Me\\Project\\lib\\util.py", "C:\\Users\\me\\project", KNOWN) == "lib/util.py"
    assert repaired("D:\\lib\\util.py", "C:\\Users\\me\\project", KNOWN) is None


@pytest.mark.row("A09")
@given(
    st.one_of(
        st.text(max_size=40), st.lists(st.sampled_from(["..", ".", "", "src", "util.py", "/", "\\", "~"])).map("/".join)
    )
)
def test_nothing_but_a_known_file_comes_out(written: str) -> None:
    found = repaired(written, ROOT, KNOWN)
    assert found is None or found in KNOWN
