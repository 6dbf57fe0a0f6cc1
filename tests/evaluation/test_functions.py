"""Which functions a difference touches, and which files have any."""

from __future__ import annotations

import pytest

from findspot.evaluation.functions import Function, Hunk, is_code, read_hunks, touched

PYTHON = b"def a():\n    return 1\n\n\ndef b():\n    def c():\n        return 2\n    return c\n"
FUNCTIONS = (Function("a", 1, 2), Function("b", 5, 8), Function("b.c", 6, 7))


@pytest.mark.parametrize(
    ("hunk", "names"),
    [
        (Hunk(2, 1, ()), ["a"]),
        (Hunk(7, 1, ()), ["b.c"]),
        (Hunk(2, 6, ()), ["a", "b", "b.c"]),
        (Hunk(3, 2, ()), []),
        (Hunk(2, 0, (b"    more()",)), ["a"]),
        (Hunk(3, 0, (b"", b"def new():", b"    pass")), []),
        (Hunk(7, 0, (b"        more()",)), ["b.c"]),
        (Hunk(7, 0, (b"    more()",)), ["b"]),
        (Hunk(6, 0, (b"        more()",)), ["b.c"]),
        (Hunk(8, 0, (b"", b"")), []),
    ],
)
def test_changed_lines_belong_to_the_innermost_function(hunk: Hunk, names: list[str]) -> None:
    assert [one.name for one in touched(FUNCTIONS, [hunk], PYTHON, "python")] == names


def test_lines_added_between_two_functions_with_braces_belong_to_none() -> None:
    source = b"func a() {\n}\nfunc b() {\n}\n"
    functions = (Function("a", 1, 2), Function("b", 3, 4))
    assert touched(functions, [Hunk(2, 0, (b"func c() {", b"}"))], source, "go") == []
    assert [one.name for one in touched(functions, [Hunk(1, 0, (b"\tx()",))], source, "go")] == ["a"]


def test_hunks_are_read_as_git_writes_them() -> None:
    text = b"--- a/x\n+++ b/x\n@@ -3 +3 @@ def a():\n--- old\n+++ new\n@@ -9,0 +10,2 @@\n+one\n+two\n"
    assert list(read_hunks(text)) == [Hunk(3, 1, (b"++ new",)), Hunk(9, 0, (b"one", b"two"))]


@pytest.mark.parametrize(
    ("path", "code"),
    [("src/a.py", True), ("net/a.go", True), ("tests/test_a.py", False), ("docs/a.md", False), ("vendor/a.go", False)],
)
def test_code_is_source_in_a_language_with_a_syntax_tree(path: str, *, code: bool) -> None:
    assert is_code(path) is code
