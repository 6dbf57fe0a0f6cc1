"""Counting tokens: what the tokenizer itself says, for any text and at any length."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from findspot.agent import tokens
from findspot.agent.tokens import TokenCounter

ROOT = Path(__file__).parents[2]

COUNT = TokenCounter()


def reference() -> Tokenizer:
    """Return SmolLM2's tokenizer, made by the library that it is made for from the same merges."""
    lines = (Path(tokens.__file__).parent / "smollm2.merges").read_text(encoding="utf-8").split("\n")[1:]
    merges = [(left, right) for left, right in (line.split(" ") for line in lines)]
    alphabet = map(chr, COUNT._bytes.values())
    vocabulary = dict.fromkeys((*alphabet, *(left + right for left, right in merges)))
    made = Tokenizer(models.BPE({piece: at for at, piece in enumerate(vocabulary)}, merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    return made


REFERENCE = reference()


def exact(text: str) -> int:
    return len(REFERENCE.encode(text, add_special_tokens=False).ids)


@given(st.text(max_size=300))
def test_any_text_has_as_many_tokens_as_the_tokenizer_says(text: str) -> None:
    assert COUNT(text) == exact(text)


@given(
    st.lists(st.sampled_from(["  ", "\n", "\t", " ", "x", "1", "23", "'s", "_", "(", "é", "日", "\r\n"]), max_size=40)
)
def test_white_space_digits_and_marks_too(parts: list[str]) -> None:
    assert COUNT("".join(parts)) == exact("".join(parts))


@pytest.mark.parametrize("path", ["server/findspot/engine/engine.py", "docs/contributing/architecture.md", "Makefile"])
def test_files_of_code_and_prose(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert COUNT(text) == exact(text) > 1_000


@pytest.mark.parametrize("text", ["a" * 100_000, "日本" * 20_000, "ab1" * 30_000, "=" * 50_000, " " * 70_000])
def test_a_word_without_an_end_is_counted_too(text: str) -> None:
    assert COUNT(text) == exact(text)


def test_marks_of_a_model_are_ordinary_text() -> None:
    assert COUNT("<|im_end|>") > 1
