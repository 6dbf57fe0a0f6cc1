"""Issues with a known solution, as JSON lines in the shape of SWE-bench, and the choice of a sample of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findspot_training.source import TrainingError

_NEEDED = ("instance_id", "repo", "base_commit", "problem_statement")

_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
"""Both become parts of commands and paths, so nothing else is let through."""


@dataclass(frozen=True, slots=True)
class GoldEntry:
    """What the data says about one changed file: old-side line ranges, and functions and classes where it names them."""

    path: str
    lines: tuple[tuple[int, int], ...]
    functions: tuple[str, ...] | None
    classes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Instance:
    """One issue. Where the data has no prepared gold, it is taken from ``patch`` (see ``gold``).

    ``fix`` names the commit of the solution for data that leaves the patch in its repository.
    """

    id: str
    repo: str
    commit: str
    created: str
    text: str
    patch: str
    gold_files: tuple[str, ...] | None
    gold_code_files: tuple[str, ...] | None
    entries: tuple[GoldEntry, ...] | None
    fix: str = ""


def read_instances(paths: Iterable[Path]) -> list[Instance]:
    """Read the rows of JSON-lines files; raises ``TrainingError`` with file and line for one that is unusable."""
    found: dict[str, Instance] = {}
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"{path}: cannot be read: {error}") from error
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                instance = _instance(line, f"{path}, line {number}")
                found.setdefault(instance.id, instance)
    return list(found.values())


def _instance(line: str, where: str) -> Instance:
    try:
        row: dict[str, Any] = json.loads(line)
        missing = [name for name in _NEEDED if not isinstance(row.get(name), str) or not row[name].strip()]
        if missing:
            raise TrainingError(f"{where}: no usable {', '.join(missing)}")
        if not _REPO.fullmatch(row["repo"]) or not _COMMIT.fullmatch(row["base_commit"]):
            raise TrainingError(f"{where}: 'repo' must be owner/name and 'base_commit' a commit's hash")
        gold, fix = row.get("gold"), str(row.get("fix_commit") or "")
        if fix and not _COMMIT.fullmatch(fix):
            raise TrainingError(f"{where}: 'fix_commit' must be a commit's hash")
        return Instance(
            id=row["instance_id"],
            repo=row["repo"],
            commit=row["base_commit"],
            created=str(row.get("created_at") or ""),
            text=row["problem_statement"],
            patch=row.get("patch") or "",
            gold_files=_names(row.get("gold_files")),
            gold_code_files=_names(row.get("gold_code_files")),
            entries=tuple(map(_entry, gold)) if isinstance(gold, list) else None,
            fix=fix,
        )
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{where}: not a usable row: {error!r}") from error


def _names(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(map(str, value))


def _entry(value: dict[str, Any]) -> GoldEntry:
    return GoldEntry(
        path=str(value["file"]),
        lines=tuple((int(first), int(last)) for first, last in value.get("lines") or ()),
        functions=_names(value.get("functions")),
        classes=_names(value.get("classes")),
    )


def sample(instances: Sequence[Instance], *, rows: int | None, per_repo: int | None, seed: int) -> list[Instance]:
    """Choose at most ``per_repo`` instances of each repository and ``rows`` in all.

    The choice depends on the ids and the seed alone, and a larger sample contains the smaller one, so that a run can
    be extended.
    """

    def drawn(instance: Instance) -> bytes:
        return hashlib.sha256(f"{seed}:{instance.id}".encode()).digest()

    taken: dict[str, int] = {}
    chosen: list[Instance] = []
    for instance in sorted(instances, key=drawn):
        taken[instance.repo] = taken.get(instance.repo, 0) + 1
        if per_repo is None or taken[instance.repo] <= per_repo:
            chosen.append(instance)
    return sorted(chosen[:rows], key=lambda one: (one.repo, one.created, one.id))
