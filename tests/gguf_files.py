"""GGUF files for tests: a writer of the format, and a tiny llama of random numbers that llama.cpp really runs."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

Value = str | int | float | bool | Sequence[str] | Sequence[int]

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")

LAYERS, WIDTH, HEADS, FEED_FORWARD, CONTEXT = 2, 64, 2, 96, 4096

_ALIGNMENT = 32


def write_gguf(path: Path, fields: Mapping[str, Value], tensors: Mapping[str, np.ndarray]) -> Path:
    """Write a GGUF file of version 3; all tensors as 32-bit floats."""
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(fields))
    header += b"".join(_text(name) + _value(value) for name, value in fields.items())
    data = b""
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        header += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data = _aligned(data + tensor.astype("<f4").tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_aligned(header) + data)
    return path


def write_tiny_llama(path: Path, seed: int = 0, changed: Mapping[str, Value] | None = None) -> Path:
    """Write a model of two layers with a byte-pair vocabulary of single bytes, in ChatML; it writes noise."""
    tokens = [*_byte_letters(), "es", *SPECIAL]
    random = np.random.default_rng(seed)

    def noise(*shape: int) -> np.ndarray:
        return random.normal(0.0, 0.3, shape)

    fields: dict[str, Value] = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "general.license": "apache-2.0",
        "llama.context_length": CONTEXT,
        "llama.embedding_length": WIDTH,
        "llama.block_count": LAYERS,
        "llama.feed_forward_length": FEED_FORWARD,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": 1,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3 if token in SPECIAL else 1 for token in tokens],
        "tokenizer.ggml.merges": ["e s"],
        "tokenizer.ggml.bos_token_id": tokens.index("<|im_start|>"),
        "tokenizer.ggml.eos_token_id": tokens.index("<|im_end|>"),
        "tokenizer.chat_template": "{% for m in messages %}{{ m.evil() }}{% endfor %}",
    }
    tensors = {"token_embd.weight": noise(len(tokens), WIDTH), "output_norm.weight": np.ones(WIDTH)}
    keys = WIDTH // HEADS
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors |= {
            f"{block}.attn_norm.weight": np.ones(WIDTH),
            f"{block}.ffn_norm.weight": np.ones(WIDTH),
            f"{block}.attn_q.weight": noise(WIDTH, WIDTH),
            f"{block}.attn_k.weight": noise(keys, WIDTH),
            f"{block}.attn_v.weight": noise(keys, WIDTH),
            f"{block}.attn_output.weight": noise(WIDTH, WIDTH),
            f"{block}.ffn_gate.weight": noise(FEED_FORWARD, WIDTH),
            f"{block}.ffn_up.weight": noise(FEED_FORWARD, WIDTH),
            f"{block}.ffn_down.weight": noise(WIDTH, FEED_FORWARD),
        }
    return write_gguf(path, fields | dict(changed or {}), tensors)


def _byte_letters() -> list[str]:
    """Return the letters that stand for the 256 bytes in such a vocabulary: what can be printed stands for itself."""
    plain = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    moved = iter(range(0x100, 0x200))
    return [chr(byte if byte in plain else next(moved)) for byte in range(256)]


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    texts = [item for item in value if isinstance(item, str)]
    if texts:
        return struct.pack("<IIQ", 9, 8, len(texts)) + b"".join(map(_text, texts))
    return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *map(int, value))


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % _ALIGNMENT)
