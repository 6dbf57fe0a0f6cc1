"""What rankers learn from: collected rows of a real repository, ranks by hand, groups without a leak, calibration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from findspot.core.ranking.calibration import Logistic
from findspot.core.ranking.features import FILE_FEATURES, UNIT_FEATURES
from findspot.core.ranking.tree_ensemble import Trees
from findspot_training.corpus.questions.rows import Answer, Question
from findspot_training.measure.cases import (
    job_of_commits,
    job_of_others,
    jobs_against_others,
    jobs_of_issues,
    jobs_of_questions,
)
from findspot_training.measure.instances import read_instances
from findspot_training.source import TrainingError
from findspot_training.train.ranker import fit
from findspot_training.train.ranker.calibrate import calibration_error, f_beta_as_cut, probabilities, unit_answers
from findspot_training.train.ranker.collect import collect
from findspot_training.train.ranker.judge import file_ranks, table, unit_ranks
from findspot_training.train.ranker.rows import CLASSES, HEAD, KINDS, Collected, Numbers, merged, read, write
from findspot_training.train.ranker.train import unit_group
from tests.training.repositories import REPO, Past, issue, write_issues

FUNCTION = KINDS.index("function")
SOURCE = [one.value for one in CLASSES].index("source")
TEST = [one.value for one in CLASSES].index("test")


def rows(labels: list[int], *, classes: list[int] | None = None, gold: int | None = None, name: str = "t") -> Collected:
    """Return one text whose candidates stand in the order of the hand-set score, one file each."""
    size = len(labels)
    units = np.zeros((size, len(UNIT_FEATURES)), dtype=np.float32)
    units[:, UNIT_FEATURES.index("hand")] = np.linspace(1.0, 0.1, size)
    units[:, UNIT_FEATURES.index("hand_rank")] = np.log1p(np.arange(size))
    files = np.zeros((size, len(FILE_FEATURES)), dtype=np.float32)
    kinds: Numbers = np.full(size, FUNCTION, dtype=np.int8)
    of: Numbers = np.array(classes or [SOURCE] * size, dtype=np.int8)
    right: Numbers = np.array(labels, dtype=np.int8)
    count: Numbers = np.array([size], dtype=np.int32)
    wanted: Numbers = np.array([sum(labels) if gold is None else gold], dtype=np.int32)
    return Collected([name], units, right, count, kinds, of, files, right, count, of, wanted, wanted)


def test_ranks_count_functions_in_source_files_only() -> None:
    one = rows([0, 0, 1, 1], classes=[TEST, SOURCE, SOURCE, SOURCE], gold=3)
    scores = np.array([9.0, 1.0, 2.0, 3.0])
    assert unit_ranks(one, scores) == [[1, 2, None]]
    assert file_ranks(one, scores) == [[1, 2, None]]


def test_strict_wants_all_of_it() -> None:
    both = merged([rows([1, 0, 1], name="a"), rows([0, 1, 0], name="b"), rows([1, 0, 0], gold=2, name="c")])
    hand = both.units[:, UNIT_FEATURES.index("hand")]
    numbers = table(both, hand, hand)
    assert (numbers["func@1"], numbers["func@5"]) == (0.0, pytest.approx(200 / 3))


def test_what_was_only_sampled_teaches_nothing() -> None:
    far = [0] * (HEAD + 40)
    far[HEAD + 20] = 1
    near = [0] * (HEAD + 40)
    near[5] = 1
    group = unit_group(merged([rows(far, name="far"), rows(near, name="near")]))
    assert group.sizes.tolist() == [HEAD]
    assert float(group.labels.sum()) == 1.0


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    both = merged([rows([1, 0]), rows([], gold=2, name="nothing")])
    write(both, tmp_path / "one.npz")
    back = read(tmp_path / "one.npz")
    assert back.names == ["t", "nothing"]
    assert back.unit_sizes.tolist() == [2, 0]
    assert np.array_equal(back.units, both.units)
    with pytest.raises(TrainingError, match="no text"):
        merged([])


def test_answers_follow_the_scores_and_probabilities_fall() -> None:
    one = rows([0, 1, 0])
    answers = unit_answers(one, np.array([1.0, 3.0, 2.0]))
    assert answers[0].labels.tolist() == [1.0, 0.0, 0.0]
    rising = Logistic(np.full(answers[0].inputs.shape[1], -0.5), 1.0)
    [found] = probabilities(answers, rising, None)
    assert found.tolist() == sorted(found.tolist(), reverse=True)
    sure = f_beta_as_cut(answers, [np.array([0.9, 0.1, 0.1])], most=10)
    assert sure == {"f_beta": 1.0, "precision": 1.0, "recall": 1.0, "length": 1.0}


def test_the_calibration_error_by_hand() -> None:
    assert calibration_error(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.1)
    assert calibration_error(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == pytest.approx(0.0)


def test_the_shipped_trees_have_what_the_rows_have() -> None:
    path = Path(__file__).parents[2] / "models" / "ranker-v1" / "rankers.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert Trees.from_json(found["units"]).predict(rows([1, 0]).units.astype(np.float64)).shape == (2,)


def mined_row(past: Past, message: str) -> dict[str, object]:
    """Return a row as mining writes it, about a function of the repository."""
    file = {"path": "src/upload.py", "language": "python", "functions": ["Uploader.attempt"], "spans": [[1, 2]]}
    return {"kind": "commit", "commit": "c", "parent": past.commits[0], "message": message, "files": [file]}


def test_commits_and_issues_are_collected_through_the_engine(past: Past, tmp_path: Path) -> None:
    text = "Uploads are not tried again\n\nAfter a timeout `attempt` gives up."
    instances = read_instances([write_issues(tmp_path / "issues.jsonl", [issue(1, past.commits[0], text)])])
    row = mined_row(past, "attempt again after a timeout of the retry policy")
    work = [job_of_commits(REPO, [row], limit=5, words=3, seed=0)]
    assert job_of_commits(REPO, [row], limit=5, words=30, seed=0).cases == ()
    collect(work, past.folder, tmp_path / "mined", whole=False)
    [made] = (tmp_path / "mined").glob("*.npz")
    assert float(read(made).unit_labels.sum()) == 1.0
    collect(jobs_of_issues(instances), past.folder, tmp_path / "issues", whole=True)
    issues = merged([read(path) for path in (tmp_path / "issues").glob("*.npz")])
    assert issues.names == [instances[0].id]
    assert float(issues.unit_labels.sum()) == 1.0
    assert jobs_against_others(instances, 3, 0)[0].cases == (), "there is no other repository"
    odd = read_instances([write_issues(tmp_path / "odd.jsonl", [issue(1, past.commits[0], "zzqx")])])
    collect(jobs_of_issues(odd), past.folder, tmp_path / "odd", whole=True)
    [nothing] = [read(path) for path in (tmp_path / "odd").glob("*.npz")]
    assert nothing.units.shape == (0, len(UNIT_FEATURES)), "a text that nothing speaks for still counts"
    assert merged([issues, nothing]).unit_sizes[1] == 0
    with pytest.raises(TrainingError, match="another whole"):
        collect(work, past.folder, tmp_path / "mined", whole=True)


def test_questions_are_collected_as_questions_with_some_that_belong_elsewhere(past: Past, tmp_path: Path) -> None:
    where = (Answer("src/upload.py", "python", ("Uploader.attempt",)),)
    text = "Try again after a timeout, as the retry policy says."
    own = Question(
        "own", "docstring", REPO, past.commits[0], "where is one more attempt to post an item", text, (), where
    )
    other = Question("other", "subject", "b/c", past.commits[0], "close every door of the house", "", (), where)
    jobs = [job for job in jobs_of_questions([own, other], 5, 0) if job.repository == REPO]
    assert [[case.id for case in job.cases] for job in jobs] == [["own", "other elsewhere"]]
    collect(jobs, past.folder, tmp_path, whole=True)
    right, strange = (read(tmp_path / kind / "acme+tool.npz") for kind in ("own", "strange"))
    assert right.names == ["own"]
    assert float(right.unit_labels.sum()) == 1.0
    assert float(right.units[:, UNIT_FEATURES.index("dense")].max()) > 0
    assert strange.names == ["other elsewhere"]
    assert (int(strange.unit_labels.sum()), int(strange.gold_functions[0])) == (0, 0)
    first = (tmp_path / "own" / "acme+tool.npz").stat().st_mtime_ns
    collect(jobs, past.folder, tmp_path, whole=True)
    assert (tmp_path / "own" / "acme+tool.npz").stat().st_mtime_ns == first


def test_commits_that_a_ranker_learned_from_are_left_out(past: Past) -> None:
    rows = [{**mined_row(past, f"attempt number {at} of them all"), "commit": f"c{at}"} for at in range(40)]
    taken = job_of_commits(REPO, rows, limit=20, words=3, seed=0)
    others = job_of_others(REPO, rows, taken, groups=5, seed=0)
    known = {case.id for case in taken.cases}
    found = {case.id for case in others.cases}
    assert len(known) == len(found) == 20
    assert not known & found
    assert len({case.commit for case in job_of_others(REPO, rows, taken, groups=1, seed=0).cases}) == 1


def test_a_calibration_is_judged_on_repositories_that_it_was_not_fitted_on() -> None:
    pytest.importorskip("sklearn")
    draw = np.random.default_rng(0)

    def texts(name: str, right: bool) -> Collected:
        parts = []
        for at in range(30):
            labels = [0] * 12
            if right:
                labels[int(draw.integers(0, 3))] = 1
            part = rows(labels, gold=int(right), name=f"{name} {at}")
            part.units[:, UNIT_FEATURES.index("best_raw")] = draw.normal(9.0 if right else 3.0)
            parts.append(part)
        return merged(parts)

    whole, report, plots = fit.calibrated(
        {name: texts(name, right=True) for name in "abcd"}, texts("wrong", right=False), fit.BY_HAND
    )
    assert report["units"]["calibration_error"] < 0.1
    assert report["here"]["wrong_called_absent"] > 0.9
    assert report["here"]["right_called_absent"] < 0.1
    assert whole.units.probability(np.zeros((1, 10))).shape == (1,)
    assert set(plots) == {"units", "files"}
