"""Comments, names and file names in other scripts, found at the facade by a part of them, in any form of Unicode."""

# ruff: noqa: RUF001 - letters of other widths and scripts are what is tested
from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from findspot.core.types import Answer
from findspot.engine import Models
from tests.engine.checks import check_answer, open_engine, write_workspace

MARKET = """
    == market/basket.py
    class Basket:
        def merge(self, other):
            # 合并两个购物车，并去掉重复的商品
            return self.lines + other.lines

        def reserve(self):
            \"\"\"倉庫の引当を行う。数量が足りなければ待ち行列に入れる。\"\"\"
            return self.lines

        def notify(self):
            # 구매자에게 배송지를 확인하라고 알립니다
            return self.owner

        def 计算运费(self, 重量):
            return 重量 * 3

    def carte_des_cafés(prix):
        return prix

    def menu_of_coffee(price):
        return price

    == market/notes.md
    # Notes
    Nothing of that is here.
"""

QUESTIONS = {
    "购物车": "Basket.merge",
    "重复的商品": "Basket.merge",
    "引当": "Basket.reserve",
    "待ち行列": "Basket.reserve",
    "배송지": "Basket.notify",
    "구매자 알림": "Basket.notify",
    "运费": "Basket.计算运费",
    "计算运费": "Basket.计算运费",
    "ｂａｓｋｅｔ 合并": "Basket.merge",
    "cafes": "carte_des_cafés",
    "cafés": "carte_des_cafés",
    unicodedata.normalize("NFD", "cafés"): "carte_des_cafés",
}


@pytest.mark.row("L08")
def test_a_part_of_a_comment_or_name_finds_it_and_shows_the_line(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, MARKET)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        for text, symbol in QUESTIONS.items():
            answer = engine.search(text)
            assert [result.symbol for result in answer.results][:1] == [symbol], text
            [first] = [result for result in answer.results if result.rank == 1]
            assert first.matches, text
        shown = engine.search("购物车").results[0]
        assert shown.best_line == 3
        [line] = [line for line in shown.preview if line.matched]
        assert [line.text[start:end] for start, end in line.spans] == ["购物车"]


@pytest.mark.row("L08")
def test_unsaved_text_is_found_by_the_same_words(tmp_path: Path, models: Models) -> None:
    write_workspace(tmp_path, MARKET)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        engine.set_overlay("market/basket.py", "def pay():\n    # 支払いを確定する\n    return 1\n")
        assert engine.search("確定").results[0].symbol == "pay"
        assert engine.search("购物车").results == ()


@pytest.mark.row("L08")
def test_a_file_name_is_found_in_both_forms(tmp_path: Path, models: Models) -> None:
    name = unicodedata.normalize("NFD", "résumé_général.py")
    (tmp_path / name).write_text("def read():\n    return 1\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("def read():\n    return 2\n", encoding="utf-8")
    with open_engine(tmp_path, models) as engine:
        engine.refresh()

        def first(text: str) -> str:
            answer: Answer = engine.search(text)
            return check_answer(answer, {name: (1, 2)}).path

        for text in ("résumé_général.py", name, "resume general", "read in résumé"):
            assert first(text) == name, text
