"""Find the cause, related places, context for an agent, status and index, in a real Neovim with the real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nvim.editor import Neovim

TRACE = """Traceback (most recent call last):
  File "src/upload.py", line 7, in schedule_retry
    self.queue = add_item([], name)
  File "src/cart.py", line 6, in add_item
    cart.append(item)
AttributeError: 'NoneType' object has no attribute 'append'
"""


@pytest.fixture
def report(nvim: Neovim, shop: Path) -> Neovim:
    """Return a Neovim with a trace in a scratch buffer, and the index ready."""
    nvim.command("Findspot! schedule_retry")
    nvim.wait_until_listed("schedule_retry")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.command("enew | setlocal buftype=nofile")
    nvim.api.current.buffer[:] = TRACE.splitlines()
    return nvim


@pytest.mark.row("B02")
def test_the_cause_of_selected_lines(report: Neovim) -> None:
    report.command("%FindspotCause")
    report.wait_until_listed("src/cart.py")
    assert any("add_item" in line for line in report.list_lines())
    report.type("<C-q>")
    items = report.wait_until(report.quickfix, "for the quickfix list")
    assert {"src/cart.py", "src/upload.py"} <= {item["path"] for item in items}
    assert "cause of the selection" in report.lua("return vim.fn.getqflist({ title = 0 }).title")


def test_the_cause_of_what_a_terminal_has_printed(report: Neovim, shop: Path) -> None:
    (shop / "log.txt").write_text(TRACE, encoding="utf-8")
    report.command("terminal cat log.txt")
    report.wait_until(lambda: any("AttributeError" in line for line in report.api.current.buffer[:]), "for the output")
    report.command("%FindspotCause")
    report.wait_until_listed("add_item")


def test_the_cause_of_a_register_goes_to_quickfix_with_a_bang(report: Neovim) -> None:
    report.lua("vim.fn.setreg('t', ...)", TRACE)
    report.command("FindspotCause! t")
    items = report.wait_until(report.quickfix, "for the quickfix list")
    assert items[0]["path"] in {"src/cart.py", "src/upload.py"}


def test_the_cause_of_what_make_has_left(report: Neovim) -> None:
    report.lua("vim.o.makeprg = 'cat'; vim.fn.writefile(vim.split(..., '\\n'), 'log.txt')", TRACE)
    report.command("silent make log.txt")
    report.command("FindspotCause quickfix")
    report.wait_until_listed("add_item")
    assert "cause of the quickfix list" in report.lua("return require('findspot.picker').current().source.title")


def test_the_cause_of_a_diagnostic_by_command_and_by_code_action(nvim: Neovim) -> None:
    nvim.command("edit src/upload.py")
    nvim.command("Findspot! schedule_retry")
    nvim.wait_until_listed("schedule_retry")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.lua(
        """
        local message = "add_item appends to None: 'NoneType' has no attribute 'append'"
        local range = { start = { line = 6, character = 8 }, ['end'] = { line = 6, character = 13 } }
        vim.diagnostic.set(vim.api.nvim_create_namespace('another server'), 0, {
          { lnum = 6, col = 0, message = message, severity = 1, user_data = { lsp = { message = message, range = range } } },
        })
        vim.api.nvim_win_set_cursor(0, { 7, 0 })
        """
    )
    nvim.command("FindspotCause diagnostic")
    nvim.wait_until_listed("add_item")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.command("FindspotCause")  # the same without a word
    nvim.wait_until_listed("add_item")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.lua("vim.lsp.buf.code_action({ filter = function(a) return a.title:match('Findspot') end, apply = true })")
    nvim.wait_until(nvim.picker_open, "for the code action")
    nvim.wait_until_listed("add_item")


def test_there_may_be_nothing_to_find_the_cause_of(nvim: Neovim) -> None:
    nvim.command("FindspotCause")
    assert nvim.wait_until_told("select a text")
    nvim.command("FindspotCause diagnostic")
    assert nvim.wait_until_told("there is no diagnostic on this line")
    nvim.command("FindspotCause z")
    assert nvim.wait_until_told("register z is empty")


def test_related_places_by_group(nvim: Neovim, shop: Path) -> None:
    (shop / "tests").mkdir()
    (shop / "tests" / "test_cart.py").write_text(
        "from src.cart import add_item\n\n\ndef test_items_are_added():\n    assert add_item([], 1) == [1]\n",
        encoding="utf-8",
    )
    nvim.command("edit src/cart.py")
    nvim.command("Findspot! add_item")
    nvim.wait_until_listed("test_items_are_added")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 4, 6 })")
    nvim.command("FindspotRelated")
    nvim.wait_until_listed("schedule_retry")
    groups = nvim.lua(
        "return vim.tbl_map(function(i) return { i.group, i.result.symbol } end, require('findspot.picker').current().shown)"
    )
    assert ["caller", "Uploader.schedule_retry"] in groups
    assert ["test", "test_items_are_added"] in groups
    nvim.type("retry")  # typing filters such a list
    nvim.wait_until(lambda: len(nvim.list_lines()) == 1, "for one line")


def test_context_for_an_agent_is_copied(report: Neovim) -> None:
    report.lua("vim.g.findspot = vim.tbl_extend('force', vim.g.findspot, { register = 'c' })")
    report.command("FindspotContext how are uploads retried")
    report.wait_until_told("in register c")
    text = report.lua("return vim.fn.getreg('c')")
    assert "src/upload.py" in text
    assert "schedule_retry" in text
    report.type(":FindspotContext<CR>")  # asks for the query
    report.type("rebate<CR>")
    report.wait_until(lambda: "apply_discount" in report.lua("return vim.fn.getreg('c')"), "for the second text")


def test_status_shows_each_folder_and_closes_with_q(report: Neovim) -> None:
    report.command("FindspotStatus")
    text = report.wait_until(
        lambda: (
            "\n".join(report.api.current.buffer[:]) if report.api.current.buffer[0].startswith("findspot 0.1") else ""
        )
    )
    assert "state     ready" in text
    assert "3 files" in text
    report.type("q")
    report.wait_until(lambda: not report.api.current.buffer[0].startswith("findspot"), "for the window to close")


def test_the_index_is_brought_up_to_date_and_built_again(report: Neovim, shop: Path) -> None:
    report.command("FindspotIndex")
    assert "unchanged" in report.wait_until_told("0 added")
    report.command("FindspotIndex!")
    assert report.wait_until_told("3 added")


def test_stop_and_restart_and_log(report: Neovim) -> None:
    report.command("FindspotStop")
    report.wait_until_told("the server has stopped")
    report.wait_until(lambda: report.server_pid() == 0, "for the process to end")
    report.command("FindspotRestart")
    report.wait_until_told("is running")
    assert report.server_pid() != 0
    report.command("FindspotLog")
    assert report.cursor()[0].endswith("lsp.log")
