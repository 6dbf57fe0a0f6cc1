"""The floating picker: what it shows belongs to what was typed, and looks as it should in any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nvim.conftest import Start
from tests.nvim.editor import Neovim

SLOW = """
    -- Answers of the server are held back until the test lets them go.
    vim.g.held = 0
    local client = require('findspot.client')
    local ask = client.request
    _G.held, _G.cancelled = {}, {}
    client.request = function(question)
      local query = question.params.query
      local done = question.done
      question.done = function(...)
        local answer = { ... }
        table.insert(_G.held, { query = query, go = function() done(unpack(answer, 1, 2)) end })
        vim.g.held = vim.g.held + 1
      end
      local cancel = ask(question)
      return function()
        table.insert(_G.cancelled, query)
        cancel()
      end
    end
"""


def picker(nvim: Neovim, field: str) -> object:
    """Return a field of the open picker."""
    return nvim.lua(f"return require('findspot.picker').current().{field}")


def preview(nvim: Neovim) -> list[str]:
    """Return the lines in the preview."""
    lines: list[str] = nvim.lua(
        "return vim.api.nvim_buf_get_lines(require('findspot.picker').current().view.preview.buf, 0, -1, false)"
    )
    return lines


@pytest.fixture
def ready(nvim: Neovim) -> Neovim:
    """Return a Neovim whose project is indexed."""
    nvim.command("Findspot! schedule_retry")
    nvim.wait_until_listed("schedule_retry")
    nvim.wait_until(lambda: not picker(nvim, "list.growing"), "for the whole index")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    return nvim


@pytest.mark.row("C06")
def test_a_list_of_an_earlier_question_is_dimmed_and_enter_waits_for_the_new_one(ready: Neovim) -> None:
    ready.command("Findspot! schedule_retry")
    ready.wait_until_listed("schedule_retry")
    ready.lua(SLOW)
    ready.type("<C-u>rebate")
    ready.wait_until(lambda: ready.lua("return vim.g.held") == 1, "for the answer to be held back")
    assert picker(ready, "stale")
    assert any("schedule_retry" in line for line in ready.list_lines())
    dimmed = """
        local list = require('findspot.picker').current().view.list
        local ns = vim.api.nvim_create_namespace('findspot.picker')
        local groups = {}
        for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(list.buf, ns, 0, -1, { details = true })) do
          groups[#groups + 1] = mark[4].line_hl_group or mark[4].hl_group or 'virtual text'
        end
        return { groups, vim.wo[list.win].cursorline }
    """
    groups, selection = ready.lua(dimmed)
    assert set(groups) == {"FindspotDim"}
    assert not selection
    ready.type("<CR>")
    assert ready.picker_open()
    ready.lua("_G.held[1].go()")
    ready.wait_until(lambda: ready.cursor()[0] == "src/cart.py", "for the place of the new question")


@pytest.mark.row("B06")
def test_a_former_question_is_cancelled_and_its_late_answer_not_taken(ready: Neovim) -> None:
    ready.lua(SLOW)
    ready.command("Findspot! schedule_retry")
    ready.wait_until(lambda: ready.lua("return vim.g.held") == 1, "for the first answer")
    ready.type("<C-u>rebate")
    ready.wait_until(lambda: ready.lua("return vim.g.held") == 2, "for the second answer")
    assert ready.lua("return _G.cancelled") == ["schedule_retry"]
    ready.lua("_G.held[2].go()")
    ready.wait_until_listed("apply_discount")
    before = ready.list_lines()
    ready.lua("_G.held[1].go()")
    assert ready.list_lines() == before


def test_keys_that_are_typed_fast_are_one_question(ready: Neovim) -> None:
    ready.lua(SLOW)
    ready.lua("vim.g.findspot = vim.tbl_extend('force', vim.g.findspot, { debounce_ms = 300 })")
    ready.command("Findspot")
    for key in "rebate":
        ready.type(key)
    ready.wait_until(lambda: ready.lua("return vim.g.held") == 1, "for the answer")
    assert ready.lua("return _G.held[1].query") == "rebate"


@pytest.mark.row("B10")
def test_the_preview_follows_the_selection_and_shows_unsaved_text_and_the_evidence(ready: Neovim) -> None:
    ready.command("edit src/cart.py")
    ready.api.current.buffer.append(["", "def unsaved_rebate():", "    pass"])
    ready.command("Findspot! rebate")
    ready.wait_until_listed("unsaved_rebate")
    ready.wait_until(lambda: "def unsaved_rebate():" in preview(ready), "for the unsaved text in the preview")
    config = "return vim.api.nvim_win_get_config(require('findspot.picker').current().view.preview.win)"
    assert "src/cart.py" in ready.lua(config)["title"][0][0]
    assert "words: " in ready.lua(config)["footer"][0][0]
    ready.type("<C-u>schedule_retry")
    ready.wait_until(lambda: "class Uploader:" in preview(ready), "for the preview of the other file")
    ready.type("<C-f><C-b><C-l>")
    ready.wait_until(lambda: picker(ready, "view.preview.win") is None, "for the preview to be gone")


def test_the_selection_moves_round_and_starts_again_at_the_top_with_a_new_question(ready: Neovim) -> None:
    ready.command("Findspot! upload")
    ready.wait_until_listed("Uploader")
    count = len(ready.list_lines())
    assert count > 2
    ready.type("<Down><C-n>")
    ready.wait_until(lambda: picker(ready, "selected") == 3)
    ready.type("<Up><C-p><C-p>")
    ready.wait_until(lambda: picker(ready, "selected") == count, "for the last one")
    ready.type("<C-u>rebate")
    ready.wait_until_listed("apply_discount")
    assert picker(ready, "selected") == 1


def test_the_list_grows_while_the_index_is_built(start: Start, shop: Path) -> None:
    nvim = start(shop)
    nvim.command("Findspot! schedule_retry")  # asked before there is any index
    nvim.wait_until_listed("schedule_retry")
    assert nvim.picker_open()


def test_nothing_found_and_what_went_wrong_are_said_in_the_list(ready: Neovim) -> None:
    ready.command("Findspot! rebate")
    ready.wait_until_listed("apply_discount")
    ready.lua("vim.fn.delete('src', 'rf'); vim.fn.delete('README.md')")
    ready.type("<C-u>zzqx")
    ready.wait_until_listed("Nothing found.")
    ready.type("<CR>")  # does nothing
    assert ready.picker_open()
    ready.type("<C-u>" + "x" * 300)
    ready.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('x'):rep(300000) })")
    ready.wait_until_listed("200,000 are allowed")


@pytest.mark.parametrize(
    ("columns", "lines", "shown"), [(140, 40, True), (80, 40, True), (80, 24, False), (30, 8, False)]
)
def test_it_fits_into_every_size(ready: Neovim, columns: int, lines: int, *, shown: bool) -> None:
    ready.command("Findspot! upload")
    ready.wait_until_listed("Uploader")
    ready.api.ui_try_resize(columns, lines)
    ready.wait_until(lambda: ready.lua("return { vim.o.columns, vim.o.lines }") == [columns, lines])
    boxes = ready.lua(
        """
        local view, boxes = require('findspot.picker').current().view, {}
        for _, name in ipairs({ 'prompt', 'list', 'preview' }) do
          local win = view[name].win
          if win then
            local at = vim.api.nvim_win_get_position(win)
            boxes[name] = { at[1], at[2], vim.api.nvim_win_get_height(win), vim.api.nvim_win_get_width(win) }
          end
        end
        return boxes
        """
    )
    assert ("preview" in boxes) is shown
    for row, column, height, width in boxes.values():
        assert row >= 0
        assert column >= 0
        assert row + height <= lines
        assert column + width <= columns
    assert all(ready.lua("return vim.fn.strdisplaywidth(...)", line) <= boxes["list"][3] for line in ready.list_lines())


def test_rows_of_long_and_wide_names_keep_their_ends(nvim: Neovim) -> None:
    rows = nvim.lua(
        """
        local function result(symbol, path)
          return { result = { symbol = symbol, path = path, kind = 'method', fresh = false, probability = 0.824, best_line = 9 } }
        end
        local rows = require('findspot.picker.rows').of({
          result(('Outer.'):rep(20) .. 'method', ('folder/'):rep(30) .. 'file.py'),
          result('変数.' .. ('名'):rep(40), 'ordner/größe.py'),
          result('a\\nb', 'x'),
        }, 60)
        return vim.tbl_map(function(row)
          local right = ''
          for _, part in ipairs(row.right) do right = right .. part[1] end
          return { row.text, right, vim.fn.strdisplaywidth(row.text .. right) }
        end, rows)
        """
    )
    assert rows[0][0].rstrip().endswith("/file.py:10")
    assert "Outer.method" in rows[0][0]
    assert rows[0][1] == "changed method  82 % "
    assert "名" in rows[1][0]
    assert "größe.py:10" in rows[1][0]
    assert "\n" not in rows[2][0]
    assert all(width <= 60 for _, _, width in rows)


def test_it_comes_back_with_its_question_and_selection(ready: Neovim) -> None:
    ready.command("FindspotResume")
    ready.wait_until_listed("schedule_retry")
    ready.type("<C-u>upload")
    ready.wait_until_listed("Uploader")
    ready.type("<Down><C-c>")
    ready.wait_until(lambda: not ready.picker_open())
    ready.command("FindspotResume")
    ready.wait_until_listed("Uploader")
    assert picker(ready, "selected") == 2


def test_leaving_its_window_closes_it_and_leaves_nothing_behind(ready: Neovim) -> None:
    buffers = ready.lua("return #vim.api.nvim_list_bufs()")
    ready.command("Findspot! upload")
    ready.wait_until_listed("Uploader")
    ready.command("wincmd p")
    ready.wait_until(lambda: not ready.picker_open())
    assert ready.lua("return #vim.api.nvim_list_wins()") == 1
    loaded = ready.lua("return #vim.tbl_filter(vim.api.nvim_buf_is_loaded, vim.api.nvim_list_bufs())")
    assert loaded <= buffers
    assert ready.lua("return vim.api.nvim_get_mode().mode") == "n"


@pytest.mark.parametrize(("border", "corner"), [("double", "╔"), ("single", "┌"), (None, "╭")])
def test_its_border_is_the_user_s(start: Start, shop: Path, border: str | None, corner: str) -> None:
    nvim = start(shop, options={"border": border})
    nvim.lua("require('findspot').pick('rebate')")
    config = "return vim.api.nvim_win_get_config(require('findspot.picker').current().view[...].win).border"
    assert nvim.lua(config, "prompt")[0] == corner
    assert nvim.lua(config, "preview")[0] == corner
    joined = nvim.lua(config, "list")[0] == "├"
    assert joined is (border != "double")


def test_keys_can_be_changed_and_switched_off(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"keys": {"split": "<C-x>", "tab": []}})
    nvim.command("Findspot! schedule_retry")
    nvim.wait_until_listed("schedule_retry")
    nvim.type("<C-x>")
    nvim.wait_until(lambda: nvim.cursor()[0] == "src/upload.py", "for the result")
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 2
