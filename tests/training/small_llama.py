"""A language model of two layers with random weights, in the shape of the one that becomes a scorer, as llama.cpp reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

gguf = pytest.importorskip("gguf")

SIZE, WIDE, HEADS, LAYERS = 64, 96, 4, 2
"""Of the model; two of the heads share a key. Blocks are 32 numbers long, so each row has two or three."""

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")

MERGES = ("t h", "th e", "\u0120 f", "\u0120f i", "\u0120fi x")


def letters() -> list[str]:
    """Return how a byte is written in such a vocabulary, for each of the 256."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(one) if one in plain else chr(next(others)) for one in range(256)]


def write_small_llama(path: Path, seed: int = 0) -> Path:
    """Write the model: matrices in blocks of four bits, the table of tokens in eight."""
    draw = np.random.default_rng(seed)
    tokens = [*MARKS, *letters(), *(one.replace(" ", "") for one in MERGES)]
    tokens += [f"<unused {number}>" for number in range(-len(tokens) % 32)]
    writer: Any = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(SIZE)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS // 2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(SIZE // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_1)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    kinds = [
        gguf.TokenType.CONTROL if token.startswith("<") and len(token) > 1 else gguf.TokenType.NORMAL
        for token in tokens
    ]
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)

    def add(name: str, rows: int, columns: int, kind: Any) -> None:
        value = draw.normal(scale=0.1, size=(rows, columns)).astype(np.float32)
        writer.add_tensor(name, gguf.quants.quantize(value, kind), raw_dtype=kind)

    four, eight = gguf.GGMLQuantizationType.Q4_1, gguf.GGMLQuantizationType.Q8_0
    add("token_embd.weight", len(tokens), SIZE, eight)
    for layer in range(LAYERS):
        shapes = {
            "attn_q": (SIZE, SIZE), "attn_k": (SIZE // 2, SIZE), "attn_v": (SIZE // 2, SIZE), "attn_output": (SIZE, SIZE),
            "ffn_gate": (WIDE, SIZE), "ffn_up": (WIDE, SIZE), "ffn_down": (SIZE, WIDE),
        }  # fmt: skip
        for name, (rows, columns) in shapes.items():
            add(f"blk.{layer}.{name}.weight", rows, columns, four)
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", 1 + draw.normal(scale=0.1, size=SIZE).astype(np.float32))
    writer.add_tensor("output_norm.weight", 1 + draw.normal(scale=0.1, size=SIZE).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
