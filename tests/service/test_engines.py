"""One server, several roots: each is answered by the models that its own settings name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from findspot.config import Config, ModelSettings, Settings
from findspot.errors import ModelError
from findspot.service.engines import SharedEngines
from tests.config.test_settings import another

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


@pytest.mark.row("C03")
@pytest.mark.parametrize("name", ModelSettings.model_fields)
def test_roots_share_models_only_when_no_model_setting_differs(tmp_path: Path, name: str) -> None:
    shared = SharedEngines()
    sets = []
    for number, settings in enumerate([Settings(), Settings(top_k=3), Settings(**{name: another(name)})]):
        root = tmp_path / str(number)
        root.mkdir()
        with suppress(ModelError):  # no other embedder is known; it is asked for all the same
            shared.give_back(shared.open(root, Config(settings, tmp_path / "cache")).engine)
        sets.append(len(shared._models))
    shared.close()
    assert sets == [1, 1, 2]
