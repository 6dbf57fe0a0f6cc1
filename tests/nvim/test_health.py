"""`:checkhealth findspot` says where the server was looked for, which version it is and where the index stands."""

from __future__ import annotations

from pathlib import Path

from tests.nvim.conftest import Start
from tests.nvim.editor import Neovim


def report(nvim: Neovim) -> str:
    """Return what the health check writes."""
    nvim.command("checkhealth findspot")
    return "\n".join(nvim.api.current.buffer[:])


def test_all_is_well(nvim: Neovim, shop: Path) -> None:
    nvim.command("edit src/cart.py")
    before = report(nvim)
    assert "the first question starts it" in before
    assert "version 0.1" in before
    assert "ERROR" not in before
    nvim.command("tabclose")
    nvim.command("Findspot rebate")
    nvim.wait_until(nvim.quickfix, "for the quickfix list")
    after = report(nvim)
    assert f"project {shop}" in after
    assert "files, " in after
    assert "ERROR" not in after


def test_every_place_is_named_when_there_is_no_server(start: Start, shop: Path) -> None:
    nvim = start(shop, options={"cmd": None}, prelude="vim.env.PATH = '/usr/bin:/bin'; vim.env.VIRTUAL_ENV = '/no/env'")
    text = report(nvim)
    for part in ("/no/env/bin/findspot", f"{shop}/.venv/bin/findspot", "the PATH", "'use_uvx' is off", "no server"):
        assert part in text
    nvim.lua("vim.g.findspot = { use_uvx = true, picker = 'telescope' }")
    text = report(nvim)
    assert "uvx: uvx, not there" in text
    assert "telescope is not installed" in text


def test_a_server_of_another_version_is_a_warning(nvim: Neovim) -> None:
    nvim.lua("require('findspot.server').VERSION = '0.7.0'")
    assert "the first two numbers must agree" in report(nvim)


def test_a_program_that_does_not_run_is_an_error(start: Start, shop: Path) -> None:
    assert "does not run" in report(start(shop, options={"cmd": ["/bin/false", "lsp"]}))
