"""What the HTTP interface answers, with a real engine behind the application."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from findspot.cli.main import main
from tests.web.conftest import PATIENCE_SECONDS, Here, Open, events_of

QUESTION = "where are upload retries scheduled"


async def test_a_question_finds_the_place_with_its_evidence_and_coloured_source(here: Here) -> None:
    answer = await here.get("/search", q=QUESTION, highlight="true", include_text="false")
    first = answer["results"][0]
    assert (first["path"], first["symbol"]) == ("src/retry.py", "Uploader.schedule_retry")
    assert first["evidence"]
    assert "text" not in first
    line = next(line for line in first["shown"] if line["number"] == 5)
    assert ["def", "keyword"] in line["pieces"]
    assert (
        "".join(text for text, _ in line["pieces"]) == "    def schedule_retry(self, item: str, attempt: int) -> float:"
    )
    assert answer["status"]["complete"]


@pytest.mark.row("V37")
async def test_lengths_come_from_the_settings_unless_they_are_asked_for(opened: Open, repository: Path) -> None:
    (repository / ".findspot" / "config.toml").write_text("top_k = 1\n")
    here = await opened(repository)
    assert len((await here.get("/search", q="uploader retry"))["results"]) == 1
    assert len((await here.get("/search", q="uploader retry", k=2))["results"]) == 2


@pytest.mark.row("V38")
@pytest.mark.parametrize("params", [{"q": ""}, {"q": "  \n"}, {}])
async def test_an_empty_query_is_refused_with_a_reason(here: Here, params: dict[str, str]) -> None:
    said = await here.error("/search", 400, **params)
    assert said in {"the text is empty; say what you are looking for", "'query' is missing"}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"k": "0"}, "'top_k' must be a whole number from 1 to 1000, not 0"),
        ({"k": "many"}, "'top_k' must be a whole number from 1 to 1000, not many"),
        ({"highlight": "maybe"}, "'highlight' must be true or false"),
        ({"limit": "3"}, "'limit' is not a parameter"),
        ({"context": "{}"}, "'context' must be an object"),
        ({"scope": "/etc"}, "lies outside"),
        ({"scope": "nowhere"}, "there is no file, folder or package nowhere"),
        ({"root": "elsewhere"}, "'root' names elsewhere"),
    ],
)
async def test_a_mistake_is_named(here: Here, params: dict[str, str], said: str) -> None:
    assert said in await here.error("/search", 400, **{"q": "retry", **params})


async def test_filters_narrow_the_answer(here: Here) -> None:
    async def paths(**params: Any) -> set[str]:
        return {one["path"] for one in (await here.get("/search", q="schedule_retry", **params))["results"]}

    assert await paths(only="tests") == {"tests/test_retry.py"}
    assert await paths(only=["tests", "code"]) == {"src/retry.py", "src/client.py", "tests/test_retry.py"}
    assert await paths(scope="tests") == {"tests/test_retry.py"}
    assert await paths(glob="!src/*", type="py") == {"tests/test_retry.py"}


@pytest.mark.row("V39")
async def test_a_finished_index_is_ready_with_the_totals_of_the_database(here: Here, repository: Path) -> None:
    (repository / "src" / "retry.py").touch()
    status = await here.get("/status")
    assert status["status"] == "ready"
    assert (status["files"], status["chunks"]) == (3, status["roots"][0]["chunks"])
    assert status["chunks"] >= 3
    assert "indexed" not in status
    assert "total" not in status


@pytest.mark.row("V39", "V12")
async def test_while_the_index_is_built_answers_come_and_say_so(opened: Open, repository: Path) -> None:
    for number in range(300):
        (repository / "src" / f"part_{number}.py").write_text(f"def part_{number}() -> int:\n    return {number}\n")
    here = await opened(repository, fresh=False)
    status = await here.get("/status")
    assert status["status"] == "indexing"
    assert set(status) >= {"indexed", "total", "chunks"}
    assert not (await here.get("/search", q="part_7"))["status"]["complete"]
    response = await here.client.get("/search/events", params={"q": "part_299", "request_id": "mine"})
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names[0] == "partial"
    assert names[-2:] == ["answer", "end"]
    assert not events[0][1]["status"]["complete"]
    assert events[-2][1]["status"]["complete"]
    assert events[-2][1]["results"][0]["symbol"] == "part_299"


async def test_the_last_answer_of_a_stream_knows_what_has_just_been_saved(here: Here, repository: Path) -> None:
    (repository / "src" / "late.py").write_text("def entirely_new_surcharge() -> int:\n    return 1\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await here.get("/search", q="entirely_new_surcharge")
            if found["results"] or not found["status"]["complete"]:
                break  # else the system has not told of the change yet
    events = events_of((await here.client.get("/search/events", params={"q": "entirely_new_surcharge"})).text)
    assert [name for name, _ in events][-2:] == ["answer", "end"]
    assert events[-2][1]["status"]["complete"]
    assert events[-2][1]["results"][0]["path"] == "src/late.py"


@pytest.mark.row("V41")
async def test_every_part_of_an_answer_names_its_question(here: Here) -> None:
    body = {"text": "uploads are not retried", "request_id": "number seven"}
    events = events_of((await here.client.post("/localize/events", json=body)).text)
    assert [name for name, _ in events] == ["partial", "answer", "end"]
    assert {data["request_id"] for _, data in events} == {"number seven"}
    assert events[0][1]["results"][0]["stage"] == "hybrid"
    one, other = [(await here.get("/search", q="retry"))["request_id"] for _ in range(2)]
    assert one != other


@pytest.mark.row("B17")
async def test_the_answer_is_that_of_the_command_line(
    here: Here, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await here.get("/search", q=QUESTION)
    monkeypatch.chdir(repository)
    assert await asyncio.to_thread(main, ["--json", QUESTION]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    of_answer = {"by_meaning", "complete", "suggested_length", "in_root_probability"}
    assert [{key: value for key, value in line.items() if key not in of_answer} for line in lines] == answer["results"]
    assert [{key: line[key] for key in of_answer} for line in lines[:1]] == [
        {key: answer["status"][key] for key in of_answer}
    ]


async def test_localize_and_context_take_a_report(here: Here) -> None:
    report = (
        'File "src/client.py", line 7, in send_everything\n    uploader.schedule_retry(item, 1)\nAttributeError: queue'
    )
    answer = (await here.client.post("/localize", json={"text": report})).json()
    assert answer["results"][0]["path"] in {"src/client.py", "src/retry.py"}
    assert answer["results"][0]["probability"] is not None
    made = (await here.client.post("/context", json={"query": report, "budget_tokens": 500})).json()
    assert "def send_everything" in made["text"]
    assert made["tokens"] <= 500


async def test_what_is_connected_with_a_place(here: Here) -> None:
    found = await here.get("/related", path="src/retry.py", line=5)
    assert found["symbol"]["symbol"] == "Uploader.schedule_retry"
    assert [one["symbol"] for one in found["callers"]] == ["send_everything"]
    assert [one["path"] for one in found["tests"]] == ["tests/test_retry.py"]


async def test_lines_of_a_file_are_those_that_it_has_now(here: Here, repository: Path) -> None:
    read = await here.get("/file", path="src/client.py", start_line=4, end_line=5, highlight="true")
    assert read["text"] == "def send_everything(items: list[str]) -> None:\n    uploader = Uploader()"
    assert [line["number"] for line in read["highlighted"]] == [4, 5]
    assert read["lines"] == 7
    (repository / ".env").write_text("SECRET=1\n")
    (repository / "link.py").symlink_to("/etc/hostname")
    for path in (".env", "link.py", "../outside.py", "/etc/passwd", "src", "absent.py", "a\0b"):
        assert await here.error("/file", 400, path=path)


@pytest.mark.row("V45")
async def test_an_edit_is_seen(here: Here, repository: Path) -> None:
    (repository / "src" / "retry.py").write_text(RENAMED)
    found: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not found or found[0] != "Uploader.postpone_attempt":
            await asyncio.sleep(0.05)
            found = [one["symbol"] for one in (await here.get("/search", q="postpone_attempt"))["results"]]
    assert "Uploader.schedule_retry" not in found


RENAMED = '''class Uploader:
    def postpone_attempt(self, item: str) -> None:
        """Plan another attempt."""
'''


async def test_a_server_with_paths_answers_from_them_only(opened: Open, repository: Path) -> None:
    here = await opened(repository, scope=(repository / "tests",))
    assert {one["path"] for one in (await here.get("/search", q="schedule_retry"))["results"]} == {
        "tests/test_retry.py"
    }
    assert "lies outside of what this server searches" in await here.error("/search", 400, q="retry", scope="src")
    assert (await here.get("/status"))["scope"] == [str(repository / "tests")]


async def test_several_roots_give_one_answer(opened: Open, repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "orders.py").write_text("def schedule_delivery(order: str) -> None:\n    '''Plan a delivery.'''\n")
    here = await opened(repository, other)
    answer = await here.get("/search", q="schedule")
    assert {one["root"] for one in answer["results"]} == {str(repository), str(other)}
    assert [one["rank"] for one in answer["results"]] == list(range(1, len(answer["results"]) + 1))
    assert {root["name"] for root in (await here.get("/status"))["roots"]} == {"uploads", "other"}
    only = await here.get("/search", q="schedule", scope="other")
    assert {one["root"] for one in only["results"]} == {str(other)}
    assert (await here.get("/file", path="other/orders.py"))["path"] == "orders.py"
    assert (await here.get("/file", path="orders.py", root=str(other)))["lines"] == 2


async def test_a_folder_that_is_gone_is_said_to_be(opened: Open, repository: Path) -> None:
    here = await opened(repository)
    await asyncio.to_thread(repository.rename, repository.with_name("moved"))
    assert "is no folder any more" in await here.error("/search", 404, q="retry")


@pytest.mark.row("V13")
async def test_with_full_index_the_first_answer_waits_for_all_of_it(opened: Open, repository: Path) -> None:
    for number in range(300):
        (repository / "src" / f"part_{number}.py").write_text(f"def part_{number}() -> int:\n    return {number}\n")
    (repository / ".findspot" / "config.toml").write_text("full_index = true\n")
    here = await opened(repository, fresh=False)
    answer = await here.get("/search", q="part_299")
    # The page's own pass may just be looking over the finished index again, so its state is no evidence.
    assert answer["status"]["files"] > 300
    assert answer["results"][0]["symbol"] == "part_299"
