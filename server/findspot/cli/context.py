"""``findspot context``: the code that a text is about, as one text for an agent."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from findspot.cli.commands import RawArguments
from findspot.cli.filters import filter_of
from findspot.cli.inputs import RootLocation, existing_paths, issue_text, location_of, scope_of
from findspot.cli.terminal import Terminal
from findspot.core.columns import visible
from findspot.core.limits import checked_text
from findspot.service import messages
from findspot.service.one_root import OneRoot


@dataclass(frozen=True, slots=True)
class ContextRequest:
    """``findspot context``; the scope of ``asked`` holds root-relative paths, empty for the whole root."""

    location: RootLocation
    asked: messages.ContextRequest
    quiet: bool


def resolve_context(raw: RawArguments, terminal: Terminal) -> ContextRequest:
    """Resolve ``raw`` as seen from ``terminal``; raises a ``FindspotError`` that says what to change."""
    paths = existing_paths(raw, terminal.cwd)
    location = location_of(raw, terminal.cwd, paths)
    scope = scope_of(raw, location, paths)
    asked = messages.ContextRequest.model_construct(
        query=checked_text(issue_text(raw, terminal)),
        budget=raw.budget,
        budget_tokens=raw.budget_tokens,
        format=raw.context_format,
        scope=scope,
        **dataclasses.asdict(filter_of(raw, location)),
    )
    return ContextRequest(location, asked, raw.quiet)


def run_context(request: ContextRequest, root: OneRoot, terminal: Terminal) -> bool:
    """Print the text, and return whether anything was found; what is wrong with the index is said on standard error."""
    from findspot.agent.context import context  # noqa: PLC0415 - only this command needs it
    from findspot.agent.tokens import TokenCounter  # noqa: PLC0415

    fresh = root.freshen()
    made = root.run(
        lambda engine, stop: context(
            engine,
            request.location.config.settings,
            request.asked,
            TokenCounter(),
            scope=request.asked.scope,
            stop=stop,
        )
    )
    for warning in fresh.warnings:
        terminal.note(f"warning: {warning}")
    lines = made.text.removesuffix("\n").split("\n")
    terminal.write_lines(lines if terminal.screen().width is None else (visible(line.expandtabs()) for line in lines))
    if not made.complete:
        terminal.note("warning: incomplete answer; the index does not have all files yet")
    elif not request.quiet:
        terminal.note(f"{made.tokens:,} of {made.budget_tokens:,} tokens, as {made.tokenizer} counts")
    return bool(made.places)
