"""Bad situations end in a sentence a person can use, never in a stack trace."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.nvim.conftest import Start
from tests.nvim.editor import Neovim


def test_no_project_is_told(start: Start, tmp_path: Path) -> None:
    home = tmp_path / "places"
    home.mkdir()
    nvim = start(home)
    nvim.command("Findspot where is it")
    assert "Go to one with :cd" in nvim.wait_until_told("no folder to search")
    assert nvim.lua("return #vim.lsp.get_clients()") == 0


def test_a_buffer_without_a_file_asks_the_project_of_the_working_directory(nvim: Neovim) -> None:
    nvim.command("enew")
    nvim.command("Findspot schedule_retry")
    assert nvim.wait_until(nvim.quickfix, "for the quickfix list")[0]["path"] == "src/upload.py"
    nvim.command("wincmd p")
    nvim.command("FindspotRelated!")
    assert nvim.wait_until_told("there is no symbol here")


def test_two_editors_in_one_folder_both_find(start: Start, shop: Path) -> None:
    first, second = start(shop), start(shop)
    for nvim in (first, second):
        nvim.command("Findspot schedule_retry")
    for nvim in (first, second):
        assert nvim.wait_until(nvim.quickfix, "for the quickfix list")[0]["path"] == "src/upload.py"


def test_a_file_of_no_project_asks_the_project_of_the_working_directory(nvim: Neovim, tmp_path: Path) -> None:
    (tmp_path / "single.py").write_text("x = 1\n", encoding="utf-8")
    nvim.command(f"edit {tmp_path / 'single.py'}")
    nvim.command("Findspot schedule_retry")
    items = nvim.wait_until(nvim.quickfix, "for the quickfix list")
    assert items[0]["path"] == "src/upload.py"


def test_what_is_related_to_a_place_outside_of_every_project_is_told(nvim: Neovim, tmp_path: Path) -> None:
    (tmp_path / "single.py").write_text("def alone():\n    pass\n", encoding="utf-8")
    nvim.command(f"edit {tmp_path / 'single.py'}")
    nvim.command("FindspotRelated!")
    assert nvim.wait_until_told("single.py")


def test_a_missing_server_is_told_with_the_places_that_were_tried(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"cmd": ["/no/such/findspot", "lsp"]})
    nvim.command("Findspot schedule_retry")
    told = nvim.wait_until_told("the server was not found")
    assert "/no/such/findspot" in told
    assert "pipx install" in told


def test_a_program_that_is_no_server_is_told(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"cmd": ["/bin/false", "lsp"]})
    nvim.command("Findspot schedule_retry")
    assert "with exit code 1" in nvim.wait_until_told("before it could be asked")
    nvim.command("Findspot schedule_retry")  # asked again, it is started again
    nvim.wait_until(lambda: sum("before it could be asked" in line for line in nvim.messages()) == 2)


def test_a_server_that_dies_is_started_again_and_asked_again(nvim: Neovim) -> None:
    nvim.command("Findspot schedule_retry")
    nvim.wait_until(nvim.quickfix, "for the quickfix list")
    first = nvim.server_pid()
    os.kill(first, signal.SIGSTOP)  # so that the question is on its way when the server dies
    nvim.lua("vim.fn.setqflist({})")
    nvim.command("Findspot where is the rebate computed")
    os.kill(first, signal.SIGKILL)
    items = nvim.wait_until(nvim.quickfix, "for the answer of the second server")
    assert items[0]["path"] == "src/cart.py"
    assert nvim.server_pid() not in {0, first}


def test_a_server_that_keeps_dying_is_given_up_after_five_restarts(start: Start, shop: Path) -> None:
    nvim = start(shop)
    nvim.lua("require('findspot.client').FIRST_PAUSE_MS = 1")
    nvim.command("Findspot schedule_retry")
    nvim.wait_until(nvim.quickfix, "for the quickfix list")
    seen: set[int] = set()
    for _ in range(6):
        pid = nvim.wait_until(lambda: nvim.server_pid() not in seen and nvim.server_pid(), "for a server")
        seen.add(pid)
        os.kill(pid, signal.SIGKILL)
    told = nvim.wait_until_told("started again 5 times")
    assert ":FindspotRestart" in told
    assert nvim.lua("return require('findspot').statusline()") == "findspot: ended"
    nvim.command("FindspotRestart")
    nvim.wait_until_told("is running")
    assert nvim.lua("return require('findspot').statusline()") != "findspot: ended"


def test_unknown_and_wrong_options_are_told_once(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"debouce_ms": 5, "preview": "yes"})
    nvim.command("Findspot schedule_retry")
    nvim.wait_until(nvim.quickfix, "for the quickfix list")
    told = [line for line in nvim.messages() if "vim.g.findspot" in line]
    assert len(told) == 2
    assert any("there is no option 'debouce_ms'" in line for line in told)
    assert any("'preview' must be a boolean, not a string" in line for line in told)


def test_an_unknown_setting_of_the_server_is_told_by_the_server(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"settings": {"top_q": 3}})
    nvim.command("Findspot schedule_retry")
    assert "unknown setting 'top_q'" in nvim.wait_until_told("did you mean 'top_k'?")


def test_an_older_neovim_is_told(start: Start, shop: Path) -> None:
    nvim = start(shop, plugin=False, prelude="vim.fn.has = function() return 0 end")
    nvim.command("runtime plugin/findspot.lua")
    nvim.command("Findspot where")
    assert nvim.wait_until_told("needs Neovim 0.10 or newer")


@pytest.mark.parametrize("compatible", [True, False])
def test_a_server_of_another_version_is_told(start: Start, shop: Path, *, compatible: bool) -> None:
    nvim = start(shop)
    nvim.lua(f"require('findspot.server').VERSION = '{'0.1.9' if compatible else '0.2.0'}'")
    nvim.command("Findspot schedule_retry")
    nvim.wait_until(nvim.quickfix, "for the quickfix list")
    assert any("this plugin 0.2.0" in line for line in nvim.messages()) is not compatible
