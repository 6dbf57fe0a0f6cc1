"""What it is worth to know the editor: commits of several files, one of them open, the others to be found.

A commit is asked at its parent: its subject, or the first words of its body, with one of the files that it changed as the
active one and the cursor at the first change. Questions with a file of their repository open that nobody chose say what is
lost where the files in the editor have nothing to do with the question.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from findspot.config import Settings
from findspot.core.types import Answer, EditorContext
from findspot.engine import Models
from findspot.evaluation.functions import is_code
from findspot.evaluation.history import head_of, read_history
from findspot.evaluation.messages import clean, unwanted
from findspot.evaluation.metrics import any_hit, mean, reciprocal_rank
from findspot.evaluation.places import ranked_files, ranked_functions
from findspot_training.corpus.mirrors import repository_of
from findspot_training.measure.cases import Case, Job
from findspot_training.measure.evaluate import Options, describe
from findspot_training.measure.gold import Gold
from findspot_training.measure.instances import Instance
from findspot_training.measure.rows import Judged, Row, append_row, judge, read_rows, rows_path
from findspot_training.measure.runner import Site, spread, work_through
from findspot_training.measure.summary import Metric, metric, ndcg
from findspot_training.measure.systems import Found
from findspot_training.source import claim

FEWEST, MOST = 3, 8
"""Files of code that a commit changes."""

_BODY_WORDS: Final = 20
_LEAST_WORDS: Final = 4
_DEPTH: Final = 50
_FAR: Final = 6_000
"""Commits that are looked through for those that fit."""


_COMMITS: Final = ("subject", "body")


def _recall(ranks: Sequence[int | None]) -> float:
    return mean([float(rank is not None and rank <= 10) for rank in ranks]) or 0.0


METRICS: Mapping[str, Metric] = {
    **{f"file@{k}": metric("files", partial(any_hit, k=k)) for k in (1, 5, 10)},
    "file MRR": metric("files", reciprocal_rank),
    "file recall@10": metric("files", _recall),
    "file nDCG@10": metric("files", ndcg),
    "function nDCG@10": metric("functions", ndcg),
}
"""A hit is one of the files that are to be found; of a commit the active one is neither found nor missed."""


def groups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the groups that are compared: subjects of commits, beginnings of their bodies, and questions."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.repo, row.id)):  # drawn from in this order, so it decides digits
        found.setdefault(row.kind if row.kind in _COMMITS else "questions", []).append(row)
    return found


PAIRS: Final = (("search near", "search"), ("localize near", "localize"))
"""What is compared: with what the editor shows, and without."""


@dataclass(frozen=True, slots=True)
class Open:
    """The active file of a case, and the line of the cursor."""

    path: str
    line: int | None = None

    @property
    def context(self) -> EditorContext:
        """What such an editor tells."""
        return EditorContext(self.path, self.line, open=(self.path,))


def jobs_of_wide_commits(repositories: Path, names: Iterable[str], per_repository: int) -> list[Job]:
    """Return the newest commits of 3 to 8 files of code of each repository, the oldest first.

    Each is one case by its subject, kind ``subject``, and one by its body where it has one, kind ``body``.
    """
    found = []
    for name in names:
        commits = list(_wide_commits(repository_of(repositories, name), per_repository))
        found.append(Job(name, tuple(case for one in reversed(commits) for case in _cases(name, *one))))
    return found


def _wide_commits(folder: Path, count: int) -> Iterator[tuple[str, str, str]]:
    """Yield hash, parent and message."""
    chosen = 0
    history = read_history(folder, head_of(folder))
    for age, commit in enumerate(history):
        if chosen >= count or age > _FAR:
            history.close()
            return
        message = clean(commit.message)
        code = [one for one in commit.changes if is_code(one.path) and one.old is not None and one.new is not None]
        if len(commit.parents) == 1 and FEWEST <= len(code) <= MOST and unwanted(commit.message, message) is None:
            chosen += 1
            yield commit.digest, commit.parents[0], message.text


def _cases(repository: str, digest: str, parent: str, text: str) -> Iterator[Case]:
    subject, _, body = text.partition("\n")
    first = " ".join(body.split()[:_BODY_WORDS])
    for kind, said in zip(_COMMITS, (subject, first), strict=True):
        if len(said.split()) >= _LEAST_WORDS:
            name = f"{repository}@{digest[:12]} {kind}"
            answer = Instance(name, repository, parent, "", said, "", None, None, None, digest)
            yield Case(name, parent, kind, said, answer)


def opened(case: Case, gold: Gold, files: Iterable[str]) -> tuple[Open, Gold] | None:
    """Return what is open when a case is asked, and what is to be found then; None where nothing is left to be found.

    Of a commit that is one of its files, and the others are to be found. To a question it is any file of code.
    """
    draw = random.Random(case.id.rpartition(" ")[0] or case.id)  # noqa: S311 - repeatable, nothing is secret
    if not isinstance(case.answer, Instance):
        code = sorted(path for path in files if is_code(path))
        return (Open(draw.choice(code), draw.randint(1, 200)), gold) if code else None
    if len(gold.code_files) < 2:
        return None
    path = draw.choice(sorted(gold.code_files))
    line = gold.lines[path][0][0] if gold.lines.get(path) else None
    rest = replace(
        gold,
        files=tuple(one for one in gold.files if one != path),
        code_files=tuple(one for one in gold.code_files if one != path),
        functions=tuple(one for one in gold.functions if one[0] != path),
    )
    return Open(path, line), rest


def row(site: Site, case: Case) -> Row | None:
    """Ask one case with and without what the editor shows; the localization model is left out, which sees no editor."""
    prepared = opened(case, site.gold(case), site.tree.files)
    if prepared is None:
        return None
    shown, gold = prepared
    hidden = shown.path if isinstance(case.answer, Instance) else ""
    engine, text = site.engine, case.text

    def judged(files: Answer, functions: Answer | None) -> Judged:
        names = [path for path in ranked_files(files.results) if path != hidden]
        if functions is None:  # not asked for
            return judge(Found([], names), replace(gold, functions=()))
        return judge(Found([], names, ranked_functions(functions.results)), gold)

    systems = {}
    for name, context in (("", None), (" near", shown.context)):
        found = engine.search(text, top_k=_DEPTH, context=context)
        systems[f"search{name}"] = judged(found, found)
        localize = partial(engine.localize, text, top_k=_DEPTH, budget=0.0, context=context)
        systems[f"localize{name}"] = judged(localize(level="file"), None if hidden else localize())
    return Row(
        id=case.id,
        repo="",
        commit=case.commit,
        kind=case.kind,
        text=text,
        language=case.language,
        gold_files=list(gold.code_files),
        gold_functions=[f"{path}:{name}" for path, name in gold.functions],
        systems=systems,
    )


def measure(jobs: Sequence[Job], repositories: Path, out: Path, processes: int = 1) -> None:
    """Write a row for each case that has none yet into the folder ``out``.

    Raises ``TrainingError`` when it holds rows of another version of the engine.
    """
    claim(out / "run.json", describe(Options(_DEPTH, _DEPTH, 0.0, 0, ("model",))))
    spread(partial(_measure_job, repositories=repositories, out=out), jobs, processes)


def _measure_job(job: Job, *, repositories: Path, out: Path) -> None:
    target = rows_path(out, job.repository)
    finished = read_rows([target])
    waiting = replace(job, cases=tuple(one for one in job.cases if one.id not in finished))
    settings = Settings(localization_model="")
    if waiting.cases:
        for found in work_through(waiting, repositories, out / "work", settings, Models.load(settings), row):
            append_row(target, replace(found, repo=job.repository))
