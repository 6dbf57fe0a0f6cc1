"""Files that are not UTF-8, at the facade: found by their words, with the text and the encoding they were read in."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.core.types import ProblemKind
from findspot.core.why import why
from findspot.engine import Models
from tests.engine.checks import open_engine

SOURCES = {
    "ja.py": ("shift_jis", "def merge(rows):\n    # 重複した行をまとめる\n    return set(rows)\n", "重複"),
    "ko.py": ("euc_kr", "def merge(rows):\n    # 중복된 줄을 하나로 합칩니다\n    return set(rows)\n", "중복"),
    "zh.py": ("gb18030", "def merge(rows):\n    # 把重复的行合并成一行并返回结果\n    return set(rows)\n", "合并"),
    "fr.py": (
        "latin-1",
        "def merge(rows):\n    # les lignes répétées sont réunies\n    return set(rows)\n",
        "répétées",
    ),
    "ru.py": ("koi8-r", "def merge(rows):\n    # объединяет одинаковые строки\n    return set(rows)\n", "одинаковые"),
}


@pytest.mark.row("L08")
def test_each_file_is_found_by_its_words_and_says_how_it_was_read(tmp_path: Path, models: Models) -> None:
    for name, (encoding, text, _) in SOURCES.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
    (tmp_path / "plain.py").write_text("def other(rows):\n    return rows\n", encoding="utf-8")
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        for name, (_, text, word) in SOURCES.items():
            first = engine.search(word).results[0]
            assert (first.path, first.text, first.fresh) == (name, text.rstrip("\n"), True)
            assert "read as " in why(first)
            assert word in first.text.encode()[first.span.start_byte : first.span.end_byte].decode()
        assert "read as" not in why(engine.search("other").results[0])
        status = engine.status()
        assert dict(status.problems) == {ProblemKind.OTHER_ENCODING.value: len(SOURCES)}
        assert not status.skipped
        assert [report.changed for report in [engine.refresh()]] == [0]


@pytest.mark.row("L08")
def test_a_file_that_changes_its_encoding_is_read_again(tmp_path: Path, models: Models) -> None:
    _, text, word = SOURCES["ja.py"]
    file = tmp_path / "ja.py"
    file.write_bytes(text.encode("shift_jis"))
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        file.write_bytes(text.encode("utf-8"))
        engine.refresh()
        assert engine.search(word).results[0].path == "ja.py"
        assert engine.status().problems == ()
        file.write_bytes(text.encode("euc_jp")[:-1] + b"# \xb9")  # cut inside of a character
        engine.refresh()
        assert engine.search(word).results[0].path == "ja.py"
        assert {kind for kind, _ in engine.status().problems} == {"not UTF-8", "not valid text"}
