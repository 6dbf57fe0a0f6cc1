"""What an agent pays until it has read the function that an issue is about: grep and reading, find_code, a context.

``python -m benchmarks.agents models/reported.jsonl python.jsonl --repos mirrors`` lays out each issue's tree, lets every
scripted agent look for a function that the solution changed, and prints the table. Rows are kept in ``--out``, by
which a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.agent_scripts import AGENTS, MOST_CALLS, MOST_TOKENS, Found, GivenUp, Look, Tools, Transcript
from findspot.agent.tokens import TOKENIZER, TokenCounter
from findspot.config import Settings
from findspot.engine import Models
from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.places import is_mentioned
from findspot_training.corpus.mirrors import repository_of
from findspot_training.measure.cases import Case, Job, jobs_of_issues, there
from findspot_training.measure.instances import Instance, read_instances, sample
from findspot_training.measure.runner import Site, work_through

BASELINE = "grep and read"

SEED = 15

_OUTLINE = 5_000


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return 0."""
    options = _parser().parse_args(argv)
    languages = dict(_languages(options.issues))
    done = _read(options.out)
    for job in jobs_of_issues(_chosen(options, languages)):
        left = tuple(case for case in job.cases if case.id not in done)
        if not left:
            continue
        settings = Settings()
        with tempfile.TemporaryDirectory(prefix="findspot-agents-") as work, options.out.open("a") as out:
            rows = work_through(
                Job(job.repository, left), options.repos, Path(work), settings, Models.load(settings), _ask
            )
            for row in rows:
                done[row["id"]] = row | {"language": languages[row["id"]], "repository": job.repository}
                out.write(json.dumps(done[row["id"]]) + "\n")
                out.flush()
    print("\n".join(table(list(done.values()))))
    return 0


def _ask(site: Site, case: Case) -> dict[str, Any] | None:
    """Let every agent look for the functions of a case; None where the solution changed none that was there before."""
    outline = site.engine.explorer().outline
    right: dict[str, list[tuple[int, int]]] = {}
    functions = site.gold(case).functions
    for path, name in functions:
        spans = [(one.start_line, one.end_line) for one in outline(path, _OUTLINE).items if one.symbol == name]
        right.setdefault(path, []).extend(spans)
    if not any(right.values()):
        return None
    count = TokenCounter()
    agents = {
        name: _looked(look, Tools(site.engine, Transcript(right, count)), case.text) for name, look in AGENTS.items()
    }
    named = is_mentioned(list(right), functions, case.text)
    return {"id": case.id, "named": named, "agents": agents}


def _looked(look: Look, tools: Tools, report: str) -> dict[str, Any]:
    found = False
    try:
        look(tools, report)
    except Found:
        found = True
    except GivenUp:
        pass
    return {"found": found, "calls": tools.transcript.calls, "tokens": tools.transcript.tokens}


def _chosen(options: argparse.Namespace, languages: dict[str, str]) -> list[Instance]:
    """Return the same issues each time: so many of each language, from repositories that are not too large."""
    every = there(
        sample(read_instances(options.issues), rows=None, per_repo=options.per_repo, seed=SEED), options.repos
    )
    small = {name for name in {one.repo for one in every} if _files(options.repos, name, every) <= options.max_files}
    chosen: list[Instance] = []
    for language in sorted(set(languages.values())):
        those = [one for one in every if languages[one.id] == language and one.repo in small]
        chosen += sample(those, rows=options.per_language, per_repo=None, seed=SEED)
    return chosen


def _files(repos: Path, name: str, instances: Iterable[Instance]) -> int:
    commit = next(one.commit for one in instances if one.repo == name)
    with BareRepository(repository_of(repos, name)) as bare:
        return len(bare.tree(commit))


def _languages(paths: Iterable[Path]) -> Iterable[tuple[str, str]]:
    for path in paths:
        for line in filter(str.strip, path.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            yield row["instance_id"], row["language"]


def _read(path: Path) -> dict[str, dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {row["id"]: row for row in map(json.loads, lines)}


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines of a Markdown table: found, median calls and median tokens by language and agent.

    An agent that gave up counts with what it may spend at most.
    """
    head = "".join(f" {name} |" for name in AGENTS)
    lines = [f"Median tokens ({TOKENIZER}) / calls, and in how many issues the function was read.", ""]
    lines += [f"| issues | number |{head} grep cheapest |", "| --- | --- |" + " --- |" * (len(AGENTS) + 1)]
    groups = {
        language: [row for row in rows if row["language"] == language]
        for language in sorted({row["language"] for row in rows})
    }
    groups["all"] = list(rows)
    groups["named in the issue"] = [row for row in rows if row["named"]]
    groups["not named"] = [row for row in rows if not row["named"]]
    for group, those in groups.items():
        if not those:
            continue
        cells = [_cell([row["agents"][name] for row in those]) for name in AGENTS]
        cheapest = sum(_is_cheapest(row["agents"]) for row in those)
        lines.append(f"| {group} | {len(those)} | {' | '.join(cells)} | {cheapest} |")
    return lines


def _cell(outcomes: Sequence[dict[str, Any]]) -> str:
    tokens = statistics.median(map(_cost, outcomes))
    calls = statistics.median(one["calls"] if one["found"] else MOST_CALLS for one in outcomes)
    return f"{tokens:,.0f} / {calls:g}, {sum(one['found'] for one in outcomes)}"


def _is_cheapest(agents: Mapping[str, dict[str, Any]]) -> bool:
    """Return whether grep and reading found the function, with no more tokens than any other agent."""
    return agents[BASELINE]["found"] and _cost(agents[BASELINE]) <= min(map(_cost, agents.values()))


def _cost(outcome: dict[str, Any]) -> int:
    return outcome["tokens"] if outcome["found"] else MOST_TOKENS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agents", description=__doc__)
    parser.add_argument("issues", nargs="+", type=Path, help="JSON lines of issues, each with its language")
    parser.add_argument("--repos", type=Path, required=True, help="folder with the bare repositories")
    parser.add_argument("--out", type=Path, default=Path("agents.jsonl"), help="where rows are kept")
    parser.add_argument("--per-language", type=int, default=6)
    parser.add_argument("--per-repo", type=int, default=3)
    parser.add_argument("--max-files", type=int, default=1_500, help="leave out repositories with more files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
