"""The explore loop: a policy's calls of tools, at once and within budgets, until there is one valid answer.

Whatever a policy does, the loop ends: by its answer, by its last turn, by the deadline, or because the caller has lost
interest. What it says is checked by ``findspot.agent.answer``; where nothing of it holds, the engine's own answer
to the question is the answer, and says why.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from findspot.agent.answer import Judged, judged, own_answer
from findspot.agent.observing import Places, cut
from findspot.agent.protocol import Budgets, Call, Final, Left, Observation, Policy, State
from findspot.agent.runs import Run, RunAnswer, RunBudgets, RunCall, RunResult, RunTurn
from findspot.agent.waiting import Overdue, all_by
from findspot.cancellation import check
from findspot.core.query import analyse
from findspot.core.text import SubTokenizer
from findspot.core.types import Answer
from findspot.errors import Cancelled, FindspotError
from findspot.languages.table import FRAME_READERS
from findspot.service.messages import LocalizeRequest, Message, RequestError
from findspot.service.questions import ask_engine
from findspot.service.tools import TOOLS, Tool

if TYPE_CHECKING:
    from findspot.engine import Engine

CANDIDATES = 20
"""Results of the engine that a policy sees at least."""

_ERROR_BYTES = 500
_ARGUMENTS_BYTES = 4_000
"""What the record of a run keeps of an error, and of the arguments of a call."""

_LEAST_BYTES = 200
"""Bytes of observations below which nothing worth a turn can be shown."""

_ANSWERING = 0.2
"""Share of the seconds that is kept for the last turn: calls are not waited for any longer then."""

_log = logging.getLogger(__name__)


class Explored(NamedTuple):
    """The answer, and the record of how it came about."""

    answer: Answer
    run: Run


def explore(
    engine: Engine,
    question: LocalizeRequest,
    policy: Policy,
    budgets: Budgets = Budgets(),  # noqa: B008 - frozen
    *,
    scope: Sequence[str] = (),
    stop: threading.Event | None = None,
) -> Explored:
    """Work on a question with tools and return one valid answer within the budgets.

    The stage of its results is ``explored`` where the policy gave it; else it is the engine's own answer, with a note that
    says why. Raises what ``ask_engine`` raises for the engine's own answer, and ``Cancelled`` within a tenth of a
    second once ``stop`` is set.
    """
    exploration = _Exploration(engine, question, policy, budgets, tuple(scope), stop or threading.Event())
    return exploration.run()


@dataclass(slots=True)
class _Turn:
    """What happened in one turn."""

    observations: tuple[Observation, ...]
    dropped: int
    seconds: float


@dataclass(slots=True)
class _Exploration:
    """One run; belongs to one thread."""

    engine: Engine
    question: LocalizeRequest
    policy: Policy
    budgets: Budgets
    scope: tuple[str, ...]
    stop: threading.Event
    began: float = field(default_factory=time.monotonic)
    turns: list[_Turn] = field(default_factory=list)
    known: dict[str, tuple[int, Observation]] = field(default_factory=dict)
    bytes: int = 0

    @property
    def until(self) -> float:
        return self.began + self.budgets.seconds

    @property
    def answering(self) -> float:
        """When the last turn begins at the latest."""
        return self.until - _ANSWERING * self.budgets.seconds

    def run(self) -> Explored:
        """Explore, and answer."""
        first = self._first()
        places = Places(first.results)
        wanted = self._wanted(first)
        note = "" if first.status.files else "nothing was explored: nothing is indexed yet"
        found = Judged(None, 0, 0)
        while not note:
            state = self._state(first, places, wanted)
            outcome = self._decided(state)
            check(self.stop)
            if isinstance(outcome, str):
                note = outcome
            elif isinstance(outcome, Final):
                found = self._judged(outcome, state)
                if found.answer is None and first.results:
                    note = "no place of the explored answer exists; this is the answer without exploring"
                break
            elif state.last or not outcome:
                note = "exploring gave no answer; this is the answer without it"
            else:
                self._call(outcome, places, state.turn)
        answer = found.answer or own_answer(first, wanted, note)
        status = replace(answer.status, elapsed_seconds=time.monotonic() - self.began)
        answer = replace(answer, status=status)
        return Explored(answer, self._record(answer, found))

    def _first(self) -> Answer:
        """Return the engine's own answer, with more results than it would show."""
        wanted = max(self.question.top_k or 0, CANDIDATES)
        settings = self.engine.config.settings
        seconds = settings.budget if self.question.budget is None else self.question.budget
        # The model has more time than it has for an answer that somebody waits for; a budget of 0 still leaves it out.
        seconds = self.budgets.seconds / 2 if seconds > 0 else 0.0
        asked = self.question.model_copy(update={"top_k": wanted, "budget": seconds})
        return ask_engine(self.engine, settings, asked, scope=self.scope, stop=self.stop)

    def _wanted(self, first: Answer) -> int:
        """Return how many results the answer has: as many as that of ``localize``."""
        if self.question.top_k is not None:
            return self.question.top_k
        usual = self.engine.config.settings.top_k
        return usual if first.status.shown is None else max(1, min(first.status.shown, usual))

    def _state(self, first: Answer, places: Places, wanted: int) -> State:
        turn = len(self.turns) + 1
        seconds = self.until - time.monotonic()
        left = Left(
            self.budgets.turns - turn,
            self.budgets.calls_per_turn,
            max(0, self.budgets.bytes - self.bytes),
            max(0.0, seconds),
        )
        late = time.monotonic() >= self.answering
        last = late or left.turns <= 0 or left.calls <= 0 or left.bytes < _LEAST_BYTES
        return State(
            question=self.question.text,
            level=self.question.level,
            scope=self.scope,
            first=first,
            wanted=wanted,
            turn=turn,
            turns=tuple(one.observations for one in self.turns),
            places=dict(places.by_name),
            tools=TOOLS,
            left=left,
            last=last,
            stop=self.stop,
        )

    def _decided(self, state: State) -> Sequence[Call] | Final | str:
        """Return what the policy decides, or in words why it does not."""

        def decide(stop: threading.Event) -> Any:
            return self.policy.turn(replace(state, stop=stop))

        [outcome] = all_by([decide], self.until, self.stop)
        match outcome:
            case Overdue() | Cancelled():
                return "exploring took too long; this is the answer without it"
            case FindspotError():
                return f"exploring failed: {cut(str(outcome), _ERROR_BYTES)}; this is the answer without it"
            case Exception():
                _log.warning("the policy %s failed", self.policy.name, exc_info=outcome)
                return f"exploring failed: {type(outcome).__name__}; this is the answer without it"
            case Final() | list() | tuple():
                return outcome
            case _:
                return ()

    def _judged(self, final: Final, state: State) -> Judged:
        citations: Any = final.citations
        return judged(citations if isinstance(citations, list | tuple) else (), state, self.engine)

    # ── calls ───────────────────────────────────────────────────────────────────────────────────────────────

    def _call(self, calls: Sequence[Any], places: Places, number: int) -> None:
        """Run the calls of one turn at once, each within its share of what is left, and keep what they show."""
        began = time.monotonic()
        taken = [one for one in calls if isinstance(one, Call)][: self.budgets.calls_per_turn]
        keys = [_key(call) for call in taken]
        fresh: dict[str, Call] = {}
        for key, call in zip(keys, taken, strict=True):
            if key not in self.known:
                fresh.setdefault(key, call)
        until = min(self.answering, began + self.budgets.call_seconds)
        outcomes = all_by([partial(self._timed, call) for call in fresh.values()], until, self.stop)
        found = dict(zip(fresh, outcomes, strict=True))
        observations: list[Observation] = []
        for key, call in zip(keys, taken, strict=True):
            room = min(self.budgets.call_bytes, self.budgets.bytes - self.bytes)
            if key in self.known:
                turn, before = self.known[key]
                text = cut(f"(unchanged since the same call in turn {turn})", room)
                observation = replace(before, call=call, text=text, seconds=0.0, repeated=True)
            else:
                observation = _observed(call, found[key], places, room, self.budgets.call_seconds)
                self.known[key] = number, observation
            self.bytes += observation.bytes
            observations.append(observation)
        self.turns.append(_Turn(tuple(observations), len(calls) - len(taken), time.monotonic() - began))

    def _timed(self, call: Call, stop: threading.Event) -> tuple[Message, float]:
        tool = _tool(call.tool)
        if tool is None:
            raise RequestError(f"there is no tool {str(call.tool)[:80]}; there are {', '.join(TOOLS)}")
        began = time.monotonic()
        arguments = dict(call.arguments)
        if self.scope and "scope" in tool.request.model_fields:
            arguments = {"scope": list(self.scope), **arguments}
        answer = tool.call(self.engine, arguments, stop)
        return answer, time.monotonic() - began

    # ── the record ──────────────────────────────────────────────────────────────────────────────────────────

    def _record(self, answer: Answer, found: Judged) -> Run:
        text = self.question.text
        explorer = self.engine.explorer()
        results = tuple(
            RunResult.of(one, start_line=one.span.start_line, end_line=one.span.end_line) for one in answer.results
        )
        stage = answer.results[0].stage if answer.results else "hybrid"
        return Run(
            query=text,
            repository=self.engine.root.name,
            commit=explorer.head(),
            question=analyse(text, SubTokenizer(), FRAME_READERS, report="\n" in text.strip()).kind.value,
            policy=self.policy.name,
            budgets=RunBudgets.of(self.budgets),
            turns=tuple(
                RunTurn(calls=tuple(map(_recorded, turn.observations)), dropped=turn.dropped, seconds=turn.seconds)
                for turn in self.turns
            ),
            answer=RunAnswer.of(found, results=results, stage=stage, forced=found.answer is None),
            seconds=time.monotonic() - self.began,
        )


def _tool(name: Any) -> Tool | None:
    return TOOLS.get(name) if isinstance(name, str) else None


def _key(call: Call) -> str:
    """Return what two calls for the same have in common: the tool, and its arguments with all defaults."""
    tool = _tool(call.tool)
    try:
        arguments = call.arguments if tool is None else tool.request.read(call.arguments).model_dump()
        return json.dumps([call.tool, arguments], sort_keys=True, default=str)
    except Exception as error:  # noqa: BLE001 - what cannot be compared is no repeat; running it will say what is wrong
        return f"{id(call)}: {error}"


def _observed(
    call: Call, outcome: tuple[Message, float] | Exception, places: Places, room: int, seconds: float
) -> Observation:
    """Return what a policy sees of the outcome of a call."""
    match outcome:
        case Overdue() | Cancelled():
            error = f"it took longer than {seconds:g} s; ask for less, or in fewer files"
        case FindspotError():
            error = str(outcome)
        case Exception():
            _log.warning("the tool %s failed", call.tool, exc_info=outcome)
            error = f"the tool failed: {type(outcome).__name__}"
        case (answer, taken):
            return Observation(call, answer, places.text(answer, room), seconds=taken)
    error = cut(error, _ERROR_BYTES)
    return Observation(call, None, cut(f"error: {error}", room), error)


def _recorded(one: Observation) -> RunCall:
    given: Any = one.call.arguments
    written = json.dumps(given if isinstance(given, Mapping) else {}, default=str)
    arguments = json.loads(written) if len(written) <= _ARGUMENTS_BYTES else {"cut": written[:_ARGUMENTS_BYTES]}
    return RunCall(
        tool=str(one.call.tool)[:_ERROR_BYTES],
        arguments=arguments,
        seconds=one.seconds,
        bytes=one.bytes,
        answer=one.text,
        error=one.error,
        repeated=one.repeated,
    )
