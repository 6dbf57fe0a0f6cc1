"""Which key does what: the bindings, the line of keys and the help screen are made of this one table."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class Key(NamedTuple):
    """``keys`` are Textual's names, ``shown`` is how people know them; ``short`` stands in the line of keys."""

    keys: str
    action: str
    shown: str
    meaning: str
    short: str = ""


KEYS: Final = (
    Key("enter", "accept", "Enter", "open the place, or all that are marked; in $(...) print them", "open"),
    Key("up,ctrl+p,ctrl+k", "move(-1)", "↑ ^P ^K", "the place above"),
    Key("down,ctrl+n,ctrl+j", "move(1)", "↓ ^N ^J", "the place below"),
    Key("pageup", "page(-1)", "PgUp", "a page up"),
    Key("pagedown", "page(1)", "PgDn", "a page down"),
    Key("ctrl+home,alt+less_than_sign", "end(-1)", "^Home M-<", "the first place"),
    Key("ctrl+end,alt+greater_than_sign", "end(1)", "^End M->", "the last place"),
    Key("shift+up,alt+k", "scroll(-1)", "⇧↑ M-K", "scroll the preview up"),
    Key("shift+down,alt+j", "scroll(1)", "⇧↓ M-J", "scroll the preview down"),
    Key("tab", "mark(1)", "Tab", "mark the place, and go down", "mark"),
    Key("shift+tab", "mark(-1)", "⇧Tab", "mark the place, and go up"),
    Key("alt+a", "mark_all(True)", "M-A", "mark all"),
    Key("alt+d", "mark_all(False)", "M-D", "unmark all"),
    Key("ctrl+y", "copy", "^Y", "copy path:line to the clipboard", "copy"),
    Key("f2,ctrl+underscore,ctrl+slash", "preview", "F2 ^/", "show or hide the preview", "preview"),
    Key("f3,alt+s", "scope", "F3 M-S", "look in the whole root, or here", "scope"),
    Key("f4,alt+o", "only", "F4 M-O", "look only in code, docs, configuration or tests", "kind"),
    Key("f5,alt+l", "localize", "F5 M-L", "localize: the text is a report, ordered by the model", "localize"),
    Key("f6,alt+t", "theme", "F6 M-T", "dark or light"),
    Key("f1,alt+h", "help", "F1 M-H", "these keys", "help"),
    Key("escape", "leave", "Esc", "drop what was pasted; close", "quit"),
    Key("ctrl+c,ctrl+g,ctrl+q", "abort", "^C ^G ^Q", "close"),
)

_FIRST: Final = frozenset({"accept", "help", "leave"})

EDITING: Final = (
    ("^U", "clear the line up to the cursor"),
    ("^W", "delete the word before the cursor"),
    ("^A ^E", "the begin and the end of the line"),
    ("paste", "several lines at once are a report, and are localized"),
    ("mouse", "click: go there; twice: open; wheel: scroll"),
)


def bindings() -> list[Binding]:
    """Return the bindings of the application; they go before those of the input."""
    return [
        Binding(key.keys, key.action, key.meaning, show=False, priority=True) for key in KEYS if key.keys != "escape"
    ]


def line_of_keys(room: int) -> Content:
    """Return what fits into a line, how to leave and to see all keys first of all; each key can be clicked."""
    named = {key: f"{key.shown.split()[0]} {key.short}" for key in KEYS if key.short}
    shown: set[Key] = set()
    for key in sorted(named, key=lambda key: key.action not in _FIRST):
        if sum(len(named[one]) + 2 for one in (*shown, key)) <= room + 2:
            shown.add(key)
    parts = [
        f"[@click=app.{key.action}][b]{text.split()[0]}[/b] {key.short}[/]"
        for key, text in named.items()
        if key in shown
    ]
    return Content.from_markup("  ".join(parts))


class HelpScreen(ModalScreen[None]):
    """All keys, on top of the list; any key closes it."""

    def compose(self) -> ComposeResult:
        """Lay the table out."""
        rows = [(key.shown, key.meaning) for key in KEYS]
        lines = [Content.assemble((f"{shown:<11}", "bold"), meaning) for shown, meaning in (*rows, *EDITING)]
        with VerticalScroll():
            yield Static(Content("\n").join(lines))

    def on_key(self, event: events.Key) -> None:
        """Close it, and nothing else: Esc would close the view, too."""
        event.stop()
        self.app.call_later(self.app.pop_screen)  # a screen cannot wait for its own end

    def on_click(self) -> None:
        """Close it."""
        self.app.call_later(self.app.pop_screen)  # a screen cannot wait for its own end
