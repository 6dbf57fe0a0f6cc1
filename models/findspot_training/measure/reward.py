"""A reward for whoever learns to locate: how well an answer's places cover the gold, zero when it breaks its shape.

An answer is what ``findspot localize --json`` prints, or a JSON list of the same objects: each names a ``path`` and, as far
as it goes, a ``symbol`` (a qualified name), ``start_line`` and ``end_line`` (from 1, both inclusive). What a model writes by itself is judged alike.
The reward is the mean of F 0.5 at file, module, function and line level, over the levels that have a gold.

An answer with a single malformed place is worth nothing as a whole: a policy that is paid for the good half of a broken
answer learns to break it (compare the verifiable rewards of Lambert et al., "Tulu 3", 2024).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from findspot.evaluation.checkouts import BareRepository
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mirrors import repository_of
from findspot_training.measure.gold import Gold, gold_of, with_patch
from findspot_training.measure.instances import Instance
from findspot_training.measure.metrics import SetScores
from findspot_training.measure.rows import level_scores
from findspot_training.measure.systems import Shown
from findspot_training.source import TrainingError, json_lines

MAX_PLACES: Final = 100
"""Places of one answer; more is no answer but a listing."""

_NO_LINES: Final = (1, 0)


class MalformedAnswerError(ValueError):
    """An answer that breaks its shape; the message says where and how."""


@dataclass(frozen=True, slots=True)
class Reward:
    """From 0 to 1; ``levels`` has the scores behind it, and ``malformed`` says what broke the shape, if anything did."""

    value: float
    levels: dict[str, SetScores]
    malformed: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the command prints."""
        return {"reward": round(self.value, 4), **asdict(self)["levels"], "malformed": self.malformed}


def reward(answer: str | Sequence[Any], gold: Gold, lines_of: Callable[[str], int | None]) -> Reward:
    """Judge an answer, as text or as parsed JSON; ``lines_of`` gives the lines of a path, None where there is no such file.

    An empty answer is well-formed and worth 0. Raises ``ValueError`` when the gold has no file, since nothing can be
    found then.
    """
    if not gold.code_files:
        raise ValueError("there is nothing to find in an empty gold set")
    try:
        places = _places(answer, lines_of)
    except MalformedAnswerError as error:
        return Reward(0.0, {}, str(error))
    levels = level_scores(places, gold)
    return Reward(sum(one.f_beta for one in levels.values()) / len(levels), levels)


def _places(answer: str | Sequence[Any], lines_of: Callable[[str], int | None]) -> list[Shown]:
    entries = _parsed(answer) if isinstance(answer, str) else list(answer)
    if len(entries) > MAX_PLACES:
        raise MalformedAnswerError(f"{len(entries)} places; at most {MAX_PLACES} are an answer")
    places = [_place(entry, f"place {number}", lines_of) for number, entry in enumerate(entries, start=1)]
    seen: set[tuple[str, str | None, tuple[int, int]]] = set()
    for number, one in enumerate(places, start=1):
        key = (one.path, one.symbol, one.lines)
        if key in seen:
            raise MalformedAnswerError(f"place {number}: {one.path} is cited twice with the same place in it")
        seen.add(key)
    return places


def _parsed(text: str) -> list[Any]:
    """Return the objects of a JSON list, or of lines with one object each."""
    stripped = text.strip()
    try:
        if stripped.startswith("["):
            whole = json.loads(stripped)
            return list(whole)
        return [json.loads(line) for line in stripped.split("\n") if line.strip()]
    except (ValueError, RecursionError) as error:
        raise MalformedAnswerError(f"not JSON: {error}") from error


def _place(entry: Any, where: str, lines_of: Callable[[str], int | None]) -> Shown:
    if not isinstance(entry, Mapping):
        raise MalformedAnswerError(f"{where}: not an object with a 'path'")
    path, symbol = entry.get("path"), entry.get("symbol")
    if not isinstance(path, str) or not path or PurePosixPath(path).is_absolute() or ".." in path.split("/"):
        raise MalformedAnswerError(f"{where}: 'path' must be relative to the root and stay inside it")
    if not isinstance(symbol, str | None):
        raise MalformedAnswerError(f"{where}: 'symbol' must be a qualified name or null")
    length = lines_of(path)
    if length is None:
        raise MalformedAnswerError(f"{where}: there is no file {path}")
    lines = _lines(entry, where, length)
    # What the engine prints names its kind; a place without one is a function if it has a name.
    kind = entry.get("kind") or ("function" if symbol else "file")
    return Shown(path, symbol or None, str(kind), lines)


def _lines(entry: Mapping[str, Any], where: str, length: int) -> tuple[int, int]:
    first, last = entry.get("start_line"), entry.get("end_line")
    if first is None and last is None:
        return _NO_LINES
    if not isinstance(first, int) or not isinstance(last, int) or bool in {type(first), type(last)}:
        raise MalformedAnswerError(f"{where}: 'start_line' and 'end_line' must both be whole numbers")
    if not 1 <= first <= last <= length:
        raise MalformedAnswerError(f"{where}: lines {first} to {last} do not lie within the {length} lines of the file")
    return first, last


def rewards(answers: Path, instances: Iterable[Instance], repositories: Path) -> Iterator[tuple[str, Reward]]:
    """Yield (instance id, reward) for recorded answers, JSON lines with ``instance_id`` and ``answer``.

    Raises ``TrainingError`` for a record, not an answer, that cannot be used.
    """
    known = {one.id: one for one in instances}
    parsers = Parsers()
    try:
        records = list(json_lines(answers))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{answers}: cannot be read as JSON lines: {error}") from error
    for number, record in enumerate(records, start=1):
        told = record if isinstance(record, dict) else {}
        instance, answer = known.get(str(told.get("instance_id"))), told.get("answer")
        if instance is None or not isinstance(answer, str | list):
            raise TrainingError(f"{answers}, record {number}: needs a known 'instance_id' and an 'answer'")
        with BareRepository(repository_of(repositories, instance.repo)) as bare:
            yield instance.id, _rewarded(instance, answer, bare, parsers)


def _rewarded(instance: Instance, answer: str | list[Any], bare: BareRepository, parsers: Parsers) -> Reward:
    tree = bare.tree(instance.commit)

    def read(path: str) -> bytes | None:
        return bare.blob(tree[path]) if path in tree else None

    def lines_of(path: str) -> int | None:
        source = read(path)
        return None if source is None else len(source.splitlines())

    gold = gold_of(with_patch(instance, bare), tree, read, parsers)
    if not gold.code_files:
        raise TrainingError(
            f"{instance.id}: its solution changes no file that was there before, so nothing can be found"
        )
    return reward(answer, gold, lines_of)
