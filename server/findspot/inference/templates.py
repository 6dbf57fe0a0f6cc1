"""How a conversation is laid out for a model: our own short table, chosen by the marks in the model's vocabulary.

The template inside a model file is a program of its maker and is never run. Marks and messages stay apart: only what stands
in this table is ever read as a mark, so a file that contains one cannot speak for somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from findspot.config import ChatTemplate
from findspot.errors import ModelError
from findspot.inference.base import Message


@dataclass(frozen=True, slots=True)
class Template:
    """One layout; each part is a pair of marks, or words with marks, before and after a message of a role.

    Without ``system`` there is no such role, and its text goes in front of the user's. ``answer`` is what the model goes on
    from, ``needs`` the marks that its vocabulary must have.
    """

    needs: tuple[str, ...]
    user: tuple[str, str]
    assistant: tuple[str, str]
    answer: str
    system: tuple[str, str] | None = None


def _chatml(role: str) -> tuple[str, str]:
    return f"<|im_start|>{role}\n", "<|im_end|>\n"


def _llama3(role: str) -> tuple[str, str]:
    return f"<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>"


def _gemma(role: str) -> tuple[str, str]:
    return f"<start_of_turn>{role}\n", "<end_of_turn>\n"


def _phi3(role: str) -> tuple[str, str]:
    return f"<|{role}|>\n", "<|end|>\n"


TEMPLATES: Final[dict[ChatTemplate, Template]] = {
    "chatml": Template(
        ("<|im_start|>", "<|im_end|>"),
        _chatml("user"),
        _chatml("assistant"),
        _chatml("assistant")[0],
        _chatml("system"),
    ),
    "llama3": Template(
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        _llama3("user"),
        _llama3("assistant"),
        _llama3("assistant")[0],
        _llama3("system"),
    ),
    "gemma": Template(("<start_of_turn>", "<end_of_turn>"), _gemma("user"), _gemma("model"), _gemma("model")[0]),
    "phi3": Template(
        ("<|user|>", "<|assistant|>", "<|end|>"),
        _phi3("user"),
        _phi3("assistant"),
        _phi3("assistant")[0],
        _phi3("system"),
    ),
    "mistral": Template(("[INST]", "[/INST]"), ("[INST] ", "[/INST]"), (" ", "</s>"), ""),
}
"""In the order in which they are looked for."""

MARKS: Final = tuple(sorted({mark for template in TEMPLATES.values() for mark in template.needs}))

Piece = tuple[str, bool]
"""Some text, and whether marks in it count."""


def choose_template(name: ChatTemplate, marks: Collection[str]) -> Template:
    """Return the named template, or for "" the first whose marks the vocabulary has; raises ``ModelError``."""
    if name:
        return TEMPLATES[name]
    for template in TEMPLATES.values():
        if all(mark in marks for mark in template.needs):
            return template
    known = ", ".join(TEMPLATES)
    raise ModelError(
        f"this model's vocabulary has the marks of no known template ({known}); "
        "choose an instruct model, or name its template in the setting 'chat_template'"
    )


def laid_out(messages: Sequence[Message], template: Template) -> list[Piece]:
    """Return a conversation as the model reads it, up to where its answer begins."""
    pieces: list[Piece] = []
    before = ""
    for message in messages:
        if message.role == "system" and template.system is None:
            before = f"{before}{message.text}\n\n"
            continue
        frame = {"system": template.system, "user": template.user, "assistant": template.assistant}[message.role]
        if frame is not None:
            pieces += [(frame[0], True), (before + message.text, False), (frame[1], True)]
            before = ""
    return [*pieces, (template.answer, True)]
