"""``findspot install`` on real files in a home folder of its own, for every agent in every scope."""

from __future__ import annotations

import json
import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from findspot.agent.tokens import TokenCounter
from findspot.cli.install import own_command
from findspot.installing import sections
from findspot.installing.agents import AGENTS, Agent, Scope, find_agent, locate, places
from tests.architecture.tree import ROOT
from tests.cli.conftest import Ask
from tests.cli.processes import asking, rest_of, write_project

CASES = [(agent, scope) for agent in AGENTS for scope in agent.servers]
PARTS = [
    (agent, scope)
    for agent in AGENTS
    for scope in ("user", "project")
    if scope in {*agent.servers, *agent.instructions}
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder that the command takes for the user's."""
    folder = tmp_path / "person"
    folder.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in ("APPDATA", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project."""
    return write_project(tmp_path / "project", {"README.md": "# Shop\n"})


def server_file(agent: Agent, scope: Scope, home: Path, project: Path) -> Path:
    """Return where ``agent`` keeps its servers."""
    return locate(agent.servers[scope], places(home, project, {}, sys.platform))


def files_below(*folders: Path) -> dict[str, bytes]:
    """Return every file with its bytes, and every link with what it names."""
    return {
        str(path): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }


def entry_of(agent: Agent, path: Path) -> Any:
    """Return our entry as the agent would read it, comments apart."""
    value = tomllib.loads(path.read_text()) if agent.format == "toml" else json.loads(path.read_text())
    for name in agent.path:
        value = value[name]
    return value


@pytest.mark.parametrize(("agent", "scope"), PARTS, ids=lambda value: getattr(value, "name", value))
def test_every_agent_in_every_scope(ask: Ask, home: Path, project: Path, agent: Agent, scope: Scope) -> None:
    """Installed from nothing, again without a change, and removed without a trace."""
    before = files_below(home, project)
    words = ("install", agent.name, "--scope", scope)
    shown = ask(*words, "--dry-run", cwd=project)
    assert files_below(home, project) == before
    assert ask(*words, "--yes", cwd=project).stdout == shown.stdout != b""
    after = files_below(home, project)
    assert after.keys() > before.keys()
    assert all(Path(name).is_relative_to(home if scope == "user" else project) for name in after.keys() - before.keys())
    if scope in agent.servers:
        entry = entry_of(agent, server_file(agent, scope, home, project))
        command = entry["command"] if agent.shape == "local" else [entry["command"], *entry["args"]]
        assert command == ([*own_command(), "mcp"] if scope == "user" else ["findspot", "mcp"])
    if scope in agent.instructions:
        written = locate(agent.instructions[scope].places, places(home, project, {}, sys.platform)).read_text()
        assert sections.section() in written
    assert b"everything is in place" in ask(*words, "--yes", cwd=project).stderr
    assert files_below(home, project) == after
    ask(*words, "--uninstall", "--yes", cwd=project)
    assert files_below(home, project) == before
    assert b"nothing of Findspot is there" in ask(*words, "--uninstall", "--yes", cwd=project).stderr


JSON_FILES = [
    b"",
    b"\n",
    b"{}",
    b"{ }\r\n",
    b"// nothing yet\n",
    b'{\n    // mine\n    "theme": "dark", /* x */\n}\n',
    b'\xef\xbb\xbf{\r\n\t"theme": "dark"\r\n}\r\n',
    b'{"%s": {}}',
    b'{"%s": {"other": {"command": "x"}}, "z": [1, 2]}',
    b'{\n  "%s": {\n    "other": {"command": "x"} // last\n  }\n}',
]
TOML_FILES = [b"", b"# mine", b'\xef\xbb\xbfmodel = "x"\r\n', b'[mcp_servers.other]\ncommand = "x"\n\n[z]\ny = 1\n\n\n']


@pytest.mark.parametrize(("agent", "scope"), CASES, ids=lambda value: getattr(value, "name", value))
def test_what_stood_there_comes_back_byte_for_byte(
    ask: Ask, home: Path, project: Path, agent: Agent, scope: Scope
) -> None:
    path = server_file(agent, scope, home, project)
    path.parent.mkdir(parents=True, exist_ok=True)
    words = ("install", agent.name, "--scope", scope, "--yes")
    for data in TOML_FILES if agent.format == "toml" else JSON_FILES:
        data = data.replace(b"%s", agent.keys[0].encode())  # noqa: PLW2901 - each agent has its own name for servers
        path.write_bytes(data)
        path.chmod(0o640)
        before = files_below(home, project)
        ask(*words, cwd=project)
        assert path.with_name(f"{path.name}.findspot-backup").read_bytes() == data
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert data.startswith(b"\xef\xbb\xbf") == path.read_bytes().startswith(b"\xef\xbb\xbf")
        if b"\r\n" in data:
            assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
        ask(*words, "--uninstall", cwd=project)
        assert files_below(home, project) == before


def test_later_changes_of_others_survive_the_removal(ask: Ask, home: Path, project: Path) -> None:
    path = home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text('{\n  "a": 1 // mine\n}\n')
    (path.parent / "GEMINI.md").write_text("# Mine\n")
    ask("install", "gemini", "--yes", cwd=project)
    path.write_text(path.read_text().replace('"a": 1', '"b": 2,\n  "a": 1'))
    (path.parent / "GEMINI.md").write_text((path.parent / "GEMINI.md").read_text() + "\nMore.\n")
    ask("install", "gemini", "--uninstall", "--yes", cwd=project)
    assert path.read_text() == '{\n  "b": 2,\n  "a": 1 // mine\n}\n'
    assert (path.parent / "GEMINI.md").read_text() == "# Mine\n\nMore.\n"


def test_an_older_entry_is_brought_up_to_date_and_the_first_backup_kept(ask: Ask, home: Path, project: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text("{}")
    ask("install", "cursor", "--yes", cwd=project)
    path.write_text(path.read_text().replace(own_command()[0], "/gone/findspot"))
    assert b'-      "command": "/gone/findspot"' in ask("install", "cursor", "--yes", cwd=project).stdout
    assert entry_of(AGENTS[3], path)["command"] == own_command()[0]
    ask("install", "cursor", "--uninstall", "--yes", cwd=project)
    assert path.read_text() == "{}"


@pytest.mark.parametrize(
    ("agent", "data"),
    [
        ("claude", b'{"mcpServers": {"findspot": {"type": "http", "url": "https://example.org/mcp"}}}'),
        ("opencode", b'{"mcp": {"findspot": {"type": "local", "command": ["npx", "/findspot/other.js"]}}}'),
        ("zed", b'{"context_servers": {"findspot": {"command": {"path": "other", "args": ["x"]}}}}'),
        ("qwen", b'{"mcpServers": {"findspot": "theirs"}}'),
        ("codex", b'[mcp_servers.findspot]\nurl = "https://example.org/mcp"\n'),
        ("codex", b'[mcp_servers.findspot.env]\nA = "b"\n'),
    ],
)
def test_another_server_of_the_same_name_is_left_alone(
    ask: Ask, home: Path, project: Path, agent: str, data: bytes
) -> None:
    """Half of their entry and half of ours would keep some agents from starting at all."""
    found = find_agent(agent)
    assert found is not None
    path = server_file(found, "user", home, project)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    done = ask("install", agent, "--yes", cwd=project, status=2)
    said = (
        f"error: {path}, '{'.'.join(found.path)}' in it starts something else; rename that entry or take it out first"
    )
    assert done.stderr.decode().startswith(f"findspot: {said}")
    assert b"nothing of Findspot" in ask("install", agent, "--uninstall", "--yes", cwd=project).stderr
    assert files_below(home) == {str(path): data}


@pytest.mark.parametrize(
    "command", ["findspot", "/opt/a b/findspot", r"C:\tools\findspot.exe", "uvx findspot", "sh -c 'findspot mcp'"]
)
def test_an_entry_written_by_hand_is_ours_however_it_starts_us(
    ask: Ask, home: Path, project: Path, command: str
) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"mcpServers": {"findspot": {"command": command, "env": {"A": "b"}}}}))
    before = files_below(home)
    ask("install", "cursor", "--yes", cwd=project)
    assert entry_of(AGENTS[3], path)["command"] == own_command()[0]
    ask("install", "cursor", "--uninstall", "--yes", cwd=project)
    assert files_below(home) == before


@pytest.mark.parametrize(
    "data",
    [
        b'[mcp_servers.findspot]\ncommand = "findspot"\n[mcp_servers.findspot.env]\nA = "b"\n',
        b'[mcp_servers.findspot.env]\nA = "b"\n[mcp_servers.findspot]\ncommand = "findspot" # mine\n',
    ],
)
def test_tables_inside_our_table_are_kept(ask: Ask, home: Path, project: Path, data: bytes) -> None:
    """Codex writes there which tools a person has allowed for good."""
    words = ("install", "codex", "--no-instructions", "--yes")
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_bytes(data)
    ask(*words, cwd=project)
    assert entry_of(AGENTS[1], path) == {"command": own_command()[0], "args": ["mcp"], "env": {"A": "b"}}
    allowed = b'\n[mcp_servers.findspot.tools.find_code]\napproval_mode = "approve"\n'
    path.write_bytes(path.read_bytes() + allowed)
    assert b"everything is in place" in ask(*words, cwd=project).stderr
    path.write_bytes(path.read_bytes().removesuffix(allowed))
    ask(*words, "--uninstall", cwd=project)
    assert files_below(home) == {str(path): data}
    path.write_bytes(b"a = 1\n")
    ask(*words, cwd=project)
    path.write_bytes(path.read_bytes() + allowed)
    ask(*words, "--uninstall", cwd=project)
    assert path.read_bytes() == b"a = 1\n"


def test_what_people_wrote_below_our_page_stays(ask: Ask, home: Path, project: Path) -> None:
    path = home / ".claude" / "skills" / "findspot" / "SKILL.md"
    ask("install", "claude", "--yes", cwd=project)
    older = path.read_text().replace("name: findspot\n", "name: older\n").replace("Finding code", "Older")
    path.write_text(f"{older}\nAsk me first.\n")
    ask("install", "claude", "--yes", cwd=project)
    text = path.read_text()
    assert text.startswith("---\nname: findspot\n")
    assert text.endswith(f"{sections.section()}\n\nAsk me first.\n")
    ask("install", "claude", "--uninstall", "--yes", cwd=project)
    assert path.read_text().endswith("---\n\nAsk me first.\n")
    assert not sections.has_section(path.read_text())


def test_a_comment_around_our_entry_stays(ask: Ask, home: Path, project: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text("// my servers\n")
    ask("install", "cursor", "--yes", cwd=project)
    path.write_text(path.read_text() + "// more\n")
    ask("install", "cursor", "--uninstall", "--yes", cwd=project)
    assert path.read_text() == "// my servers\n{\n}\n// more\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{\n "a": 1\n "b": 2\n}', "line 3: ',' or '}' is expected here; nothing in it was changed"),
        (b'{\n"mcpServers": 7}', "line 2: an object is needed to put 'findspot' into"),
        (b'{"a":\n"\xff"}', "line 2: this is no UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "line 1: this is no UTF-8"),
    ],
)
def test_a_broken_configuration_is_refused_with_its_line(
    ask: Ask, home: Path, project: Path, data: bytes, message: str
) -> None:
    path = home / ".qwen" / "settings.json"
    path.parent.mkdir()
    path.write_bytes(data)
    before = files_below(home, project)
    for words in ([], ["--uninstall"], ["--dry-run"]):
        done = ask("install", "qwen", "--yes", *words, cwd=project, status=2)
        assert f"error: {path}, {message}" in done.stderr.decode()
    assert files_below(home, project) == before
    assert b"unreadable" in ask("install", cwd=project).stdout


def test_a_broken_toml_file_is_refused_with_its_line(ask: Ask, home: Path, project: Path) -> None:
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('a = 1\n[mcp_servers\nb = "x"\n')
    done = ask("install", "codex", "--yes", cwd=project, status=2)
    assert f"{path}, line 2: " in done.stderr.decode()


def test_what_is_no_file_is_refused(ask: Ask, home: Path, project: Path) -> None:
    (home / ".qwen" / "settings.json").mkdir(parents=True)
    assert b"settings.json: it is a folder" in ask("install", "qwen", "--yes", cwd=project, status=2).stderr
    (home / ".gemini").mkdir()
    os.mkfifo(home / ".gemini" / "settings.json")
    assert b"settings.json: it is no regular file" in ask("install", "gemini", "--yes", cwd=project, status=2).stderr
    (home / ".cursor").write_text("in the way")
    done = ask("install", "cursor", "--yes", cwd=project, status=2)
    assert b"mcp.json: a file stands where a folder is needed" in done.stderr


def test_a_folder_that_cannot_be_written_to_is_named(
    ask: Ask, home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as a user who may write anywhere, so it is the system that refuses here."""
    path = home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text("{}")

    def refuse(*_: object, **__: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied", "somewhere")

    monkeypatch.setattr("findspot.config.writing.tempfile.mkstemp", refuse)
    done = ask("install", "gemini", "--yes", cwd=project, status=2)
    assert f"error: {path}: permission denied" in done.stderr.decode()
    assert path.read_text() == "{}"


def test_what_was_changed_before_an_error_is_said(home: Path, project: Path) -> None:
    """Something gets in the way of the second file while a person thinks."""
    process, terminal = asking(["install", "claude"], project)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(terminal, 4096)
    (home / ".claude").mkdir()
    (home / ".claude" / "skills").write_text("in the way")
    os.write(terminal, b"y\n")
    seen += rest_of(terminal)
    assert process.wait() == 2
    said = f"changed before that: {home / '.claude.json'}; mend the cause and run this again"
    assert said in seen.decode().replace("\r\n", "\n")


def test_a_link_in_the_home_folder_is_followed(ask: Ask, home: Path, project: Path, tmp_path: Path) -> None:
    """People keep their configuration in a repository and link to it."""
    kept = tmp_path / "dotfiles" / "claude.json"
    kept.parent.mkdir()
    kept.write_text('{"a": 1}')
    (home / ".claude.json").symlink_to(kept)
    ask("install", "claude", "--yes", "--no-instructions", cwd=project)
    assert (home / ".claude.json").is_symlink()
    assert json.loads(kept.read_text())["mcpServers"]["findspot"]["args"] == ["mcp"]
    ask("install", "claude", "--uninstall", "--yes", cwd=project)
    assert kept.read_text() == '{"a": 1}'


@pytest.mark.parametrize("way", [".mcp.json", ".claude", ".claude/skills/findspot/SKILL.md"])
def test_no_link_leads_out_of_a_project(ask: Ask, home: Path, project: Path, tmp_path: Path, way: str) -> None:
    """A repository of a stranger must not make us write elsewhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("{}")
    link = project / way
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside if way == ".claude" else outside / "file")
    done = ask("install", "claude", "--scope", "project", "--yes", cwd=project, status=2)
    assert b"it leads out of the project" in done.stderr
    assert files_below(outside) == {str(outside / "file"): b"{}"}
    assert not (project / ".mcp.json").exists() or way == ".mcp.json"


def test_a_backup_that_is_a_link_is_neither_read_nor_followed(
    ask: Ask, home: Path, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("{}")
    (project / ".mcp.json").write_text('{"a": 1}')
    (project / ".mcp.json.findspot-backup").symlink_to(tmp_path / "secret")
    ask("install", "claude", "--scope", "project", "--yes", cwd=project)
    assert (tmp_path / "secret").read_text() == "{}"
    ask("install", "claude", "--scope", "project", "--uninstall", "--yes", cwd=project)
    assert (project / ".mcp.json").read_text() == '{"a": 1}'


def test_a_change_between_showing_and_writing_is_not_lost(home: Path, project: Path) -> None:
    """A person thinks before they answer; meanwhile the agent writes its file."""
    path = home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text("{}")
    process, terminal = asking(["install", "gemini"], project)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(terminal, 4096)
    path.write_text('{"new": 1}')
    os.write(terminal, b"y\n")
    seen += rest_of(terminal)
    assert process.wait() == 2
    assert b"it was changed by another program just now; run this again" in seen
    assert files_below(home) == {str(path): b'{"new": 1}'}


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("YES", 0), ("n", 1), ("", 1), ("maybe", 1)])
def test_it_asks_before_it_changes_anything(home: Path, project: Path, answer: str, status: int) -> None:
    process, terminal = asking(["install", "gemini"], project)
    os.write(terminal, f"{answer}\n".encode())
    seen = rest_of(terminal)
    assert process.wait() == status
    assert b"Change these 2 files? [y/N]" in seen
    assert (home / ".gemini" / "settings.json").exists() == (status == 0)


def test_without_a_terminal_nothing_is_changed(ask: Ask, home: Path, project: Path) -> None:
    done = ask("install", "gemini", cwd=project, status=2)
    assert b"add --yes" in done.stderr
    assert b'+    "findspot": {' in done.stdout
    assert files_below(home) == {}


def test_the_list_says_what_is_here_and_what_is_installed(ask: Ask, home: Path, project: Path) -> None:
    (home / ".qwen").mkdir()
    ask("install", "qwen", "--yes", cwd=project)
    ask("install", "cursor", "--scope", "project", "--yes", cwd=project)
    lines = {line.split()[0]: line for line in ask("install", cwd=project).stdout.decode().splitlines()}
    assert set(lines) == {"AGENT", *(agent.name for agent in AGENTS)}
    assert lines["qwen"].split()[-3:] == ["yes", "installed", "no"]
    assert lines["cursor"].split()[-2:] == ["no", "installed"]
    assert lines["windsurf"].split()[-2:] == ["no", "-"]


def test_instructions_that_another_agent_reads_stay(ask: Ask, home: Path, project: Path) -> None:
    words = ("--scope", "project", "--yes")
    for agent in ("codex", "opencode"):
        ask("install", agent, *words, cwd=project)
    done = ask("install", "codex", "--uninstall", *words, cwd=project)
    assert b"its section stays, since OpenCode reads it, too" in done.stderr
    assert sections.has_section((project / "AGENTS.md").read_text())
    ask("install", "opencode", "--uninstall", *words, cwd=project)
    assert not (project / "AGENTS.md").exists()


def test_an_agent_is_known_by_what_people_call_it(ask: Ask, home: Path, project: Path) -> None:
    for agent in AGENTS:
        assert find_agent(agent.label.lower()) is find_agent(agent.name.upper()) is agent
    done = ask("install", "gemni", cwd=project, status=2)
    assert b"gemni: no agent of this name; did you mean gemini?" in done.stderr
    assert b"which agent?" in ask("install", "--uninstall", cwd=project, status=2).stderr
    assert b"no such folder" in ask("install", "zed", "--root", "nowhere", cwd=project, status=2).stderr


def test_places_on_other_systems_and_where_variables_move_them() -> None:
    home, project = Path("h"), Path("p")
    windows = places(home, project, {"APPDATA": "r"}, "win32")
    assert (windows["app"], windows["zed"]) == (Path("r"), Path("r/Zed"))
    assert (windows["xdg"], windows["claude_state"]) == (Path("h/.config"), home)
    mac = places(home, project, {"XDG_CONFIG_HOME": "x"}, "darwin")
    assert (mac["app"], mac["zed"], mac["xdg"]) == (
        Path("h/Library/Application Support"),
        Path("h/.config/zed"),
        Path("x"),
    )
    moved = places(home, project, {"CLAUDE_CONFIG_DIR": "c", "CODEX_HOME": "k", "XDG_CONFIG_HOME": "x"}, "linux")
    assert (moved["claude"], moved["claude_state"], moved["codex"]) == (Path("c"), Path("c"), Path("k"))
    assert (moved["app"], moved["zed"]) == (Path("x"), Path("x/zed"))


def test_the_guide_names_every_file_of_every_agent() -> None:
    guide = (ROOT / "docs" / "guides" / "agents.md").read_text(encoding="utf-8")
    folders = places(Path("~"), Path("/project"), {}, "linux")
    for agent in AGENTS:
        row = next(line for line in guide.splitlines() if line.startswith(f"| `{agent.name}`: {agent.label} |"))
        for templates in (*agent.servers.values(), *(one.places for one in agent.instructions.values())):
            name = str(locate(templates, folders)).removeprefix("/project/").removeprefix("~/.config/")
            assert f"{name}`" in row, (agent.name, name)


def test_variables_of_an_agent_move_its_files(
    ask: Ask, home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(home / "moved"))
    ask("install", "codex", "--yes", cwd=project)
    assert {Path(name).relative_to(home).as_posix() for name in files_below(home)} == {
        "moved/config.toml",
        "moved/AGENTS.md",
    }


def test_a_home_folder_must_be_whole(ask: Ask, home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, "person")
    assert b"set HOME to it" in ask("install", "zed", "--yes", cwd=project, status=2).stderr
    assert not (project / "person").exists()


def test_what_is_still_missing_is_said(ask: Ask, home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    words = ("install", "windsurf", "--scope", "project", "--yes")
    assert b"findspot is not on your PATH" in ask(*words, cwd=project).stderr
    refused = ask(*words, "--no-instructions", cwd=project, status=2)
    assert b"Windsurf has no servers of scope project" in refused.stderr


def test_the_command_is_the_launcher_that_was_called(tmp_path: Path) -> None:
    launcher = tmp_path / "findspot"
    launcher.write_text("")
    link = tmp_path / "bin" / "findspot"
    link.parent.mkdir()
    link.symlink_to(launcher)
    assert own_command(str(link)) == [str(link)], "a link outlives the version that it leads to"
    (tmp_path / "windows").mkdir()
    (tmp_path / "windows" / "findspot.exe").write_text("")
    assert own_command(str(tmp_path / "windows" / "findspot")) == [str(tmp_path / "windows" / "findspot.exe")]
    assert own_command("__main__.py")[0] in {str(Path(sys.executable).with_name("findspot")), sys.executable}


def test_the_instructions_are_short() -> None:
    """They are part of every session of every agent."""
    count = TokenCounter()
    assert count(sections.section()) < 220
    assert count(sections.SUMMARY) < 45
