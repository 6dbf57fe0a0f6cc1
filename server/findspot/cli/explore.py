"""``findspot localize --explore``: the answer of the explore loop, and its record in a file where one was named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from findspot.agent.deterministic import Deterministic
from findspot.agent.loop import explore
from findspot.agent.protocol import Budgets, Policy
from findspot.agent.runs import append_run
from findspot.cli.resolve import Exploring, LocalizeRequest
from findspot.cli.terminal import Terminal
from findspot.config import Settings
from findspot.core.types import Answer
from findspot.errors import reason
from findspot.service import messages
from findspot.service.one_root import OneRoot

_MODEL_SECONDS: Final = 60.0
"""What exploring with a model may take where nothing is said: it reads a thousand tokens each turn."""


def explored(
    root: OneRoot,
    request: LocalizeRequest,
    question: messages.LocalizeRequest,
    exploring: Exploring,
    policy: Policy,
    terminal: Terminal,
) -> Answer:
    """Explore, write the record, and return the answer; raises what asking raises."""
    usual = Budgets() if exploring.policy == "deterministic" else Budgets(seconds=_MODEL_SECONDS)
    budgets = Budgets(
        turns=exploring.turns or usual.turns,
        calls_per_turn=exploring.calls or usual.calls_per_turn,
        seconds=exploring.seconds or usual.seconds,
    )
    found = root.run(
        lambda engine, stop: explore(engine, question, policy, budgets, scope=request.parts[0].scope, stop=stop)
    )
    if exploring.trace is not None:
        try:
            append_run(exploring.trace, found.run)
        except OSError as error:  # the answer may have taken minutes
            terminal.note(f"warning: {exploring.trace}: {reason(error)}; no record of this run was kept")
        if not request.view.quiet and exploring.trace.resolve().is_relative_to(request.parts[0].location.root):
            terminal.note(f"{exploring.trace}: lies in the root, and will be found by searches unless it is ignored")
    return found.answer


@contextmanager
def open_policy(exploring: Exploring, settings: Settings) -> Iterator[Policy]:
    """Give the policy that was asked for, and close its model; raises ``ModelError`` and ``ConfigError``."""
    if exploring.policy == "deterministic":
        yield Deterministic()
        return
    from findspot.agent.chat import ChatPolicy  # noqa: PLC0415 - only these policies need a model
    from findspot.service.chat_models import open_local_chat, open_remote_chat  # noqa: PLC0415

    if exploring.policy == "chat":
        model = open_local_chat(settings, exploring.model)
    else:
        model = open_remote_chat(settings, exploring.endpoint, exploring.model, exploring.key_variable)
    with closing(model):
        yield ChatPolicy(model, exploring.policy)
