"""Mining of many repositories into one folder: one file of rows for each, and a manifest that says what was done.

A repository's rows are written beside their place and moved there when they are whole; only then does the manifest
name it. So a run that was stopped goes on with the first repository that is not finished.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import choose
from findspot.evaluation.history import head_of, read_history
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.commits import commit_row, mine_commits
from findspot_training.corpus.mining.lookups import lookup_row, mine_tree
from findspot_training.corpus.mirrors import file_name, find_repository, repositories_of
from findspot_training.progress import Progress
from findspot_training.source import TrainingError, write_whole

VERSION: Final = 1
"""Of what the rows mean and which filters made them; a folder never mixes two."""


@dataclass(frozen=True, slots=True)
class Options:
    """``limit`` bounds the rows of each kind in each repository; ``seed`` decides which rows are drawn."""

    limit: int
    seed: int


def find_all(folder: Path) -> list[str]:
    """Return ``owner/name`` of every bare repository below a folder that ``find_repository`` would find."""
    names: list[str] = []
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        called = entry.name.removesuffix(".git")
        inner = (
            [f"{called}/{one.name.removesuffix('.git')}" for one in sorted(entry.iterdir())] if entry.is_dir() else []
        )
        guesses = [called.replace("+", "/", 1)] if "+" in called else [called.replace("__", "/", 1), *inner]
        names += [name for name in guesses if name.count("/") == 1 and find_repository(folder, name) is not None]
    return list(dict.fromkeys(names))


def mine(names: Sequence[str], folder: Path, out: Path, options: Options) -> dict[str, Any]:
    """Mine repositories that were checked before; returns the manifest. Finished ones are left as they are."""
    manifest = _manifest(out, options)
    done: dict[str, Any] = manifest["repositories"]
    parsers = Parsers()
    for name, place in repositories_of(folder, names).items():
        head = head_of(place)
        rows = out / "rows" / f"{file_name(name)}.jsonl"
        known = done.get(name.lower())
        if known is not None and known["head"] == head and rows.is_file():
            print(f"{name}: is finished already", file=sys.stderr)
            continue
        found, counts = mine_repository(name, place, head, options, parsers)
        write_whole(rows, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found))
        done[name.lower()] = {"head": head, "rows": f"rows/{rows.name}", **counts}
        write_whole(out / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return manifest


def _manifest(out: Path, options: Options) -> dict[str, Any]:
    """Return the manifest of the folder, or a new one; raises ``TrainingError`` when it was made otherwise."""
    asked = {"version": VERSION, "seed": options.seed, "limit": options.limit}
    path = out / "manifest.json"
    try:
        held = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {**asked, "repositories": {}}
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error
    other = [f"{key} {held.get(key)}" for key, value in asked.items() if held.get(key) != value]
    if other:
        raise TrainingError(f"{out} was mined with {', '.join(other)}; choose another folder")
    return held


def mine_repository(
    name: str, place: Path, head: str, options: Options, parsers: Parsers
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of one repository, commits first, newest first, and what the manifest says of them."""
    progress = Progress(name)
    draw = random.Random(f"{options.seed} {name.lower()}")  # noqa: S311 - repeatable, nothing is secret
    commits_left_out, files_left_out = Counter[str](), Counter[str]()
    candidates = list(choose(read_history(place, head), commits_left_out))
    commits = len(candidates) + commits_left_out.total()
    progress.say(f"{commits:,} commits, {len(candidates):,} of them pass the first filters")
    with BareRepository(place) as repository:
        mined = mine_commits(
            candidates,
            repository,
            parsers,
            limit=options.limit,
            draw=draw,
            left_out=commits_left_out,
            report=partial(progress.now_and_then, "{:,} commits opened, {:,} rows"),
        )
        lookups = mine_tree(
            repository,
            head,
            parsers,
            limit=options.limit,
            draw=draw,
            left_out=files_left_out,
            report=partial(progress.now_and_then, "{:,} files of HEAD read, {:,} functions"),
        )
    rows = [commit_row(name, candidate, files) for candidate, files in mined]
    rows += [lookup_row(name, head, lookup) for lookup in lookups]
    kinds = Counter(row["kind"] for row in rows)
    languages = Counter(language for row in rows for language in {file["language"] for file in row["files"]})
    progress.say(", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items())) or "nothing")
    counts = {
        "kinds": kinds,
        "languages": languages,
        "commits_left_out": commits_left_out,
        "files_left_out": files_left_out,
    }
    return rows, {"commits": commits, **counts}
