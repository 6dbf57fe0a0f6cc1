"""The manifest of shipped models: it fits the files, and a bad one is said to be bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from findspot.config import Settings
from findspot.errors import ModelError
from findspot.inference import manifest
from findspot.inference.manifest import ModelEntry, find_models, load_llama, load_manifest, load_static

ENTRIES = load_manifest().entries


@pytest.mark.row("B14")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_file_has_the_size_and_the_checksum_of_the_manifest(entry: ModelEntry) -> None:
    entry.verify()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_model_has_a_card_that_names_its_licence(entry: ModelEntry) -> None:
    card = entry.card.read_text(encoding="utf-8")
    for wanted in (entry.id, entry.licence, str(entry.dimension), "## Data", "## Licence", "## Numbers", "## Limits"):
        assert wanted in card, wanted


def test_every_shipped_file_belongs_to_a_model() -> None:
    named = {file.path for entry in ENTRIES for file in entry.files}
    folders = {path.parent for path in named}
    assert {path for folder in folders for path in folder.iterdir()} == named


def test_the_default_settings_name_models_of_the_right_kind() -> None:
    settings = Settings()
    loaded = load_manifest()
    assert loaded.entry(settings.embedder).kind == "static"
    assert loaded.entry(settings.localization_model).kind == "llama"


def test_ids_are_unique() -> None:
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)


def test_an_unknown_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(ModelError, match="did you mean 'static-code'"):
        load_manifest().entry("static-codes")
    with pytest.raises(ModelError, match=r"there are: .*minilm-code-q8"):
        load_manifest().entry("gpt")


def test_a_model_of_the_wrong_kind_is_refused() -> None:
    static, gguf = load_manifest().entry("static-code"), load_manifest().entry("minilm-code-q8")
    with pytest.raises(ModelError, match="kind 'llama'"):
        load_static(gguf)
    with pytest.raises(ModelError, match="kind 'static'"):
        load_llama(static)
    with pytest.raises(ModelError, match="pooling 'cls'"):
        load_llama(replace(gguf, pooling="cls"))


def test_verify_finds_one_changed_byte(tmp_path: Path) -> None:
    entry = load_manifest().entry("minilm-code-q8")
    path = tmp_path / "model.gguf"
    content = bytearray(entry.files[0].path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    changed = replace(entry, files=(replace(entry.files[0], path=path),))
    changed.check()
    with pytest.raises(ModelError, match="damaged"):
        changed.verify()


def test_a_cut_or_missing_gguf_is_a_model_error(tmp_path: Path) -> None:
    entry = load_manifest().entry("minilm-code-q8")
    path = tmp_path / "model.gguf"
    path.write_bytes(entry.files[0].path.read_bytes()[:1_000_000])
    cut = replace(entry, files=(replace(entry.files[0], path=path),))
    with pytest.raises(ModelError, match="1000000 bytes"):
        load_llama(cut)
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        cut.verify()


GOOD = """
[[model]]
id = "m"
kind = "static"
file = "m/model.safetensors"
sha256 = "00"
size = 1
dimension = 2
pooling = "mean"
prompt = ""
licence = "MIT"
card = "cards/m.md"
"""


def test_a_manifest_is_read_into_plain_records(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(GOOD, encoding="utf-8")
    (entry,) = load_manifest(tmp_path).entries
    assert entry.files[0].path == tmp_path / "m" / "model.safetensors"
    assert (entry.id, entry.dimension, entry.licence, entry.model_id) == ("m", 2, "MIT", "m@00")


@pytest.mark.parametrize(
    "content",
    [
        "not toml",
        "",
        "model = 3",
        "[[model]]\nid = 'm'\n",
        GOOD.replace('"static"', '"tea"'),
        GOOD.replace("size = 1", "size = 'big'"),
        GOOD.replace("m/model", "../../model"),
        GOOD.replace("m/model", "/model"),
    ],
)
def test_an_unusable_manifest_is_a_model_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="not a usable manifest"):
        load_manifest(tmp_path)


def test_models_are_found_inside_the_package_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tmp_path / "site" / "findspot" / "inference" / "registry.py"
    shipped = tmp_path / "site" / "findspot" / "models"
    checkout = tmp_path / "models"
    for folder in (shipped, checkout):
        folder.mkdir(parents=True)
        (folder / "manifest.toml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(manifest, "__file__", str(code))
    assert find_models() == shipped.resolve()
    (shipped / "manifest.toml").unlink()
    assert find_models() == checkout.resolve()
    (checkout / "manifest.toml").unlink()
    with pytest.raises(ModelError, match="missing"):
        find_models()
