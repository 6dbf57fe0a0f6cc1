"""The view as a person uses it: typing, looking, choosing. Real engine, real files."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from textual import events

from findspot.config import load_config
from findspot.storage.locks import indexing_lock
from findspot.tui.keys import KEYS
from findspot.tui.session import Found
from tests.tui.conftest import RETRY, TRACE, Opened, screen, view_of, wait_until


async def test_results_come_while_typing(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press(*"schedule_retry")
        text = await wait_until(
            pilot, lambda text: "▌  Uploader.schedule_retry  src/retry.py:5" in text and "4 files" in text
        )
        assert "> schedule_retry" in text
        assert "why: " in text
        assert ">    5 │     def schedule_retry" in text
        assert "words and meaning" in text
        assert "not complete" not in text
        await pilot.press("ctrl+u", *"send everything")
        await wait_until(pilot, lambda text: "▌  send_everything  src/client.py:4" in text)


@pytest.mark.row("V41")
async def test_a_late_answer_is_dropped(opened: Opened) -> None:
    async with opened() as pilot:
        view = view_of(pilot)
        taken: list[tuple[int, Found]] = []
        take = view._take

        def spied(number: int, found: Found, *, keep: bool) -> None:
            taken.append((number, found))
            take(number, found, keep=keep)

        view._take = spied  # type: ignore[method-assign]
        await pilot.press(*"schedule_retry")
        await wait_until(pilot, lambda text: "schedule_retry  src/retry.py" in text)
        old, late = taken[-1]
        await pilot.press("ctrl+u", *"send_everything")
        await wait_until(pilot, lambda text: "▌  send_everything" in text)
        assert old != view._number
        take(old, late, keep=False)
        await pilot.pause(0.1)
        assert "▌  send_everything" in screen(pilot)


async def test_the_cursor_is_on_the_best_place_until_it_is_moved(opened: Opened, root: Path) -> None:
    async with opened(query="pause between attempts") as pilot:
        before = await wait_until(pilot, lambda text: "▌  " in text and "not complete" not in text)
        (root / "src/pause.py").write_text("def pause_between_attempts() -> float:\n    return 2.0\n")
        await wait_until(pilot, lambda text: "▌  pause_between_attempts" in text and "not complete" not in text)
        assert "pause_between_attempts" not in before
        await pilot.press("down", "up")
        (root / "src/better.py").write_text("def pause_between_attempts() -> None:\n    'Pause between attempts.'\n")
        text = await wait_until(pilot, lambda text: "src/better.py" in text and "not complete" not in text)
        assert "▌  pause_between_attempts  src/pause.py:1" in text


async def test_how_to_leave_is_seen_in_eighty_columns(opened: Opened) -> None:
    async with opened() as pilot:
        text = await wait_until(pilot, lambda text: "Enter open" in text)
        assert text.splitlines()[-1] == " Enter open  Tab mark  ^Y copy  F2 preview  F3 scope  F1 help  Esc quit"
    async with opened((120, 24)) as pilot:
        await wait_until(pilot, lambda text: "F4 kind  F5 localize  F1 help  Esc quit" in text)


@pytest.mark.row("V12")
async def test_results_improve_while_the_index_fills(opened: Opened, root: Path) -> None:
    with ExitStack() as other_process:
        other_process.enter_context(indexing_lock(load_config(root).index_dir(root)))
        async with opened(query="schedule_retry") as pilot:
            text = await wait_until(
                pilot, lambda text: "another process is indexing" in text and "not complete yet" in text
            )
            assert "Uploader" not in text
            other_process.close()
            await wait_until(pilot, lambda text: "▌  Uploader.schedule_retry" in text and "not complete" not in text)
            (root / "src/again.py").write_text("def schedule_retry_again() -> None:\n    pass\n")
            await wait_until(pilot, lambda text: "schedule_retry_again" in text)


@pytest.mark.row("V13")
async def test_full_index_waits(opened: Opened, root: Path) -> None:
    with ExitStack() as other_process:
        other_process.enter_context(indexing_lock(load_config(root).index_dir(root)))
        async with opened(query="schedule_retry", full_index=True) as pilot:
            text = await wait_until(pilot, lambda text: "another process is indexing" in text)
            assert "answers wait for the index" in text
            assert view_of(pilot)._found is None
            other_process.close()
            text = await wait_until(pilot, lambda text: "▌  Uploader.schedule_retry" in text)
            assert "not complete" not in text


async def test_several_pasted_lines_are_localized(opened: Opened) -> None:
    async with opened() as pilot:
        await wait_until(pilot, lambda text: "● 4 files" in text)
        view_of(pilot).post_message(events.Paste(TRACE))
        text = await wait_until(pilot, lambda text: "schedule_retry  src/retry.py:7" in text and "why: " in text)
        assert "localize" in text
        assert "6 lines pasted: Traceback" in text
        assert "named in the trace" in text
        assert "%" in text
        await pilot.press("escape")
        await wait_until(pilot, lambda text: "lines pasted" not in text and "search" in text)
        view_of(pilot).post_message(events.Paste("one line\n"))
        await wait_until(pilot, lambda text: "> one line" in text)


async def test_marked_places_are_the_result_where_they_are_printed(opened: Opened) -> None:
    async with opened(query="schedule_retry", printing=True) as pilot:
        await wait_until(pilot, lambda text: "4 files" in text and "▌  Uploader" in text)
        rows = [row.place for row in view_of(pilot).list.rows]
        await pilot.press("tab", "down", "tab")
        assert screen(pilot).count("● ") == 3  # two marks and the state of the index
        assert "2 marked" in screen(pilot)
        await pilot.press("shift+tab", "shift+tab", "alt+a", "alt+d", "up", "up", "up", "tab", "down", "tab")
        await pilot.press("enter")
    assert [row.place for row in view_of(pilot).return_value or ()] == [rows[0], rows[2]]


async def test_leaving_chooses_nothing(opened: Opened) -> None:
    async with opened(query="schedule_retry", printing=True) as pilot:
        await wait_until(pilot, lambda text: "schedule_retry  src" in text)
        await pilot.press("escape")
    assert view_of(pilot).return_value is None


@pytest.mark.row("V36")
async def test_a_place_is_opened_at_its_line(opened: Opened, root: Path, tmp_path: Path) -> None:
    (root / "src/od$(x) 'd\n.py").write_text("def oddly_named() -> None:\n    pass\n")
    seen = tmp_path / "seen"
    program = tmp_path / "show"
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(repr(sys.argv[1:]))\n")
    program.chmod(0o700)
    async with opened(query="oddly_named", open_cmd=f"{program} +{{line}} {{file}}") as pilot:
        await wait_until(pilot, lambda text: "▌  oddly_named" in text)
        await pilot.press("enter")
        while not seen.exists():
            await pilot.pause(0.05)
        await pilot.pause()
    assert seen.read_text() == repr(["+1", str(root / "src/od$(x) 'd\n.py")])


@pytest.mark.row("V36")
async def test_what_cannot_be_opened_is_said(opened: Opened) -> None:
    environ = {"PATH": "/nowhere"}
    async with opened((100, 30), query="schedule_retry", open_cmd="nosuchprogram {file}", environ=environ) as pilot:
        await wait_until(pilot, lambda text: "schedule_retry  src" in text)
        await pilot.press("enter")
        await wait_until(pilot, lambda text: "there is no program nosuchprogram" in text)


async def test_the_scope_is_here_or_everything(opened: Opened, root: Path) -> None:
    async with opened(query="retry", scope=(str(root / "docs"),)) as pilot:
        text = await wait_until(pilot, lambda text: "docs/retry.md" in text)
        assert "in docs" in text
        assert "src/retry.py" not in text
        await pilot.press("f3")
        text = await wait_until(pilot, lambda text: "src/retry.py" in text)
        assert "whole root" in text
        await pilot.press("alt+s")
        await wait_until(pilot, lambda text: "src/retry.py" not in text)


async def test_only_one_kind_of_files(opened: Opened) -> None:
    async with opened(query="retry") as pilot:
        await wait_until(pilot, lambda text: "src/retry.py" in text and "tests/test_retry.py" in text)
        await pilot.press("f4")
        text = await wait_until(
            pilot, lambda text: "only code" in text and "tests/test_retry" not in text and "▌" in text
        )
        assert "src/retry.py" in text
        await pilot.press("f4")
        text = await wait_until(pilot, lambda text: "only tests" in text and "src/retry.py" not in text and "▌" in text)
        assert "tests/test_retry.py" in text


async def test_the_preview_comes_and_goes_and_finds_its_place(opened: Opened) -> None:
    async with opened(query="schedule_retry") as pilot:
        await wait_until(pilot, lambda text: "def schedule_retry" in text)
        await pilot.press("f2")
        await wait_until(pilot, lambda text: "def schedule_retry" not in text)
        await pilot.press("f2")
        await wait_until(pilot, lambda text: "def schedule_retry" in text)
        await pilot.resize_terminal(130, 40)
        text = await wait_until(pilot, lambda text: "src/retry.py:5  method" in text)
        line = next(line for line in text.splitlines() if "Uploader.schedule_retry" in line)
        assert "src/retry.py:4-9" in line or "src/retry.py:5-9" in line  # list and preview side by side
        await pilot.resize_terminal(20, 6)
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda text: "▌  Uploader.schedule_retry  src/retry.py:5" in text)


async def test_copying_gives_path_and_line(opened: Opened) -> None:
    async with opened(query="schedule_retry") as pilot:
        await wait_until(pilot, lambda text: "▌  Uploader.schedule_retry" in text)
        await pilot.press("ctrl+y")
        assert view_of(pilot).clipboard == "src/retry.py:5"


async def test_a_click_moves_and_two_open(opened: Opened) -> None:
    async with opened(query="schedule_retry", printing=True) as pilot:
        await wait_until(pilot, lambda text: "4 files" in text and "▌  Uploader" in text)
        second = view_of(pilot).list.rows[1].place
        await pilot.click("#list", offset=(5, 1))
        row = view_of(pilot).list.row
        assert row is not None
        assert row.place == second
        await pilot.click("#list", offset=(5, 1), times=2)
    assert [row.place for row in view_of(pilot).return_value or ()] == [second]


async def test_keys_move_like_fzf(opened: Opened) -> None:
    async with opened(query="retry") as pilot:
        await wait_until(pilot, lambda text: "4 files" in text and "docs/retry.md" in text)
        view = view_of(pilot)
        last = len(view.list.rows) - 1
        for key, at in (
            ("ctrl+n", 1),
            ("ctrl+j", 2),
            ("ctrl+p", 1),
            ("ctrl+k", 0),
            ("pagedown", last),
            ("pageup", 0),
            ("ctrl+end", last),
        ):
            await pilot.press(key)
            assert view.list.row is view.list.rows[at], key
        await pilot.press("ctrl+w")
        await wait_until(pilot, lambda text: "> a sentence" in text and "places" not in text)


async def test_help_shows_every_key_and_goes(opened: Opened) -> None:
    async with opened((100, 50)) as pilot:
        await pilot.press("f1")
        text = await wait_until(pilot, lambda text: "these keys" in text)
        assert all(key.meaning in text for key in KEYS)
        await pilot.press("x")
        await wait_until(pilot, lambda text: "these keys" not in text)
        assert "> x" not in screen(pilot)
        await pilot.press("f1")
        await wait_until(pilot, lambda text: "these keys" in text)
        await pilot.press("escape")
        await wait_until(pilot, lambda text: "these keys" not in text)
        await pilot.press("x")
        await wait_until(pilot, lambda text: "> x" in text)


async def test_nothing_of_a_file_steers_the_terminal(opened: Opened, root: Path) -> None:
    (root / "src/evil\x1b]52;c;AA\x07.py").write_text(
        "def evil_name() -> str:\n    return '\x1b[2J\u202e\x9b31m [b]bold[/b]'\n"
    )
    async with opened(query="evil_name") as pilot:
        text = await wait_until(pilot, lambda text: "▌  evil_name" in text and "return" in text)
    assert not {char for char in text if not char.isprintable()} - {"\n"}
    assert "\\x1b[2J\\u202e\\x9b31m [b]bold[/b]" in text
    assert "evil\\x1b]52" in text


async def test_it_works_without_colours(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(query="schedule_retry", environ={"NO_COLOR": "1"}) as pilot:
        await wait_until(pilot, lambda text: "▌  Uploader.schedule_retry" in text)
        strips = view_of(pilot).screen._compositor.render_strips()
        for one in view_of(pilot)._filters:
            if one.enabled:
                strips = [strip.apply_filter(one, view_of(pilot).screen.styles.background) for strip in strips]
        styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
        assert all(
            (style.color is None or style.color.is_default) and (style.bgcolor is None or style.bgcolor.is_default)
            for style in styles
        )
        assert any(style.reverse for style in styles)


async def test_dark_and_light(opened: Opened) -> None:
    async with opened(background="#fdf6e3", dark=False) as pilot:
        assert view_of(pilot).theme == "findspot-light"
        assert view_of(pilot).screen.styles.background.hex == "#FDF6E3"
        await pilot.press("f6")
        assert view_of(pilot).theme == "findspot-dark"


async def test_an_error_of_the_engine_is_one_line(opened: Opened) -> None:
    async with opened(query="x" * 200_001) as pilot:
        await wait_until(pilot, lambda text: "200,001" in text)


async def test_a_file_that_the_index_knows_older_says_so(opened: Opened, root: Path) -> None:
    async with opened((130, 30), query="schedule_retry") as pilot:
        await wait_until(pilot, lambda text: "Uploader.schedule_retry" in text)
        (root / "src/retry.py").write_text(RETRY.replace("class Uploader", "class Sender"))
        await wait_until(pilot, lambda text: "Sender.schedule_retry" in text)
