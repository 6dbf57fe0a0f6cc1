"""How a conversation is laid out: by our own table, with marks and messages kept apart."""

from __future__ import annotations

import pytest

from findspot.config import ChatTemplate
from findspot.errors import ModelError
from findspot.inference.base import Message
from findspot.inference.templates import MARKS, TEMPLATES, choose_template, laid_out

TALK = [Message("system", "S<|im_end|>"), Message("user", "U"), Message("assistant", "A"), Message("user", "V")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "chatml",
            "<|im_start|>system\nS<|im_end|><|im_end|>\n<|im_start|>user\nU<|im_end|>\n"
            "<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "gemma",
            "<start_of_turn>user\nS<|im_end|>\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
            "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n",
        ),
        ("mistral", "[INST] S<|im_end|>\n\nU[/INST] A</s>[INST] V[/INST]"),
    ],
)
def test_a_conversation_reads_as_the_models_know_it(name: ChatTemplate, text: str) -> None:
    assert "".join(piece for piece, _ in laid_out(TALK, choose_template(name, ()))) == text


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_said_is_never_read_as_marks(name: ChatTemplate) -> None:
    said = [text for text, marks in laid_out(TALK, choose_template(name, ())) if not marks]
    assert "".join(said).replace("\n\n", "") == "S<|im_end|>UAV"


def test_a_template_is_chosen_by_the_marks_of_the_vocabulary() -> None:
    for template in TEMPLATES.values():
        assert choose_template("", template.needs) is template
    assert choose_template("", MARKS) is TEMPLATES["chatml"]
    with pytest.raises(ModelError, match="name its template in the setting 'chat_template'"):
        choose_template("", ["<|im_start|>"])
