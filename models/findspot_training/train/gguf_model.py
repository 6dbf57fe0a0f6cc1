"""Writes a BERT sentence transformer as a GGUF file that llama.cpp runs.

llama.cpp reads every token with token type 0 and pools by itself, so the file holds the encoder, the
vocabulary and the kind of pooling. Matrices are quantized to Q8_0 (blocks of 32 with one scale, about 1 bit
of error in 8); norms, biases, positions and token types are small and stay float32.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from findspot_training import source

_WORD_START = "\u2581"
"""llama.cpp marks the piece that begins a word, where BERT marks the pieces that continue one."""

_CONTINUES = "##"

_OUTER = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}

_LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}

_QUANTIZED = ("token_embd.", "attn_q.", "attn_k.", "attn_v.", "attn_output.", "ffn_up.", "ffn_down.")


def tensor_names(layers: int) -> dict[str, str]:
    """Return the original name of every tensor that is converted, with its GGUF name."""
    names = dict(_OUTER)
    for layer in range(layers):
        for old, new in _LAYER.items():
            for part in ("weight", "bias"):
                names[f"encoder.layer.{layer}.{old}.{part}"] = f"blk.{layer}.{new}.{part}"
    return names


def quantizes(name: str) -> bool:
    """Return whether the tensor of that GGUF name is a matrix that is stored as Q8_0."""
    return name.endswith(".weight") and any(name.startswith(part) or f".{part}" in name for part in _QUANTIZED)


def gguf_piece(piece: str) -> str:
    """Return a word piece as llama.cpp's BERT tokenizer wants it written."""
    if piece in source.SPECIAL or (piece.startswith("[unused") and piece.endswith("]")):
        return piece
    return piece[len(_CONTINUES) :] if piece.startswith(_CONTINUES) else _WORD_START + piece


def convert(folder: Path, target: Path, name: str, trained: Path | None = None, *, quantized: bool = True) -> None:
    """Write the model of ``folder`` as Q8_0 to ``target``; with ``trained`` its weights are those of that file.

    Without being ``quantized`` it is a file to compare with: everything stays float32.
    """
    gguf = source.library("gguf")
    target.parent.mkdir(parents=True, exist_ok=True)
    config = source.settings(folder)
    writer: Any = gguf.GGUFWriter(target, gguf.MODEL_ARCH_NAMES[gguf.MODEL_ARCH.BERT])
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantized else gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    _add_vocabulary(writer, gguf, folder, config["type_vocab_size"])

    values = source.tensors(folder) if trained is None else source.read_tensors(trained)
    for old, new in tensor_names(config["num_hidden_layers"]).items():
        if quantized and quantizes(new):
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(new, gguf.quants.quantize(values[old], kind), raw_dtype=kind)
        else:
            writer.add_tensor(new, values[old])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_vocabulary(writer: Any, gguf: Any, folder: Path, token_types: int) -> None:
    pieces = source.vocabulary(folder)
    ids = {piece: number for number, piece in enumerate(pieces)}
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(token_types)
    writer.add_token_list([gguf_piece(piece) for piece in pieces])
    writer.add_token_types([_token_type(gguf, piece) for piece in pieces])
    writer.add_unk_token_id(ids["[UNK]"])
    writer.add_sep_token_id(ids["[SEP]"])
    writer.add_pad_token_id(ids["[PAD]"])
    writer.add_mask_token_id(ids["[MASK]"])
    writer.add_bos_token_id(ids["[CLS]"])
    writer.add_eos_token_id(ids["[SEP]"])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


def _token_type(gguf: Any, piece: str) -> int:
    if piece == "[UNK]":
        return int(gguf.TokenType.UNKNOWN)
    return int(gguf.TokenType.CONTROL if piece in source.SPECIAL else gguf.TokenType.NORMAL)
