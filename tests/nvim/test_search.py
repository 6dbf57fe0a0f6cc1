"""`:Findspot` in a real Neovim with the real server: the quickfix list and the live picker."""

from __future__ import annotations

import pytest

from tests.nvim.editor import Neovim


def test_the_server_starts_with_the_first_question_and_fills_the_quickfix_list(nvim: Neovim) -> None:
    assert nvim.lua("return #vim.lsp.get_clients()") == 0
    nvim.command("Findspot where is the rebate computed")
    items = nvim.wait_until(nvim.quickfix, "for the quickfix list")
    assert items[0]["path"] == "src/cart.py"
    assert "apply_discount" in items[0]["text"]
    assert nvim.lua("return vim.fn.getqflist({ title = 0 }).title") == "Findspot where is the rebate computed"
    nvim.command("cfirst")
    assert nvim.cursor()[0] == "src/cart.py"
    assert 10 <= nvim.cursor()[1] <= 12


def test_the_picker_follows_the_prompt_and_opens_what_is_selected(nvim: Neovim) -> None:
    nvim.command("Findspot")
    nvim.type("where is the rebate computed")
    nvim.wait_until_listed("apply_discount")
    nvim.type("<C-u>schedule retry")
    nvim.wait_until_listed("Uploader.schedule_retry")
    nvim.type("<CR>")
    nvim.wait_until(lambda: nvim.cursor()[0] == "src/upload.py", "to be in upload.py")
    assert 5 <= nvim.cursor()[1] <= 8
    assert not nvim.picker_open()


@pytest.mark.parametrize(("key", "windows", "tabs"), [("<C-s>", 2, 1), ("<C-v>", 2, 1), ("<C-t>", 1, 2)])
def test_a_result_opens_in_a_split_or_a_tab(nvim: Neovim, key: str, windows: int, tabs: int) -> None:
    nvim.command("Findspot! schedule_retry")
    nvim.wait_until_listed("schedule_retry")
    nvim.type(key)
    nvim.wait_until(lambda: nvim.cursor()[0] == "src/upload.py", "for the result")
    assert nvim.lua("return { #vim.api.nvim_tabpage_list_wins(0), #vim.api.nvim_list_tabpages() }") == [windows, tabs]
