"""Words of all scripts: which tokens a text has, and that plain ASCII is split as it always was."""

# ruff: noqa: RUF001 - letters of other widths and scripts are what is tested
from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.core.identifiers import names_in, paths_in
from findspot.core.query import QueryKind, analyse
from findspot.core.scripts import joined
from findspot.core.text import SubTokenizer, split_identifier, split_text
from findspot.languages.table import FRAME_READERS

UNUSUAL = st.sampled_from("éÉßıİøñжЖ税在カｶﾞガ영수が゙่ี้กन्दी²½①ＡａＺ０＿_ -./\ud83d\ude00\u0301\u200d")


def tokens(text: str) -> list[str]:
    return SubTokenizer().tokens(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_split_as_by_its_shape_alone(text: str) -> None:
    words = re.findall(r"\w+", text)
    assert split_text(text) == words
    parts = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
    assert [split_identifier(word) for word in words] == [
        tuple(part.lower() for part in parts.findall(word)) for word in words
    ]


@pytest.mark.row("L08")
@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("读取用户的配置文件，失败时返回空", ["用户", "配置文件", "失败", "返回空"]),
        ("利用者の一覧を並べ替える。件数が多い場合は分割する", ["利用者", "一覧", "件数", "分割"]),
        ("사용자의 주소록을 정렬하고 파일로 저장합니다", ["사용자", "주소록", "파일", "저장"]),
        ("ตรวจสอบรหัสผ่านของผู้ใช้", ["รหัสผ่าน", "ผู้ใช้"]),
    ],
)
def test_a_word_inside_of_a_sentence_has_all_its_tokens_there(sentence: str, words: list[str]) -> None:
    for word in words:
        assert set(tokens(word)) <= set(tokens(sentence)), word


@pytest.mark.row("L08")
def test_identifiers_in_any_letters_are_split_at_lines_and_humps() -> None:
    assert tokens("税") == ["税"]
    assert tokens("加载User_列表") == ["加载", "user", "列表"]
    assert tokens("请看parseHeader函数") == ["请看", "parse", "header", "parseheader", "函数"]
    assert tokens("проверитьСчёт") == ["проверить", "счёт", "счет", "проверитьсчёт", "проверитьсчет"]


@pytest.mark.row("L08")
def test_accents_widths_and_forms_meet_and_the_exact_form_counts_more() -> None:
    assert tokens("Café") == ["café", "cafe"]
    assert tokens("cafe") == ["cafe"]
    assert tokens(unicodedata.normalize("NFD", "Café 영수증 がぎぐ")) == tokens("Café 영수증 がぎぐ")
    assert tokens("ＧｅｔＵｓｅｒ ｶﾞｲﾄﾞ") == tokens("GetUser ガイド")
    assert tokens("Straße Smørrebrød") == ["straße", "strasse", "smørrebrød", "smorrebrod"]


@given(st.text(UNUSUAL | st.characters(), max_size=60))
def test_any_text_has_tokens_that_the_index_can_hold(text: str) -> None:
    found = SubTokenizer()
    for token in (*found.tokens(text), *found.words(text, 100)):
        assert token == token.strip()
        assert 0 < len(token) <= 64
        assert re.search(r"\s", token) is None


@given(st.text(UNUSUAL, max_size=30))
def test_composed_and_decomposed_text_have_the_same_tokens(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))


def test_signs_that_unfold_into_sentences_are_no_words() -> None:
    assert tokens("\ufdfa" * 1000) == []
    assert tokens("ﬁle_ﬄuent") == ["file", "ffluent", "fileffluent"]


def test_overlapping_pairs_are_shown_as_the_word_that_they_were() -> None:
    assert joined(["件数", "文件", "配置", "user", "置文"]) == ["配置文件数", "user"]
    assert joined(["用户", "返回"]) == ["用户", "返回"]
    assert joined(["ผ่า", "รหั", "หัส"]) == ["ผ่า", "รหัส"]


@pytest.mark.row("L08")
def test_a_query_in_a_script_without_spaces_is_understood() -> None:
    def asked(text: str) -> tuple[QueryKind, list[str]]:
        query = analyse(text, SubTokenizer(), FRAME_READERS)
        return query.kind, [named.name.text for named in query.names]

    assert asked("订单") == (QueryKind.PROSE, ["订单"])
    assert asked("Order.发货") == (QueryKind.SYMBOL, ["Order.发货"])
    assert asked("请看Order.check_all的用法")[0] is QueryKind.PROSE
    assert "Order.check_all" in asked("请看Order.check_all的用法")[1]
    assert asked("「在庫」")[1] == ["在庫"]
    assert asked("読み込みに失敗する。" * 12)[0] is QueryKind.ISSUE


def test_names_and_paths_are_found_between_letters_of_another_script() -> None:
    assert [name.text for name in names_in("调用loadUser时出错")] == ["调用loadUser时出错", "loadUser"]
    assert [name.text for name in names_in("Übergabe_prüfen")] == ["Übergabe_prüfen"]
    found = [(found.path, found.line) for found in paths_in("请看src/shop/cart.py:12，然后重试")]
    assert found == [("请看src/shop/cart.py", 12), ("src/shop/cart.py", 12)]
    assert [found.path for found in paths_in("看一下cart.py里的代码")] == ["cart.py"]
    assert [found.path for found in paths_in("看 文档/说明.md 吧")] == ["文档/说明.md"]
