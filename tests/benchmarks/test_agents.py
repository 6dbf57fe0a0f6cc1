"""The scripted agents: what they pay and see, when they stop, and the table that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.agent_scripts import AGENTS, MOST_CALLS, Found, GivenUp, Tools, Transcript, grep_and_read
from benchmarks.agents import table
from findspot.agent.tokens import TokenCounter
from findspot.config import Config, Settings
from findspot.engine import Engine

COUNT = TokenCounter()

FILES = {
    "src/queue.py": "class Queue:\n" + "".join(f"    def job_{at}(self):\n        return {at}\n\n" for at in range(90)),
    "src/retry.py": "def schedule_retry(item, delay):\n    '''Put a failed upload back.'''\n    return item, delay * 2\n",
    "src/upload.py": "from src.retry import schedule_retry\n\n\ndef upload(item):\n    schedule_retry(item, 1)\n",
    "tests/test_retry.py": "def test_schedule_retry():\n    pass\n",
}

REPORT = "A failed upload is retried too soon\n\n`schedule_retry` doubles the delay, but the upload in src/upload.py is sent at once.\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on a small tree."""
    root = tmp_path_factory.mktemp("agents") / "root"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    with Engine.open(root, Config(Settings(workers=1), root.parent / "cache")) as opened:
        opened.refresh()
        yield opened


@pytest.mark.parametrize("name", list(AGENTS))
def test_every_agent_reads_the_function_and_stops(engine: Engine, name: str) -> None:
    transcript = Transcript({"src/retry.py": [(1, 3)]}, COUNT)
    with pytest.raises(Found):
        AGENTS[name](Tools(engine, transcript), REPORT)
    assert transcript.calls < 5
    assert (transcript.calls == 0) == (name == "context"), "a context is there before the first call"
    assert {1, 2, 3} <= transcript.seen["src/retry.py"]
    assert transcript.tokens > 40


def test_what_is_not_there_is_given_up_or_comes_to_an_end(engine: Engine) -> None:
    for look in AGENTS.values():
        transcript = Transcript({"src/elsewhere.py": [(1, 3)]}, COUNT)
        try:
            look(Tools(engine, transcript), REPORT)
        except GivenUp:
            assert transcript.calls >= MOST_CALLS
        assert transcript.calls > 3


def test_a_part_of_a_function_is_not_the_function(engine: Engine) -> None:
    transcript = Transcript({"src/queue.py": [(2, 101)]}, COUNT)
    tools = Tools(engine, transcript)
    tools.read("src/queue.py", 1, 90)
    with pytest.raises(Found):
        tools.read("src/queue.py", 91, 96)
    assert transcript.calls == 2


def test_an_agent_pays_for_what_it_writes_and_gets(engine: Engine) -> None:
    transcript = Transcript({}, COUNT)
    Tools(engine, transcript).read("src/retry.py", 1, 1)
    text = "1\tdef schedule_retry(item, delay):"
    assert transcript.tokens == COUNT(text) + COUNT('{"read": {"path": "src/retry.py", "from": 1, "to": 1}}')


def test_a_report_without_names_is_looked_for_by_its_words(engine: Engine) -> None:
    transcript = Transcript({"src/retry.py": [(1, 3)]}, COUNT)
    with pytest.raises(Found):
        grep_and_read(Tools(engine, transcript), "a failed upload comes back too late")


def test_the_table_counts_what_was_not_found_as_the_most(engine: Engine) -> None:
    def row(language: str, grep: dict[str, Any]) -> dict[str, Any]:
        cheap = {"found": True, "calls": 1, "tokens": 900}
        return {
            "language": language,
            "named": language == "c",
            "agents": {**dict.fromkeys(AGENTS, cheap), "grep and read": grep},
        }

    lost = {"found": False, "calls": 9, "tokens": 700}
    lines = table([row("go", lost), row("go", {"found": True, "calls": 2, "tokens": 500}), row("c", lost)])
    shown = {line.split(" | ")[0]: line for line in lines}
    assert shown["| go"].startswith("| go | 2 | 30,250 / 31, 1 | 900 / 1, 2 |")
    assert shown["| go"].endswith("| 1 |")
    assert shown["| all"].startswith("| all | 3 | 60,000 / 60, 1 |")
    assert shown["| not named"].startswith("| not named | 2 |")
