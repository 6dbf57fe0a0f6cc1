"""Nothing is offered that no test uses: commands, mappings, options, keys, functions, highlights."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT
from tests.nvim.editor import PLUGIN, Neovim

EXCEPTIONS = {
    "findspot-option-width": "looked at in pictures; the sizes of windows are tested by the size of the editor",
    "findspot-option-height": "the same",
}
"""What no test uses, with the reason."""


def text_of_tests() -> str:
    """Return the text of all other tests in Neovim."""
    files = sorted((ROOT / "tests" / "nvim").glob("test_*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.name != "test_used.py")


def test_everything_is_used_by_a_test(nvim: Neovim) -> None:
    offered = nvim.lua(
        """
        local commands, offered = require('findspot.commands'), {}
        for _, one in ipairs(commands.commands) do
          offered[one.name] = true
        end
        for _, one in ipairs(commands.mappings) do
          offered[one.name] = true
        end
        return { offered, vim.tbl_map(function(o) return o.name end, require('findspot.options').declared),
          vim.tbl_keys(require('findspot.options').get().keys), vim.tbl_keys(require('findspot')) }
        """
    )
    commands, options, keys, functions = offered
    text = text_of_tests()
    unused = {name for name in commands if not re.search(rf"{re.escape(name)}(?![\w-])", text)}
    unused |= {f"findspot-option-{name}" for name in options if not re.search(rf"[\"'\s{{]{name}[\"']?( =|:)", text)}
    unused |= {f"findspot.{name}()" for name in functions if not re.search(rf"\.{name}\(|Findspot{name.title()}", text)}
    pressed = nvim.lua("return require('findspot.options').get().keys")
    unused |= {
        f"key {name}"
        for name in keys
        if not any(key in text for key in ([pressed[name]] if isinstance(pressed[name], str) else pressed[name]))
    }
    assert unused - set(EXCEPTIONS) == set()
    assert set(EXCEPTIONS) <= unused, "an exception that is no longer one"


def test_every_highlight_is_drawn_somewhere(nvim: Neovim) -> None:
    names = nvim.lua("return vim.tbl_map(function(h) return h.name end, require('findspot.highlights').declared)")
    code = "\n".join(
        file.read_text(encoding="utf-8") for file in PLUGIN.rglob("*.lua") if file.name != "highlights.lua"
    )
    assert {name for name in names if name not in code} == set()
    drawn = set(re.findall(r"\bFindspot[A-Z]\w+", code)) - set(
        nvim.lua("return vim.tbl_keys(vim.api.nvim_get_commands({}))")
    )
    assert drawn - set(names) == set()


@pytest.mark.parametrize("scheme", ["default", "habamax", "morning"])
def test_highlights_survive_a_change_of_colours(nvim: Neovim, scheme: str) -> None:
    nvim.command(f"colorscheme {scheme}")
    missing = nvim.lua(
        """
        return vim.tbl_filter(function(h)
          return vim.tbl_isempty(vim.api.nvim_get_hl(0, { name = h.name }))
        end, require('findspot.highlights').declared)
        """
    )
    assert missing == []
