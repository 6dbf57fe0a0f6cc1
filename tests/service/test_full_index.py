"""A client that stays waits for the whole index where it is told to, and else answers from what there is."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from findspot.config import load_config
from findspot.core.types import IndexState, SearchResult
from findspot.service.engines import SharedEngines
from findspot.service.fan_out import Questions
from findspot.service.messages import SearchRequest
from findspot.service.questions import Merged
from findspot.service.scheduling import Scheduler
from findspot.service.workspaces import Workspace


def asked(root: Path, *, full_index: bool) -> Merged[str]:
    """Ask about a root of which nothing is indexed yet."""
    engines, scheduler = SharedEngines(), Scheduler()
    given = {"full_index": full_index}
    space = Workspace(lambda path: engines.open(path, load_config(path, given)), engines.give_back, Path)
    space.add(str(root))

    async def ask() -> Merged[str]:
        def path_of(_root: object, result: SearchResult, _text: bytes | None) -> str:
            return result.path

        question = SearchRequest(query="when are uploads tried again")
        return await Questions(space, scheduler, lambda: None).ask(question, path_of, threading.Event())

    try:
        return asyncio.run(ask())
    finally:
        scheduler.end()
        scheduler.join()
        for one in space.roots:
            one.close()
        engines.close()


@pytest.mark.row("V12", "V13")
def test_full_index_makes_a_server_wait(tmp_path: Path) -> None:
    (tmp_path / "upload.py").write_text("def retry_upload():\n    '''Try an upload again.'''\n", encoding="utf-8")
    early = asked(tmp_path, full_index=False)
    assert (early.status.state, early.status.complete, early.rows) == (IndexState.EMPTY, False, ())
    late = asked(tmp_path, full_index=True)
    assert (late.status.state, late.status.complete) == (IndexState.READY, True)
    assert [path for _, path in late.rows] == ["upload.py"]
