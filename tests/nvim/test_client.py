"""The client beside Neovim's own ways: `vim.lsp.enable`, other servers, unsaved text, several projects, Neovim 0.10."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.nvim.conftest import Start
from tests.nvim.editor import Neovim

TEN = """
    -- Neovim 0.10 as far as this plugin sees it: clients are called with a dot, and there is no vim.lsp.config.
    local has, get_clients, by_id = vim.fn.has, vim.lsp.get_clients, vim.lsp.get_client_by_id
    vim.fn.has = function(feature)
      if feature == 'nvim-0.11' then return 0 end
      return has(feature)
    end
    rawset(vim.lsp, 'config', nil)
    rawset(vim.lsp, 'enable', nil)
    local eleven_start = vim.lsp.start
    vim.lsp.start = function() error('Neovim 0.10 would attach the buffer') end
    local function dotted(client)
      local made
      made = client and setmetatable({}, {
        __index = function(_, name)
          local value = client[name]
          if type(value) ~= 'function' then return value end
          return function(first, ...)
            if first ~= made then return value(client, first, ...) end
            -- Neovim 0.11's own code, which is what runs here, may use the colon.
            assert(not debug.getinfo(2, 'S').source:find('client-nvim', 1, true), name .. ' was called with a colon')
            return value(client, ...)
          end
        end,
        __newindex = client,
      })
      return made
    end
    vim.lsp.get_clients = function(filter) return vim.tbl_map(dotted, get_clients(filter)) end
    vim.lsp.get_client_by_id = function(id) return dotted(by_id(id)) end
    vim.lsp.start_client = function(config)
      assert(config.capabilities.textDocument, 'Neovim 0.10 takes capabilities as they are')
      return eleven_start(config, { attach = false })
    end
"""

OTHER = """
import json, sys
def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
    return json.loads(sys.stdin.buffer.read(length)) if length else None
while message := read():
    result = {"capabilities": {"hoverProvider": True, "positionEncoding": "utf-16"}}
    if message["method"] == "textDocument/hover":
        result = {"contents": "of the other server"}
    if "id" in message:
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
        sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
        sys.stdout.buffer.flush()
"""


def found(nvim: Neovim, query: str) -> list[str]:
    """Return the paths that `:Findspot` puts into the quickfix list."""
    nvim.lua("vim.fn.setqflist({}, 'f')")
    nvim.command(f"Findspot {query}")
    return [item["path"] for item in nvim.wait_until(nvim.quickfix, "for the quickfix list")]


def clients(nvim: Neovim) -> list[str]:
    """Return the names of the running clients."""
    names: list[str] = nvim.lua("return vim.tbl_map(function(c) return c.name end, vim.lsp.get_clients())")
    return names


def test_a_server_that_neovim_has_started_is_used(nvim: Neovim) -> None:
    nvim.lua("vim.lsp.config('findspot', { settings = { findspot = { top_k = 1 } }, init_options = { top_k = 1 } })")
    nvim.lua("vim.lsp.enable('findspot')")
    nvim.command("filetype on")
    nvim.command("edit src/cart.py")
    nvim.wait_until(lambda: clients(nvim) == ["findspot"], "for the server")
    assert nvim.lua("return vim.tbl_count(vim.lsp.get_clients()[1].attached_buffers)") == 1
    assert len(found(nvim, "cart")) == 1  # the user's own settings count
    assert clients(nvim) == ["findspot"]


def test_the_first_question_takes_the_configuration_of_vim_lsp_config(nvim: Neovim) -> None:
    nvim.lua("vim.lsp.config('findspot', { init_options = { top_k = 1 } })")
    assert len(found(nvim, "cart")) == 1


def test_it_works_beside_another_server_with_other_columns(nvim: Neovim, tmp_path: Path) -> None:
    script = tmp_path / "other.py"
    script.write_text(OTHER, encoding="utf-8")
    nvim.command("edit src/upload.py")
    nvim.lua("vim.lsp.start({ name = 'other', cmd = { ... } })", sys.executable, str(script))
    assert "src/upload.py" in found(nvim, "schedule_retry")
    nvim.wait_until(lambda: nvim.lua("return #vim.lsp.get_clients({ bufnr = vim.fn.bufnr('src/upload.py') })") == 2)
    nvim.command("edit src/upload.py")
    nvim.lua("vim.lsp.buf.hover()")
    nvim.wait_until(
        lambda: any(
            "of the other server" in line
            for buffer in nvim.api.buffers
            for line in buffer[:]
            if nvim.lua("return true")
        ),
        "for the other server's answer",
    )
    assert not [line for line in nvim.messages() if "offset_encoding" in line or "position_encoding" in line]


@pytest.mark.row("B04")
def test_unsaved_text_is_found_at_its_new_line(nvim: Neovim) -> None:
    nvim.command("edit src/cart.py")
    assert "src/cart.py" in found(nvim, "rebate")
    nvim.command("buffer src/cart.py | only")
    nvim.api.current.buffer.append(["# füllt 😀"] * 5 + ["def unsaved_marker():", "    return 1"], 0)
    assert found(nvim, "unsaved_marker")[0] == "src/cart.py"
    assert nvim.quickfix()[0]["lnum"] == 6
    assert nvim.lua("return vim.bo[vim.fn.bufnr('src/cart.py')].modified")
    nvim.command("cfirst")  # goes to the unsaved buffer instead of failing
    assert nvim.cursor() == ("src/cart.py", 6)


@pytest.mark.row("B05")
@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_near_to_the_files_in_the_editor_says_so(start: Start, shop: Path, *, wanted: bool) -> None:
    nvim = start(shop, options={"settings": {"editor_context": wanted}})
    nvim.command("edit src/cart.py")
    nvim.command("write")
    assert "src/cart.py" in found(nvim, "rebate")
    assert any("near: " in item["text"] for item in nvim.quickfix()) is wanted


def test_files_are_left_alone_where_the_user_wants_it(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"attach": False})
    nvim.command("edit src/cart.py")
    assert found(nvim, "rebate")
    assert nvim.lua("return vim.tbl_count(vim.lsp.get_clients()[1].attached_buffers)") == 0


def test_two_projects_share_one_server_and_are_asked_apart(nvim: Neovim, shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".hg").mkdir(parents=True)
    (other / "bill.py").write_text("def rebate_on_bill():\n    return 1\n", encoding="utf-8")
    assert "src/cart.py" in found(nvim, "rebate")
    nvim.command("cclose")
    nvim.command(f"edit {other / 'bill.py'}")
    paths = found(nvim, "rebate")
    assert len(paths) == 1
    assert paths[0].endswith("other/bill.py")
    assert clients(nvim) == ["findspot"]
    assert len(nvim.lua("return vim.lsp.get_clients()[1].workspace_folders")) == 2
    nvim.command("FindspotStatus")
    nvim.wait_until(lambda: nvim.api.current.buffer[0].startswith("findspot 0."), "for the status")
    assert [line for line in nvim.api.current.buffer[:] if line.startswith("/")] == [str(shop), str(other)]


def test_everything_works_with_the_functions_of_neovim_0_10(start: Start, shop: Path) -> None:
    nvim = start(shop, prelude=TEN)
    nvim.command("edit src/cart.py")
    assert "src/cart.py" in found(nvim, "rebate")
    nvim.command("Findspot! schedule")
    nvim.wait_until_listed("schedule_retry")
    nvim.type("<C-u>rebate")
    nvim.wait_until_listed("apply_discount")
    nvim.type("<CR>")
    nvim.wait_until(lambda: nvim.cursor()[0] == "src/cart.py")
    nvim.command("FindspotRestart")
    assert nvim.wait_until_told("is running")


def test_own_markers_say_where_a_project_begins(start: Start, shop: Path) -> None:
    (shop / "src" / "package.json").write_text("{}\n", encoding="utf-8")
    nvim = start(shop / "src", options={"root_markers": ["package.json"]})
    nvim.lua("require('findspot').find('schedule_retry')")
    items = nvim.wait_until(nvim.quickfix, "for the quickfix list")
    assert items[0]["path"] == "upload.py"
    assert nvim.lua("return vim.lsp.get_clients()[1].workspace_folders[1].name") == str(shop / "src")


def test_the_status_line_says_what_is_going_on(nvim: Neovim) -> None:
    line = "return require('findspot').statusline()"
    assert nvim.lua(line) == ""
    found(nvim, "rebate")
    nvim.lua(
        """
        local client = vim.lsp.get_clients()[1]
        local report = function(value)
          client.handlers['$/progress'](nil, { token = 't', value = value }, { client_id = client.id })
        end
        report({ kind = 'begin', title = 'Indexing shop', percentage = 0 })
        report({ kind = 'report', percentage = 43 })
        _G.report = report
        """
    )
    assert nvim.lua(line) == "findspot: indexing 43 %"
    assert "Indexing shop" in nvim.lua("return vim.lsp.status()")
    nvim.lua("_G.report({ kind = 'end' })")
    assert nvim.lua(line) == ""


@pytest.mark.parametrize("trusted", [True, False])
def test_a_project_s_own_server_is_run_only_when_neovim_trusts_it(start: Start, shop: Path, *, trusted: bool) -> None:
    program = shop / ".venv" / "bin" / "findspot"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m findspot "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    nvim = start(shop, options={"cmd": None}, prelude="vim.env.PATH = '/usr/bin:/bin'; vim.env.VIRTUAL_ENV = nil")
    if trusted:
        nvim.command("edit .venv/bin/findspot")
        nvim.lua("assert(vim.secure.trust({ action = 'allow', bufnr = 0 }))")
        assert "src/cart.py" in found(nvim, "rebate")
    else:
        nvim.lua("assert(vim.secure.trust({ action = 'deny', path = '.venv/bin/findspot' }))")
        nvim.command("Findspot rebate")
        assert nvim.wait_until_told("the server was not found")
