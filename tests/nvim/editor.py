"""A real Neovim with the plugin and the shipped server, driven like a person: keys in, screen and lists out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pynvim
import pytest

from tests.architecture.tree import ROOT

PLUGIN = ROOT / "client-nvim"
SERVER = (sys.executable, "-m", "findspot", "lsp")
PATIENCE_SECONDS = 40.0


def neovim() -> str:
    """Return the Neovim that the tests run in; ``scripts/e2e_nvim.sh`` installs it and names it."""
    found = os.environ.get("FINDSPOT_NEOVIM")
    if not found:
        pytest.fail("FINDSPOT_NEOVIM names no Neovim; scripts/e2e_nvim.sh installs one and runs these tests")
    return found


class Neovim:
    """One running Neovim."""

    def __init__(self, session: Any) -> None:
        self.api = session

    def lua(self, code: str, *arguments: Any) -> Any:
        """Run Lua code, with its arguments as ``...``, and return what it returns."""
        return self.api.exec_lua(code, *arguments)

    def command(self, command: str) -> None:
        """Run an Ex command; raises ``pynvim.NvimError`` when it fails."""
        self.api.command(command)

    def type(self, keys: str) -> None:
        """Press keys, written as in mappings."""
        self.api.input(keys)

    def wait_until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Ask again until ``condition`` holds and return what it gave."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        pytest.fail(f"waited in vain {what}\nmessages: {self.messages()}\nlist: {self.list_lines()}")

    def messages(self) -> list[str]:
        """Return what the plugin has told through ``vim.notify``, and Neovim's own messages."""
        told: list[str] = self.lua("return vim.g.told or {}")
        return told

    def wait_until_told(self, part: str) -> str:
        """Wait for a message that holds ``part`` and return it."""
        told: str = self.wait_until(
            lambda: next((line for line in self.messages() if part in line), ""), f"for '{part}'"
        )
        return told

    def quickfix(self) -> list[dict[str, Any]]:
        """Return the entries of the quickfix list, with the name of their file as ``path``."""
        code = """
            local items = vim.fn.getqflist()
            for _, item in ipairs(items) do
              item.path = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ':.')
            end
            return items
        """
        items: list[dict[str, Any]] = self.lua(code)
        return items

    def picker_open(self) -> bool:
        """Return whether the floating picker is there."""
        return bool(self.lua("return require('findspot.picker').current() ~= nil"))

    def list_lines(self) -> list[str]:
        """Return the lines of the picker's list, without what stands at their right end."""
        code = """
            local picker = require('findspot.picker').current()
            return picker and vim.api.nvim_buf_get_lines(picker.view.list.buf, 0, -1, false) or {}
        """
        lines: list[str] = self.lua(code)
        return lines

    def wait_until_listed(self, part: str) -> None:
        """Wait until the picker's list has a line with ``part`` and answers what stands in the prompt."""
        fresh = "local p = require('findspot.picker').current(); return p ~= nil and not p.stale"
        self.wait_until(
            lambda: self.lua(fresh) and any(part in line for line in self.list_lines()), f"for '{part}' in the list"
        )

    def cursor(self) -> tuple[str, int]:
        """Return the file and line where the cursor is, the file relative to the working directory."""
        name = self.lua("return vim.fn.expand('%:.')")
        return name, self.api.current.window.cursor[0]

    def server_pid(self) -> int:
        """Return the process of the running server, found among Neovim's children; 0 if there is none."""
        for child in self.api.request("nvim_get_proc_children", os.getpid() and self.lua("return vim.fn.getpid()")):
            facts = self.api.request("nvim_get_proc", child)
            if facts and "python" in facts["name"]:
                return int(child)
        return 0


@contextmanager
def editing(
    folder: Path, places: Path, *, options: Mapping[str, Any] | None = None, prelude: str = "", plugin: bool = True
) -> Iterator[Neovim]:
    """Run Neovim in ``folder`` with nothing but the plugin; ``prelude`` is Lua that runs before the plugin is loaded."""
    for name in ("config", "data", "state", "cache"):
        (places / name).mkdir(parents=True, exist_ok=True)
    socket = Path(tempfile.mkdtemp(prefix="nvim")) / "socket"  # its path must be short
    environment = {
        "XDG_CONFIG_HOME": str(places / "config"),
        "XDG_DATA_HOME": str(places / "data"),
        "XDG_STATE_HOME": str(places / "state"),
        "XDG_CACHE_HOME": str(places / "cache"),
        "HOME": str(places),
        "VIRTUAL_ENV": "",
        "NVIM_LOG_FILE": str(places / "nvim.log"),
    }
    argv = [neovim(), "--headless", "--listen", str(socket), "-u", "NONE", "-i", "NONE", "-n"]
    process = subprocess.Popen(argv, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)
    session = None
    while session is None and process.poll() is None:
        with suppress(FileNotFoundError, ConnectionRefusedError):  # not there yet, or not listening yet
            session = pynvim.attach("socket", path=str(socket))
        time.sleep(0.01)
    assert session is not None, f"Neovim ended with exit code {process.returncode}"
    nvim = Neovim(session)
    try:
        session.ui_attach(140, 40, rgb=True)
        nvim.lua(
            """
            local options, prelude, plugin = ...
            vim.g.told = {}
            vim.notify = function(message)
              local told = vim.g.told
              table.insert(told, message)
              vim.g.told = told
            end
            vim.g.findspot = options
            vim.opt.runtimepath:prepend(plugin)
            assert(loadstring(prelude))()
            """,
            {"cmd": list(SERVER), **(options or {})},
            prelude,
            str(PLUGIN),
        )
        if plugin:
            nvim.command("runtime plugin/findspot.lua")
        yield nvim
    finally:
        with suppress(OSError):
            session.command("qall!", async_=True)
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()
            session.close()
