"""``findspot localize --explore``: the answer of the explore loop, and its record in a file where one was named."""

from __future__ import annotations

from findspot.agent.deterministic import Deterministic
from findspot.agent.loop import explore
from findspot.agent.protocol import Budgets
from findspot.agent.runs import append_run
from findspot.cli.resolve import Exploring, LocalizeRequest
from findspot.cli.streams import note
from findspot.core.types import Answer
from findspot.service import messages
from findspot.service.one_root import OneRoot


def explored(root: OneRoot, request: LocalizeRequest, exploring: Exploring) -> Answer:
    """Explore, write the record, and return the answer; raises what asking raises, and ``OSError``."""
    question = messages.LocalizeRequest.model_construct(
        text=request.text, top_k=request.top_k, level=request.level, budget=request.budget
    )
    usual = Budgets()
    budgets = Budgets(
        turns=exploring.turns or usual.turns,
        calls_per_turn=exploring.calls or usual.calls_per_turn,
        seconds=exploring.seconds or usual.seconds,
    )
    found = root.run(
        lambda engine, stop: explore(engine, question, Deterministic(), budgets, scope=request.scope, stop=stop)
    )
    if exploring.trace is not None:
        append_run(exploring.trace, found.run)
        if not request.view.quiet and exploring.trace.resolve().is_relative_to(request.location.root):
            note(f"{exploring.trace}: lies in the root, and will be found by searches unless it is ignored")
    return found.answer
