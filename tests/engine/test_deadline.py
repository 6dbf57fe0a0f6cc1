"""localize on a machine that is slow at this moment: an answer within the budget, and a word about what it lacks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from findspot.engine import Engine, Models
from findspot.errors import Cancelled
from findspot.storage.hits import Accepts
from findspot.storage.reader import StoreReader
from tests.engine.checks import open_engine, write_workspace
from tests.engine.test_search import SHOP

REPORT = """Session token is accepted after logout

After a logout the old session token is still taken for a known one by `verify`.
The total of the cart is right, and a discount above one hundred percent raises an error as it should.
"""

MANY_TIMES = 10
"""Times the budget: a bound that a busy machine keeps, and the delays below do not."""


@pytest.fixture
def engine(tmp_path: Path, models: Models) -> Iterator[Engine]:
    """Return an engine over an indexed workspace whose models have been loaded."""
    write_workspace(tmp_path, SHOP)
    with open_engine(tmp_path, models) as opened:
        opened.refresh()
        opened.localize(REPORT, budget=30.0)
        yield opened


def slow_down(monkeypatch: pytest.MonkeyPatch, delays: Sequence[float]) -> None:
    """Let the questions to the lexical index take their time; the last delay stands for all that follow."""
    real = StoreReader.lexical
    left = list(delays)

    def lexical(
        self: StoreReader,
        terms: Sequence[str],
        limit: int,
        scope: Sequence[str] = (),
        accepts: Accepts | None = None,
    ) -> list[tuple[int, float]]:
        time.sleep(left.pop(0) if len(left) > 1 else left[0])
        return real(self, terms, limit, scope, accepts)

    monkeypatch.setattr(StoreReader, "lexical", lexical)


@pytest.mark.row("T07")
@pytest.mark.parametrize("delays", [(0.3,), (0.01, 8.0)], ids=["each step is slow", "one step hangs"])
@pytest.mark.parametrize("level", ["function", "file"])
def test_an_answer_comes_in_time_and_says_what_it_lacks(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, delays: Sequence[float], level: str
) -> None:
    slow_down(monkeypatch, delays)
    began = time.monotonic()
    answer = engine.localize(REPORT, budget=0.5, level="file" if level == "file" else "function")
    assert time.monotonic() - began < 0.5 * MANY_TIMES
    assert answer.results[0].path == "shop/auth.py"
    assert not answer.status.complete
    assert "there was no time to find all candidates" in answer.status.model
    assert {result.probability for result in answer.results} == {None}
    assert (answer.status.in_root_probability, answer.status.suggested_length) == (None, None)


@pytest.mark.row("T07")
def test_without_a_budget_for_the_model_nothing_is_cut(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = engine.localize(REPORT, budget=0.0)
    slow_down(monkeypatch, (0.05,))
    slow = engine.localize(REPORT, budget=0.0)
    assert slow.results == usual.results
    assert slow.status.complete


@pytest.mark.row("T07")
@pytest.mark.parametrize("method", ["localize", "search"])
def test_a_cancelled_caller_gets_away_from_a_slow_index(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    stop = threading.Event()
    real = StoreReader.lexical

    def lexical(self: StoreReader, *_: object) -> object:
        threading.Timer(0.05, stop.set).start()
        with self._connection() as connection:  # a question that never ends by itself
            connection.execute(
                "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
            )
        return real

    monkeypatch.setattr(StoreReader, "lexical", lexical)
    ask = engine.search if method == "search" else engine.localize
    with pytest.raises(Cancelled):
        ask(REPORT, stop=stop)
