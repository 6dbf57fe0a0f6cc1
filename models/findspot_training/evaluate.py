"""How often localize finds what a patch changed: strict Acc@k on issues at their base commits, beside plain BM25.

::

    python -m findspot_training.evaluate ISSUES.jsonl --out RESULTS.jsonl --work FOLDER
        --repository OWNER/NAME=GIT_FOLDER [--repository ...] [--per-repository N] [--budget SECONDS]

Each line of ISSUES.jsonl is an instance in the shape of SWE-bench, with ``gold_code_files`` and, per file,
``gold[].functions`` (qualified names at the base commit). A row counts when *all* of its gold is among the first k
answers, in the order a user sees them: a class or module among the functions takes a place. "Any" asks for one gold
function only. Finished rows are kept in RESULTS.jsonl and not repeated; delete the file to start again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from findspot.config import Config, load_config
from findspot.core.text import SubTokenizer
from findspot.core.types import PathClass
from findspot.engine import Engine, Models
from findspot.indexing.prepare import Preparer
from findspot.indexing.walker import WalkOptions
from findspot_training.checkouts import Checkout
from findspot_training.source import TrainingError

Row = dict[str, Any]

_KEPT = 10

_K1 = 1.2
_B = 0.75
_EXTRA = 2
"""Plain BM25: body + 2 * name + 2 * path, the usual constants, a file is its best unit."""


class PlainBM25:
    """One bag of words per function, class and module rest of the source files; no zones, no priors, no mentions."""

    def __init__(self) -> None:
        self._preparer = Preparer(Path(), WalkOptions(), chunk_size=256, chunk_overlap=64)
        self._tokenizer = SubTokenizer()
        self._known: dict[tuple[str, str], list[tuple[str | None, str, Counter[str]]]] = {}

    def rank(self, text: str, files: Mapping[str, str], folder: Path) -> tuple[list[str], list[list[str | None]]]:
        """Return the best files and functions for ``text``; ``files`` maps paths to blob names."""
        units: list[tuple[str, str | None, str, Counter[str]]] = []
        for path, blob in files.items():
            if (path, blob) not in self._known:
                self._known[path, blob] = self._units(path, folder)
            units += [(path, *unit) for unit in self._known[path, blob]]
        frequencies: Counter[str] = Counter()
        for unit in units:
            frequencies.update(unit[3].keys())
        mean = sum(unit[3].total() for unit in units) / max(len(units), 1)
        query = Counter(self._tokenizer.tokens(text))
        idf = {term: math.log1p((len(units) - n + 0.5) / (n + 0.5)) for term in query if (n := frequencies[term])}
        scores = [_bm25(query, idf, unit[3], mean) for unit in units]
        order = sorted(range(len(units)), key=lambda at: (-scores[at], units[at][0]))
        ranked = [units[at] for at in order]
        functions = ([path, symbol] for path, symbol, kind, _ in ranked if kind in {"function", "method"})
        return _first((unit[0] for unit in ranked), _KEPT), _first(functions, _KEPT)

    def _units(self, path: str, folder: Path) -> list[tuple[str | None, str, Counter[str]]]:
        prepared = self._preparer.prepare_buffer(path, (folder / path).read_bytes())
        if prepared.path_class is not PathClass.SOURCE:
            return []
        units: list[tuple[str | None, str, Counter[str]]] = []
        for chunk in prepared.chunks:
            if chunk.kind in {"section", "window"}:
                continue
            words = Counter(chunk.columns[3].split())
            for column in chunk.columns[:2]:
                words.update({word: _EXTRA * count for word, count in Counter(column.split()).items()})
            units.append((chunk.symbol, chunk.kind, words))
        return units


def _bm25(query: Mapping[str, int], idf: Mapping[str, float], words: Counter[str], mean: float) -> float:
    norm = _K1 * (1 - _B + _B * words.total() / max(mean, 1.0))
    return sum(
        query[term] * weight * words[term] * (_K1 + 1) / (words[term] + norm)
        for term, weight in idf.items()
        if term in words
    )


def _first(items: Iterable[Any], count: int) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
            if len(found) == count:
                break
    return found


def evaluate_row(row: Row, checkout: Checkout, plain: PlainBM25, config: Config, models: Models, budget: float) -> Row:
    """Return what localize and plain BM25 answer to one issue, with its gold."""
    checkout.move_to(row["base_commit"])
    text = row["problem_statement"]
    with Engine.open(checkout.folder, config, models) as engine:
        engine.refresh()
        started = time.monotonic()
        functions = engine.localize(text, top_k=_KEPT, level="function", budget=budget)
        seconds = time.monotonic() - started
        files = engine.localize(text, top_k=_KEPT, level="file", budget=budget)
    plain_files, plain_functions = plain.rank(text, checkout.held, checkout.folder)
    gold_files = sorted(row["gold_code_files"])
    gold = [
        [part["file"], name]
        for part in row["gold"]
        if part["file"] in gold_files and part.get("at_base", True)
        for name in part.get("functions") or ()
    ]
    return {
        "instance_id": row["instance_id"],
        "repo": row["repo"],
        "gold_files": gold_files,
        "gold_functions": gold,
        "mentioned": any(name.rsplit(".", 1)[-1] in text for _, name in gold),
        "files": [result.path for result in files.results],
        "functions": [[result.path, result.symbol] for result in functions.results],
        "plain_files": plain_files,
        "plain_functions": plain_functions,
        "stage": functions.results[0].stage if functions.results else "hybrid",
        "model": functions.status.model,
        "seconds": round(seconds, 3),
    }


def accuracy(rows: Sequence[Row], answers: str, gold: str, k: int, *, strict: bool = True) -> float:
    """Return the percentage of rows whose gold is all (or, not ``strict``, at all) among the first k answers."""
    hits = 0
    for row in rows:
        found = [tuple(one) if isinstance(one, list) else one for one in row[answers][:k]]
        wanted = {tuple(one) if isinstance(one, list) else one for one in row[gold]}
        hits += wanted <= set(found) if strict else not wanted.isdisjoint(found)
    return 100.0 * hits / max(len(rows), 1)


def summary(rows: Sequence[Row]) -> str:
    """Return a table of all rows, and of those that name a gold function and those that do not."""
    lines = [f"{'':28}{'file@1':>7}{'@3':>6}{'@5':>6}{'@10':>6}{'func@5':>8}{'@10':>6}{'any@1':>7}{'@5':>6}{'@10':>6}"]
    with_functions = [row for row in rows if row["gold_functions"]]
    groups = (
        ("all", rows),
        ("gold function mentioned", [row for row in with_functions if row["mentioned"]]),
        ("not mentioned", [row for row in with_functions if not row["mentioned"]]),
    )
    for name, group in groups:
        having = [row for row in group if row["gold_functions"]]
        lines.append(f"{name} ({len(group)} rows, {len(having)} with functions)")
        for label, prefix in (("findspot localize", ""), ("plain BM25", "plain_")):
            files = [accuracy(group, f"{prefix}files", "gold_files", k) for k in (1, 3, 5, 10)]
            strict = [accuracy(having, f"{prefix}functions", "gold_functions", k) for k in (5, 10)]
            some = [accuracy(having, f"{prefix}functions", "gold_functions", k, strict=False) for k in (1, 5, 10)]
            numbers = [f"{value:.1f}" for value in (*files, *strict, *some)]
            widths = (7, 6, 6, 6, 8, 6, 7, 6, 6)
            lines.append(f"  {label:26}" + "".join(f"{n:>{w}}" for n, w in zip(numbers, widths, strict=True)))
    seconds = sorted(row["seconds"] for row in rows)
    applied = sum(row["stage"] == "localized" for row in rows)
    if seconds:
        p50, p95 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
        lines.append(f"localize p50 {p50:.2f} s, p95 {p95:.2f} s; model applied in {applied} of {len(rows)} rows")
    return "\n".join(lines)


def _chosen(path: Path, repositories: Mapping[str, Path], per_repository: int | None) -> list[Row]:
    """Return the usable rows; a limit takes the same rows each time, whatever the order of the file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row["repo"] in repositories and row["gold_code_files"]]
    rows = [row for row in rows if row.get("base_commit_available", True)]
    rows.sort(key=lambda row: hashlib.sha256(row["instance_id"].encode()).hexdigest())
    kept: list[Row] = []
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["repo"]] += 1
        if per_repository is None or counts[row["repo"]] <= per_repository:
            kept.append(row)
    return sorted(kept, key=lambda row: (row["repo"], row["created_at"]))


def _pair(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not equals or not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' is not OWNER/NAME=FOLDER with a folder that exists")
    return name, Path(folder)


def _evaluate(
    rows: Sequence[Row], done: dict[str, Row], repositories: Mapping[str, Path], work: Path, options: argparse.Namespace
) -> None:
    """Evaluate the rows that are not in ``done`` and add them to it and to the file of results."""
    plain = PlainBM25()
    checkouts: dict[str, Checkout] = {}
    config = load_config(None, environ={"FINDSPOT_CACHE_DIR": str(work / "cache")}, user_config=work / "none.toml")
    models = Models.load(config.settings)
    try:
        for row in rows:
            if row["instance_id"] in done:
                continue
            name = row["repo"]
            if name not in checkouts:
                folder = work / name.replace("/", "--")
                folder.mkdir()
                checkouts[name] = Checkout(repositories[name], folder)
            result = evaluate_row(row, checkouts[name], plain, config, models, options.budget)
            done[row["instance_id"]] = result
            with options.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(result) + "\n")
            print(f"{len(done)}/{len(rows)} {row['instance_id']} {result['seconds']} s", file=sys.stderr, flush=True)
    finally:
        models.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate the rows that are not done yet and print the table; returns 0, or 1 after a message."""
    parser = argparse.ArgumentParser(prog="python -m findspot_training.evaluate", description=__doc__.split("\n", 1)[0])
    parser.add_argument("issues", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="results, one line per row; kept and continued")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkouts and indexes")
    parser.add_argument("--repository", type=_pair, action="append", required=True, metavar="OWNER/NAME=GIT_FOLDER")
    parser.add_argument("--per-repository", type=int, default=None, metavar="N", help="at most N rows of each")
    parser.add_argument("--budget", type=float, default=2.0, help="seconds per localize call; 0 leaves the model out")
    options = parser.parse_args(arguments)

    repositories = dict(options.repository)
    done: dict[str, Row] = {}
    if options.out.exists():
        done = {
            row["instance_id"]: row for row in map(json.loads, options.out.read_text(encoding="utf-8").splitlines())
        }
    rows = _chosen(options.issues, repositories, options.per_repository)
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=options.work) as work:
            _evaluate(rows, done, repositories, Path(work), options)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(summary([done[row["instance_id"]] for row in rows if row["instance_id"] in done]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
