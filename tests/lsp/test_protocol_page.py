"""The protocol reference names every method and what the protocol adds to the messages of every front end."""

from __future__ import annotations

import re
from pathlib import Path

from findspot.lsp.answers import PlacedContext, PlacedRelated, PlacedResult
from findspot.lsp.causes import FIND_CAUSE, SHOW_CAUSE
from findspot.lsp.params import METHODS, CauseParams, LocalizeParams, RelatedParams, SearchParams
from findspot.lsp.protocol import COMMANDS
from findspot.service.messages import AnswerOf, LocalizeRequest, Request, ResultFields, SearchRequest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"


def named() -> set[str]:
    """Return all names in backticks, a dotted or listed one also by its parts."""
    found = re.findall(r"`([^`\n]+)`", PAGE.read_text(encoding="utf-8"))
    return {part for text in found for part in (text, *re.findall(r"[\w./]+", text))}


def test_every_method_and_command_is_there() -> None:
    assert set(COMMANDS.values()) == METHODS.keys()
    assert {*COMMANDS, *METHODS, FIND_CAUSE, SHOW_CAUSE, "workspace/symbol", "workspace/executeCommand"} <= named()


def test_what_the_protocol_adds_is_there() -> None:
    pairs = (
        (SearchParams, SearchRequest),
        (LocalizeParams, LocalizeRequest),
        (CauseParams, Request),
        (RelatedParams, Request),
        (PlacedResult, ResultFields),
        (PlacedContext, AnswerOf),
        (PlacedRelated, AnswerOf),
    )
    for ours, base in pairs:
        added = ours.model_fields.keys() - base.model_fields.keys()
        assert added, ours
        assert {ours.model_fields[name].alias or name for name in added} <= {*named(), "topK", "includeText"}
