"""The best candidates of texts, and what a localization model makes of their order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from findspot.config import Config, Settings
from findspot.core.arrays import Vectors
from findspot.engine import Engine
from findspot_training.__main__ import main
from findspot_training.corpus.questions.rows import Answer, Question
from findspot_training.measure.cases import Case
from findspot_training.measure.gold import Gold
from findspot_training.measure.heads import Candidate, Head, RecordingModels, head_of, read_heads
from findspot_training.measure.rescoring import cosines_of, numbers_of, shipped_weights
from findspot_training.source import TrainingError
from tests.training.repositories import REPO, Past

CODE = {
    "upload.py": "def send_file(path):\n    return retry(path)\n\n\ndef retry(path):\n    return send_file(path)\n",
    "other.py": "def upload_retry_policy():\n    return 3\n",
}

ISSUE = "Upload is not tried again\n\nAfter a timeout `send_file` does not retry the upload."


@pytest.mark.row("A12")
def test_a_head_is_the_list_of_the_engine_with_what_the_model_reads(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name, text in CODE.items():
        (root / name).write_text(text, encoding="utf-8")
    settings = Settings(workers=1)
    models = RecordingModels.load(settings)
    with Engine.open(root, Config(settings, tmp_path / "cache"), models) as engine:
        engine.refresh()
        gold = Gold(("upload.py",), ("upload.py",), (("upload.py", "retry"),), (), {})
        case = Case("one", "c", "issue", ISSUE, gold)
        head = head_of(engine, models.recorder, case, "acme/tool", gold)
        again = head_of(engine, models.recorder, case, "acme/tool", gold)
        shown = engine.localize(ISSUE, top_k=10)
    models.close()
    assert head == again
    assert [one.symbol for one in head.candidates] == [one.symbol for one in shown.results]
    assert head.query == "Upload is not tried again"
    for one in head.candidates:
        assert one.document is not None
        assert one.document.startswith(f"{one.path} {one.symbol}\ndef ")
        assert one.right == (one.symbol == "retry")
    assert {path: right for path, _, right in head.ranked_files} == {"upload.py": True, "other.py": False}
    assert (head.functions, head.files) == (1, 1)


class Words:
    """A model to which a text is its first letter."""

    model_id = "words"
    dimension = 26

    def __init__(self) -> None:
        self.read = 0

    def close(self) -> None:
        pass

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        self.read += len(texts)
        return np.concatenate([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a")]]


HEAD = Head(
    id="one",
    group="acme/tool",
    kind="issue",
    query="c",
    candidates=(
        Candidate("x.py", "a", function=True, score=3.0, right=False, document="a"),
        Candidate("x.py", "B", function=False, score=2.5, right=False, document="b"),
        Candidate("y.py", "c", function=True, score=2.0, right=True, document="c"),
        Candidate("z.py", "d", function=True, score=1.0, right=True, document=None),
    ),
    ranked_files=(("x.py", 2.0, False), ("y.py", 1.0, True)),
    functions=3,
    files=1,
)


def test_a_model_reorders_what_it_has_read_and_weight_0_is_the_order_without_it() -> None:
    model = Words()
    [cosines] = cosines_of([HEAD], model)
    assert cosines == {0: 0.0, 1: 0.0, 2: 1.0}
    without, with_it = numbers_of(HEAD, cosines, 0.0, 0.0), numbers_of(HEAD, cosines, 5.0, 5.0)
    assert (without["any function@1"], without["file@1"]) == (0.0, 0.0)
    assert (with_it["any function@1"], with_it["file@1"]) == (1.0, 1.0)
    assert with_it["nDCG@10"] > without["nDCG@10"]
    assert with_it["function@5"] == 0.0, "one of three is not among the candidates"
    found = replace(HEAD, functions=2)
    assert numbers_of(found, cosines, 5.0, 5.0)["function@5"] == 1.0


def test_what_two_texts_share_is_read_once() -> None:
    model = Words()
    cosines_of([HEAD, replace(HEAD, query="a")], model)
    assert model.read == 3


def test_a_question_is_weighed_as_the_engine_weighs_it() -> None:
    for kind in ("behaviour", "architecture", "docstring"):
        assert shipped_weights(replace(HEAD, kind=kind)) == (0.7, 0.5, 0)
    assert shipped_weights(replace(HEAD, kind="definition")) == (0.3, 0.0, 0)
    assert shipped_weights(HEAD) == (0.3, 0.3, 1)


def test_heads_are_read_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "issues-acme+tool.jsonl").write_text(json.dumps(asdict(HEAD)) + "\n", encoding="utf-8")
    assert read_heads(tmp_path) == [HEAD]
    with pytest.raises(TrainingError, match="no collected candidates"):
        read_heads(tmp_path / "nothing")


def test_the_commands_collect_from_a_repository_and_measure(
    past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issue = {
        "instance_id": "tool-1",
        "repo": REPO,
        "base_commit": past.commits[1],
        "created_at": "2026-01-01",
        "problem_statement": "Attempts give up\n\nAn attempt after a timeout is not repeated.",
        "gold_files": ["src/upload.py"],
        "gold_code_files": ["src/upload.py"],
        "gold": [
            {"file": "src/upload.py", "status": "modified", "lines": [[13, 18]],
             "functions": ["Uploader.attempt"], "classes": [], "module_level": False},
        ],
        "patch": "",
    }  # fmt: skip
    issues, out = tmp_path / "issues.jsonl", tmp_path / "heads"
    issues.write_text(json.dumps(issue) + "\n", encoding="utf-8")
    collect = ["rescore", "collect", "--issues", str(issues), "--repos", str(past.folder), "--out", str(out)]
    assert main(collect) == 0
    [head] = read_heads(out)
    assert any(one.right for one in head.candidates)
    assert main(["rescore", "measure", str(out), "--weight", "0", "--weight", "0.3"]) == 0
    told = capsys.readouterr().out
    assert "issue, minilm" in told
    assert "nDCG@10" in told
    asked = [
        Question(kind, "behaviour", REPO, past.commits[1], text, text, (), (Answer("src/upload.py", "python", names),))
        for kind, text, names in [
            ("of a function", "where is an attempt repeated", ("Uploader.attempt",)),
            ("of a file", "how are files sent", ()),
        ]
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(f"{one.line()}\n" for one in asked), encoding="utf-8")
    of = ["--questions", str(questions), "--repos", str(past.folder), "--out", str(tmp_path / "asked")]
    assert main(["rescore", "collect", *of]) == 0
    assert [one.id for one in read_heads(tmp_path / "asked")] == ["of a function"], "only functions are ordered here"
    assert main(["rescore", "measure", str(tmp_path / "none")]) == 1
    assert main(["rescore", "collect", "--repos", str(past.folder), "--out", str(out)]) == 1
    assert "give --issues or --questions" in capsys.readouterr().err
