"""Lays out a repository, indexes it in a cache of its own, asks through the command, and compares with the answer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.languages.questions import Question, Questions
from benchmarks.workplace import private_environ
from findspot.evaluation.checkouts import BareRepository, WorkTree
from findspot_training.corpus.mirrors import file_name, find_repository

DEPTH = 10
"""How many results are asked for; the table speaks of the first five."""

_GITHUB = "https://github.com"


@dataclass(frozen=True, slots=True)
class Site:
    """A repository at its commit, indexed by ``command`` with the files of ``environ``."""

    root: Path
    command: Sequence[str]
    environ: Mapping[str, str]
    facts: Mapping[str, Any]


def ready(repository: tuple[str, str], repos: Path, folder: Path, command: Sequence[str]) -> Site:
    """Lay out and index a repository in ``folder``; raises ``CalledProcessError`` or ``EvaluationError`` where it cannot."""
    name, commit = repository
    root = folder / name.rpartition("/")[2]
    mirror = find_repository(repos, name) or _cloned(name, repos)
    with BareRepository(mirror) as bare:
        lacking = WorkTree(root, bare, history=False).go(commit, bare.tree(commit))
    if lacking:
        print(f"{name}: {lacking} files are not in the mirror", file=sys.stderr)
    environ = private_environ(folder, folder / "cache")
    started = time.monotonic()
    _run([*command, "index", "--quiet", "--root", str(root)], environ)
    seconds = time.monotonic() - started
    status = json.loads(_run([*command, "status", "--json", "--root", str(root)], environ))
    facts = {
        "name": name,
        "commit": commit,
        "seconds": round(seconds, 1),
        "files": status["files"],
        "chunks": status["chunks"],
        "bytes": status["size_bytes"],
    }
    return Site(root, command, environ, facts)


def measured(asked: Questions, sites: Mapping[tuple[str, str], Site]) -> dict[str, Any]:
    """Ask everything about a language; returns the counts, the repositories, and how each question ended."""
    ended = [_ended(question, sites[question.repository]) for question in asked.questions]
    named = [one["named"] for one in ended if one["named"] is not None]
    return {
        "questions": len(ended),
        **{
            f"{what}_{depth}": sum(one[what] is not None and one[what] <= depth for one in ended)
            for what in ("place", "file")
            for depth in (1, 5)
        },
        "named": [sum(named), len(named)],
        "repositories": [dict(sites[repository].facts) for repository in asked.repositories],
        "asked": ended,
    }


@dataclass(frozen=True, slots=True)
class Result:
    """One result: its file, its lines (counted from 1) and its symbol."""

    path: str
    start_line: int
    end_line: int
    symbol: str | None


def _ended(question: Question, site: Site) -> dict[str, Any]:
    held = (site.root / question.path).read_bytes().count(b"\n") + 1
    if not 1 <= question.lines[0] <= question.lines[1] <= held:
        raise ValueError(f"{question.text}: {question.path} has {held} lines, the answer names {question.lines}")
    ask = ["search", "--quiet", "--json", "--top-k", str(DEPTH), "--root", str(site.root), "--", question.text]
    lines = _run([*site.command, *ask], site.environ, ends=(0, 1)).splitlines()
    results = [Result(*(json.loads(line)[name] for name in Result.__slots__)) for line in lines]
    file = next((rank for rank, one in enumerate(results, start=1) if one.path == question.path), None)
    place = next((rank for rank, one in enumerate(results, start=1) if is_place(question, one)), None)
    symbol = results[place - 1].symbol if place else None
    named = None if question.name is None else question.name in (symbol or "")
    return {"text": question.text, "place": place, "file": file, "named": named, "symbol": symbol}


def is_place(question: Question, result: Result) -> bool:
    """Say whether a result shows the answer: in its file, with at least half of the shorter of the two ranges of lines."""
    first, last = question.lines
    shared = min(last, result.end_line) - max(first, result.start_line) + 1
    shorter = min(last - first, result.end_line - result.start_line) + 1
    return result.path == question.path and shared * 2 >= shorter


def _cloned(name: str, repos: Path) -> Path:
    target = repos / file_name(name)
    subprocess.run(["git", "clone", "--quiet", "--bare", f"{_GITHUB}/{name}", str(target)], check=True)
    return target


def _run(command: Sequence[str], environ: Mapping[str, str], ends: Sequence[int] = (0,)) -> str:
    done = subprocess.run(command, env=dict(environ), stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if done.returncode not in ends:
        raise subprocess.CalledProcessError(done.returncode, list(command))
    return done.stdout
