"""What the plugin offers is documented: commands, mappings, options, highlights, functions."""

from __future__ import annotations

import re
import subprocess

from tests.architecture.tree import ROOT
from tests.nvim.editor import PLUGIN, Neovim, neovim


def test_the_help_is_made_from_what_the_plugin_offers() -> None:
    done = subprocess.run(
        [neovim(), "-l", str(ROOT / "scripts" / "nvim_help.lua"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_command_mapping_option_highlight_and_function_has_a_tag(nvim: Neovim) -> None:
    names = nvim.lua(
        """
        local names = { 'findspot', 'vim.g.findspot' }
        for name in pairs(vim.api.nvim_get_commands({})) do
          if name:match('^Findspot') then names[#names + 1] = ':' .. name end
        end
        for _, mode in ipairs({ 'n', 'x', 'i', 'o', 't' }) do
          for _, mapping in ipairs(vim.api.nvim_get_keymap(mode)) do
            if mapping.lhs:match('findspot') then names[#names + 1] = mapping.lhs end
          end
        end
        for name in pairs(vim.api.nvim_get_hl(0, {})) do
          if name:match('^Findspot') then names[#names + 1] = 'hl-' .. name end
        end
        for _, option in ipairs(require('findspot.options').declared) do
          names[#names + 1] = 'findspot-option-' .. option.name
        end
        for name in pairs(require('findspot')) do
          names[#names + 1] = 'findspot.' .. name .. '()'
        end
        return names
        """
    )
    assert len(names) > 60
    text = (PLUGIN / "doc" / "findspot.txt").read_text(encoding="utf-8")
    tags = set(re.findall(r"(?<![\w`])\*([^*\s]+)\*(?!\S)", text))
    assert {name for name in names if name not in tags} == set()


def test_links_of_the_help_lead_somewhere(nvim: Neovim) -> None:
    text = (PLUGIN / "doc" / "findspot.txt").read_text(encoding="utf-8")
    nvim.command(f"helptags {PLUGIN / 'doc'}")
    try:
        for link in set(re.findall(r"\|([^|\s]+)\|", text)) - {"diagnostic"}:
            nvim.command(f"help {link}")
            assert nvim.lua("return vim.bo.buftype") == "help", link
    finally:
        (PLUGIN / "doc" / "tags").unlink()


def test_lines_of_the_help_fit() -> None:
    text = (PLUGIN / "doc" / "findspot.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if len(line) > 79] == []
