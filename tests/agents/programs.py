"""How each agent program is set up for a model on loopback, asked a question without a person, and told to list its servers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TIME_LIMIT = 150
"""Seconds for one command; they take one to twenty."""

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Program:
    """An agent program by the name that ``findspot install`` has for it.

    ``files`` are what its user has configured already, below the home folder; ``{model}`` stands for the address of the model.
    ``connected`` is what its list of servers says of one that works; ``asked_first`` what it says instead while a server of
    a project waits for approval, and ``trusted`` are words of ``ask`` that give it. ``wait`` calls a tool that takes some
    seconds, for a program whose first request goes out before its servers are ready.
    """

    name: str
    ask: tuple[str, ...]
    connected: str
    environ: Files = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    asked_first: str = ""
    trusted: tuple[str, ...] = ()
    wait: tuple[str, Mapping[str, str]] | None = None


def _json(value: object) -> str:
    return f"{json.dumps(value, indent=2)}\n"


PROGRAMS = (
    Program(
        "claude",
        ("claude", "--allowedTools", "mcp__findspot", "-p"),
        connected=r"findspot: .*findspot mcp - \S+ Connected",
        environ={
            "ANTHROPIC_BASE_URL": "{model}",
            "ANTHROPIC_API_KEY": "none",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
        },
        asked_first=r"findspot: findspot mcp - \S+ Pending approval",
    ),
    Program(
        "codex",
        ("codex", "exec"),
        connected=r"findspot +\S*findspot +mcp .* enabled",
        environ={"MODEL_KEY": "none"},
        files={
            ".codex/config.toml": (
                'model = "stub" # a comment\nmodel_provider = "loopback"\napproval_policy = "never"\n'
                'sandbox_mode = "danger-full-access"\n\n[model_providers.loopback]\nname = "loopback"\n'
                'base_url = "{model}/v1"\nenv_key = "MODEL_KEY"\nwire_api = "responses"\n'
                "request_max_retries = 0\nstream_max_retries = 0\n"
            )
        },
        asked_first=r"No MCP servers",
        trusted=("--trust",),
        wait=("exec_command", {"cmd": "sleep 2"}),
    ),
    Program(
        "opencode",
        ("opencode", "run"),
        connected=r"findspot \S*connected",
        files={
            ".config/opencode/opencode.jsonc": "// a comment\n"
            + _json(
                {
                    "autoupdate": False,
                    "share": "disabled",
                    "model": "stub/stub",
                    "small_model": "stub/stub",
                    "provider": {
                        "stub": {
                            "npm": "@ai-sdk/openai-compatible",
                            "options": {"baseURL": "{model}/v1", "apiKey": "none"},
                            "models": {"stub": {"name": "Stub", "limit": {"context": 32_000, "output": 1_024}}},
                        }
                    },
                }
            )
        },
    ),
    Program(
        "gemini",
        ("gemini", "-m", "gemini-2.5-flash", "--yolo", "-p"),
        connected=r"findspot: .*findspot mcp \(stdio\) - Connected",
        environ={"GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": "{model}"},
        files={
            ".gemini/settings.json": "// a comment\n"
            + _json(
                {
                    "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
                    "privacy": {"usageStatisticsEnabled": False},
                }
            )
        },
    ),
    Program(
        "qwen",
        ("qwen", "--yolo", "-p"),
        connected=r"findspot: .*findspot mcp \(stdio\) - Connected",
        environ={"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": "{model}/v1", "OPENAI_MODEL": "stub"},
        files={
            ".qwen/settings.json": _json(
                {"security": {"auth": {"selectedType": "openai"}}, "privacy": {"usageStatisticsEnabled": False}}
            )
        },
        asked_first=r"findspot: findspot mcp \(stdio\) - Pending approval",
    ),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's machine: a home folder, a project, and the program set up for the model at ``address``."""

    program: Program
    home: Path
    project: Path
    address: str

    def prepare(self) -> dict[Path, bytes]:
        """Write what the person has configured, and return it."""
        written = {}
        for name, text in self.program.files.items():
            path = self.home / name
            path.parent.mkdir(parents=True)
            path.write_text(text.replace("{model}", self.address))
            written[path] = path.read_bytes()
        return written

    def run(self, *command: str) -> str:
        """Run a command in the project and return what it prints, both streams; it must succeed."""
        environ = {name: value.replace("{model}", self.address) for name, value in self.program.environ.items()}
        places = [os.environ.get("FINDSPOT_AGENTS", ""), str(Path(findspot()).parent), "/usr/bin", "/bin"]
        if not places[0]:
            pytest.fail("FINDSPOT_AGENTS names no folder of agent programs; scripts/e2e_agents.sh installs them")
        done = subprocess.run(
            command,
            cwd=self.project,
            env={"HOME": str(self.home), "PATH": os.pathsep.join(places), "LANG": "C.UTF-8", **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIME_LIMIT,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, f"{' '.join(command)}: {said}"
        return said

    def install(self, *options: str) -> str:
        """Run ``findspot install`` for this program."""
        return self.run(findspot(), "install", self.program.name, "--yes", *options)

    def listing(self) -> str:
        """Return what the program says of its servers."""
        return self.run(self.program.ask[0], "mcp", "list")

    def expect_listed(self, pattern: str) -> None:
        """Wait until the program lists our server so: some give a server no more than a few seconds to start."""
        for _ in range(15):
            said = self.listing()
            if re.search(pattern, said):
                return
        pytest.fail(f"{self.program.name} says of its servers: {said}")

    def ask(self, question: str, *words: str) -> str:
        """Ask the program a question."""
        return self.run(*self.program.ask, question, *words)


def findspot() -> str:
    """Return the Findspot that is tested: that of this checkout's environment, unless ``FINDSPOT`` names another."""
    return os.environ.get("FINDSPOT") or str(Path(__file__).parents[2] / ".venv" / "bin" / "findspot")
