"""One question to all roots of a client at the same time; what comes back is merged."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from findspot.core.types import Answer, IndexState
from findspot.errors import Cancelled, FindspotError, IndexLockedError, QueryError
from findspot.service.messages import EditorView, Mode, Question
from findspot.service.questions import Answered, Make, Merged, answered, ask_engine, merge
from findspot.service.scheduling import Scheduler
from findspot.service.workspaces import Part, Root, Workspace

T = TypeVar("T")

_POLL_SECONDS = 0.2
"""How often a question that waits for the whole index looks at what another process has done."""


class Questions:
    """Asks the roots of one client, all at the same time; ``prepare`` runs in each thread before it asks."""

    def __init__(self, workspace: Workspace, scheduler: Scheduler, prepare: Callable[[], None]) -> None:
        self._workspace = workspace
        self._scheduler = scheduler
        self._prepare = prepare

    async def ask(
        self,
        question: Question,
        make: Make[T],
        stop: threading.Event,
        on_partial: Callable[[Root, Answered[T]], None] | None = None,
        view: EditorView | None = None,
    ) -> Merged[T]:
        """Return the merged answer; ``make`` and ``on_partial`` are called in worker threads.

        ``view`` is what an editor shows, with files as the client names them.

        A root that fails while others answer is a message in the status, and the answer is not complete then. Raises what
        the engine raises.
        """
        roots = self._workspace.chosen(question.root)
        parts = [Part(root) for root in roots]
        if len(roots) > 1 or question.scope:
            parts = await self._scheduler.run(
                question.mode, lambda _: self._workspace.parts(roots, question.scope), stop=stop
            )

        def work(part: Part, event: threading.Event) -> Answered[T]:
            with self._scheduler.foreground.request():
                self._prepare()
                use = part.root.access()
                limit = use.config.settings.top_k if question.top_k is None else question.top_k

                def partial(answer: Answer) -> None:
                    if on_partial is not None:
                        on_partial(part.root, answered(part.root, answer, limit, make))

                answer = ask_engine(
                    use.engine,
                    use.config.settings,
                    question,
                    scope=part.scope,
                    exclude=part.exclude,
                    stop=event,
                    unsaved=use.unsaved,
                    on_partial=None if on_partial is None else partial,
                    context=None if view is None else self._workspace.in_root(part.root, view),
                )
                return answered(part.root, answer, limit, make)

        async def job(part: Part) -> Answered[T]:
            opened = part.root.opened_with()
            if opened is None:
                await self._scheduler.run(question.mode, lambda _: part.root.access(), part.root, stop)
                opened = part.root.opened_with()
            if opened is not None and opened.settings.full_index:
                await self._scheduler.run(Mode.INDEX, lambda event: _finish(part.root, event), part.root, stop)
            return await self._scheduler.run(question.mode, lambda event: work(part, event), part.root, stop)

        outcomes = await asyncio.gather(*map(job, parts), return_exceptions=True)
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in errors:
            if not answers or isinstance(error, Cancelled | QueryError) or not isinstance(error, FindspotError):
                raise error
        return merge(answers, [str(error) for error in errors])


def _finish(root: Root, stop: threading.Event) -> None:
    """Wait for the whole index of a root, or build it; what prevents that is said by the status of the answer."""
    engine = root.access().engine
    while engine.state() is not IndexState.READY:
        try:
            engine.refresh(stop=stop)
        except IndexLockedError:
            if stop.wait(_POLL_SECONDS):
                raise Cancelled("stopped while waiting for another process") from None
        except Cancelled:
            raise
        except FindspotError:
            return
