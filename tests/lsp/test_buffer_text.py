"""Edits of an open buffer, against a reference that counts the protocol's units one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from findspot.lsp import buffer_text
from findspot.lsp.buffer_text import BufferText
from findspot.lsp.convert import _position

ENCODINGS = ["utf-8", "utf-16", "utf-32"]
TEXTS = st.text(
    alphabet=st.sampled_from(["a", "é", "😀", "語", "\n", "\r", "\x0c", "\u2028", "\ud800", "\udc00"]),
    max_size=40,
)
POSITIONS = st.builds(types.Position, line=st.integers(0, 12), character=st.integers(0, 20))
WIDTHS = {
    "utf-8": lambda letter: len(letter.encode("utf-8", "surrogatepass")),
    "utf-16": lambda letter: 2 if letter > "\uffff" else 1,
    "utf-32": len,
}


def reference(text: str, position: types.Position, encoding: str) -> int:
    """Return the index of a position, letter by letter."""
    at = line = 0
    while line < position.line:
        while at < len(text) and text[at] not in "\r\n":
            at += 1
        if at == len(text):
            return at
        at += 2 if text[at : at + 2] == "\r\n" else 1
        line += 1
    column = 0
    while at < len(text) and text[at] not in "\r\n":
        column += WIDTHS[encoding](text[at])
        if column > position.character:
            break
        at += 1
    return at


def edited(text: str, change: types.TextDocumentContentChangePartial, encoding: str) -> str:
    """Return the text after a change, by the reference."""
    start = reference(text, change.range.start, encoding)
    end = max(start, reference(text, change.range.end, encoding))
    return text[:start] + change.text + text[end:]


CHANGES = st.lists(
    st.builds(
        types.TextDocumentContentChangePartial, range=st.builds(types.Range, start=POSITIONS, end=POSITIONS), text=TEXTS
    ),
    max_size=8,
)


@pytest.mark.parametrize("block", [1, 3, 1 << 15])
@given(text=TEXTS, changes=CHANGES, encoding=st.sampled_from(ENCODINGS))
def test_edits_equal_those_of_the_reference(
    block: int, text: str, changes: list[types.TextDocumentContentChangePartial], encoding: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buffer_text, "_BLOCK", block)
        buffer = BufferText(text)
        for change in changes:
            buffer.apply(change, encoding)
            text = edited(text, change, encoding)
            assert len(buffer) == len(text)
        assert str(buffer) == text
        assert not any(
            left.endswith("\r") and right.startswith("\n")
            for left, right in zip(buffer._blocks, buffer._blocks[1:], strict=False)
        )


@given(text=TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()), data=st.data())
def test_a_position_that_was_given_comes_back_to_its_place(text: str, data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS))
    offset = data.draw(st.integers(min_value=0, max_value=len(text)))
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        offset -= 1  # no position lies in a line end
    position = _position(text.encode(), len(text[:offset].encode()), encoding)
    assert reference(text, position, encoding) == offset


def test_the_whole_text_may_be_replaced() -> None:
    buffer = BufferText("a\nb")
    buffer.apply(types.TextDocumentContentChangeWholeDocument(text="c\nd"), "utf-16")
    here = types.Position(line=1, character=1)
    buffer.apply(types.TextDocumentContentChangePartial(range=types.Range(start=here, end=here), text="e"), "utf-16")
    assert str(buffer) == "c\nde"


@pytest.mark.parametrize("text", ["x = call(argument)\n" * 60_000, "語 = 😀 " * 200_000], ids=["lines", "one line"])
def test_an_edit_touches_a_bounded_part_of_a_large_text(text: str) -> None:
    buffer = BufferText(text)
    here = types.Position(line=text.count("\n") // 2, character=3)
    change = types.TextDocumentContentChangePartial(range=types.Range(start=here, end=here), text="new\n")
    buffer.apply(change, "utf-16")
    before = list(buffer._blocks)
    buffer.apply(change, "utf-16")
    kept = {id(block) for block in before} & {id(block) for block in buffer._blocks}
    assert len(before) - len(kept) <= 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_part_of_a_text(encoding: str) -> None:
    lines = [f"line {number} 😀é" for number in range(9_000)]
    text, step = BufferText("\r\n".join(lines)), {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]

    def between(start: tuple[int, int], end: tuple[int, int], most: int = 10**9) -> str:
        return text.between(types.Range(types.Position(*start), types.Position(*end)), encoding, most)

    assert between((0, 0), (9_000, 0)) == str(text)
    assert between((2, 7), (2, 7 + step)) == "😀"
    assert between((2, 7), (4, 4)) == "\r\n".join(["😀é", lines[3], "line"])
    assert between((1, 0), (8_000, 4)) == "\r\n".join([*lines[1:8_000], "line"])
    assert between((1, 0), (8_000, 4), 100) == "\r\n".join(lines[1:20])[:100]
    assert between((4, 0), (2, 0)) == between((10**6, 0), (10**6, 5)) == ""
