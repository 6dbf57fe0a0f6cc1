"""A training packed for a borrowed machine: what is packed, that it fits and runs by itself, and what is taken back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from findspot.inference.manifest import load_manifest
from findspot_training import source
from findspot_training.__main__ import main, make_parser
from findspot_training.accelerator import packing, parts, taking
from findspot_training.accelerator.checking import check_pack
from findspot_training.accelerator.commands import packing_of
from findspot_training.accelerator.groups import KINDS, Limits, Made, groups_of
from findspot_training.accelerator.machine import encoder
from findspot_training.accelerator.machine.clock import Clock
from findspot_training.accelerator.machine.encoder import Encoder
from findspot_training.accelerator.machine.main import read_arguments
from findspot_training.accelerator.machine.packed import ENCODER, Pack
from findspot_training.accelerator.machine.training import listed
from findspot_training.corpus.pairs.rendering import for_model
from findspot_training.source import TrainingError
from findspot_training.train import manifest
from findspot_training.train.encoder.encoder import Reader
from tests.architecture.tree import ROOT
from tests.training.packs import DEEDS, HEAD, PIECES, TOLD, encoder_of, small_model
from tests.training.repositories import Past, issue, write_issues

RECIPE = ROOT / "models" / "recipes" / "accelerator.toml"


@pytest.fixture(scope="module")
def made(mirrors: Path) -> Made:
    """Return the groups of one of them."""
    reader = Reader(PIECES)
    return groups_of(
        "Acme/tool", mirrors / "acme+tool" / "repo", Limits(50, 40, 40, 0), for_model(), reader, "static-code"
    )


def texts_of(made: Made, side: str) -> list[str]:
    """Return all texts of one side, put together again from their pieces."""
    ends = np.cumsum(made.pieces[f"{side}_lengths"].astype(int))
    rows = np.split(made.pieces[f"{side}_pieces"], ends[:-1])
    return [" ".join(PIECES[piece] for piece in row[1:-1]).replace(" ##", "") for row in rows]


def test_every_kind_of_group_comes_from_one_repository(made: Made) -> None:
    assert set(made.kinds) == set(KINDS)
    assert made.kinds.total() == len(made.columns["right"]) == len(made.pieces["query_lengths"])
    assert made.languages == {"python": made.kinds.total()}
    assert made.columns["wrong"].shape == (made.kinds.total(), 7)


def test_a_commit_is_about_the_function_as_it_was_and_its_tree_gives_the_negatives(made: Made) -> None:
    queries, documents = texts_of(made, "query"), texts_of(made, "document")
    commits = [row for row, kind in enumerate(made.columns["kind"]) if KINDS[kind] == "commit"]
    assert len(commits) == len(DEEDS)
    for row in commits:
        found = re.search(r"let people (\w+) a slow (\w+) more often", queries[row])
        assert found is not None
        deed, thing = found.groups()
        right = documents[made.columns["right"][row]]
        assert right.startswith(f"src / {thing} . py {deed} _ {thing} ")
        assert " limit = 1 " in right, "as it was before the commit"
        wrong = [documents[one] for one in made.columns["wrong"][row] if one >= 0]
        assert len(wrong) == 7
        assert sum(one.startswith(f"src / {thing} . py") for one in wrong) >= 2
        assert not any(one.startswith(f"src / {thing} . py {deed} _ {thing} ") for one in wrong)
        assert not any("later" in one for one in wrong), "a function that did not exist yet"


def test_what_a_text_was_taken_from_does_not_stand_in_its_function(made: Made) -> None:
    queries, documents = texts_of(made, "query"), texts_of(made, "document")
    for row, kind in enumerate(made.columns["kind"]):
        if KINDS[kind] == "documentation":
            assert "try to" in queries[row]
            read = [
                documents[made.columns["right"][row]],
                *(documents[one] for one in made.columns["wrong"][row] if one >= 0),
            ]
            assert not any("try to" in one for one in read), "negatives are read as the right one is"


def test_places_tell_versions_of_a_function_as_the_same(made: Made) -> None:
    places, right, wrong = made.columns["place"], made.columns["right"], made.columns["wrong"]
    for row in range(len(right)):
        others = places[wrong[row][wrong[row] >= 0]]
        assert places[right[row]] not in others
        assert len(set(others.tolist())) == len(others)


def test_files_are_shared_out_and_none_is_too_large() -> None:
    assert parts.shared_out({"a": 6, "b": 5, "c": 4, "d": 3}, 10) == [["a", "c"], ["b", "d"]]
    with pytest.raises(TrainingError, match="a takes"):
        parts.shared_out({"a": 11}, 10)


def test_lists_keep_the_engine_s_order_and_which_are_right() -> None:
    nothing = replace(HEAD, candidates=HEAD.candidates[:1])
    [found] = packing.lists_of([HEAD, nothing], packing.Readers(Reader(PIECES), None, None))
    assert found["documents"].tolist() == [[0, 1, 2, *[-1] * 13]]
    assert found["right"].nonzero()[1].tolist() == [1]
    assert found["order"][0, :3].tolist() == sorted(found["order"][0, :3].tolist(), reverse=True)
    assert len(found["document_lengths"]) == 3


# ── from mirrors to a pack that runs ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def packed(mirrors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with ``work`` and ``pack`` made from both repositories, lists of the engine's included."""
    folder = small_model(tmp_path / "small")
    monkeypatch.setattr(source, "model_folder", lambda: folder)
    packing.make_groups(TOLD, mirrors, tmp_path / "work", None, jobs=1)
    packing.make_lists(TOLD, mirrors, tmp_path / "work", None)
    parts.lay_out(TOLD, {ENCODER: encoder_of(64)}, tmp_path / "work", tmp_path / "pack", 0, "2 names")
    return tmp_path


@pytest.mark.row("A17")
def test_a_pack_is_whole_reads_by_itself_and_is_made_once(packed: Path, mirrors: Path) -> None:
    said = list(check_pack(packed / "pack", ["somebody/else"], 0, 64))
    assert "none of them held out" in said[0]
    assert re.search(
        r"[1-9]\d* groups of 1 repositories, [1-9]\d* of 1 held out, .* [1-9]\d* lists, [1-9]\d* held out;", said[-1]
    )
    told = json.loads((packed / "pack" / "encoder-1" / "manifest.json").read_text(encoding="utf-8"))
    assert told["absent"] == ["Acme/absent"]
    assert told["groups"] == sum(told["by"]["kinds"].values()) == sum(told["by"]["languages"].values())
    assert told["repositories"]["Acme/kept"]["held"]
    before = {path: path.stat().st_mtime_ns for path in (packed / "work").iterdir() if path.is_file()}
    packing.make_groups(TOLD, mirrors, packed / "work", None, jobs=1)
    packing.make_lists(TOLD, mirrors, packed / "work", None)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    with pytest.raises(TrainingError, match="Acme/tool is held out"):
        list(check_pack(packed / "pack", ["acme/tool"], 0, 64))
    with pytest.raises(TrainingError, match=r"working tree 64\.0, but a call brings 64 at most"):
        list(check_pack(packed / "pack", [], 64 * packing.MIB, 64))


@pytest.mark.parametrize("what", ["missing", "damaged", "older"])
def test_a_pack_that_is_not_whole_is_refused(packed: Path, what: str) -> None:
    part = packed / "pack" / "encoder-1"
    target = part / ("run.py" if what == "older" else "acme+tool.xz")
    if what == "missing":
        target.unlink()
    else:
        target.write_bytes(target.read_bytes() + b"#")
    with pytest.raises(TrainingError, match={"older": "not the present one"}.get(what, what)):
        list(check_pack(packed / "pack", [], 0, 64))


def test_a_run_reads_what_was_packed(packed: Path) -> None:
    pack = Pack.read([packed / "pack" / "encoder-1"])
    assert list(pack.rows) == ["Acme/tool"]
    assert list(pack.held) == ["Acme/kept"]
    rows = np.concatenate([*pack.rows.values(), *pack.held.values()])
    assert sorted(rows.tolist()) == list(range(len(pack.columns["right"])))
    documents, there = pack.candidates(rows)
    assert there[:, 0].all()
    assert documents.max() < len(pack.documents.lengths)
    ids, mask = pack.documents.padded(np.unique(documents))
    assert set(ids[:, 0].tolist()) == {PIECES.index("[CLS]")}
    assert set(np.take_along_axis(ids, mask.sum(1)[:, None] - 1, 1).ravel().tolist()) == {PIECES.index("[SEP]")}
    few = Pack.read([packed / "pack" / "encoder-1"], 20)
    assert sum(map(len, few.rows.values())) == 20
    weights = pack.start()["embeddings.word_embeddings.weight"]
    assert weights.shape == (len(PIECES), 64)
    assert abs(float(weights.max())) < 0.128


def test_without_a_part_the_dry_run_says_so(packed: Path) -> None:
    part = packed / "pack" / "encoder-1"
    (part / "acme+kept.xz").unlink()
    done = subprocess.run(
        [sys.executable, "-I", str(part / "run.py"), str(part), "--dry"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "1 files are not here" in done.stdout


def test_the_recipe_is_for_packing_and_shares_nothing_with_the_rankers() -> None:
    told = packing_of(RECIPE)
    assert set(told.held) < set(told.repositories)
    recipes = manifest.read_recipes(RECIPE.parents[1])
    assert "accelerator" not in {one.id for one in recipes}
    rankers = tomllib.loads((RECIPE.parent / "ranker-v1.toml").read_text(encoding="utf-8"))["parameters"][
        "repositories"
    ]
    assert {name.lower() for name in rankers}.isdisjoint(name.lower() for name in told.repositories)
    with pytest.raises(TrainingError, match="its method is not 'packed'"):
        packing_of(RECIPE.parent / "minilm-code-q8.toml")


@pytest.mark.row("A17")
def test_held_out_repositories_are_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("somebody/tornado\n", encoding="utf-8")
    places = ["--repos", str(tmp_path), "--work", str(tmp_path / "work"), "--out", str(tmp_path / "pack")]
    assert main(["accelerator", "pack", *places, "--held-out", str(kept), "--partial"]) == 1
    assert "tornadoweb/tornado" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()
    places = ["--repos", str(tmp_path), "--work", str(tmp_path / "work"), "--held-out", str(kept)]
    assert main(["recipe", str(RECIPE), *places]) == 1
    assert "accelerator pack" in capsys.readouterr().err


def test_the_commands_on_the_page_are_understood() -> None:
    page = (ROOT / "docs" / "contributing" / "training" / "accelerator.md").read_text(encoding="utf-8")
    lines = (
        "\n".join(re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)).replace("\\\n", " ").splitlines()
    )
    ours = [line.split()[1:] for line in lines if line.startswith("findspot-train")]
    assert {make_parser().parse_args(line).action for line in ours if line[0] == "accelerator"} == {
        "pack",
        "check",
        "take",
    }
    for line in lines:
        if "run.py" in line:
            read_arguments(line.split("run.py", 1)[1].split())


def test_a_file_is_measured_through_the_whole_engine_in_the_place_of_the_shipped_one(
    past: Past, tmp_path: Path
) -> None:
    issues = write_issues(
        tmp_path / "issues.jsonl", [issue(1, past.commits[1], "Uploads are not tried again after a timeout")]
    )
    models = ROOT / "models"
    shipped = models / "minilm-code-q8" / "model-q8_0.gguf"
    sets = taking.Sets((), (issues,), past.folder, 15, 1, 1)
    [outcome] = taking.in_engine(sets, shipped, tmp_path / "work", models, "minilm-code-q8")
    assert outcome.rows["func MRR"][2].n == 1
    assert outcome.rows["func MRR"][0] == outcome.rows["func MRR"][1] > 0
    assert not outcome.won, "the same is not better"
    rows = tmp_path / "work" / "evaluate" / "issues" / "this" / "run.json"
    assert json.loads(rows.read_text(encoding="utf-8"))["models"] == str(tmp_path / "work" / "models")
    with pytest.raises(TrainingError, match="--repos"):
        taking.in_engine(replace(sets, repositories=None), shipped, tmp_path / "work", models, "minilm-code-q8")


def test_what_wins_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    models = tmp_path / "models"
    for name in ("recipes", "cards", "minilm-code-q8", "static-code", "ranker-v1"):
        shutil.copytree(ROOT / "models" / name, models / name)
    better = tmp_path / "better.gguf"
    better.write_bytes(b"numbers")
    recipe = manifest.read_recipe(models / "recipes" / "minilm-code-q8.toml")
    taking.ship(better, "## Trained further\n", models, recipe)
    entry = load_manifest(models).entry("minilm-code-q8")
    assert entry.files[0].path.read_bytes() == b"numbers"
    assert entry.files[0].size == 7
    card = (models / "cards" / "minilm-code-q8.md").read_text(encoding="utf-8")
    assert card.startswith("# minilm-code-q8")
    assert card.endswith("\n\n## Trained further\n")


# ── with torch, where it is installed ───────────────────────────────────────────────────────────────────────────


def test_what_is_learned_is_what_is_left_of_a_call() -> None:
    clock = Clock(200.0, 400.0, 0.0)
    clock.start(50.0)
    assert (clock.seconds, clock.of) == (150.0, 300.0)
    again = Clock(200.0, 400.0, 150.0)
    again.start(40.0)
    assert again.spent + again.seconds < again.of, "the second call measures less, so its rate ends near nothing"
    assert again.rate(1.0, 0.0, 1.0) < 1.0
    with pytest.raises(SystemExit, match="200 s are not enough: 210 go to reading, measuring and writing"):
        Clock(200.0, 400.0, 0.0).start(210.0)


def test_a_list_is_measured_by_its_first_places() -> None:
    scores, right = np.arange(12.0)[None, :].repeat(2, 0), np.zeros((2, 12), np.bool_)
    right[0, 11] = right[1, 0] = True
    assert listed(scores, right) == [(1.0, 1.0), (0.0, 0.0)]


def ran(packed: Path, out: Path, *options: str) -> dict[str, Any]:
    """Run the packed script in a process of its own, as a borrowed machine does, and return its result."""
    part = packed / "pack" / "encoder-1"
    command = [sys.executable, str(part / "run.py"), str(part), "--out", str(out), "--batch", "16", "--every", "0.2"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads((out / "result.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("every", "wanted"), [("4", "gggl"), ("2", "glgl"), ("1", "llll")])
def test_lists_have_the_share_of_the_steps_that_was_asked_for(
    every: str, wanted: str, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = Encoder.__new__(Encoder)  # without torch: which loss a step takes is all that is asked
    learner.pack = Pack.read([packed / "pack" / "encoder-1"])
    learner.told = read_arguments(["pack", "--lists-every", every])
    learner.draw = np.random.default_rng(0)
    monkeypatch.setattr(encoder, "correction", lambda *_: "l")
    monkeypatch.setattr(encoder, "contrast", lambda *_: "g")
    assert "".join(learner._mixed(np.arange(8), step) for step in range(4)) == wanted


@pytest.mark.timeout(900)  # torch alone takes half a minute to load on a busy machine
def test_a_run_learns_measures_and_is_gone_on_with(packed: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    state = ["--state", str(tmp_path / "state.pt"), "--of", "1e6"]
    first = ran(packed, tmp_path / "one", "--seconds", "1e6", "--rounds", "6", "--rate", "3e-3", *state)
    assert first["curve"][-1]["loss"] < first["curve"][0]["loss"]
    assert first["measures"][-1]["held"]["all"]["ten"] > first["measures"][0]["held"]["all"]["ten"]
    held = first["measures"][0]["held"]
    assert {"commit", "list", "all"} < set(held)
    assert held["all"]["n"] == sum(one["n"] for kind, one in held.items() if kind not in {"all", "list"})
    pieces = [(tmp_path / "one" / name).stat().st_size for name in first["pieces"]]
    assert sum(pieces) == first["bytes"]
    assert max(pieces) <= 16 * packing.MIB
    again = ran(packed, tmp_path / "two", "--seconds", "1e6", "--rounds", "1", *state)
    assert again["steps"] > first["steps"]
    assert again["curve"][: len(first["curve"])] == first["curve"]
    begun = ran(
        packed, tmp_path / "three", "--seconds", "1e6", "--rounds", "2", "--weights", str(tmp_path / "one"), "--teacher"
    )
    assert [one["stage"] for one in begun["measures"]] == ["start", "groups", "distillation"]
    assert abs(begun["measures"][0]["held"]["all"]["ten"] - first["measures"][-1]["held"]["all"]["ten"]) < 0.1


@pytest.mark.timeout(900)  # torch alone takes half a minute to load on a busy machine
def test_what_comes_back_is_refused_unless_it_is_better(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("torch", "transformers", "gguf"):
        pytest.importorskip(name)
    folder = small_model(tmp_path / "wide", 384)
    monkeypatch.setattr(source, "model_folder", lambda: folder)
    parts.lay_out(TOLD, {ENCODER: encoder_of(384)}, packed / "work", packed / "pack", 0, "2 names")
    save_file(Pack.read([packed / "pack" / "encoder-1"]).start(), folder / "model.safetensors")
    ran(packed, tmp_path / "out", "--seconds", "1e6", "--rounds", "0.5")
    heads = tmp_path / "heads"
    heads.mkdir()
    (heads / "commits.jsonl").write_text(json.dumps(asdict(HEAD)) + "\n", encoding="utf-8")
    models = ROOT / "models"
    shipped = (models / "minilm-code-q8" / "model-q8_0.gguf").stat().st_mtime_ns
    sets = taking.Sets((heads,), (), None, 15, 1, 1)
    verdict = taking.take(tmp_path / "out", taking.result_of(tmp_path / "out"), tmp_path / "taken", sets, models)
    assert not verdict.ships
    assert "does not ship: not better beyond the error on heads" in verdict.text
    assert "| nDCG@10 |" in (tmp_path / "taken" / "card.md").read_text(encoding="utf-8")
    assert (tmp_path / "taken" / "model-q8_0.gguf").stat().st_size > 0
    assert (models / "minilm-code-q8" / "model-q8_0.gguf").stat().st_mtime_ns == shipped
    (tmp_path / "out" / "weights.0").write_bytes(b"cut")
    with pytest.raises(TrainingError, match="do not fit together"):
        taking.take(tmp_path / "out", taking.result_of(tmp_path / "out"), tmp_path / "taken", sets, models)
