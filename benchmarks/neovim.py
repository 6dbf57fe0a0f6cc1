"""Latency as it is felt in Neovim: from a key in the picker to the painted list, at rest and while indexing.

``python -m benchmarks.neovim --neovim PATH REPO``. Keys are typed one by one into the real plugin, which asks the real server.
Measured inside Neovim: from the moment it reads the last key of a text until the list for that text is on the screen, the
debounce taken off. Every text that a pause in typing makes a question counts, half-typed words too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # psutil carries no types
import pynvim

from benchmarks.measure import MEMORY_KIND, Samples, tree_memory
from benchmarks.questions import load_questions

ROOT = Path(__file__).parents[1]
KEY_SECONDS = 0.15
"""Between two keys; 80 words in a minute, and longer than the debounce, so that nearly every key is a question."""

MEASURE = """
    local debounce = require('findspot.options').get().debounce_ms
    local keys, seen = {}, {}
    _G.samples = { whole = {}, partial = {} }
    local last = 0
    vim.on_key(function() last = vim.uv.hrtime() end)
    vim.api.nvim_create_autocmd('TextChangedI', { callback = function()
      keys[vim.api.nvim_get_current_line()] = last
    end })
    local view = require('findspot.picker.view')
    local new = view.new
    view.new = function(...)
      local made = new(...)
      local show = made.show
      made.show = function(self, shown)
        show(self, shown)
        vim.cmd.redraw()
        local text = self:query()
        if keys[text] and not shown.nothing_asked and not seen[text] then
          seen[text] = true
          local kind = require('findspot.picker').current().list.growing and 'partial' or 'whole'
          table.insert(_G.samples[kind], (vim.uv.hrtime() - keys[text]) / 1e6 - debounce)
        end
      end
      return made
    end
"""


class Editor:
    """One Neovim with the plugin, its picker measured."""

    def __init__(self, neovim: str, repo: Path, cache: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="nv")
        places = {f"XDG_{name}_HOME": self._folder.name for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        environment = {**os.environ, **places, "FINDSPOT_CACHE_DIR": str(cache)}
        socket = f"{self._folder.name}/socket"
        command = [neovim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "--listen", socket]
        self.process = subprocess.Popen(command, cwd=repo, env=environment, stdin=subprocess.DEVNULL)
        self.nvim: Any = None
        while self.nvim is None:
            with suppress(OSError):
                self.nvim = pynvim.attach("socket", path=socket)
            time.sleep(0.02)
        self.nvim.ui_attach(160, 45, rgb=True)
        self.nvim.exec_lua(
            "vim.g.findspot = { cmd = ... }; vim.opt.runtimepath:prepend(select(2, ...))",
            [sys.executable, "-m", "findspot", "lsp"],
            str(ROOT / "client-nvim"),
        )
        self.nvim.command("runtime plugin/findspot.lua")
        self.nvim.exec_lua(MEASURE)

    def wait_until_complete(self) -> None:
        """Wait until the list says that the index is complete."""
        state = "local p = require('findspot.picker').current(); return p.asked ~= nil and not p.list.growing"
        while not self.nvim.exec_lua(state):
            time.sleep(0.1)

    def type(self, texts: list[str]) -> None:
        """Type each text into the picker, one key after the other."""
        for text in texts:
            self.nvim.input("<C-u>")
            for key in text:
                self.nvim.input("<lt>" if key == "<" else key)
                time.sleep(KEY_SECONDS)
            time.sleep(1)

    def samples(self, kind: str) -> Samples:
        """Return what was measured in milliseconds, of lists that were ``whole`` or those of a ``partial`` index."""
        return Samples(tuple(self.nvim.exec_lua("return _G.samples[...]", kind)))

    def forget(self) -> None:
        """Begin to measure anew."""
        self.nvim.exec_lua("_G.samples = { whole = {}, partial = {} }")

    def close(self) -> None:
        """End Neovim and its server."""
        with suppress(OSError):
            self.nvim.command("qall!", async_=True)
        self.process.wait(30)
        self.nvim.close()
        self._folder.cleanup()


def line(name: str, samples: Samples, note: str = "") -> None:
    """Print a row of the table."""
    numbers = f"{samples.p50:.0f} / {samples.p95:.0f} / {samples.max:.0f}"
    print(f"| {name} | {len(samples.values)} | {numbers} | {note} |", flush=True)


def main() -> None:
    """Measure one repository."""
    parser = argparse.ArgumentParser(description="Measure the latency of the picker in Neovim.")
    parser.add_argument("--neovim", required=True, help="the program")
    parser.add_argument(
        "--cache", type=Path, help="a cache folder with an index of the repository, used for the time at rest"
    )
    parser.add_argument("--texts", type=int, default=8, help="how many questions are typed")
    parser.add_argument("repo", type=Path)
    given = parser.parse_args()
    texts = [question.text for question in load_questions(ROOT / "benchmarks" / "questions.toml").short]
    texts = [text for text in texts if "\n" not in text and len(text) < 80][:: max(1, 30 // given.texts)][: given.texts]

    print("| key to painted list | lists | p50 / p95 / max, ms | |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="findspot-bench-") as fresh:
        editor = Editor(given.neovim, given.repo, Path(fresh))
        editor.nvim.command("Findspot")
        editor.nvim.input("a")
        time.sleep(3)
        editor.forget()
        editor.type(texts)
        line("while indexing", editor.samples("partial"), "only lists that said that the index is not complete")
        editor.close()
        editor = Editor(given.neovim, given.repo, given.cache or Path(fresh))
        editor.nvim.command("Findspot")
        editor.nvim.input("a")
        editor.wait_until_complete()
        editor.forget()
        editor.type(texts)
        server = sum(tree_memory(child.pid) for child in psutil.Process(editor.process.pid).children())
        neovim = tree_memory(editor.process.pid) - server
        line(
            "at rest",
            editor.samples("whole"),
            f"memory ({MEMORY_KIND}): Neovim {neovim:.0f} MB, server {server:.0f} MB",
        )
        editor.close()


if __name__ == "__main__":
    main()
