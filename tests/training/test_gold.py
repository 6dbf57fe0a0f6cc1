"""What counts as the right answer: from prepared rows, from bare patches, and only what is there at the base commit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from findspot.errors import EvaluationError
from findspot.evaluation.checkouts import BareRepository
from findspot.parsing.parsers import Parsers
from findspot_training.measure.gold import Gold, gold_of, patched, python_definitions, with_patch
from findspot_training.measure.instances import Instance, read_instances, sample
from findspot_training.source import TrainingError
from tests.training.repositories import UPLOAD, Past, issue, write_issues

PATCH = """diff --git a/src/upload.py b/src/upload.py
--- a/src/upload.py
+++ b/src/upload.py
@@ -13,5 +13,6 @@ class Uploader:
     def attempt(self, item):
         \"\"\"Try again after a timeout, as the retry policy says.\"\"\"
+        self.log(item)
-        for _ in range(self.limit):
+        for _ in range(self.limit + 1):
             if self.connection.post(item):
                 return True
diff --git a/src/fresh.py b/src/fresh.py
new file mode 100644
--- /dev/null
+++ b/src/fresh.py
@@ -0,0 +1,2 @@
+--- not a header
+x = 1
diff --git a/docs/guide.md b/docs/guide.md
--- a/docs/guide.md
+++ b/docs/guide.md
@@ -3,0 +4 @@
+More.
"""

TREE = {"src/upload.py": UPLOAD.encode(), "docs/guide.md": b"# Guide\n\nText.\n"}


def read_one(tmp_path: Path, **changes: Any) -> Instance:
    return read_instances([write_issues(tmp_path / "rows.jsonl", [issue(1, "a" * 40, "Text", **changes)])])[0]


def gold(instance: Instance, tree: dict[str, bytes] = TREE) -> Gold:
    return gold_of(instance, tree, tree.get, Parsers())


@pytest.mark.row("A04")
def test_only_what_exists_at_the_base_commit_is_gold(tmp_path: Path) -> None:
    found = gold(read_one(tmp_path))
    assert found.files == ("src/upload.py", "docs/guide.md")
    assert found.code_files == ("src/upload.py",)
    assert found.functions == (("src/upload.py", "Uploader.attempt"),)
    assert found.modules == (("src/upload.py", "Uploader"),)
    assert found.lines == {"src/upload.py": ((15, 17),)}
    nothing = gold(read_one(tmp_path), {})
    assert nothing == Gold((), (), (), (), {})


@pytest.mark.row("A04")
def test_gold_is_taken_from_the_patch_when_nobody_prepared_it(tmp_path: Path) -> None:
    bare = read_one(tmp_path, patch=PATCH, gold=None, gold_files=None, gold_code_files=None)
    found = gold(bare)
    assert found.files == ("src/upload.py", "docs/guide.md")
    assert found.code_files == ("src/upload.py",)
    assert found.functions == (("src/upload.py", "Uploader.attempt"),)
    assert found.lines == {"src/upload.py": ((14, 15),)}


def test_a_patch_tells_old_lines_and_skips_new_files() -> None:
    assert [(one.path, one.lines) for one in patched(PATCH)] == [
        ("src/upload.py", ((14, 15),)),
        ("docs/guide.md", ((3, 3),)),
    ]


def test_other_languages_get_their_functions_from_the_changed_lines(tmp_path: Path) -> None:
    source = b"package tool\n\nfunc Send(item string) error {\n\treturn post(item)\n}\n\ntype Client struct {\n\thost string\n}\n"
    entry = {"file": "send.go", "lines": [[4, 4], [8, 8]]}
    instance = read_one(tmp_path, gold=[entry], gold_files=["send.go"], gold_code_files=["send.go"])
    found = gold(instance, {"send.go": source})
    assert found.functions == (("send.go", "Send"),)
    assert found.modules == (("send.go", "Send"), ("send.go", "Client"))


RUST = b"""pub fn limit() -> u32 {
    3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_three() {
        assert_eq!(limit(), 3);
    }
}
"""


@pytest.mark.parametrize(
    ("changed", "functions", "lines"), [((2, 11), (("src/a.rs", "limit"),), {"src/a.rs": ((2, 2),)}), ((11,), (), {})]
)
def test_tests_inside_a_source_file_are_nothing_to_find(
    tmp_path: Path, changed: tuple[int, ...], functions: tuple[Any, ...], lines: dict[str, Any]
) -> None:
    hunks = "".join(f"@@ -{line} +{line} @@\n-old\n+new\n" for line in changed)
    instance = replace(
        read_one(tmp_path),
        patch=f"--- a/src/a.rs\n+++ b/src/a.rs\n{hunks}",
        entries=None,
        gold_files=None,
        gold_code_files=None,
    )
    found = gold(instance, {"src/a.rs": RUST})
    assert (found.functions, found.lines, found.files) == (functions, lines, ("src/a.rs",))
    assert found.code_files == (("src/a.rs",) if functions else ())


def test_python_itself_says_which_functions_there_are() -> None:
    source = b"class A:\n    if 1:\n        def f(self):\n            async def g(): ...\n"
    assert python_definitions(source) == {"A", "A.f", "A.f.g"}
    assert python_definitions(b"print 'old'") is None


@pytest.mark.parametrize(
    "change",
    [
        {"repo": "../../etc"},
        {"base_commit": "--upload-pack=x"},
        {"problem_statement": " "},
        {"gold": [{"lines": []}]},
    ],
)
def test_an_unusable_row_is_named(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"rows\.jsonl, line 1"):
        read_one(tmp_path, **change)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(issue(1, "a" * 40, "Text")) + "\n[1\n", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"rows\.jsonl, line 2"):
        read_instances([path])


def test_a_larger_sample_contains_the_smaller_one(tmp_path: Path) -> None:
    rows = [issue(n % 9, "a" * 40, "Text", instance_id=f"i{n}", repo=f"acme/r{n % 3}") for n in range(30)]
    instances = read_instances([write_issues(tmp_path / "rows.jsonl", rows)])
    small = {one.id for one in sample(instances, rows=None, per_repo=2, seed=0)}
    large = {one.id for one in sample(instances, rows=None, per_repo=5, seed=0)}
    assert len(small) == 6 < len(large) == 15
    assert small < large
    assert {one.id for one in sample(instances, rows=None, per_repo=2, seed=1)} != small
    assert len(sample(instances, rows=4, per_repo=5, seed=0)) == 4


def test_a_solution_that_only_names_its_commit_is_read_from_the_repository(past: Past, tmp_path: Path) -> None:
    row = issue(1, past.commits[1], "Text", fix_commit=past.commits[2])
    for name in ("gold", "gold_files", "gold_code_files"):
        del row[name]
    instance = read_instances([write_issues(tmp_path / "rows.jsonl", [row])])[0]
    with BareRepository(past.bare) as bare:
        found = with_patch(instance, bare)
        assert patched(found.patch)[0].path == "src/upload.py"
        tree = bare.tree(found.commit)
        assert gold_of(found, tree, lambda path: bare.blob(tree[path]), Parsers()).code_files == ("src/upload.py",)
        given = replace(instance, patch=PATCH)
        assert with_patch(given, bare) is given
        with pytest.raises(EvaluationError, match="cannot be read"):
            with_patch(replace(instance, fix="0" * 40), bare)


def test_a_fix_that_is_no_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fix_commit"):
        read_one(tmp_path, fix_commit="--output=x")
