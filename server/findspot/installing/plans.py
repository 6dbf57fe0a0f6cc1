"""What installing or removing Findspot changes in the files of one agent: planned first, shown, then carried out."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from findspot.errors import InstallError
from findspot.installing import jsonc, sections, toml
from findspot.installing.agents import AGENTS, Agent, Format, Scope, candidates, locate, starts_findspot
from findspot.installing.files import File, read_file, remove_empty_folders, replace


class Syntax(Protocol):
    """How a format of configurations is edited: ``path`` leads to our entry."""

    def get(self, text: str, path: Sequence[str]) -> Any:
        """Return what stands there."""
        ...

    def put(self, text: str, path: Sequence[str], entry: Mapping[str, Any]) -> str:
        """Return ``text`` with the values of ``entry`` there."""
        ...

    def remove(self, text: str, path: Sequence[str]) -> str | None:
        """Return ``text`` without it, None if nothing is left."""
        ...


_SYNTAX: Mapping[Format, Syntax] = {"json": jsonc, "toml": toml}


class Edit(Protocol):
    """What of ours stands in one file; ``put`` and ``remove`` take and return the whole text, None for no file."""

    def has(self, text: str) -> bool:
        """Return whether something of ours stands in ``text``, also of an older version."""
        ...

    def put(self, text: str) -> str:
        """Return ``text`` with it."""
        ...

    def remove(self, text: str) -> str | None:
        """Return ``text`` without it."""
        ...

    def carry(self, text: str, source: str) -> str:
        """Return ``text`` with what of ours stands in ``source``."""
        ...


@dataclass(frozen=True, slots=True)
class ServerEdit:
    """The entry of our server in a configuration."""

    agent: Agent
    command: list[str]

    def has(self, text: str) -> bool:
        """Return whether there is an entry of our name that starts Findspot."""
        return starts_findspot(_SYNTAX[self.agent.format].get(text, self.agent.path))

    def put(self, text: str) -> str:
        """Return ``text`` with the entry; ``InstallError`` where its name is taken by another server."""
        syntax, path = _SYNTAX[self.agent.format], self.agent.path
        if syntax.get(text, path) is not None and not self.has(text):
            raise InstallError(
                f"'{'.'.join(path)}' in it starts something else; rename that entry or take it out first"
            )
        return syntax.put(text, path, self.agent.entry(self.command))

    def remove(self, text: str) -> str | None:
        """Return ``text`` without the entry."""
        return _SYNTAX[self.agent.format].remove(text, self.agent.path)

    def carry(self, text: str, source: str) -> str:
        """Return ``text`` with the entry that stands in ``source``."""
        syntax = _SYNTAX[self.agent.format]
        return syntax.put(text, self.agent.path, syntax.get(source, self.agent.path))


@dataclass(frozen=True, slots=True)
class InstructionsEdit:
    """The instructions: a section between markers, or a whole file of ours."""

    front: str | None

    def has(self, text: str) -> bool:
        """Return whether our markers stand in ``text``."""
        return sections.has_section(text)

    def put(self, text: str) -> str:
        """Return ``text`` with the section, or our page instead of it."""
        return sections.put_section(text) if self.front is None else sections.put_page(text, self.front)

    def remove(self, text: str) -> str | None:
        """Return ``text`` without the section; of our page only what people wrote below it."""
        return sections.remove_section(text) if self.front is None else sections.remove_page(text)

    def carry(self, text: str, source: str) -> str:
        """Return ``text`` with the section of ``source``; a page of ours takes its place, if nobody wrote on it."""
        if self.front is None:
            return sections.put_section(text, sections.section_of(source))
        return source if sections.remove_page(source) is None else text


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one file: its new bytes, None to delete it. ``restores`` means that they are its backup's."""

    file: File
    after: bytes | None
    backup: bool
    restores: bool = False

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff."""
        before, after = (
            str(self.file.path) if data is not None else "(no file)" for data in (self.file.data, self.after)
        )
        yield from difflib.unified_diff(_lines(self.file.data), _lines(self.after), before, after, n=2, lineterm="")


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes for one agent, and what a person should know about them."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


def plan_install(
    agent: Agent, scope: Scope, places: Mapping[str, Path], command: list[str], *, instructions: bool
) -> Plan:
    """Return what must change so that ``agent`` starts our server by ``command``; nothing if it does so already."""
    changes = []
    for templates, edit in _edits(agent, scope, command, instructions=instructions):
        file = _read(locate(templates, places), scope, places)
        with _named(file):
            text = file.text() or ""
            after = _encoded(file, edit.put(text))
            if after != file.data:
                known = edit.has(text) and file.backup.exists()
                changes.append(Change(file, after, backup=not known))
    step = agent.next_step.get(scope)
    return Plan(tuple(changes), (step,) if step else ())


def plan_removal(agent: Agent, scope: Scope, places: Mapping[str, Path], *, instructions: bool) -> Plan:
    """Return what must change so that nothing of ours is left: the bytes from before, if nobody else has changed them."""
    changes: list[Change] = []
    notes: list[str] = []
    for templates, edit in _edits(agent, scope, [], instructions=instructions):
        for path in candidates(templates, places):
            file = _read(path, scope, places)
            with _named(file):
                text = file.text()
                if text is None or not edit.has(text):
                    continue
                others = [] if isinstance(edit, ServerEdit) else _readers(agent, scope, places, file)
                if others:
                    notes.append(f"{path}: its section stays, since {' and '.join(others)} reads it, too")
                    continue
                changes.append(_removal(file, text, edit))
    return Plan(tuple(changes), tuple(notes))


def carry_out(plan: Plan, places: Mapping[str, Path]) -> None:
    """Make all changes of ``plan``; ``InstallError`` if a file is not any more as it was read."""
    done: list[str] = []
    for change in plan.changes:
        try:
            replace(change.file, change.after, backup=change.backup)
        except InstallError as error:
            already = f"; changed before that: {', '.join(done)}; mend the cause and run this again" if done else ""
            raise InstallError(f"{error}{already}") from error
        done.append(str(change.file.path))
        if change.restores:
            change.file.backup.unlink()
        if change.after is None:
            for above in (places["project"], places["home"]):
                remove_empty_folders(change.file.path, above)


def is_installed(agent: Agent, scope: Scope, places: Mapping[str, Path]) -> bool:
    """Return whether ``agent`` has an entry of our server; ``InstallError`` where its configuration cannot be read."""
    for path in candidates(agent.servers.get(scope, ()), places):
        file = _read(path, scope, places)
        with _named(file):
            text = file.text()
            if text is not None and ServerEdit(agent, []).has(text):
                return True
    return False


def _edits(
    agent: Agent, scope: Scope, command: list[str], *, instructions: bool
) -> Iterator[tuple[tuple[str, ...], Edit]]:
    if scope in agent.servers:
        yield agent.servers[scope], ServerEdit(agent, command)
    if instructions and scope in agent.instructions:
        wanted = agent.instructions[scope]
        yield wanted.places, InstructionsEdit(wanted.front)


def _removal(file: File, text: str, edit: Edit) -> Change:
    before = None if file.backup.is_symlink() else read_file(file.backup)
    kept = None if before is None else before.text()
    if (
        before is not None
        and kept is not None
        and before.data != file.data
        and _carried(before, kept, edit, text) == file.data
    ):
        return Change(file, before.data, backup=False, restores=True)
    rest = edit.remove(text)
    return Change(file, None if rest is None else _encoded(file, rest), backup=rest is not None)


def _carried(before: File, kept: str, edit: Edit, source: str) -> bytes | None:
    """Return the bytes of a backup with what of ours stands in ``source``, None where it cannot be put in."""
    try:
        return _encoded(before, edit.carry(kept, source))
    except InstallError:
        return None


def _readers(agent: Agent, scope: Scope, places: Mapping[str, Path], file: File) -> list[str]:
    """Return the other agents that read the instructions in ``file`` and still have our server."""
    return [
        other.label
        for other in AGENTS
        if other is not agent
        and scope in other.instructions
        and file.path in candidates(other.instructions[scope].places, places)
        and is_installed(other, scope, places)
    ]


def _read(path: Path, scope: Scope, places: Mapping[str, Path]) -> File:
    return read_file(path, places["project"] if scope == "project" else None)


def _encoded(file: File, text: str) -> bytes:
    return (file.mark + text).encode(errors="surrogatepass")


@contextmanager
def _named(file: File) -> Iterator[None]:
    """Put the name of the file before the line that an error is about."""
    try:
        yield
    except InstallError as error:
        if str(file.path) in str(error):
            raise
        raise InstallError(f"{file.path}, {error}; nothing in it was changed") from None


def _lines(data: bytes | None) -> list[str]:
    return [] if data is None else data.decode(errors="replace").splitlines()
