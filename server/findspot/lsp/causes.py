"""Errors in an editor: the report that a diagnostic, a selection or a test failure makes, and the actions that offer it."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from findspot.errors import QueryError
from findspot.lsp.params import CauseParams
from findspot.service.error_text import looks_like_error

FIND_CAUSE = "findspot.findCause"
"""The client's own command, used where it says that it has it (``experimental.commands``)."""

SHOW_CAUSE = "findspot.showCause"
"""The server's command for other clients: it has the best place shown."""

TITLE = "Findspot: find the cause"

_MOST_ACTIONS = 5
"""Diagnostics of one place that are offered."""

_LONGEST_MESSAGE = 20_000
"""Characters of a diagnostic that an action hands on, so that the request never refuses what was offered."""


def report_of(params: CauseParams, path: str | None) -> str:
    """Return the text that is to be localized; ``path`` is that of ``params.uri`` inside its root."""
    parts: list[str] = []
    found = params.diagnostic
    if found is not None:
        said = " ".join(str(one) for one in (found.source, found.code) if one is not None)
        parts.append(f"{found.message} [{said}]" if said else found.message)
        if path is not None:
            parts.append(path if found.range is None else f"{path}:{found.range.start.line + 1}")
    if params.text is not None:
        parts.append(params.text)
    text = "\n\n".join(part for part in parts if part.strip())
    if not text:
        raise QueryError("'text' or 'diagnostic' is missing: say what went wrong")
    return text


def actions(params: types.CodeActionParams, selected: str, command: str) -> list[types.CodeAction]:
    """Return an action for each diagnostic of a place, and one for a selection that looks like an error."""
    uri, made = params.text_document.uri, list[types.CodeAction]()
    if _wanted(params.context.only, types.CodeActionKind.QuickFix):
        for diagnostic in params.context.diagnostics[:_MOST_ACTIONS]:
            start, end = diagnostic.range.start, diagnostic.range.end
            told = {
                "message": diagnostic.message[:_LONGEST_MESSAGE],
                "range": {"start": _at(start), "end": _at(end)},
                "source": diagnostic.source,
                "code": diagnostic.code,
            }
            made.append(_action(command, {"uri": uri, "diagnostic": told}, types.CodeActionKind.QuickFix, [diagnostic]))
    if selected and looks_like_error(selected) and _wanted(params.context.only, types.CodeActionKind.Empty):
        made.append(_action(command, {"uri": uri, "text": selected}, None, None))
    return made


def _action(
    command: str,
    argument: dict[str, object],
    kind: types.CodeActionKind | None,
    diagnostics: list[types.Diagnostic] | None,
) -> types.CodeAction:
    return types.CodeAction(
        title=TITLE,
        kind=kind,
        diagnostics=diagnostics,
        command=types.Command(title=TITLE, command=command, arguments=[argument]),
    )


def _wanted(only: Sequence[types.CodeActionKind | str] | None, kind: types.CodeActionKind) -> bool:
    """Return whether a client that asks for some kinds only asks for this one."""
    asked = [str(getattr(one, "value", one)) for one in only or ()]
    return not asked or any(kind.value == one or kind.value.startswith(f"{one}.") or not one for one in asked)


def _at(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
