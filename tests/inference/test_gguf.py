"""The header of a GGUF file: right for a whole one, a clear error and nothing worse for any other."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findspot.errors import ModelError
from findspot.inference.gguf import _TYPES, read_header
from findspot.inference.manifest import load_manifest
from tests.gguf_files import CONTEXT, FEED_FORWARD, HEADS, LAYERS, WIDTH, write_gguf, write_tiny_llama


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


def test_a_header_says_what_the_model_is(tiny: Path) -> None:
    header = read_header(tiny)
    assert (header.architecture, header.name, header.licence) == ("llama", "tiny", "apache-2.0")
    assert (header.layers, header.width, header.heads, header.kv_heads) == (LAYERS, WIDTH, HEADS, 1)
    assert (header.feed_forward, header.context, header.vocabulary) == (FEED_FORWARD, CONTEXT, 260)
    assert (header.quantization, header.weights) == ("F32", 4 * header.parameters)


def test_the_shipped_model_can_be_read() -> None:
    entry = load_manifest().entry("minilm-code-q8")
    header = read_header(entry.files[0].path)
    assert (header.architecture, header.quantization, header.layers) == ("bert", "Q8_0", 6)
    assert 0.9 * entry.files[0].size < header.weights < entry.files[0].size


def test_memory_grows_with_context_and_weights(tiny: Path) -> None:
    header = read_header(tiny)
    cache = 2 * 1024 * LAYERS * 1 * 2 * (WIDTH // HEADS)
    assert header.memory(2048, 64) - header.memory(1024, 64) == cache
    assert header.memory(1024, 64) > header.weights + cache


def test_block_sizes_are_those_of_the_format() -> None:
    constants = pytest.importorskip("gguf.constants", reason="the gguf package comes with the extra 'train'")
    known = {kind.value: (kind.name, *constants.GGML_QUANT_SIZES[kind]) for kind in constants.GGMLQuantizationType}
    assert {number: known[number] for number in _TYPES} == dict(_TYPES)


def test_one_number_for_each_layer_is_read_as_the_greatest(tmp_path: Path) -> None:
    changed = {"llama.attention.head_count_kv": [1, 2]}
    assert read_header(write_tiny_llama(tmp_path / "a.gguf", changed=changed)).kv_heads == 2


def test_a_number_that_no_model_has_counts_as_not_said(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "a.gguf", changed={"llama.context_length": 0xFFFFFFFF, "llama.block_count": "x"})
    assert (read_header(path).context, read_header(path).layers) == (0, 0)


def test_what_is_no_gguf_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    for data, wrong in (
        (b"", "empty"),
        (b"GG", "cut off"),
        (b"PK\3\4" + bytes(100), "no GGUF"),
        (b"GGUF\1\0\0\0", "version 1"),
    ):
        path.write_bytes(data)
        with pytest.raises(ModelError, match=wrong) as failed:
            read_header(path)
        assert "\n" not in str(failed.value)
    with pytest.raises(ModelError, match="no such file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="no regular file"):
        read_header(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.gguf")
    with pytest.raises(ModelError, match="no regular file"):
        read_header(tmp_path / "a.gguf")


@pytest.mark.parametrize(
    ("tensors", "fields", "rest", "wrong"),
    [
        (1 << 60, 1, b"", "promises .* tensors"),
        (1, 1 << 60, b"", "promises .* fields"),
        (1, 1, struct.pack("<Q", 1 << 62), "promises .* letters"),
        (1, 1, struct.pack("<Q1sII", 1, b"a", 9, 9) + struct.pack("<Q", 1), "unknown kind 9"),
        (1, 1, struct.pack("<Q1sIIQ", 1, b"a", 9, 8, 1 << 61), "promises .* items"),
        (1, 1, struct.pack("<Q1sIIQ", 1, b"a", 9, 10, 1 << 20), "cut off"),
        (1, 0, struct.pack("<Q1sI", 1, b"a", 1 << 31), "promises .* dimensions"),
        (1, 0, struct.pack("<Q1sIQQQQIQ", 1, b"a", 4, *[1 << 63] * 4, 0, 0), "contradicts"),
        (1, 0, struct.pack("<Q1sIIQ", 1, b"a", 0, 0, 0), "contradicts"),
        (1, 0, struct.pack("<Q1sIQIQ", 1, b"a", 1, 0, 0, 0), "contradicts"),
        (1, 0, struct.pack("<Q1sIQIQ", 1, b"a", 1, 33, 8, 0), "contradicts"),
        (1, 0, struct.pack("<Q1sIQIQ", 1, b"a", 1, 32, 999, 0), "does not know"),
        (1, 0, struct.pack("<Q1sIQIQ", 1, b"a", 1, 32, 0, 1 << 63), "cut off"),
        (0, 0, bytes(8), "names no architecture"),
    ],
)
def test_a_header_that_lies_is_refused_without_reading_on(
    tmp_path: Path, tensors: int, fields: int, rest: bytes, wrong: str
) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, tensors, fields) + rest)
    with pytest.raises(ModelError, match=wrong):
        read_header(path)


def test_a_file_cut_anywhere_is_refused(tiny: Path, tmp_path: Path) -> None:
    data = tiny.read_bytes()
    path = tmp_path / "cut.gguf"
    for length in (*range(0, 9000, 97), len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(ModelError):
            read_header(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), min_size=1, max_size=8))
def test_bytes_turned_over_give_a_header_or_an_error(tiny: Path, tmp_path: Path, places: list[tuple[int, int]]) -> None:
    data = bytearray(tiny.read_bytes())
    for place, byte in places:
        data[place] = byte
    path = tmp_path / "turned.gguf"
    path.write_bytes(data)
    try:
        weights = read_header(path).weights
    except ModelError:
        weights = 0
    assert weights <= len(data)


def test_a_part_of_a_model_is_not_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="one of 3 parts of a model"):
        read_header(write_tiny_llama(tmp_path / "a-00001-of-00003.gguf", changed={"split.count": 3}))


def test_no_tensors_and_no_name_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="names no architecture or no weights"):
        read_header(write_gguf(tmp_path / "a.gguf", {"general.architecture": "llama"}, {}))
