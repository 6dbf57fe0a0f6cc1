"""The line that is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widgets import Input


class Query(Input):
    """The line that is typed; several pasted lines are a report, and are handed on."""

    def __init__(self, pasted: Callable[[str], None], value: str) -> None:
        super().__init__(
            value,
            placeholder="a sentence, a symbol, an error; or paste a whole trace",
            id="query",
            compact=True,
            select_on_focus=False,
        )
        self._pasted = pasted

    def _on_paste(self, event: events.Paste) -> None:
        text = event.text.strip("\r\n")
        if "\n" not in text and "\r" not in text:
            return  # Textual goes on with its own
        event.stop()
        event.prevent_default()
        self._pasted(text.replace("\r\n", "\n").replace("\r", "\n"))
