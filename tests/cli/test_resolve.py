"""From raw arguments to a request: root, scope, settings and text."""

from __future__ import annotations

import codecs
import dataclasses
import io
import os
import sys
from pathlib import Path

import pytest

from findspot.cli.args import parse
from findspot.cli.inputs import RootLocation, UsageError
from findspot.cli.parser import Left
from findspot.cli.resolve import (
    AgentServerRequest,
    EvaluationRequest,
    IndexRequest,
    LocalizeRequest,
    Request,
    SearchRequest,
    ServerRequest,
    StatusRequest,
    resolve,
)
from findspot.cli.terminal import Terminal
from findspot.core.limits import MAX_TEXT
from findspot.errors import FindspotError, OutsideRootError, QueryError, RootError
from tests.cli.fakes import FakeEngine, install


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a root with two folders, and a folder beside it."""
    for folder in ("root/.git", "root/src/deep", "root/docs", "outside"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "root/src/a b.py").write_text("x = 1\n")
    return Path(os.path.realpath(tmp_path / "root"))


def seen_from(folder: Path) -> Terminal:
    """Return the terminal of this process, in another folder."""
    return dataclasses.replace(Terminal.of_process(), folder=folder)


def request_for(root: Path, *argv: str, cwd: Path | None = None) -> Request:
    """Resolve ``argv`` with ``root`` given and seen from ``cwd``."""
    return resolve(parse([*argv[:1], "--root", str(root), *argv[1:]]), seen_from(cwd or root))


def scope_of(root: Path, *argv: str, cwd: Path | None = None) -> tuple[str, ...]:
    """Return the scope of a search."""
    request = request_for(root, *argv, cwd=cwd)
    assert isinstance(request, SearchRequest | LocalizeRequest)
    (part,) = request.parts
    return part.scope


def place_of(request: Request) -> RootLocation:
    """Return the place of a request that has one."""
    assert not isinstance(request, ServerRequest | EvaluationRequest | AgentServerRequest)
    return request.parts[0].location if isinstance(request, SearchRequest | LocalizeRequest) else request.location


@pytest.mark.row("V24", "V25")
def test_paths_and_the_current_folder_are_the_scope(tree: Path) -> None:
    assert scope_of(tree, "x") == ()
    assert scope_of(tree, "x", "src/") == ("src",)
    assert scope_of(tree, "x", "src/a b.py", "docs") == ("src/a b.py", "docs")
    assert scope_of(tree, "x", "src", ".") == ()
    assert scope_of(tree, "x", cwd=tree / "src" / "deep") == ("src/deep",)
    assert scope_of(tree, "x", "../docs", cwd=tree / "src") == ("docs",)
    assert scope_of(tree, "x", cwd=tree.parent) == ()


@pytest.mark.row("V26")
def test_no_scope_covers_the_root_and_excludes_paths(tree: Path) -> None:
    assert scope_of(tree, "x", "--no-scope", cwd=tree / "src") == ()
    with pytest.raises(UsageError, match="--no-scope"):
        request_for(tree, "x", "src", "--no-scope")


@pytest.mark.row("V05")
def test_a_path_outside_the_root_is_rejected(tree: Path) -> None:
    with pytest.raises(OutsideRootError, match="outside"):
        request_for(tree, "x", "src", "../outside")


@pytest.mark.row("V05")
@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_a_link_out_of_the_root_is_rejected(tree: Path) -> None:
    (tree / "link").symlink_to(tree.parent / "outside")
    with pytest.raises(OutsideRootError):
        request_for(tree, "x", "link")


@pytest.mark.row("V06", "V07")
def test_paths_outside_can_be_skipped_but_not_all_of_them(tree: Path) -> None:
    assert scope_of(tree, "x", "--skip-outside", "src", "../outside") == ("src",)
    with pytest.raises(OutsideRootError, match="no path lies inside"):
        request_for(tree, "x", "--skip-outside", "../outside")


def test_a_missing_path_is_explained(tree: Path) -> None:
    with pytest.raises(UsageError, match="needs quotes"):
        request_for(tree, "where", "are", "retries")
    with pytest.raises(UsageError, match="no such file"):
        request_for(tree, "x", "y" * 5000)


def test_a_missing_root_is_explained(tree: Path) -> None:
    with pytest.raises(RootError, match="--root"):
        request_for(tree / "nowhere", "x", cwd=tree)
    with pytest.raises(RootError):
        request_for(tree / "src" / "a b.py", "x", cwd=tree)


def test_the_marker_of_a_given_root_is_named(tree: Path) -> None:
    assert place_of(request_for(tree, "status")).marker == ".git"
    assert place_of(request_for(tree / "src", "status")).marker is None


def test_without_a_root_the_engine_finds_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(FakeEngine(), monkeypatch)
    assert place_of(resolve(parse(["index", "--rebuild"]), seen_from(tree))).root == tree


def test_each_command_gets_its_request(tree: Path) -> None:
    index = request_for(tree, "index", "--rebuild", "--json", "-q")
    assert isinstance(index, IndexRequest)
    assert (index.rebuild, index.view.format, index.view.quiet) == (True, "json", True)
    status = request_for(tree, "status", "--show-root")
    assert isinstance(status, StatusRequest)
    assert status.root_only
    search = request_for(tree, "x", "-k", "3", "--no-text")
    assert isinstance(search, SearchRequest)
    assert (search.parts[0].location.config.settings.top_k, search.view.text) == (3, False)


@pytest.mark.parametrize("argv", [("x", "-k", "0"), ("x", "-k", "1001"), ("localize", "f", "--budget", "nan")])
def test_a_value_out_of_range_is_an_error(tree: Path, argv: tuple[str, ...]) -> None:
    with pytest.raises(Left):
        request_for(tree, *argv)


@pytest.mark.row("V31")
@pytest.mark.parametrize("query", ["", "  \n\t"])
def test_an_empty_query_is_an_error(tree: Path, query: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        request_for(tree, query)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        (codecs.BOM_UTF8 + "Größe".encode(), "Größe"),
        (codecs.BOM_UTF16_LE + "Größe".encode("utf-16-le"), "Größe"),
        (b"bad \xff byte", "bad \ufffd byte"),
    ],
)
def test_issue_text_is_read_from_a_file_in_any_usual_encoding(tree: Path, data: bytes, text: str) -> None:
    (tree / "issue.txt").write_bytes(data)
    request = request_for(tree, "localize", "issue.txt", "--level", "file", "--budget", "2")
    assert isinstance(request, LocalizeRequest)
    assert (request.text, request.level, request.budget) == (text, "file", 2.0)


class _Stdin(io.TextIOWrapper):
    """Standard input with given bytes, a terminal or not."""

    def __init__(self, data: bytes, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="ascii")
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say what was asked for."""
        return self._terminal


@pytest.mark.parametrize("argv", [("localize",), ("localize", "-"), ("localize", "-", "src")])
def test_issue_text_is_read_from_standard_input(
    tree: Path, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin("Traceback: größer".encode()))
    request = request_for(tree, *argv)
    assert isinstance(request, LocalizeRequest)
    assert request.text == "Traceback: größer"
    assert request.parts[0].scope == tuple(argv[2:])


def test_a_terminal_on_standard_input_is_not_waited_for(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(b"", terminal=True))
    with pytest.raises(UsageError, match="pipe the text in"):
        request_for(tree, "localize")


def test_a_terminal_may_be_asked_for(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(b"typed", terminal=True))
    request = request_for(tree, "localize", "-")
    assert isinstance(request, LocalizeRequest)
    assert request.text == "typed"
    assert "Ctrl-D" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "words"),
    [(b" \n", "empty"), (b"x" * (MAX_TEXT + 1), "cut it down"), (b"x" * 10_000_000, "cut the text down")],
    ids=["blank", "long", "huge"],
)
def test_an_unusable_text_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, words: str) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(data))
    with pytest.raises(QueryError, match=words):
        request_for(tree, "localize")


def test_a_closed_standard_input_is_explained(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="closed"):
        request_for(tree, "localize")


def test_a_missing_issue_file_is_explained(tree: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        request_for(tree, "localize", "nothing.txt")


def test_a_folder_in_place_of_the_text_is_explained(tree: Path) -> None:
    with pytest.raises(UsageError, match="the text comes first"):
        request_for(tree, "localize", "src")


def test_a_blank_text_is_refused(tree: Path) -> None:
    with pytest.raises(QueryError, match="empty"):
        request_for(tree, "localize", "  ")


@pytest.mark.parametrize("text", ["an upload stops", "Title\n\nA body" + 5000 * " x"], ids=["line", "report"])
def test_several_words_that_name_no_file_are_the_text(tree: Path, text: str) -> None:
    request = request_for(tree, "localize", text)
    assert isinstance(request, LocalizeRequest)
    assert request.text == text


def test_a_file_whose_name_has_spaces_is_read(tree: Path) -> None:
    (tree / "bug report.txt").write_text("what is in it")
    request = request_for(tree, "localize", "bug report.txt")
    assert isinstance(request, LocalizeRequest)
    assert request.text == "what is in it"


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:2087", ("127.0.0.1", 2087)), ("[::1]:0", ("::1", 0)), (":9", ("127.0.0.1", 9))],
)
def test_the_server_takes_an_address(text: str, address: tuple[str, int], tmp_path: Path) -> None:
    assert resolve(parse(["lsp", "--tcp", text]), seen_from(tmp_path)) == ServerRequest(address)


def test_the_server_talks_over_standard_streams_by_default(tmp_path: Path) -> None:
    assert resolve(parse(["lsp"]), seen_from(tmp_path)) == ServerRequest(None)
    assert resolve(parse(["lsp", "--stdio"]), seen_from(tmp_path)) == ServerRequest(None)


@pytest.mark.parametrize("text", ["2087", "host:", "host:http", "host:99999", "host:-1", "host:²"])
def test_an_unusable_address_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FindspotError, match="HOST:PORT"):
        resolve(parse(["lsp", f"--tcp={text}"]), seen_from(tmp_path))


def test_the_commits_of_an_evaluation_are_counted_from_one(tmp_path: Path) -> None:
    request = resolve(parse(["eval", "src", "--commits", "3", "--budget", "2.5", "--json"]), seen_from(tmp_path))
    assert isinstance(request, EvaluationRequest)
    assert (request.folder, request.commits, request.budget) == (tmp_path / "src", 3, 2.5)
    plain = resolve(parse(["eval"]), seen_from(tmp_path))
    assert isinstance(plain, EvaluationRequest)
    assert (plain.folder, plain.commits, plain.budget) == (tmp_path, 50, None)
    with pytest.raises(Left):
        resolve(parse(["eval", "--commits", "0"]), seen_from(tmp_path))


def test_the_server_for_agents_takes_several_roots_that_exist(tree: Path) -> None:
    request = resolve(parse(["mcp", "--root", "src", "--root", str(tree / "docs")]), seen_from(tree))
    assert request == AgentServerRequest((tree / "src", tree / "docs"), tree)
    assert resolve(parse(["mcp"]), seen_from(tree)) == AgentServerRequest((), tree)
    with pytest.raises(RootError, match="gone: no such folder"):
        resolve(parse(["mcp", "--root", "gone"]), seen_from(tree))
