"""How the two sides of a pair are written down: by the very code that renders for the model at run time (I-4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from findspot.core.render import render_chunk, render_model_document, render_model_query, render_static_query
from findspot.core.report import parse_report
from findspot.core.text import SubTokenizer
from findspot.core.types import Chunk
from findspot.languages.table import FRAME_READERS


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a model reads of a question or message, and of a chunk; ``name`` tells cached pairs apart."""

    name: str
    query: Callable[[str], str]
    document: Callable[[Chunk], str]


def for_static() -> Rendering:
    """Return the rendering for the static embedder: space-joined words on both sides."""
    tokenizer = SubTokenizer()
    return Rendering(
        "static",
        lambda text: render_static_query(text, tokenizer),
        lambda chunk: render_chunk(chunk, tokenizer)[1],
    )


def for_model() -> Rendering:
    """Return the rendering for the localization model: title and prose of a report, path, name and code of a chunk."""
    return Rendering("model", _model_query, render_model_document)


def _model_query(text: str) -> str:
    report = parse_report(text, FRAME_READERS)
    return render_model_query(report.title, report.prose)
