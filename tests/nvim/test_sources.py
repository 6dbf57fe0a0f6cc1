"""Lists in the pickers of others. Those are stubs here, made after the interfaces that they document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nvim.conftest import Start
from tests.nvim.editor import Neovim

STUBS = {
    "telescope": """
        _G.shown = {}
        package.preload['telescope.pickers'] = function()
          return { new = function(_, given)
            return { find = function()
              _G.shown = { title = given.prompt_title, text = given.default_text, sorter = given.sorter.name }
              local function take(entry)
                local text = entry.display()
                table.insert(_G.shown, { text, entry.filename, entry.lnum, entry.ordinal })
              end
              if given.finder.results then
                vim.iter(given.finder.results):each(take)
                _G.shown.done = true
              else
                _G.typed = function(prompt)
                  _G.shown = {}
                  given.finder(prompt, take, function() _G.shown.done = true end)
                end
                _G.typed(given.default_text or '')
              end
            end }
          end }
        end
        package.preload['telescope.config'] = function()
          return { values = {
            grep_previewer = function() return {} end,
            generic_sorter = function() return { name = 'generic' } end,
          } }
        end
        package.preload['telescope.finders'] = function()
          return { new_table = function(given)
            return { results = vim.tbl_map(given.entry_maker, given.results) }
          end }
        end
        package.preload['telescope.sorters'] = function()
          return { empty = function() return { name = 'empty' } end }
        end
    """,
    "fzf-lua": """
        package.preload['fzf-lua'] = function()
          return {
            defaults = { actions = { files = {} } },
            fzf_exec = function(lines) _G.shown = vim.list_extend({}, lines); _G.shown.done = true end,
            fzf_live = function(contents, opts)
              _G.typed = function(prompt)
                _G.shown = {}
                contents({ prompt })(function(line)
                  if line then table.insert(_G.shown, line) else _G.shown.done = true end
                end)
              end
              _G.typed(opts.query or '')
            end,
          }
        end
    """,
    "snacks": """
        package.preload['snacks.picker'] = function()
          return { pick = function(opts)
            _G.typed = function(prompt)
              _G.shown = {}
              local thread
              local async = {
                suspend = function() coroutine.yield() end,
                resume = function() if thread then coroutine.resume(thread) end end,
                on = function() end,
              }
              local found = opts.finder(opts, { filter = { search = prompt }, async = async })
              local function add(item)
                local text = vim.iter(opts.format(item)):map(function(part) return part[1] end):join('')
                table.insert(_G.shown, { text, item.file, item.pos[1] })
              end
              if type(found) == 'table' then
                vim.iter(found):each(add)
                _G.shown.done = true
              else
                thread = coroutine.create(function() found(add); _G.shown.done = true end)
                coroutine.resume(thread)
              end
            end
            _G.typed(opts.search or '')
          end }
        end
    """,
    "mini.pick": """
        package.preload['mini.pick'] = function()
          local function put(items)
            _G.shown = vim.tbl_map(function(item) return { item.text, item.path, item.lnum } end, items)
            _G.shown.done = true
          end
          return {
            set_picker_items = put,
            set_picker_query = function(typed) _G.match({}, {}, typed) end,
            start = function(opts)
              _G.match = opts.source.match
              _G.typed = function(prompt) _G.shown = {}; _G.match({}, {}, vim.split(prompt, '')) end
              if not _G.match then return put(opts.source.items) end
              vim.api.nvim_exec_autocmds('User', { pattern = 'MiniPickStart' })
              -- The real one returns when its window closes.
              vim.wait(20000, function() return _G.closed end, 10)
            end,
          }
        end
    """,
}


def shown(nvim: Neovim, part: str) -> list[Any]:
    """Wait until the stub has shown a whole list with ``part`` and return it."""
    code = "return { _G.shown and _G.shown.done or false, vim.list_slice(_G.shown or {}) }"

    def whole() -> list[Any]:
        done, rows = nvim.lua(code)
        return rows if done and any(part in str(row) for row in rows) else []

    rows: list[Any] = nvim.wait_until(whole, f"for {part} in the other picker")
    return rows


@pytest.mark.parametrize("name", ["telescope", "fzf-lua", "snacks"])
def test_a_live_list_follows_what_is_typed(start: Start, shop: Any, name: str) -> None:
    nvim = start(shop, options={"picker": name}, prelude=STUBS[name])
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the index")
    nvim.command("Findspot! schedule_retry")
    first = shown(nvim, "schedule_retry")
    assert "src/upload.py" in str(first[0])
    nvim.lua("_G.typed('rebate')")
    assert "apply_discount" in str(shown(nvim, "apply_discount")[0])
    nvim.lua("_G.typed('')")
    assert nvim.lua("return #_G.shown") == 0


def test_a_live_list_in_mini_pick_which_waits_for_its_end(start: Start, shop: Any) -> None:
    nvim = start(shop, options={"picker": "mini.pick"}, prelude=STUBS["mini.pick"])
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the index")
    nvim.type(":Findspot! schedule_retry<CR>")
    shown(nvim, "schedule_retry")
    nvim.lua("_G.typed('rebate')")
    assert "apply_discount" in str(shown(nvim, "apply_discount")[0])
    nvim.lua("_G.closed = true")


@pytest.mark.parametrize("name", list(STUBS))
def test_a_list_that_is_not_live(start: Start, shop: Any, name: str) -> None:
    nvim = start(shop, options={"picker": name}, prelude=STUBS[name])
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the index")
    nvim.command("cclose | edit src/cart.py")
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 4, 6 })")
    nvim.command("FindspotRelated")
    assert "src/upload.py" in str(shown(nvim, "schedule_retry"))


def test_telescope_has_an_extension(nvim: Neovim) -> None:
    nvim.lua(STUBS["telescope"])
    nvim.lua("package.preload.telescope = function() return { register_extension = function(e) return e end } end")
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the index")
    nvim.lua("require('telescope._extensions.findspot').exports.findspot({ default_text = 'schedule_retry' })")
    assert shown(nvim, "schedule_retry")


def test_lists_can_always_go_to_quickfix(start: Start, shop: Any) -> None:
    nvim = start(shop, options={"picker": "quickfix"})
    nvim.command("Findspot! rebate")  # what is live stays live
    nvim.wait_until_listed("apply_discount")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.command("edit src/cart.py")
    nvim.lua("vim.api.nvim_win_set_cursor(0, { 4, 6 })")
    nvim.command("FindspotRelated")
    assert any("(caller)" in item["text"] for item in nvim.wait_until(nvim.quickfix, "for the quickfix list"))


@pytest.mark.parametrize(("name", "told"), [("telescope", "is not installed"), ("helm", "there is no picker 'helm'")])
def test_a_picker_that_is_not_there_is_told_and_the_own_one_used(start: Start, shop: Any, name: str, told: str) -> None:
    nvim = start(shop, options={"picker": name})
    nvim.command("Findspot! rebate")
    assert nvim.wait_until_told(told)
    nvim.wait_until_listed("apply_discount")
