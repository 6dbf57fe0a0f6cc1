"""Filters let through what ripgrep lists with the same options, on a tree with odd names and on that of these tests."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from findspot.core.filters import Filter, anchored, braces_written_out
from findspot.errors import QueryError
from findspot.languages.table import LANGUAGES
from findspot.languages.types import FILE_TYPES, type_mistake
from findspot.retrieval.filtering import PathTest, path_test

THESE_TESTS = Path(__file__).parents[1]

ODD = (
    *("main.py", "Main.PY", "stub.pyi", "README.md", "Makefile", "makefile.am", "Dockerfile.dev", "a b.txt", "ünï.py"),
    *("src/app.py", "src/app.ts", "src/view.tsx", "src/lib.rs", "src/vendor/lib.js", "src/app.min.js", "src/[x].py"),
    *("src/deep/er/still/leaf.py", "src/deep/er/leaf.md", "tests/test_app.py", "tests/data/tests/a.json"),
    *("docs/guide.md", "docs/conf.py", "config/app.toml", "config/tests/app.yml", "lib/tests", "lib/src/x.c", "x.h"),
)

needs_ripgrep = pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is the judge here")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("odd")
    for path in ODD:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x\n")
    return root


def listed(root: Path, *options: str, paths: Sequence[str] = ()) -> set[str]:
    """Return what ripgrep lists, with its types replaced by ours."""
    types = [f"--type-clear={name}" for name in FILE_TYPES]
    types += [f"--type-add={name}:{glob}" for name, globs in FILE_TYPES.items() for glob in globs]
    command = ["rg", "--no-config", "--files", "--no-ignore", *types, *options, "--", *paths]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, text=True)
    assert done.returncode in {0, 1}, done.stderr
    return {line.replace("\\", "/").removeprefix("./") for line in done.stdout.splitlines()}


def let_through(root: Path, filters: Filter, scope: Sequence[str] = ()) -> set[str]:
    test = PathTest(filters, frozenset(scope))
    return {path for path in listed(root) if test(path)}


CASES: tuple[tuple[list[str], Filter], ...] = (
    (["-tpy"], Filter(types=("py",))),
    (["-tpy", "-tmd"], Filter(types=("py", "md"))),
    (["-Tpy"], Filter(not_types=("py",))),
    (["-tmake", "-tdocker"], Filter(types=("make", "docker"))),
    (["-g*.py"], Filter(globs=("*.py",))),
    (["-g!*.py"], Filter(globs=("!*.py",))),
    (["-g*.py", "-g!test_*"], Filter(globs=("*.py", "!test_*"))),
    (["-g!test_*", "-g*.py"], Filter(globs=("!test_*", "*.py"))),
    (["-g!tests"], Filter(globs=("!tests",))),
    (["-g!tests/"], Filter(globs=("!tests/",))),
    (["-g!tests", "-gtests/**"], Filter(globs=("!tests", "tests/**"))),
    (["-gsrc/**"], Filter(globs=("src/**",))),
    (["-gsrc"], Filter(globs=("src",))),
    (["-g/src/*.py"], Filter(globs=("/src/*.py",))),
    (["-gsrc/*"], Filter(globs=("src/*",))),
    (["-g**/er/*.md"], Filter(globs=("**/er/*.md",))),
    (["-g*.{ts,tsx}"], Filter(globs=("*.{ts,tsx}",))),
    (["-g{src,docs}/*.{py,md}"], Filter(globs=("{src,docs}/*.{py,md}",))),
    (["-gsrc/\\[x\\].py"], Filter(globs=("src/\\[x\\].py",))),
    (["-g[Mm]ake*"], Filter(globs=("[Mm]ake*",))),
    (["-g*.PY"], Filter(globs=("*.PY",))),
    (["-tpy", "-g*.rs"], Filter(types=("py",), globs=("*.rs",))),
    (["-tpy", "-g!src"], Filter(types=("py",), globs=("!src",))),
    (["--max-depth=1"], Filter(max_depth=1)),
    (["--max-depth=2", "-tpy"], Filter(max_depth=2, types=("py",))),
    (["--max-depth=0"], Filter(max_depth=0)),
)


@needs_ripgrep
@pytest.mark.row("V48")
@pytest.mark.parametrize(("options", "filters"), CASES, ids=[" ".join(options) for options, _ in CASES])
def test_a_filter_lets_through_what_ripgrep_lists(odd: Path, options: list[str], filters: Filter) -> None:
    assert let_through(odd, filters) == listed(odd, *options)
    assert let_through(THESE_TESTS, filters) == listed(THESE_TESTS, *options)


@needs_ripgrep
@pytest.mark.row("V48")
@pytest.mark.parametrize(
    "scope", [["src"], ["src", "src/deep/er"], ["src/app.ts", "docs"], ["tests"], ["config/tests"]]
)
@pytest.mark.parametrize(("options", "filters"), CASES, ids=[" ".join(options) for options, _ in CASES])
def test_in_a_scope_it_does_so_too(odd: Path, options: list[str], filters: Filter, scope: list[str]) -> None:
    assert let_through(odd, filters, scope) == listed(odd, *options, paths=scope)


@needs_ripgrep
@pytest.mark.row("V48")
@pytest.mark.parametrize(
    "lines", [["*.py"], ["/src"], ["src/deep/**", "!leaf.md"], ["tests/"], ["*", "!*.md"], ["# no", "", "docs/*.md"]]
)
def test_lines_of_an_ignore_file_mean_what_they_do_for_ripgrep(odd: Path, lines: list[str], tmp_path: Path) -> None:
    file = tmp_path / "rules"
    file.write_text("\n".join(lines) + "\n")
    # "--no-ignore" would turn "--ignore-file" off, too.
    shown = subprocess.run(
        ["rg", "--no-config", "--files", f"--ignore-file={file}"], cwd=odd, capture_output=True, check=False, text=True
    )
    assert let_through(odd, Filter(ignored=tuple(lines))) == set(shown.stdout.splitlines())


@needs_ripgrep
@pytest.mark.row("V48")
@pytest.mark.parametrize("glob", ["*.py", "deep/*", "/deep/er/*.md", "!deep", "!deep/er", "deep/**", "**/leaf.*"])
def test_a_glob_written_in_a_folder_is_anchored_there(odd: Path, glob: str) -> None:
    inside = {f"src/{path}" for path in listed(odd / "src", f"-g{glob}")}
    assert let_through(odd, Filter(globs=(anchored(glob, "src"),)), ["src"]) == inside


@needs_ripgrep
def test_types_of_ripgrep_have_at_least_its_globs() -> None:
    shown = subprocess.run(["rg", "--no-config", "--type-list"], capture_output=True, check=True, text=True).stdout
    theirs = {name: set(globs.split(", ")) for name, _, globs in (line.partition(": ") for line in shown.splitlines())}
    missing = {name: theirs[name] - set(globs) for name, globs in FILE_TYPES.items() if name in theirs}
    assert {name: globs for name, globs in missing.items() if globs} == {}


def test_each_language_that_is_read_as_code_is_a_type() -> None:
    """Who has read a name on the page of languages types it; those with a hyphen are no types of ripgrep."""
    code = {name: language for name, language in LANGUAGES.items() if language.grammar or language.declared}
    known = {name: language for name, language in code.items() if "-" not in name and language.suffixes}
    assert sorted(known.keys() - FILE_TYPES) == []
    kept = {name: PathTest(Filter(types=(name,)), frozenset()) for name in known}
    assert [name for name, language in known.items() if not kept[name](f"src/x.{language.suffixes[0]}")] == []


def test_kinds_of_files_are_told_by_the_records_of_their_languages() -> None:
    kinds = {
        "code": {"src/app.py", "src/app.rs", "examples/run.py", "bin/tool"},
        "docs": {"README.md", "docs/guide.rst", "examples/README.md"},
        "config": {"app.toml", ".github/workflows/ci.yml", "setup.cfg"},
        "tests": {"tests/test_app.py", "src/app_test.go", "src/app.spec.ts"},
    }
    none = {"vendor/lib.py", "src/app_pb2.py", "app.min.js", "data.csv"}
    every = none.union(*kinds.values())
    for kind, paths in kinds.items():
        test = PathTest(Filter(only=(kind,)))  # type: ignore[arg-type]  # the keys above are the kinds
        assert {path for path in every if test(path)} == paths, kind


def test_an_unknown_type_names_the_nearest() -> None:
    assert type_mistake("py") == ""
    with pytest.raises(QueryError, match=re.escape("'pyton' is not a type of files; did you mean 'python'?")):
        path_test(Filter(types=("pyton",)), (), ())


@pytest.mark.parametrize("glob", ["a{b", "x[", "{a,b}" * 12])
def test_a_glob_that_cannot_be_read_is_refused(glob: str) -> None:
    with pytest.raises(ValueError, match="glob"):
        braces_written_out([glob])


def test_braces_are_written_out_in_order() -> None:
    assert braces_written_out(["a{b,c{d,e}}f", "\\{x}", "[{]y", "{z}"]) == ("abf", "acdf", "acef", "\\{x}", "[{]y", "z")
