"""One server, several roots: each is answered by the models that its own settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.service.engines import SharedEngines

REPORT = "Upload is not tried again\n\nAfter a timeout `send_file` gives up at once."


@pytest.mark.row("C03")
def test_a_root_without_a_ranker_does_not_borrow_that_of_its_neighbour(tmp_path: Path) -> None:
    shared = SharedEngines()
    told = []
    for name, ranker in (("one", Settings().ranker), ("two", "")):
        root = tmp_path / name
        root.mkdir()
        (root / "upload.py").write_text("def send_file(path):\n    return path\n", encoding="utf-8")
        engine = shared.open(root, Config(Settings(workers=1, ranker=ranker), tmp_path / "cache")).engine
        engine.refresh()
        answer = engine.localize(REPORT, budget=30.0)
        told.append((engine.status().ranker, answer.status.in_root_probability is not None))
        shared.give_back(engine)
    shared.close()
    assert told == [(Settings().ranker, True), (None, False)]
