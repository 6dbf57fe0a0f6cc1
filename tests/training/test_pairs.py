"""Pairs of a text and a function: what is asked, what is taken out of the function, what is made once and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.core.types import Chunk
from findspot.evaluation.history import head_of
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.pairs import documents, rendering
from findspot_training.corpus.pairs import make as pairs
from findspot_training.source import TrainingError
from tests.training.repositories import REPO, Past, write_mined

STATIC, MODEL = rendering.for_static(), rendering.for_model()

LIMITS = pairs.Limits(commits=10, docstrings=10, names=10, seed=0)

JAVA = """class Store {
    /**
     * Writes every change to the disk at once.
     * @param force even without changes
     */
    @Override
    public void flushAll(boolean force) {
        // the rest follows
        sink.write(force);
    }
}
"""

GO = "package a\n\n// DropClient forgets somebody who went away.\nfunc DropClient(name string) {\n\tforget(name)\n}\n"

RUST = "#[inline]\n/// Counts all the open doors of a house.\npub fn open_doors() -> u8 {\n    DOORS\n}\n"

PYTHON = (
    'def load_all(path):\n    """Read each of the files below a folder.\n\n    More."""\n    return [*path.glob("*")]\n'
)

LUA = "--- Joins two of the lists in order.\n-- @param a one\nfunction join_lists(a, b)\n  return a .. b\nend\n"


def chunk_of(path: str, text: str, symbol: str) -> Chunk:
    """Return the chunk of a definition."""
    parsed = parse(path, text.encode(), parsers=Parsers())
    return next(chunk for chunk in parsed.chunks if chunk.symbol == symbol)


@pytest.mark.parametrize(
    ("path", "text", "symbol", "asked", "gone", "stays"),
    [
        ("Store.java", JAVA, "Store.flushAll", "Writes every change to the disk at once.", "disk", "follows"),
        ("a.go", GO, "DropClient", "DropClient forgets somebody who went away.", "somebody", "forget(name)"),
        ("a.rs", RUST, "open_doors", "Counts all the open doors of a house.", "house", "#[inline]"),
        ("a.py", PYTHON, "load_all", "Read each of the files below a folder.", "folder", "glob"),
        ("a.lua", LUA, "join_lists", "Joins two of the lists in order.", "order", "a .. b"),
    ],
)
def test_documentation_is_asked_for_and_gone_from_the_document(
    path: str, text: str, symbol: str, asked: str, gone: str, stays: str
) -> None:
    chunk = chunk_of(path, text, symbol)
    assert documents.documentation(chunk) == asked
    bare = documents.without_documentation(chunk)
    assert gone not in bare.text
    assert stays in bare.text
    assert gone not in STATIC.document(bare)


def test_a_name_is_a_phrase_and_gone_from_its_function() -> None:
    chunk = chunk_of("Store.java", JAVA, "Store.flushAll")
    assert documents.name_as_words("Store.flushAll") == "flush all"
    assert documents.name_as_words("Store.flush") is None
    bare = documents.without_name(chunk)
    assert bare.symbol == "Store"
    assert "flush" not in STATIC.document(bare)


def test_pairs_come_from_commits_documentation_and_names(past: Past, tmp_path: Path) -> None:
    rows = write_mined(tmp_path / "mined", past)
    [path] = pairs.make_pairs([REPO], past.folder, rows, tmp_path / "pairs", LIMITS, STATIC)
    found = {(pair.kind, pair.query): pair for pair in pairs.read_pairs(path)}
    commit = found["commit", "give up later when the server is slow"]
    assert commit.place == "src/upload.py Uploader.attempt 13"
    assert "retry policy" in commit.document
    documented = found["docstring", "try again after timeout as the retry policy says"]
    assert "retry policy" not in documented.document
    assert documented.document.startswith("uploader attempt upload py def attempt")
    assert not [pair for pair in found.values() if "test" in pair.place]


def test_pairs_for_the_localization_model_are_what_it_reads(past: Past, tmp_path: Path) -> None:
    rows = write_mined(tmp_path / "mined", past)
    [path] = pairs.make_pairs([REPO], past.folder, rows, tmp_path / "pairs", LIMITS, MODEL)
    found = {(pair.kind, pair.query): pair for pair in pairs.read_pairs(path)}
    commit = found["commit", "Give up later when the server is slow"]
    assert commit.document.startswith("src/upload.py Uploader.attempt\ndef attempt")
    documented = found["docstring", "Try again after a timeout, as the retry policy says."]
    assert "retry policy" not in documented.document


def test_pairs_are_made_once_for_each_head_and_limit(past: Past, tmp_path: Path) -> None:
    rows, out = write_mined(tmp_path / "mined", past), tmp_path / "pairs"
    [path] = pairs.make_pairs([REPO], past.folder, rows, out, LIMITS, MODEL)
    first = path.read_bytes()
    head = {"version": pairs.VERSION, "head": head_of(past.bare), "mined": True, "rendering": "model"}
    pairs.write_pairs(path, [], {**head, "limits": {"commits": 10, "docstrings": 10, "names": 10, "seed": 0}})
    pairs.make_pairs([REPO], past.folder, rows, out, LIMITS, MODEL)
    assert not list(pairs.read_pairs(path))
    pairs.make_pairs([REPO], past.folder, rows, out, pairs.Limits(10, 10, 10, 1), MODEL)
    path.write_bytes(b"cut")
    pairs.make_pairs([REPO], past.folder, rows, out, LIMITS, MODEL)
    assert path.read_bytes() == first
    pairs.make_pairs([REPO], past.folder, None, out, LIMITS, MODEL)
    assert {pair.kind for pair in pairs.read_pairs(path)} == {"docstring"}


def test_a_missing_repository_is_an_error(past: Past, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no bare repository of nobody/nothing"):
        pairs.make_pairs(["nobody/nothing"], past.folder, tmp_path, tmp_path, LIMITS, MODEL)
