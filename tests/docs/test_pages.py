"""What the hand-written pages say exists: links, commands, targets, keys, modules and invariants."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Iterator
from typing import get_args

import pytest

from findspot.cli.args import parse
from findspot.cli.commands import Command
from findspot.cli.inputs import RootLocation
from findspot.cli.output import json_line
from findspot.config import Config, Settings
from findspot.core.types import AnswerStatus, Evidence, IndexState, SearchResult, Span
from findspot_training.__main__ import make_parser
from tests.architecture.tree import ROOT, modules, repository_files

PAGES = [path for path in repository_files() if path.endswith(".md") and not path.startswith("tests/")]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(path: str) -> str:
    """Return the text of a page."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield (page, text) for each fenced block of that language."""
    for page in PAGES:
        for block in FENCE.finditer(read(page)):
            if block[1] == language:
                yield page, block[2]


def shell_lines() -> list[tuple[str, str]]:
    """Return (page, command) for each command line of the shell blocks; the parts of a pipe count each."""
    return [
        (page, command.strip())
        for page, text in blocks("sh")
        for line in text.replace("\\\n", " ").splitlines()
        for command in re.split(r"\s+\|\s+", line.split("  #")[0])
        if command.strip() and not command.lstrip().startswith("#")
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors that headings of a page give."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = FENCE.sub("", read(page))
    for target in LINK.findall(text):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{page}: {target}"


@pytest.mark.parametrize(("page", "command"), [item for item in shell_lines() if item[1].startswith("findspot ")])
def test_commands_on_the_pages_are_understood(page: str, command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    words = list(itertools.takewhile(lambda word: word not in {"<", ">"}, words))
    if {"--help", "--version"} & set(words):
        return
    raw = parse(words)
    assert raw.command in get_args(Command), page
    assert not raw.meant, f"{page}: findspot {raw.meant}?"


@pytest.mark.parametrize(("page", "command"), [item for item in shell_lines() if item[1].startswith("findspot-train ")])
def test_commands_of_training_on_the_pages_are_understood(page: str, command: str) -> None:
    assert "run" in make_parser().parse_args(shlex.split(command, comments=True)[1:]), page


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_training_in_sentences_exist(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    for mentioned in re.findall(r"`findspot-train ([a-z][a-z-]*)(?: ([a-z]+)(?=[` ]))?", read(page)):
        with pytest.raises(SystemExit) as ended:
            make_parser().parse_args([*filter(None, mentioned), "--help"])
        assert ended.value.code == 0, f"{page}: findspot-train {' '.join(mentioned)}: {capsys.readouterr().err}"


@pytest.mark.parametrize(("page", "command"), [item for item in shell_lines() if item[1].startswith("make")])
def test_make_targets_on_the_pages_exist(page: str, command: str) -> None:
    targets = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert targets is not None
    wanted = {word for word in shlex.split(command)[1:] if "=" not in word}
    assert wanted <= set(targets[1].split()), page


def test_the_readme_shows_the_keys_that_the_json_output_has() -> None:
    shown = [set(json.loads(text)) for page, text in blocks("json") if page == "README.md"]
    place = RootLocation(ROOT, None, ROOT, Config(Settings(), ROOT))
    result = SearchResult(
        path="a.py",
        symbol=None,
        kind="module",
        span=Span(0, 1, 1, 1),
        score=1.0,
        rank=1,
        stage="hybrid",
        evidence=(Evidence("lexical", "a", 1.0),),
        fresh=True,
        text="a",
    )
    status = AnswerStatus(
        state=IndexState.READY,
        complete=True,
        lexical=True,
        dense=True,
        model="",
        files=1,
        chunks=1,
        elapsed_seconds=0.0,
    )
    assert shown == [set(json.loads(json_line(result, place, status, text=True)))]


def test_modules_on_the_architecture_page_exist() -> None:
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", read("docs/contributing/architecture.md"))
    files = repository_files()
    assert named
    for name in named:
        assert any(path.endswith(f"/{name}") for path in files), name


def test_every_package_has_a_paragraph_on_the_architecture_page() -> None:
    page = read("docs/contributing/architecture.md")
    packages = {
        module.path.split("/")[2] for module in modules(prefix="server/findspot/") if module.path.count("/") > 2
    }
    assert packages
    assert {package for package in packages if f"`{package}/`" not in page} == set()


def test_invariants_cited_in_code_and_pages_exist() -> None:
    known = set(re.findall(r"^\| (I-\d+) \|", read("docs/contributing/architecture.md"), re.MULTILINE))
    assert known == {f"I-{number}" for number in range(1, 24)}
    cited = {name for module in modules() for name in re.findall(r"\bI-\d+\b", module.text)}
    assert cited <= known


def test_decision_records_are_numbered_and_complete() -> None:
    records = [path for path in PAGES if path.startswith("docs/decisions/")]
    numbers = []
    for path in records:
        found = re.match(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md$", path)
        assert found is not None, path
        numbers.append(int(found[1]))
        text = read(path)
        assert text.startswith(f"# {found[1]}: "), path
        for heading in ("The question", "The decision"):
            assert f"\n## {heading}\n" in text, f"{path}: {heading}"
    assert len(set(numbers)) == len(numbers)
