"""``python -m benchmarks.languages``: index the repositories that the questions are about, ask, and write down what was found."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.languages.measuring import Site, measured, ready
from benchmarks.languages.questions import FOLDER, load_questions
from benchmarks.languages.table import COLUMNS, NOW, hit_rows
from benchmarks.results import LANGUAGES, described, read_results, write_results
from benchmarks.workplace import findspot_command


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the languages, one after the other, and print their rows; each is written when it is finished."""
    options = _parser().parse_args(argv)
    command = f"python -m benchmarks.languages --repos {options.repos.name}"
    languages = options.languages or sorted(path.stem for path in FOLDER.glob("*.toml"))
    asked = {language: load_questions(language) for language in languages}
    record = read_results(options.out) if options.out.is_file() else {"languages": {}}
    folder = Path(tempfile.mkdtemp(prefix="findspot-languages-")).resolve()
    sites: dict[tuple[str, str], Site] = {}
    try:
        for language in languages:
            needed = asked[language].repositories
            for repository in needed:
                if repository not in sites:
                    sites[repository] = ready(repository, options.repos, folder / str(len(sites)), options.findspot)
            facts = described(command, Path(options.findspot[0]).resolve().parent)
            found = facts | measured(asked[language], sites)
            record["languages"].setdefault(language, {})[options.column] = found
            record["languages"] = dict(sorted(record["languages"].items()))
            write_results(options.out, record)
            print("\n".join(hit_rows({language: {options.column: found}})), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages", description=__doc__, allow_abbrev=False)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="Of these only. Default: all with questions.")
    parser.add_argument(
        "--repos",
        type=Path,
        required=True,
        metavar="DIR",
        help="Bare repositories; those not there are cloned into it.",
    )
    parser.add_argument(
        "--out", type=Path, default=LANGUAGES, metavar="FILE", help="Results; other languages in it stay as they are."
    )
    parser.add_argument(
        "--findspot",
        type=lambda path: [path],
        default=findspot_command(),
        metavar="PATH",
        help="The command to measure, such as that of an older installation. Default: this one.",
    )
    parser.add_argument(
        "--as", dest="column", choices=COLUMNS, default=NOW, help="The column of the table. Default: %(default)s."
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
