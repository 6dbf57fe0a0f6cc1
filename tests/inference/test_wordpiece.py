"""Our tokenizer against the ``tokenizers`` library, and what it does with hostile text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from findspot.errors import ModelError
from findspot.inference import wordpiece
from findspot.inference.manifest import load_manifest
from findspot.inference.wordpiece import WordPiece

TOKENIZER = load_manifest().entry("static-code").files[1].path
STANDARD = Tokenizer.from_file(str(TOKENIZER))
UNKNOWN = STANDARD.token_to_id("[UNK]")
OURS = WordPiece.from_json(TOKENIZER)

TEXTS = [
    "where are upload retries scheduled",
    "def get_user(self, pk):\n    return self.users[pk]",
    "$total += $price ** 2 // $count; <=> `x` ^ ~y | {z} \"q\" 'r' \\ @#%&",
    "Straße, café, NAÏVE, Ångström, señor, İstanbul, ﬁ, \uff21\uff42 \uff11, ½ ² ™",
    "Где Повторная загрузка? ΣΊΣΥΦΟΣ ὀδυσσεύς",
    "上传重试在哪里安排 東京 こんにちは カタカナ 업로드 재시도",
    "फ़ाइल अपलोड पुनः प्रयास שָׁלוֹם مرحبا สวัสดี",
    "zero\u200bwidth no\u00a0break soft\u00adhyphen \ufeffmark e\u0301 a\u0000b \ufffd \U0001f680",
    "x" * 100 + " " + "x" * 101 + " " + "é" * 100,
    "¿qué? «quoted» … \u2013 — \u2018a\u2019 “b” ·",
    "",
]


def standard(text: str) -> list[int]:
    """Return what the library gives, without unknown words."""
    ids: list[int] = STANDARD.encode(text, add_special_tokens=False).ids
    return [number for number in ids if number != UNKNOWN]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_those_of_the_standard_library(text: str) -> None:
    assert OURS.encode(text, 10_000) == standard(text)


def test_pieces_of_real_source_are_those_of_the_standard_library() -> None:
    for path in sorted(Path(wordpiece.__file__).parents[1].rglob("*.py")):
        text = path.read_text(encoding="utf-8").replace("[SEP]", "SEP")  # the library reads it as a mark
        words = [piece for word in text.split() for piece in OURS[word]]
        assert words == standard(text), path.name


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x3FF, exclude_categories=["Cc", "Cn"]), max_size=40))
def test_any_text_of_the_common_scripts_is_read_the_same(text: str) -> None:
    # Marks in square brackets are the one difference on purpose; a random text has none.
    assert OURS.encode(text, 10_000) == standard(text)


def test_marks_in_a_text_are_ordinary_text() -> None:
    special = {STANDARD.token_to_id(mark) for mark in ("[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]")}
    pieces = OURS.encode("[CLS] [SEP] [MASK] [PAD] [UNK]", 100)
    assert pieces
    assert not special & set(pieces)


def test_a_text_of_any_size_is_read_to_the_limit_only_and_not_remembered() -> None:
    words = WordPiece.from_json(TOKENIZER)
    assert words.encode("(" * 5_000_000, 20) == [*words["("]] * 20
    assert max(map(len, words)) == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordpiece, "_CACHE_LIMIT", 10)
    words = WordPiece.from_json(TOKENIZER)
    before = [words[f"word{number}"] for number in range(100)]
    assert len(words) <= 10
    assert before == [words[f"word{number}"] for number in range(100)]


def test_an_unknown_word_has_its_own_piece_if_there_is_one() -> None:
    words = WordPiece({"a": 1}, {"b": 2}, 7)
    assert words.encode("ab abb b a", 10) == [1, 2, 1, 2, 2, 7, 1]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"model": {"type": "BPE", "vocab": {}}, "normalizer": None}),
        json.dumps(
            {
                "model": {"type": "Unigram", "continuing_subword_prefix": "##", "vocab": {}},
                "normalizer": {"type": "BertNormalizer", "lowercase": True},
            }
        ),
    ],
)
def test_another_kind_of_tokenizer_is_a_model_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="tokenizer"):
        WordPiece.from_json(path)
