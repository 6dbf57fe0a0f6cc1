"""``findspot context`` as a process: what it prints, and what it says of bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from findspot.agent.tokens import TokenCounter

COUNT = TokenCounter()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with some functions."""
    root = tmp_path_factory.mktemp("shop") / "root"
    (root / "shop").mkdir(parents=True)
    (root / ".git").mkdir()
    for name in ("rebate", "invoice", "delivery"):
        body = "".join(f"    total_{number} = price * {number}\n" for number in range(40))
        (root / f"shop/{name}.py").write_text(
            f"def take_{name}(price):\n    '''The {name}.'''\n{body}    return price\n"
        )
    return root


def run(root: Path, *argv: str, text: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    data = text.encode() if isinstance(text, str) else text
    command = [sys.executable, "-m", "findspot", "context", *argv]
    environ = {**os.environ, "FINDSPOT_CACHE_DIR": str(root.parent / "cache"), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=root, input=data, capture_output=True, env=environ, timeout=100, check=False)


@pytest.mark.row("C08")
def test_a_text_from_standard_input_a_file_or_in_quotes_gives_the_same_bytes(shop: Path) -> None:
    (shop.parent / "issue.txt").write_text("where is the rebate taken")
    outputs = [
        run(shop, text="where is the rebate taken"),
        run(shop, "-", text="where is the rebate taken"),
        run(shop, str(shop.parent / "issue.txt")),
        run(shop, "where is the rebate taken"),
    ]
    assert {one.returncode for one in outputs} == {0}
    assert len({one.stdout for one in outputs}) == 1
    assert b"1. shop/rebate.py:1-43 take_rebate" in outputs[0].stdout
    assert b"tokens, as SmolLM2 counts" in outputs[0].stderr


@pytest.mark.parametrize("form", ["markdown", "json", "xml"])
@pytest.mark.parametrize("budget", [100, 1_000, 100_000])
def test_what_it_says_of_its_tokens_is_right(shop: Path, form: str, budget: int) -> None:
    done = run(shop, "the invoice and its delivery", "--format", form, "--budget-tokens", str(budget), "-q")
    text = done.stdout.decode()
    assert COUNT(text) <= budget
    assert str(COUNT(text)) in text
    assert done.stderr == b""
    if form == "json":
        assert json.loads(text)["budget_tokens"] == budget
    if form == "xml":
        assert ET.fromstring(text).get("tokenizer") == "SmolLM2"  # noqa: S314 - made by ourselves


def test_paths_and_an_empty_folder(shop: Path, tmp_path: Path) -> None:
    inside = run(shop, "where is the rebate taken", "shop/invoice.py")
    assert b"take_rebate" not in inside.stdout
    nothing = run(tmp_path, "where is the rebate taken")
    assert nothing.returncode == 1
    assert b"Nothing was found." in nothing.stdout


@pytest.mark.parametrize(
    ("argv", "text", "said"),
    [
        (("x y", "--budget-tokens", "99"), "", b"must be a whole number from 100 to 100000"),
        (("x y", "--budget-tokens", "many"), "", b"must be a whole number from 100 to 100000"),
        (("x y", "--format", "yaml"), "", b"must be markdown or json or xml"),
        (("x y", "nowhere/"), "", b"nowhere: no such file or folder"),
        (("-",), " \n", b"the text is empty"),
        (("",), "", b"the text is empty"),
        (("-",), "x" * 900_000, b"cut the text down"),
        (("missing/file.txt",), "", b"no such file"),
    ],
)
def test_bad_input_is_one_line_and_status_2(shop: Path, argv: tuple[str, ...], text: str, said: bytes) -> None:
    done = run(shop, *argv, text=text)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == b""


def test_bytes_that_are_no_text_are_taken_as_far_as_they_go(shop: Path) -> None:
    done = run(shop, "-", text=b"\xff\xfe\x00rebate \x80\x81 take_rebate\x1b[0m")
    assert done.returncode in {0, 1}
    assert b"\x1b" not in done.stdout


def test_a_long_issue_is_taken(shop: Path) -> None:
    done = run(shop, "-", text="take_rebate fails for a price\n" * 6_000)
    assert done.returncode == 0
    assert b"take_rebate" in done.stdout
