"""The `<Plug>` mappings do what the commands do, and nothing is mapped without being asked for."""

from __future__ import annotations

from tests.nvim.editor import Neovim


def press(nvim: Neovim, mapping: str, keys: str = "") -> None:
    """Map ``mapping`` as a user would and press it, after ``keys``."""
    nvim.lua("vim.keymap.set({ 'n', 'x' }, ',f', ...)", mapping)
    nvim.type(f"{keys},f")


def test_there_are_no_default_mappings(nvim: Neovim) -> None:
    ours = nvim.lua(
        """
        local found = {}
        for _, mode in ipairs({ 'n', 'x', 'i', 'o', 't', 'c' }) do
          for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
            if not map.lhs:match('^<Plug>') and (map.rhs or ''):match('[Ff]indspot') then found[#found + 1] = map.lhs end
          end
        end
        return found
        """
    )
    assert ours == []


def test_the_picker_opens_empty_with_the_selection_or_with_the_word(nvim: Neovim) -> None:
    nvim.command("edit src/cart.py")
    prompt = "local p = require('findspot.picker').current(); return p and p.view:query()"
    press(nvim, "<Plug>(findspot)")
    nvim.wait_until(lambda: nvim.lua(prompt) == "", "for the empty picker")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.type("<Esc>")
    press(nvim, "<Plug>(findspot)", "11G0^4wve")  # the words of the docstring that are selected, and no more
    nvim.wait_until(lambda: nvim.lua(prompt) == "by", "for the selection in the prompt")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    press(nvim, "<Plug>(findspot-word)", "10G0w")
    nvim.wait_until(lambda: nvim.lua(prompt) == "apply_discount", "for the word in the prompt")
    nvim.wait_until_listed("apply_discount")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    press(nvim, "<Plug>(findspot-resume)")
    nvim.wait_until(lambda: nvim.lua(prompt) == "apply_discount", "for the picker to come back")


def test_cause_related_and_context(nvim: Neovim) -> None:
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the index")
    nvim.command("cclose | edit src/cart.py")
    press(nvim, "<Plug>(findspot-related)", "4G0w")
    nvim.wait_until_listed("schedule_retry")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.command("enew")
    nvim.api.current.buffer[:] = ["AttributeError: add_item got None", 'File "src/cart.py", line 6, in add_item']
    press(nvim, "<Plug>(findspot-cause)", "Vj")
    nvim.wait_until_listed("add_item")
    nvim.type("<Esc>")
    nvim.wait_until(lambda: not nvim.picker_open())
    nvim.lua("require('findspot').setup({ register = 'r' })")
    press(nvim, "<Plug>(findspot-context)", "ggV")
    assert nvim.wait_until_told("in register r")
    assert "add_item" in nvim.lua("return vim.fn.getreg('r')")


def test_words_of_the_commands_are_completed(nvim: Neovim) -> None:
    assert nvim.lua("return vim.fn.getcompletion('FindspotCause q', 'cmdline')") == ["quickfix"]
    assert "diagnostic" in nvim.lua("return vim.fn.getcompletion('FindspotCause ', 'cmdline')")
    names = nvim.lua("return vim.fn.getcompletion('Findspot', 'cmdline')")
    assert {"Findspot", "FindspotCause", "FindspotStatus"} <= set(names)
