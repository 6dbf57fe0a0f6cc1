"""Which encoding a file that is not UTF-8 is read in, and that no bytes are too odd."""

# ruff: noqa: RUF001 - letters of other scripts are what is tested

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.core.types import ProblemKind
from findspot.parsing.decoding import UTF8, Decoded, decode_source

_CODE = "def step_{0}(queue, limit):\n    # {1}\n    return [job for job in queue if job.size < limit]\n\n\n"

_COMMENTS = {
    "ja": ["待ち行列から仕事を取り出す", "上限を超えたら警告を出す"],
    "ko": ["대기열에서 작업을 꺼낸다", "한도를 넘으면 경고한다"],
    "zh": ["从队列里取出任务", "超过上限时发出警告"],
    "fr": ["retire les tâches de la file d'attente", "prévient dès que la limite est dépassée"],
    "de": ["nimmt Aufträge aus der Warteschlange", "warnt bei Überschreitung der Größe"],
    "ru": ["достаёт задачи из очереди", "предупреждает о превышении предела"],
}


def written(language: str) -> str:
    return "".join(_CODE.format(at, comment) for at, comment in enumerate(_COMMENTS[language]))


@pytest.mark.row("L08")
@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("ja", "shift_jis"),
        ("ja", "euc_jp"),
        ("ko", "euc_kr"),
        ("zh", "gb18030"),
        ("fr", "latin-1"),
        ("de", "cp1252"),
        ("ru", "koi8-r"),
        ("ru", "cp1251"),
    ],
)
def test_source_in_another_encoding_is_read_as_it_was_written(language: str, encoding: str) -> None:
    text = written(language)
    for around in ("", "import os\n" * 3_000):  # mostly plain code, too
        raw = (around + text).encode(encoding)
        found = decode_source(raw)
        assert found.text == (around + text).encode()
        assert found.problems == (ProblemKind.OTHER_ENCODING,)
        assert found.encoding != UTF8
        assert decode_source(raw) == found


@pytest.mark.row("L08")
def test_utf8_with_a_few_wrong_bytes_stays_utf8() -> None:
    raw = written("ja").encode()
    cut = raw[: raw.index("仕".encode()) + 1]
    for damaged in (cut, raw.replace(b"queue", b"que\xffue"), "só".encode()[:-1]):
        assert decode_source(damaged) == Decoded(
            damaged.decode("utf-8", "replace").encode(), (ProblemKind.ENCODING,), UTF8
        )


@pytest.mark.row("L08")
def test_a_character_that_was_cut_is_reported_beside_the_encoding() -> None:
    found = decode_source(written("ja").encode("shift_jis") + b"# \x83")
    assert found.text == (written("ja") + "# \ufffd").encode()
    assert found.problems == (ProblemKind.OTHER_ENCODING, ProblemKind.ENCODING)


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_valid_text_and_the_same_again(raw: bytes) -> None:
    found = decode_source(raw)
    if found.text is None:
        assert b"\0" in raw
    else:
        found.text.decode("utf-8")
        assert decode_source(found.text) == Decoded(found.text)


def test_lone_surrogates_are_replaced() -> None:
    found = decode_source("name = '\ud800'\n".encode("utf-8", "surrogatepass"))
    assert found.text is not None
    assert "\ud800" not in found.text.decode("utf-8")
