"""Ignore files: the walk takes exactly what git itself would take, and knows ripgrep's further files."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findspot.workspace.ignore_patterns import IgnoreFile, translate
from findspot.workspace.ignore_rules import PathRules, global_excludes
from findspot.workspace.walker import WalkOptions, walk

ALL = WalkOptions(hidden=True)


def make(root: Path, files: dict[str, str]) -> None:
    """Write the files, by root-relative path."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def taken(root: Path, options: WalkOptions = WalkOptions(), prefix: str = "") -> set[str]:  # noqa: B008
    """Return the paths that a walk finds."""
    return set(walk(root, options, prefix).files)


def git(root: Path, *arguments: str) -> str:
    """Run git in ``root``."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def git_takes(root: Path) -> set[str]:
    """Return what git would add."""
    git(root, "init", "-q")
    return {path for path in git(root, "ls-files", "-o", "--exclude-standard", "-z").split("\0") if path}


TREE = [
    *("a", "b.t", "b.log", "ab", "a b", "a ", "#c", "!d", "x.tar.zz", "[z]", "a*b", "back", "été", "Ab", "-", "9"),
    *("src/a", "src/b.t", "src/keep.t", "src/build/a", "src/build/keep", "src/deep/er/a", "src/deep/er/b.log"),
    *("build/a", "build/keep", "build/sub/a", "doc/a", "doc/frotz/a", "doc/x/frotz/b.t", "foo/bar", "foo/x/y/bar"),
    *(".hidden", ".cfg/a", "node_modules/p/a", "node_modules/p/src/b.t", "log/b.log", "log/keep.log", "ba/r/a"),
]

CASES: dict[str, dict[str, str]] = {
    "names at any depth": {".gitignore": "a\nb.t\n"},
    "extension": {".gitignore": "*.t\n*.log\n"},
    "double extension": {".gitignore": "*.tar.zz\n"},
    "folders only": {".gitignore": "build/\na/\nback/\n"},
    "anchored": {".gitignore": "/a\n/build\n/src/build/\n"},
    "a slash in the middle anchors": {".gitignore": "doc/frotz\nx/frotz\n"},
    "negation": {".gitignore": "*.t\n!keep.t\n"},
    "negation below an ignored folder is void": {".gitignore": "build/\n!build/keep\n!keep\n"},
    "star and negation": {".gitignore": "/*\n!/src\n/src/*\n!/src/deep/\n"},
    "everything but": {".gitignore": "*\n!*/\n!*.t\n"},
    "double star first": {".gitignore": "**/er\n**/frotz/b.t\n"},
    "double star last": {".gitignore": "src/**\n!src/a\n"},
    "double star in the middle": {".gitignore": "foo/**/bar\n"},
    "double star alone": {".gitignore": "**\n!a\n"},
    "double star glued": {".gitignore": "b**r\n"},
    "question mark": {".gitignore": "?.t\n/?\n"},
    "brackets": {".gitignore": "[a-c]b\n[!a-z]\n[[]z]\n"},
    "character classes": {".gitignore": "[[:digit:]]\n[[:upper:]]b\n[[:nonsense:]]\n[[:alpha]\n"},
    "broken brackets": {".gitignore": "[a\n[z-a]b\n[!\n[]\n"},
    "escapes": {".gitignore": "\\#c\n\\!d\na\\*b\nback\\\n"},
    "comments, blanks, spaces": {".gitignore": "# a\n\n   \na \n#c\na\\ \n"},
    "windows line ends": {".gitignore": "a\r\n*.t\r\nbuild/\r\n"},
    "no line end": {".gitignore": "a\nb.t"},
    "byte order mark": {".gitignore": "\ufeffa\n"},
    "odd slashes": {".gitignore": "/\n//\nsrc//a\n/src/\n"},
    "nested adds": {".gitignore": "*.t\n", "src/.gitignore": "a\n/deep/er\n"},
    "nested takes back": {".gitignore": "*.t\na\n", "src/.gitignore": "!*.t\n", "src/deep/.gitignore": "!a\n"},
    "nested does not reach out": {"src/.gitignore": "a\n", "doc/.gitignore": "/frotz/\n"},
    "nested order": {".gitignore": "!b.log\n", "src/deep/.gitignore": "*\n!er/\n"},
    "not ascii": {".gitignore": "été\n"},
    "not ascii, by bytes": {".gitignore": "?t?\n??t??\nsrc/*é\n"},
    "a slash in brackets anchors": {".gitignore": "[a/b]\ndoc/[a/x]\nb[/]r\n"},
    "double star behind a plain start": {".gitignore": "sr**/a\nfoo***//\nb**\n!bu**d\n"},
    "escaped slashes": {".gitignore": "doc\\/a\n**\\/keep\n/src\\/**/a\n"},
    "double stars in a row": {".gitignore": "**/**/frotz/**\nfoo/**/**/bar\n"},
    "case counts": {".gitignore": "AB\n"},
    "git's own exclude file": {".git/info/exclude": "*.log\n/src\n", ".gitignore": "!b.log\n"},
}


@pytest.mark.parametrize("case", CASES)
def test_same_as_git(case: str, tmp_path: Path) -> None:
    """Each documented form of a pattern means what it means to git."""
    make(tmp_path, dict.fromkeys(TREE, ""))
    git(tmp_path, "init", "-q")
    make(tmp_path, CASES[case])
    assert taken(tmp_path, ALL) == git_takes(tmp_path)


_PIECES = st.sampled_from(
    ["a", "b", "ab", "*", "**", "?", "[ab]", "[a/b]", "[!a]", "[a-z]", ".", "\\a", "\\*", "\\/", "[[:lower:]]"]
)
_SEGMENTS = st.one_of(st.lists(_PIECES, min_size=1, max_size=3).map("".join), st.just("**"))
_PATTERNS = st.builds(
    lambda bang, root, segments, folder: bang + root + "/".join(segments) + folder,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(_SEGMENTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/**"]),
)
_NAMES = st.sampled_from(["a", "b", "ab", "ba", "a.b", "b.b", "aab", "c"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    paths=st.lists(_PATHS, min_size=1, max_size=14, unique=True),
    rules=st.dictionaries(
        st.sampled_from(["", "a/", "b/", "a/b/"]), st.lists(_PATTERNS, min_size=1, max_size=5), min_size=1, max_size=3
    ),
)
def test_same_as_git_on_any_tree(paths: list[str], rules: dict[str, list[str]]) -> None:
    """On generated trees and patterns, nested files included, the walk and git agree."""
    folder = Path(tempfile.mkdtemp(prefix="findspot-"))
    try:
        for path in sorted(paths, key=len, reverse=True):
            target = folder / path
            if not target.exists() and not any(parent.is_file() for parent in target.parents):
                make(folder, {path: ""})
        for place, lines in rules.items():
            if (folder / place).is_dir():
                make(folder, {f"{place}.gitignore": "\n".join(lines) + "\n"})
        assert taken(folder, ALL) == git_takes(folder)
    finally:
        shutil.rmtree(folder)


def test_order_of_the_kinds(tmp_path: Path) -> None:
    """``.findspotignore`` beats ``.ignore`` beats ``.gitignore``, whatever their depth; all work without git."""
    make(tmp_path, dict.fromkeys(["one.x", "two.x", "three.x", "sub/one.x", "sub/two.x", "sub/three.x"], ""))
    make(tmp_path, {"sub/.gitignore": "*.x\n", ".ignore": "!two.x\n!three.x\n", ".findspotignore": "three.x\n"})
    assert taken(tmp_path) == {"one.x", "two.x", "sub/two.x"}


def test_hidden_unless_kept(tmp_path: Path) -> None:
    """Hidden entries are left out, unless asked for or kept by an ignore file; bookkeeping never gets in."""
    files = ["a", ".env", ".own/ci.yml", ".git/config", ".findspot/config.toml", ".hg/store", "sub/.x/y"]
    make(tmp_path, dict.fromkeys(files, ""))
    assert taken(tmp_path) == {"a"}
    assert taken(tmp_path, ALL) == {"a", ".env", ".own/ci.yml", "sub/.x/y"}
    make(tmp_path, {".findspotignore": "!.own/\n!.git/\n!.findspot/\n"})
    assert taken(tmp_path) == {"a", ".own/ci.yml"}


def test_rules_above_the_root(tmp_path: Path) -> None:
    """Ignore files above the root count up to the top of its repository, and not beyond."""
    make(tmp_path, {".gitignore": "*.far\n", ".ignore": "*.far\n"})
    repository = tmp_path / "repository"
    make(repository, {".gitignore": "*.t\n/app/lib/gen\n", "app/.ignore": "lib/*.tmp\n"})
    make(repository, dict.fromkeys(["app/lib/a", "app/lib/a.t", "app/lib/gen/a", "app/lib/a.tmp", "app/lib/a.far"], ""))
    root = repository / "app" / "lib"
    assert taken(root) == {"a", "a.t", "a.far", "a.tmp", "gen/a"}
    git(repository, "init", "-q")
    make(repository, {".git/info/exclude": "app/lib/other\n"})
    make(root, {"other": ""})
    assert taken(root) == {"a", "a.far"}


def test_a_repository_inside_has_its_own_rules(tmp_path: Path) -> None:
    """What ``.gitignore`` outside a nested repository says does not reach into it; ``.findspotignore`` does."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "init", "-q", "vendor")
    make(tmp_path, {".gitmodules": '[submodule "v"]\n\tpath = vendor\n'})
    make(tmp_path, {".gitignore": "*.t\n", ".findspotignore": "*.log\n", "vendor/.git/info/exclude": "x\n"})
    make(tmp_path, dict.fromkeys(["a.t", "a", "vendor/a.t", "vendor/a", "vendor/a.log", "vendor/x"], ""))
    assert taken(tmp_path) == {"a", ".gitmodules", "vendor/a.t", "vendor/a"}


def test_worktree_shares_the_exclude_file(tmp_path: Path) -> None:
    """In a worktree ``.git`` is a file that leads to the common exclude file."""
    main, tree = tmp_path / "main", tmp_path / "tree"
    main.mkdir()
    git(main, "init", "-q")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    git(main, *identity, "commit", "-q", "--allow-empty", "-m", "start")
    git(main, "worktree", "add", "-q", str(tree))
    make(main, {".git/info/exclude": "*.log\n"})
    make(tree, {"a": "", "a.log": ""})
    assert taken(tree) == {"a"}


def test_global_excludes(tmp_path: Path) -> None:
    """The user's file is found as git finds it and is the weakest of all."""
    home = tmp_path / "home"
    assert global_excludes({}, home) is None
    make(home, {".config/git/ignore": "*.bak\n"})
    assert global_excludes({}, home) == home / ".config/git/ignore"
    make(home, {".config/git/config": "[core]\n\texcludesFile = mine\n", "mine": "*.swp\n", "elsewhere/git/ignore": ""})
    assert global_excludes({}, home) == home / "mine"
    make(
        home,
        {".gitconfig": '[user]\n excludesfile = no\n[core]\n editor = vi\n excludesfile = "~/other"\n', "other": ""},
    )
    assert global_excludes({}, home) == home / "other"
    assert global_excludes({"GIT_CONFIG_GLOBAL": os.devnull, "XDG_CONFIG_HOME": str(home / "elsewhere")}, home) == (
        home / "elsewhere/git/ignore"
    )
    root = tmp_path / "root"
    make(root, {"a": "", "a.swp": "", "b.swp": "", ".gitignore": "!b.swp\n"})
    assert taken(root, WalkOptions(global_excludes=home / "mine")) == {"a", "b.swp"}


@pytest.mark.parametrize("case", CASES)
def test_single_paths_agree_with_the_walk(case: str, tmp_path: Path) -> None:
    """Asking about one path gives what the walk gives."""
    make(tmp_path, dict.fromkeys(TREE, "") | CASES[case])
    rules = PathRules(tmp_path)
    assert {path for path in TREE if not rules.skips(path, is_folder=False)} == taken(tmp_path)


def test_ignore_file_of_the_wrong_kind(tmp_path: Path) -> None:
    """A folder or a pipe of that name, or bytes that are no text, do no harm."""
    make(tmp_path, {"a": "", "b.t": "", "sub/b.t": "", "sub/c": ""})
    (tmp_path / ".gitignore").mkdir()
    (tmp_path / ".ignore").write_bytes(b"\xff\xfe\x00\n*.t\n")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "sub" / ".ignore")
    assert taken(tmp_path) == {"a", "sub/c"}


def test_hostile_pattern_is_harmless(tmp_path: Path) -> None:
    """A pattern made to explode in a backtracking matcher is answered at once."""
    name = "a" * 200
    make(tmp_path, {name: "", ".ignore": "*a" * 60 + "b\n" + "**/a/" * 40 + "b\n" + "*?" * 60 + "!\n"})
    assert taken(tmp_path) == {name}


def test_a_line_costs_nothing_until_it_may_match() -> None:
    """Of 20,000 lines with wildcards, only those whose plain parts agree with a name become regular expressions."""
    lines = [
        pattern
        for number in range(4000)
        for pattern in (
            f"name{number}*.tmp",
            f"*_gen_{number}.c",
            f"*middle{number}*",
            f"/p{number}/x/*.y",
            f"out{number}/**/b",
        )
    ]
    ignore_file = IgnoreFile(lines)
    compiled: list[str] = []

    def noted(body: str) -> str:
        compiled.append(body)
        return translate(body)

    with mock.patch("findspot.workspace.ignore_patterns.translate", noted):
        for name in ("module.py", "setup.cfg", "name7.py", "x_gen_.c", "middle.c"):
            assert ignore_file.decide(name, f"src/{name}", is_folder=False) is None
        assert compiled == []
        rule = ignore_file.decide("name7_a.tmp", "src/name7_a.tmp", is_folder=False)
    assert rule is not None
    assert (rule.order, rule.text) == (36, "name7*.tmp")
    assert compiled == ["name7*.tmp"]
