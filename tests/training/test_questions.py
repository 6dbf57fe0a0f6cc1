"""Questions with a known answer: how they are drawn, that nothing in the tree gives them away, what is measured."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from findspot.config import Settings
from findspot.engine import Models
from findspot.evaluation.functions import functions_of
from findspot.parsing.parsers import Parsers
from findspot_training.__main__ import main
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.questions.blanking import says, without_documentation
from findspot_training.corpus.questions.recipe import read_recipe
from findspot_training.corpus.questions.rows import Answer, Question, read_questions, skeleton, without_obvious
from findspot_training.measure.cases import Case, jobs_of_questions
from findspot_training.measure.questions import METRICS, groups, kinds
from findspot_training.measure.rows import Judged, Row
from findspot_training.measure.runner import Site, work_through
from findspot_training.measure.summary import compare, ndcg
from findspot_training.source import TrainingError
from tests.training.repositories import git

STORE = '''"""Keeps parcels."""


class Shelf:
    """A shelf of parcels."""

    def put_parcel(self, parcel):
        """Place a parcel behind the heaviest neighbour of its row.

        Nothing is ever thrown away.
        """
        self.rows.append(parcel)

    @property
    def heaviest(self):
        # Ties are broken by age.
        """Look for whatever bends the board most, ignoring empty boxes."""
        return max(self.rows)

    def empty(self):
        """Carry everything down to the cellar before winter comes."""


def weigh_all(shelf):
    """Add up kilograms of each item on every board."""
    return sum(shelf.rows)


def copy_one(shelf):
    """Say the same thing as another file does elsewhere."""
    return shelf.rows[0]


def visit_red(node):
    """Walk over a branch that the colour red has produced."""
    return node


def visit_blue(node):
    """Walk over a branch that the colour blue has produced."""
    return node
'''

OTHER = '''def copy_two(shelf):
    """Say the same thing as another file does elsewhere."""
    return shelf.rows[1]


def undocumented_cellar(door):
    return door.open()
'''

DOOR = """package door

// Unbolt waits until nobody leans against the wood any more.
// Then it sleeps.
func Unbolt(port int) error {
	return open(port)
}

/* Paint covers the hinges with a thick
   layer of varnish. */
func Paint(colour string) error {
	return brush(colour)
}
"""

FILES = {
    "src/store.py": STORE,
    "src/other.py": OTHER,
    "net/door.go": DOOR,
    "tests/test_store.py": 'def test_shelf():\n    """Check that boards of old oak never break."""\n',
}

REPOSITORY = "acme/shop"


@pytest.fixture(scope="module")
def bares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one bare repository of four commits."""
    folder = tmp_path_factory.mktemp("questions")
    work = folder / "origin"
    work.mkdir()
    steps: tuple[tuple[str, dict[str, str]], ...] = (
        ("Begin with all of it", FILES),
        (
            "Make weighing ignore the lightest cardboard boxes",
            {"src/store.py": STORE.replace("sum(shelf.rows)", "sum(shelf.rows[1:])")},
        ),
        ("Unbolt faster while somebody hurries outside", {"net/door.go": DOOR.replace("open(port)", "pull(port)")}),
        (
            "[pre-commit] automatic fixes of other hooks",
            {"src/other.py": OTHER.replace("door.open()", "door.open(1)")},
        ),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        git(work, "init", "-q")
        for subject, files in steps:
            for path, text in files.items():
                (work / path).parent.mkdir(parents=True, exist_ok=True)
                (work / path).write_text(text, encoding="utf-8", newline="\n")
            git(work, "add", "-A")
            git(work, "commit", "-q", "-m", subject)
        (folder / "bares" / "acme+shop").mkdir(parents=True)
        git(folder, "clone", "-q", "--bare", str(work), str(folder / "bares" / "acme+shop" / "repo"))
    return folder / "bares"


def make_arguments(bares: Path, folder: Path, *more: str, name: str = REPOSITORY) -> list[str]:
    """Return the command that draws questions into ``folder``."""
    recipe = folder / "recipe.toml"
    numbers = "seed = 1\ndocstrings = 6\nsubjects = 3\ndefinitions = 4\n"
    recipe.write_text(f'{numbers}[repositories]\n"{name}" = "HEAD"\n', encoding="utf-8")
    held_out = folder / "held_out.txt"
    held_out.write_text("other/thing\n", encoding="utf-8")
    base = ["questions", "make", "--recipe", str(recipe), "--repos", str(bares), "--held-out", str(held_out)]
    return [*base, "--out", str(folder / "questions.jsonl"), *more]


@pytest.fixture(scope="module")
def drawn(bares: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of questions that ``make`` drew."""
    folder = tmp_path_factory.mktemp("drawn")
    assert main(make_arguments(bares, folder)) == 0
    return folder / "questions.jsonl"


@pytest.fixture(scope="module")
def measured(drawn: Path, bares: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run."""
    out = tmp_path_factory.mktemp("measured") / "run"
    assert main(["questions", "measure", str(drawn), "--repos", str(bares), "--out", str(out)]) == 0
    return out


def test_docstrings_are_asked_for_once_and_never_of_tests_or_templates(drawn: Path) -> None:
    docstrings = {one.written: one for one in read_questions(drawn) if one.kind == "docstring"}
    assert set(docstrings) == {
        "Place a parcel behind the heaviest neighbour of its row.",
        "Look for whatever bends the board most, ignoring empty boxes.",
        "Carry everything down to the cellar before winter comes.",
        "Add up kilograms of each item on every board.",
        "Unbolt waits until nobody leans against the wood any more.",
        "Paint covers the hinges with a thick layer of varnish.",
    }
    assert docstrings["Paint covers the hinges with a thick layer of varnish."].answers == (
        Answer("net/door.go", "go", ("Paint",)),
    )


def test_every_other_docstring_and_every_subject_lose_obvious_words(drawn: Path) -> None:
    questions = read_questions(drawn)
    docstrings = [one for one in questions if one.kind == "docstring"]
    assert all(one.text == one.written and not one.removed for one in docstrings[::2])
    for one in docstrings[1::2]:
        name = one.answers[0].functions[0].rpartition(".")[2]
        assert (one.text, one.removed) == without_obvious(one.written, [name])
    subjects = {one.written: one for one in questions if one.kind == "subject"}
    assert set(subjects) == {
        "Make weighing ignore the lightest cardboard boxes",
        "Unbolt faster while somebody hurries outside",
    }
    assert subjects["Make weighing ignore the lightest cardboard boxes"].removed == ("weighing",)
    assert subjects["Unbolt faster while somebody hurries outside"].text == "faster while somebody hurries outside"
    assert all(len(one.source) == 40 for one in subjects.values())


def test_definitions_are_bare_names_with_all_their_places(drawn: Path) -> None:
    definitions = [one for one in read_questions(drawn) if one.kind == "definition"]
    assert len(definitions) == 4
    for one in definitions:
        assert {name.rpartition(".")[2] for _, name in one.places} == {one.text}
        assert len(one.text) >= 4


def test_the_same_seed_draws_the_same_questions(drawn: Path, bares: Path, tmp_path: Path) -> None:
    assert main(make_arguments(bares, tmp_path)) == 0
    assert (tmp_path / "questions.jsonl").read_bytes() == drawn.read_bytes()


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("other/thing", (), "is held out"),
        ("somebody/thing", (), "has its name"),
        ("acme/absent", (), "no bare repository of acme/absent"),
        (REPOSITORY, ("--repository", "acme/else"), "does not name acme/else"),
    ],
)
def test_what_may_not_be_asked_about_is_refused(
    bares: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, more: tuple[str, ...], said: str
) -> None:
    assert main(make_arguments(bares, tmp_path, *more, name=name)) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "questions.jsonl").exists()


@pytest.mark.parametrize("text", ["", "seed = 1\n[repositories]\n'a/b' = 'HEAD'\n", "[repositories]\nname = 'HEAD'\n"])
def test_a_wrong_recipe_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"recipe\.toml"):
        read_recipe(tmp_path / "recipe.toml")


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Sends one parcel to the nearest cellar", ["send_parcel"], "one to the nearest cellar"),
        ("Call Shelf.putAll() before winter comes again", ["put_all"], "Call before winter comes again"),
        ("Configures what the user of this shop typed", ["configuration"], "what the user of this shop typed"),
        ("Sends the parcel to it", ["send_parcel"], None),
        ("Nothing here speaks about any name", ["get"], "Nothing here speaks about any name"),
    ],
)
def test_obvious_words_are_parts_of_the_name(text: str, names: list[str], left: str | None) -> None:
    found = without_obvious(text, names)
    assert (found and found[0]) == left


def test_documentation_made_of_one_template_has_one_skeleton() -> None:
    assert skeleton("Visit a tree of Parser#red_one.", "visitRed_one") == skeleton(
        "Visit a tree of Parser#blue.", "visitBlue"
    )


@pytest.mark.parametrize(
    ("path", "source", "names", "gone", "kept"),
    [
        (
            "a.py",
            STORE,
            ["Shelf.put_parcel", "Shelf.heaviest", "Shelf.empty"],
            ["heaviest neighbour", "thrown away", "bends the board", "before winter"],
            ["A shelf of parcels", "kilograms"],
        ),
        ("a.go", DOOR, ["Unbolt", "Paint"], ["leans against", "Then it sleeps", "layer of varnish"], ["func Paint"]),
        (
            "a.ts",
            "/** Counts each sheep twice. */\nexport function count(n: number) {\n  // stays\n  return n;\n}\n",
            ["count"],
            ["sheep"],
            ["stays"],
        ),
        (
            "a.rs",
            "struct A;\nimpl A {\n    /// Folds the paper along its edge.\n    #[inline]\n    fn fold(&self) -> u8 {\n"
            "        1\n    }\n}\n",
            ["A.fold"],
            ["paper"],
            ["#[inline]"],
        ),
    ],
)
def test_documentation_goes_and_lines_stay(
    path: str, source: str, names: list[str], gone: list[str], kept: list[str]
) -> None:
    parsers = Parsers()
    blanked = without_documentation(path, source.encode(), names, parsers)
    assert blanked is not None
    assert not [text for text in gone if says(blanked, text)]
    assert all(text in blanked.decode() for text in kept)
    before, after = parse_code(path, source.encode(), parsers), parse_code(path, blanked, parsers)
    assert before is not None
    assert after is not None
    assert [one.name for one in functions_of(after)] == [one.name for one in functions_of(before)]
    assert blanked.count(b"\n") == source.count("\n")
    ends = {one.qualified_name: one.span.end_line for one in after.symbols}
    assert ends == {one.qualified_name: one.span.end_line for one in before.symbols}


def test_the_tree_has_no_past_and_none_of_the_documentation(drawn: Path, bares: Path, tmp_path: Path) -> None:
    questions = read_questions(drawn)
    [job] = jobs_of_questions(questions)

    def look(site: Site, case: Case) -> str:
        root = site.tree.root
        for one in questions:
            if one.kind == "docstring":
                assert not says((root / one.paths[0]).read_bytes(), one.written)
        assert "    return sum(shelf.rows[1:])" in (root / "src" / "store.py").read_text("utf-8").splitlines()
        assert git(root, "rev-list", "--all", "--count") == "0"
        return case.id

    settings = Settings(workers=1)
    seen = work_through(job, bares, tmp_path, settings, Models.load(settings), look)
    assert list(seen) == [one.id for one in questions]


def test_documentation_that_cannot_be_taken_out_stops_the_run(bares: Path, tmp_path: Path, drawn: Path) -> None:
    question = next(one for one in read_questions(drawn) if one.kind == "docstring")
    wrong = replace(question, answers=(Answer("src/gone.py", "python", ("f",)),))
    [job] = jobs_of_questions([wrong])
    settings = Settings(workers=1)
    with pytest.raises(TrainingError, match=r"src/gone\.py"):
        list(work_through(job, bares, tmp_path, settings, Models.load(settings), lambda *_: 1))


def test_a_fault_ends_a_collection_and_fails_a_row(bares: Path, tmp_path: Path, drawn: Path) -> None:
    [job] = jobs_of_questions(read_questions(drawn))
    settings = Settings(workers=1)

    def broken(*_: object) -> str:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        list(work_through(job, bares, tmp_path, settings, Models.load(settings), broken))
    rows = work_through(
        job, bares, tmp_path, settings, Models.load(settings), broken, lambda case, why: f"{case.id} {why}"
    )
    assert list(rows) == [f"{case.id} OSError: no space left" for case in job.cases]
    lost = replace(job, questions=(), cases=tuple(replace(case, commit="0" * 40) for case in job.cases))
    assert not list(work_through(lost, bares, tmp_path, settings, Models.load(settings), broken))


def rows_of(run: Path) -> list[dict[str, Any]]:
    """Return the rows of a run as they are on disk."""
    return [json.loads(line) for line in (run / "rows" / "acme+shop.jsonl").read_text("utf-8").splitlines()]


def test_each_question_is_put_to_each_system(measured: Path, drawn: Path) -> None:
    rows = rows_of(measured)
    assert [row["id"] for row in rows] == [one.id for one in read_questions(drawn)]
    for row in rows:
        assert set(row["systems"]) == {"localize", "localize, no model", "search", "bm25", "dense"}
        assert row["seconds"]["search warm"] > 0
        if row["kind"] == "definition":
            assert row["systems"]["search"]["functions"] == [1]
            assert row["systems"]["search"]["files"] == [1]
    assert not (measured / "work" / "acme+shop").exists()


def test_the_report_has_kinds_languages_and_latency(measured: Path) -> None:
    numbers = json.loads((measured / "report.json").read_text(encoding="utf-8"))
    assert {name: group["n"] for name, group in numbers["groups"].items() if "python" not in name} == {
        "questions": 8,
        "docstring": 6,
        "subject": 2,
        "words removed": sum(bool(row["shortened"]) for row in rows_of(measured)),
        "nothing removed": 8 - sum(bool(row["shortened"]) for row in rows_of(measured)),
        "definition": 4,
        "questions, go": 3,
    }
    assert numbers["groups"]["definition"]["systems"]["search"]["nDCG@10"] == 1.0
    assert numbers["latency"]["search warm"]["p95"] >= numbers["latency"]["search warm"]["p50"] > 0
    said = (measured / "report.md").read_text(encoding="utf-8")
    assert "## Questions, python (n = 5)" in said


def test_a_run_is_continued_and_never_mixed(
    measured: Path, drawn: Path, bares: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["questions", "measure", str(drawn), "--repos", str(bares), "--out", str(measured)]
    rows = measured / "rows" / "acme+shop.jsonl"
    before = rows.stat().st_mtime_ns
    assert main(command) == 0
    assert rows.stat().st_mtime_ns == before
    assert main([*command, "--switch", "model=off"]) == 1
    assert "another off" in capsys.readouterr().err


def test_two_runs_are_compared_by_kind(measured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["questions", "compare", str(measured), str(measured), "--system", "search"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("questions: nDCG@10" in line and line.rstrip().endswith("+0.0 to +0.0") for line in lines)
    assert any("definition: function@1" in line for line in lines)


def test_a_run_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questions", "compare", str(tmp_path), str(tmp_path)]) == 1
    assert "holds no finished row" in capsys.readouterr().err


def row(name: str, functions: list[int | None], kind: str = "docstring") -> Row:
    """Return a row whose only system is ``search``."""
    judged = Judged([1], [1], functions, [], {}, listed=[1])
    return Row(name, REPOSITORY, "c", kind, text=name, language="go", systems={"search": judged})


def test_gain_counts_early_places_more() -> None:
    assert ndcg([1]) == 1.0
    assert ndcg([3]) == 0.5
    assert ndcg([11]) == ndcg([None]) == 0.0
    assert ndcg([2, 1]) == 1.0
    assert math.isclose(ndcg([1, None]), 1 / (1 + 1 / math.log2(3)))
    with pytest.raises(ValueError, match="gold"):
        ndcg([])


def test_differences_are_taken_question_by_question() -> None:
    left = {name: row(name, [1]) for name in "abc"}
    right = {name: row(name, [2]) for name in "bcd"}
    systems = [("search", "search")]
    found = {one["metric"]: one for one in compare(left, right, systems, METRICS, kinds)}
    assert found["questions: function@1"]["n"] == 2
    assert found["questions: function@1"]["difference"] == 1.0
    assert found["questions: function@5"]["difference"] == 0.0
    assert set(groups(left.values())) == {"questions", "docstring", "nothing removed", "questions, go"}
    with pytest.raises(TrainingError, match="share no finished row"):
        compare(left, {"a": replace(left["a"], text="another")}, systems, METRICS, kinds)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "questions.jsonl"
    for text in ('{"id": 1}\n', "", "nonsense\n"):
        place.write_text(text, encoding="utf-8")
        with pytest.raises(TrainingError):
            read_questions(place)
    question = Question("x#1", "subject", "a/b", "c", "one", "one two", ("two",), (Answer("p.py", "python", ("f",)),))
    place.write_text(question.line() + "\n", encoding="utf-8")
    assert read_questions(place) == [question]
