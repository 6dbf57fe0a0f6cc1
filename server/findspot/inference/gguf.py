"""The header of a GGUF file: what a model is and what it will need, without loading it.

The file is somebody else's. It is read with bounds, a field at a time, before llama.cpp sees it, which ends its
process over some broken files; what the header promises is compared with how long the file is. Big lists, such as a
vocabulary, are passed over.
"""

from __future__ import annotations

import math
import os
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from findspot.errors import ModelError, reason

MAGIC: Final = b"GGUF"

_VERSIONS = (2, 3)

_LONGEST_TEXT = 1 << 20
"""Bytes of one text; a chat template has a few thousand."""

_MOST_FIELDS = 4096
_MOST_TENSORS = 1 << 16
_MOST_ITEMS = 1 << 22
"""Items of one list; the largest vocabularies have a quarter of a million."""

_MOST_LAYERS = 1024
_MOST_DIMENSIONS = 4
_MOST_NUMBERS = 1 << 44
"""Numbers in one tensor, and bound of everything that is multiplied here."""

_PER_WORD = 350
_PROCESS = 45 << 20
"""Bytes that a piece of the vocabulary takes in memory, and a process with llama.cpp before it has a model."""

_TEXT, _LIST = 8, 9
_SCALARS: Final[Mapping[int, str]] = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip

_TYPES: Final[Mapping[int, tuple[str, int, int]]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
}  # fmt: skip
"""Number of a type: its name, numbers in a block, bytes of a block."""


_MUTE = frozenset({"bert", "nomic-bert", "jina-bert-v2", "modern-bert", "t5encoder", "clip"})
"""Architectures that read and do not write."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header of a model says; numbers that it does not say are 0, words are empty.

    ``quantization`` is the type that most bytes have. ``weights`` is in bytes, ``context`` in tokens.
    """

    architecture: str
    name: str
    licence: str
    quantization: str
    parameters: int
    weights: int
    context: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    key_width: int
    value_width: int
    feed_forward: int
    vocabulary: int

    def memory(self, context: int, batch: int) -> int:
        """Return about how many bytes it takes to run this with ``context`` tokens, ``batch`` of them at a time.

        Weights, keys and values in 16 bits for each token and layer, the widest sheets of numbers in between (three of
        the feed-forward layer, four of the model's width, what the vocabulary gets for one token), the vocabulary itself, and
        the process. 3 % below what SmolLM2-135M really took.
        """
        cache = 2 * context * self.layers * self.kv_heads * (self.key_width + self.value_width)
        sheets = 4 * batch * (3 * self.feed_forward + 4 * self.width) + 4 * self.vocabulary
        return self.weights + cache + sheets + _PER_WORD * self.vocabulary + _PROCESS


def read_header(path: Path) -> GgufHeader:
    """Read the header of the model at ``path``; raises ``ModelError`` for what is no whole GGUF file."""
    if path.exists() and not path.is_file():
        raise ModelError(f"{path}: this is no regular file; name a GGUF file")
    try:
        with path.open("rb") as stream:
            return _Reader(stream, os.fstat(stream.fileno()).st_size).header()
    except OSError as error:
        raise ModelError(f"{path}: {reason(error)}") from error
    except _Broken as broken:
        raise ModelError(f"{path}: {broken}; fetch it again, or choose another file") from broken


def check_writes(path: Path, header: GgufHeader) -> None:
    """Raise ``ModelError`` for a model that only reads."""
    if header.architecture in _MUTE or not header.vocabulary:
        raise ModelError(
            f"{path}: a model of the kind '{header.architecture}' does not write; choose an instruct model"
        )


class _Broken(Exception):
    """The file is no GGUF, or contradicts itself."""


class _Reader:
    """Reads a header front to back; never more than the file has, nor more than a model needs."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size

    def header(self) -> GgufHeader:
        if self._bytes(4) != MAGIC:
            raise _Broken("this is no GGUF file")
        version = self._number("I")
        if version not in _VERSIONS:
            raise _Broken(f"this is GGUF of version {version}, and Findspot reads versions 2 and 3")
        tensors = self._count("Q", _MOST_TENSORS, "tensors")
        fields = self._count("Q", _MOST_FIELDS, "fields")
        said: dict[str, str | int | float] = {}
        for _ in range(fields):
            name = self._text()
            said[name] = self._value()
        sizes: Counter[str] = Counter()
        parameters = end = 0
        for _ in range(tensors):
            kind, numbers, size, begin = self._tensor()
            sizes[kind] += size
            parameters += numbers
            end = max(end, begin + size)
        alignment = _whole(said, "general.alignment") or 32
        data = -(-self._stream.tell() // alignment) * alignment
        if data + end > self._size:
            raise _Broken(f"this file is cut off: {self._size:,} of {data + end:,} bytes are there")
        return _header(said, sizes, parameters)

    def _bytes(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) != count:
            raise _Broken("this file is cut off in its header" if data or self._size else "this file is empty")
        return data

    def _skip(self, count: int) -> None:
        if count > self._size - self._stream.tell():
            raise _Broken("this file is cut off in its header")
        self._stream.seek(count, os.SEEK_CUR)

    def _number(self, form: str) -> int | float:
        return struct.unpack(f"<{form}", self._bytes(struct.calcsize(f"<{form}")))[0]  # type: ignore[no-any-return]  # a scalar

    def _count(self, form: str, most: int, what: str) -> int:
        count = int(self._number(form))
        if count > most:
            raise _Broken(f"its header promises {count:,} {what}, which no model has")
        return count

    def _text(self) -> str:
        return self._bytes(self._count("Q", _LONGEST_TEXT, "letters of one text")).decode("utf-8", "replace")

    def _value(self) -> str | int | float:
        """Return one value; of a list of texts how many there are, of one number for each layer the greatest."""
        kind = int(self._number("I"))
        if kind == _TEXT:
            return self._text()
        if kind != _LIST:
            return self._number(self._form(kind))
        item = int(self._number("I"))
        count = self._count("Q", _MOST_ITEMS, "items of a list")
        if item == _TEXT:
            for _ in range(count):
                self._skip(self._count("Q", _LONGEST_TEXT, "letters of one text"))
            return count
        form = self._form(item)
        if count > _MOST_LAYERS:
            self._skip(count * struct.calcsize(f"<{form}"))
            return 0
        return max((self._number(form) for _ in range(count)), default=0)

    def _form(self, kind: int) -> str:
        form = _SCALARS.get(kind)
        if form is None:
            raise _Broken(f"its header has a value of the unknown kind {kind}")
        return form

    def _tensor(self) -> tuple[str, int, int, int]:
        """Return type, numbers, bytes and where it begins after the header."""
        self._text()
        shape = [int(self._number("Q")) for _ in range(self._count("I", _MOST_DIMENSIONS, "dimensions"))]
        numbers = math.prod(shape)
        known = _TYPES.get(int(self._number("I")))
        begin = int(self._number("Q"))
        if known is None:
            raise _Broken("it is quantized in a way that Findspot does not know")
        name, block, size = known
        if not shape or not 0 < numbers <= _MOST_NUMBERS or shape[0] % block:
            raise _Broken("its header contradicts itself")
        return name, numbers, numbers // block * size, begin


def _header(said: Mapping[str, str | int | float], sizes: Counter[str], parameters: int) -> GgufHeader:
    family = str(said.get("general.architecture", ""))
    if not family or not sizes:
        raise _Broken("its header names no architecture or no weights")

    if (parts := _whole(said, "split.count")) > 1:
        raise _Broken(f"this is one of {parts} parts of a model, which have to be joined first")

    def number(name: str) -> int:
        return _whole(said, f"{family}.{name}")

    width, heads = number("embedding_length"), number("attention.head_count")
    head_width = width // heads if heads else 0
    return GgufHeader(
        architecture=family,
        name=str(said.get("general.name", "")),
        licence=str(said.get("general.license", "")),
        quantization=sizes.most_common(1)[0][0],
        parameters=parameters,
        weights=sizes.total(),
        context=number("context_length"),
        layers=number("block_count"),
        width=width,
        heads=heads,
        kv_heads=number("attention.head_count_kv") or heads,
        key_width=number("attention.key_length") or head_width,
        value_width=number("attention.value_length") or head_width,
        feed_forward=number("feed_forward_length"),
        vocabulary=_whole(said, "tokenizer.ggml.tokens") or number("vocab_size"),
    )


def _whole(said: Mapping[str, str | int | float], name: str) -> int:
    """Return a number of the header, 0 where it has none, or one that no model has."""
    value = said.get(name, 0)
    return value if isinstance(value, int) and 0 < value <= 1 << 31 else 0
