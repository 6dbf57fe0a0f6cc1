"""Options in ripgrep's manner choose the files that results may come from, on the whole command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.cli.processes import paths, write_project

FILES = {
    "src/uploads/retry.py": "def retry_upload():\n    pass\n",
    "src/uploads/retry.rs": "fn retry_upload() {}\n",
    "src/retry.py": "def retry_upload_later():\n    pass\n",
    "tests/test_retry.py": "def test_retry_upload():\n    assert retry_upload()\n",
    "docs/retry.md": "# Retry upload\n\nHow to retry an upload.\n",
    "retry.toml": "retry_upload = 3\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_project(tmp_path / "root", FILES)
    (tmp_path / "rules").write_text("# not these\n\n/uploads/*.rs\n*.md\n")
    return root


@pytest.mark.row("V48")
@pytest.mark.parametrize("command", ["search", "localize"])
@pytest.mark.parametrize(
    ("words", "folder", "expected"),
    [
        (["-t", "py"], "", {"src/uploads/retry.py", "src/retry.py", "tests/test_retry.py"}),
        (["-t", "rust", "-t", "md"], "", {"src/uploads/retry.rs", "docs/retry.md"}),
        (["-T", "py", "-T", "toml"], "", {"src/uploads/retry.rs", "docs/retry.md"}),
        (["-g", "*.{rs,md}"], "", {"src/uploads/retry.rs", "docs/retry.md"}),
        (["-g", "*.py", "-g", "!tests/**"], "", {"src/uploads/retry.py", "src/retry.py"}),
        (["-g", "uploads/*.py"], "src", {"src/uploads/retry.py"}),
        (["--only", "tests", "--only", "docs"], "", {"tests/test_retry.py", "docs/retry.md"}),
        (["-d", "1"], "", {"retry.toml"}),
        (["-d", "1"], "src", {"src/retry.py"}),
        (["--max-depth", "2", "src"], "", {"src/uploads/retry.py", "src/uploads/retry.rs", "src/retry.py"}),
        (["--ignore-file", "../../rules"], "src", {"src/uploads/retry.py", "src/retry.py"}),
    ],
)
def test_only_files_that_are_let_through_are_found(
    ask: Ask, root: Path, command: str, words: list[str], folder: str, expected: set[str]
) -> None:
    done = ask(command, "retry an upload", *words, "--json", "-k", "20", cwd=root / folder)
    assert set(paths(done)) == expected


@pytest.mark.row("V48")
def test_a_context_is_made_of_these_files_only(ask: Ask, root: Path) -> None:
    done = ask("context", "retry an upload", "-t", "rust", cwd=root)
    assert b"fn retry_upload" in done.stdout
    assert b"def retry_upload" not in done.stdout


@pytest.mark.row("V48")
def test_the_types_are_listed_as_ripgrep_does(ask: Ask, tmp_path: Path) -> None:
    lines = ask("--type-list", cwd=tmp_path).stdout.decode().splitlines()
    assert "rust: *.rs" in lines
    assert lines == sorted(lines, key=lambda line: line.split(":")[0])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-t", "pyy"], "--type: 'pyy' is not a type of files; did you mean 'py'?"),
        (["-T", "zzzz"], "--type-not: 'zzzz' is not a type of files; --type-list shows what there is"),
        (["-g", "{a"], "--glob: a glob with a brace that is not closed: {a"),
        (["--ignore-file", "nowhere"], "--ignore-file nowhere: no such file or folder; check its name"),
        (["--ignore-file", "src"], "--ignore-file src: it is a folder; give a file"),
    ],
)
def test_a_filter_that_cannot_be_understood_gets_one_line(
    ask: Ask, root: Path, words: list[str], complaint: str
) -> None:
    done = ask("retry", *words, cwd=root, status=2)
    assert done.stderr.decode() == f"findspot: error: {complaint}\n"


def test_exploring_takes_no_filters(ask: Ask, root: Path) -> None:
    done = ask("localize", "retry an upload", "--explore", "-t", "py", cwd=root, status=2)
    assert "--explore works on one root, with tools that take no filters" in done.stderr.decode()
