"""What a policy of the explore loop is told, and what it may say: calls of tools, or the answer.

A policy sees a frozen ``State`` and holds no engine. The loop checks and runs what it asks for, keeps the budgets, and
makes of its answer one that is valid.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from findspot.core.types import Answer, Level, SearchResult
from findspot.service.messages import Message
from findspot.service.tools import Tool


@dataclass(frozen=True, slots=True)
class Budgets:
    """What one exploration may take; ``seconds`` include the engine's own answer, ``bytes`` are those of all observations.

    A turn that finds the bytes or four fifths of the seconds used up is the last one. One call may take ``call_seconds``, and
    show ``call_bytes``.
    """

    turns: int = 4
    calls_per_turn: int = 8
    seconds: float = 5.0
    call_seconds: float = 3.0
    bytes: int = 64_000
    call_bytes: int = 8_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool; the arguments are untrusted and checked by the tool."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that a policy names: a file, lines of it (from 1, inclusive), a definition, or a mixture of these.

    ``why`` is shown as evidence. Nothing of it is trusted: see ``findspot.agent.answer``.
    """

    path: str
    start_line: int | None = None
    end_line: int | None = None
    symbol: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that has been seen, under a short name by which it can be cited, unique in one run: ``1``, ``2``, ..."""

    name: str
    path: str
    start_line: int
    end_line: int
    symbol: str | None = None

    def cited(self, why: str = "") -> Citation:
        """Return the citation of this place."""
        return Citation(self.path, self.start_line, self.end_line, self.symbol, why)


@dataclass(frozen=True, slots=True)
class Observation:
    """What came of one call.

    ``text`` is what a model reads, cut to the bytes that are left, its places marked ``[name]``; ``answer`` the tool's
    whole message, None where ``error`` says what went wrong. ``repeated`` marks a call that was made before: it was not
    run again, ``answer`` is that of the first one and ``text`` only points to it.
    """

    call: Call
    answer: Message | None
    text: str
    error: str = ""
    seconds: float = 0.0
    repeated: bool = False

    @property
    def bytes(self) -> int:
        """The length of ``text`` in UTF-8."""
        return len(self.text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of the budgets: turns without the one that is due, calls of that turn, bytes, seconds."""

    turns: int
    calls: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class State:
    """All that a policy knows when it is its turn.

    ``candidates`` are the engine's own results, more than an answer shows; ``wanted`` is how many an answer has (at most).
    ``places`` has every place seen so far by its name: the candidates first, in their order, then those in observations.
    On the ``last`` turn calls are not run any more: whatever is not a ``Final`` is taken as none. ``stop`` is set when
    nobody waits any longer; what takes long looks at it.
    """

    question: str
    level: Level
    scope: tuple[str, ...]
    first: Answer
    wanted: int
    turn: int
    turns: tuple[tuple[Observation, ...], ...]
    places: Mapping[str, Place]
    tools: Mapping[str, Tool]
    left: Left
    last: bool
    stop: threading.Event

    @property
    def candidates(self) -> tuple[SearchResult, ...]:
        """The engine's own results, best first; the place of the first one is called ``1``, and so on."""
        return self.first.results


@dataclass(frozen=True, slots=True)
class Final:
    """The answer, best first."""

    citations: tuple[Citation, ...]


class Policy(Protocol):
    """Decides what to do next. One object serves one run at a time; it may remember a run, the state has all of it."""

    @property
    def name(self) -> str:
        """What traces and notes call it."""

    def turn(self, state: State) -> Sequence[Call] | Final:
        """Return the calls of this turn (those over the limit are not run), or the answer.

        No call at all counts as giving up. May raise: the engine's own answer then stands, with the message in a note.
        """
