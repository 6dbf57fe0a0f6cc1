"""The programs that people code with: where each keeps its servers and its instructions, and in which form.

A place is a template over the folders of ``places``: ``{home}``, ``{project}`` and so on. Of several templates the first
whose file exists counts, else the last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any, Literal

from findspot.installing.sections import SUMMARY

Scope = Literal["user", "project"]
Format = Literal["json", "toml"]
Shape = Literal["plain", "stdio", "local"]

NAME = "findspot"
"""What the server is called in every configuration."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """Where an agent reads instructions: a section of a shared file, or with ``front`` matter a file of our own."""

    places: tuple[str, ...]
    front: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """One program; ``servers`` and ``instructions`` say per scope where, and lack a scope that it does not have.

    ``signs`` are commands and folders that show that the program is on this machine; ``shape`` is the form of an entry.
    ``next_step`` is what a person still has to do.
    """

    name: str
    label: str
    servers: Mapping[Scope, tuple[str, ...]]
    instructions: Mapping[Scope, Instructions]
    keys: tuple[str, ...] = ("mcpServers",)
    format: Format = "json"
    shape: Shape = "plain"
    commands: tuple[str, ...] = ()
    folder: str = ""
    also: tuple[str, ...] = ()
    next_step: Mapping[Scope, str] = field(default_factory=dict)

    @property
    def path(self) -> tuple[str, ...]:
        """Return the names that lead to the entry in the configuration."""
        return (*self.keys, NAME)

    def entry(self, command: list[str]) -> dict[str, Any]:
        """Return the entry that starts the server with ``command``."""
        program, *arguments = command
        match self.shape:
            case "plain":
                return {"command": program, "args": arguments}
            case "stdio":
                return {"type": "stdio", "command": program, "args": arguments}
            case "local":
                return {"type": "local", "command": command}

    def is_here(self, places: Mapping[str, Path]) -> bool:
        """Return whether the program seems to be on this machine."""
        return any(map(shutil.which, self.commands)) or locate((self.folder,), places).is_dir()


def _rule(name: str, front: str) -> Instructions:
    return Instructions((name,), front)


def _section(*names: str) -> Instructions:
    return Instructions(names)


_SKILL = f"name: findspot\ndescription: {SUMMARY}"
_AGENTS_FILE = _section("{project}/AGENTS.md")

AGENTS = (
    Agent(
        name="claude",
        label="Claude Code",
        also=("claude-code",),
        servers={"user": ("{claude_state}/.claude.json",), "project": ("{project}/.mcp.json",)},
        instructions={
            "user": _rule("{claude}/skills/findspot/SKILL.md", _SKILL),
            "project": _rule("{project}/.claude/skills/findspot/SKILL.md", _SKILL),
        },
        shape="stdio",
        commands=("claude",),
        folder="{claude}",
        next_step={"project": "Claude Code asks each person once before it starts a server of the project"},
    ),
    Agent(
        name="codex",
        label="Codex",
        servers={"user": ("{codex}/config.toml",), "project": ("{project}/.codex/config.toml",)},
        instructions={"user": _section("{codex}/AGENTS.md"), "project": _AGENTS_FILE},
        keys=("mcp_servers",),
        format="toml",
        commands=("codex",),
        folder="{codex}",
        next_step={"project": "Codex reads .codex/config.toml only in projects that a person has trusted"},
    ),
    Agent(
        name="opencode",
        label="OpenCode",
        servers={
            "user": ("{xdg}/opencode/opencode.jsonc", "{xdg}/opencode/opencode.json"),
            "project": ("{project}/opencode.jsonc", "{project}/opencode.json"),
        },
        instructions={"user": _section("{xdg}/opencode/AGENTS.md"), "project": _AGENTS_FILE},
        keys=("mcp",),
        shape="local",
        commands=("opencode",),
        folder="{xdg}/opencode",
    ),
    Agent(
        name="cursor",
        label="Cursor",
        servers={"user": ("{home}/.cursor/mcp.json",), "project": ("{project}/.cursor/mcp.json",)},
        instructions={
            "project": _rule("{project}/.cursor/rules/findspot.mdc", f"description: {SUMMARY}\nalwaysApply: true")
        },
        shape="stdio",
        commands=("cursor",),
        folder="{home}/.cursor",
        next_step={
            "user": "Cursor keeps instructions for all projects in its settings; there is no file to add them to"
        },
    ),
    Agent(
        name="vscode",
        label="VS Code",
        also=("code", "vs-code", "copilot"),
        servers={"user": ("{app}/Code/User/mcp.json",), "project": ("{project}/.vscode/mcp.json",)},
        instructions={
            "user": _rule("{app}/Code/User/prompts/findspot.instructions.md", f'description: {SUMMARY}\napplyTo: "**"'),
            "project": _rule(
                "{project}/.github/instructions/findspot.instructions.md", f'description: {SUMMARY}\napplyTo: "**"'
            ),
        },
        keys=("servers",),
        shape="stdio",
        commands=("code",),
        folder="{app}/Code/User",
    ),
    Agent(
        name="zed",
        label="Zed",
        servers={"user": ("{zed}/settings.json",), "project": ("{project}/.zed/settings.json",)},
        instructions={
            "user": _section("{zed}/AGENTS.md"),
            # Zed reads the first of these and no other.
            "project": _section(
                "{project}/.rules",
                "{project}/.cursorrules",
                "{project}/.windsurfrules",
                "{project}/.clinerules",
                "{project}/.github/copilot-instructions.md",
                "{project}/AGENT.md",
                "{project}/AGENTS.md",
            ),
        },
        keys=("context_servers",),
        commands=("zed", "zeditor"),
        folder="{zed}",
    ),
    Agent(
        name="gemini",
        label="Gemini CLI",
        also=("gemini-cli",),
        servers={"user": ("{home}/.gemini/settings.json",), "project": ("{project}/.gemini/settings.json",)},
        instructions={"user": _section("{home}/.gemini/GEMINI.md"), "project": _section("{project}/GEMINI.md")},
        commands=("gemini",),
        folder="{home}/.gemini",
        next_step=dict.fromkeys(
            ("user", "project"), "Gemini CLI starts servers only in folders that a person has trusted"
        ),
    ),
    Agent(
        name="qwen",
        label="Qwen Code",
        also=("qwen-code",),
        servers={"user": ("{home}/.qwen/settings.json",), "project": ("{project}/.qwen/settings.json",)},
        instructions={"user": _section("{home}/.qwen/QWEN.md"), "project": _section("{project}/QWEN.md")},
        commands=("qwen",),
        folder="{home}/.qwen",
        next_step={"project": "Qwen Code asks each person once before it starts a server of the project"},
    ),
    Agent(
        name="windsurf",
        label="Windsurf",
        servers={"user": ("{home}/.codeium/windsurf/mcp_config.json",)},
        instructions={
            "user": _section("{home}/.codeium/windsurf/memories/global_rules.md"),
            "project": _rule("{project}/.windsurf/rules/findspot.md", f"trigger: always_on\ndescription: {SUMMARY}"),
        },
        commands=("windsurf",),
        folder="{home}/.codeium/windsurf",
        next_step={
            "project": "Windsurf has one list of servers for all projects: run 'findspot install windsurf' for it"
        },
    ),
)


def starts_findspot(entry: Any) -> bool:
    """Return whether an entry of our name starts this program: by its path, as a module, or through a launcher or shell."""
    parts = [entry.get("command"), entry.get("args")] if isinstance(entry, dict) else []
    words = [word for part in parts for text in _texts(part) for word in text.split()]
    return any(PureWindowsPath(word.strip("'\"")).stem in {NAME, f"{NAME}-mcp"} for word in words)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for item in value for text in _texts(item))
        case dict():
            yield from (text for item in value.values() for text in _texts(item))


def find_agent(word: str) -> Agent | None:
    """Return the agent that ``word`` names, however it is written."""
    plain = word.lower().replace(" ", "-").replace("_", "-")
    return next((agent for agent in AGENTS if plain in {agent.name, *agent.also}), None)


def places(home: Path, project: Path, environ: Mapping[str, str], platform: str) -> dict[str, Path]:
    """Return the folders that templates name, on a system (``sys.platform``) with these variables."""
    xdg = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    windows = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    mac = home / "Library" / "Application Support"
    claude = environ.get("CLAUDE_CONFIG_DIR")
    return {
        "home": home,
        "project": project,
        "xdg": xdg,
        "app": {"win32": windows, "darwin": mac}.get(platform, xdg),
        "zed": {"win32": windows / "Zed", "darwin": home / ".config" / "zed"}.get(platform, xdg / "zed"),
        "claude": Path(claude or home / ".claude"),
        "claude_state": Path(claude or home),
        "codex": Path(environ.get("CODEX_HOME") or home / ".codex"),
    }


def candidates(templates: tuple[str, ...], places: Mapping[str, Path]) -> list[Path]:
    """Return the paths that ``templates`` mean."""
    return [Path(template.format(**places)) for template in templates]


def locate(templates: tuple[str, ...], places: Mapping[str, Path]) -> Path:
    """Return the path of the first template whose file exists, else of the last."""
    paths = candidates(templates, places)
    return next((path for path in paths if path.exists()), paths[-1])
