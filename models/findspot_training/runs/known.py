"""What an agent has seen of an unchanged workspace, and so what a further call can no longer teach it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from findspot_training.runs.acts import Act, Kind, tidy
from findspot_training.runs.schema import Call


class Reason(StrEnum):
    """Why a call was redundant."""

    REPEATED = "repeated"
    ALREADY_READ = "already read"
    NOTHING_NEW = "nothing new"


Place = tuple[int, int]
"""Turn, and call in the turn; both from 1."""

_NUMBERED: Final = re.compile(r"\s*L?(\d{1,9})\s*[\t→:|] ?(.*)", re.DOTALL)
"""A line of a file behind its number, as tools show it."""

_FRAME: Final = re.compile(
    r"</?output>|<returncode>.*</returncode>|\(Open file: .*\)|\(Current directory: .*\)|bash-\$"
    r"|\[(The command completed|Current working directory|Python interpreter|Command finished).*\]"
)
"""Lines that agents put around the output of a command."""

_HIT: Final = re.compile(r"([^\s:]+?)[:-](\d+[:-].*)", re.DOTALL)
"""A place that a search found, with its text."""

_HIT_IN_ONE_FILE: Final = re.compile(r"\d+[:-].*", re.DOTALL)

_NOTHING: Final = re.compile(r"\W*(no|0|nothing|none|found (no|0))\b|.*\bno output\b", re.IGNORECASE)

_UNCHANGED: Final = re.compile(r"\bunchanged since\b", re.IGNORECASE)
"""What a tool says that does not show a file again."""


@dataclass(frozen=True, slots=True)
class _Asked:
    place: Place
    call: Call
    act: Act


@dataclass(slots=True)
class Known:
    """What was asked for and shown since the last change. ``folder`` is where the shell is, empty if nobody knows."""

    folder: str = ""
    asked: dict[tuple[str, str], _Asked] = field(default_factory=dict)
    lines: dict[str, dict[int, tuple[str, Place]]] = field(default_factory=dict)
    """By path and number: the text of a line, and where it was shown."""
    facts: dict[str, Place] = field(default_factory=dict)
    """What searches and listings told."""

    def redundant(self, call: Call, act: Act) -> tuple[Reason, Place] | None:
        """Say why a call is redundant and which earlier one made it so; None if it may have been of use."""
        if act.changes or act.kind is Kind.OTHER:
            return None
        before = self.asked.get((call.tool, act.asks))
        if before is not None and _answers_alike(before.call, call):
            return Reason.REPEATED, before.place
        if call.error or not call.observation:
            return None
        if act.kind is Kind.READ and act.path is not None:
            known = self.lines.get(act.path, {})
            shown = lines_shown(call.observation, act.first)
            # A tool that fell silent about a line, or a file that changed unseen: then the texts differ.
            if shown and all(number in known and known[number][0] == text for number, text in shown.items()):
                return Reason.ALREADY_READ, max(known[number][1] for number in shown)
        if act.kind in {Kind.SEARCH, Kind.LIST}:
            told = facts_told(call.observation, act)
            if told and all(fact in self.facts for fact in told):
                return Reason.NOTHING_NEW, max(self.facts[fact] for fact in told)
        return None

    def learn(self, call: Call, act: Act, place: Place) -> None:
        """Take in what a call changed and showed."""
        if act.changes:
            self.forget(act.path)
        if act.folder is not None and act.folder != self.folder:
            self.folder = act.folder
            self.forget(None)
        if act.changes or act.kind is Kind.OTHER:
            return
        before = self.asked.get((call.tool, act.asks))
        if before is None or not _answers_alike(before.call, call):
            self.asked[call.tool, act.asks] = _Asked(place, call, act)
        if call.error or not call.observation:
            return
        if act.kind is Kind.READ and act.path is not None:
            known = self.lines.setdefault(act.path, {})
            for number, text in lines_shown(call.observation, act.first).items():
                if number not in known or known[number][0] != text:
                    known[number] = text, place
        elif act.kind in {Kind.SEARCH, Kind.LIST}:
            for fact in facts_told(call.observation, act):
                self.facts.setdefault(fact, place)

    def forget(self, path: str | None) -> None:
        """Forget what a change made uncertain: all of it, or of reads just those of the changed file."""
        self.facts.clear()
        if path is None:
            self.asked.clear()
            self.lines.clear()
            return
        self.asked = {
            key: one
            for key, one in self.asked.items()
            if one.act.kind is Kind.READ and one.act.path is not None and not _related(one.act.path, path)
        }
        self.lines = {other: lines for other, lines in self.lines.items() if not _related(other, path)}


def _answers_alike(before: Call, now: Call) -> bool:
    """Say whether the same question got no other answer: something changed unseen otherwise, or the first one failed."""
    if before.observation is None or (before.error and not now.error):
        return False
    if now.observation is None or now.observation == before.observation or _UNCHANGED.search(now.observation[:200]):
        return True
    return sorted(before.observation.split("\n")) == sorted(now.observation.split("\n"))


def _related(one: str, other: str) -> bool:
    """Say whether two paths may name the same file, or one lies in the other: one may be relative to an unknown folder."""
    if any(path.split("/")[0] in {".", ".."} for path in (one, other)):
        return True
    left, right = (f"/{path.lstrip('/')}" for path in (one, other))
    return left.endswith(right) or right.endswith(left) or left.startswith(right + "/") or right.startswith(left + "/")


def lines_shown(observation: str, first: int) -> dict[int, str]:
    """Return the lines of a file that a read showed, by number: those in the output, or counted from the first one."""
    lines = [line.rstrip() for line in _unframed(observation)]
    numbered: dict[int, str] = {}
    last = 0
    for line in lines:
        found = _NUMBERED.fullmatch(line)
        if found and int(found[1]) > last:
            last = int(found[1])
            numbered[last] = found[2]
    if 2 * len(numbered) >= sum(map(bool, lines)):
        return numbered
    while lines and not lines[-1]:
        lines.pop()
    return dict(enumerate(lines, start=first))


def facts_told(observation: str, act: Act) -> set[str]:
    """Return what a search or a listing told, so that it can be compared; nothing where that is not clear.

    Of a search these are the places with their text. A search that names files only tells which of them match, which is
    news even if every name was seen before.
    """
    lines = [line.strip() for line in _unframed(observation) if line.strip(" \t\r-")]
    if not lines or (len(lines) < 3 and _NOTHING.match(lines[0])):
        return set()
    if act.kind is Kind.LIST:
        facts = [_whole_path(line, act) for line in lines]
        return set() if None in facts else {fact for fact in facts if fact is not None}
    if act.path not in {None, "."} and all(map(_HIT_IN_ONE_FILE.fullmatch, lines)):
        return {f"{act.path}:{line}" for line in lines}
    told = {fact for line in lines if (fact := _hit(line, act)) is not None}
    return told if 2 * len(told) >= len(set(lines)) else set()


def _hit(line: str, act: Act) -> str | None:
    if line.startswith("{"):
        return line
    found = _HIT.fullmatch(line)
    path = _whole_path(found[1], act) if found else None
    return f"{path}:{found[2]}" if found and path else None


def _whole_path(path: str, act: Act) -> str | None:
    """Return a path of the output in one spelling; None if it is not known what it is relative to."""
    if path.startswith("/"):
        return tidy(path)
    about, in_shell = act.path, act.beside is not None
    from_here = tidy(path, act.beside or "")
    if in_shell and (act.kind is Kind.SEARCH or (about is None and "/" in path)):
        return from_here
    if about is None:
        return None
    within = about in {".", from_here} or from_here.startswith(f"{about}/")
    return from_here if within else tidy(path, about)


def _unframed(observation: str) -> Iterable[str]:
    lines = observation.split("\n")
    return (line for line in lines if not _FRAME.fullmatch(line.strip()))
