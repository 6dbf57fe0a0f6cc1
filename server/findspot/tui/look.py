"""Colours and layout, for a dark terminal, a light one, and one without colours."""

from __future__ import annotations

from typing import Final

from textual.color import Color
from textual.theme import Theme

DARK: Final = "findspot-dark"
LIGHT: Final = "findspot-light"
COLORLESS: Final = "ansi-dark"
"""Textual's own: it draws with what the terminal has, and with NO_COLOR without any colour."""

_SOURCE_DARK: Final = {
    "keyword": "#c792ea",
    "string": "#a5d6a7",
    "number": "#f0a878",
    "comment": "#7f8c98",
    "function": "#82aaff",
    "type": "#e8c46a",
    "decorator": "#e8c46a",
}
_SOURCE_LIGHT: Final = {
    "keyword": "#8b2fb3",
    "string": "#2e7d32",
    "number": "#b0510a",
    "comment": "#6b7680",
    "function": "#1f5fbf",
    "type": "#8a6100",
    "decorator": "#8a6100",
}


def themes(background: str | None, *, dark: bool) -> list[Theme]:
    """Return both themes; the one that fits has the terminal's own ``background`` (``#rrggbb``), if that is known."""
    return [
        _theme(DARK, background if background and dark else "#16181d", dark=True),
        _theme(LIGHT, background if background and not dark else "#fbfbfa", dark=False),
    ]


def _theme(name: str, background: str, *, dark: bool) -> Theme:
    base = Color.parse(background)
    ink = Color.parse("#e6e8eb" if dark else "#1d2126")
    accent = "#5cc8c2" if dark else "#0b7a75"

    def shade(share: float) -> str:
        return base.blend(ink, share).hex

    return Theme(
        name=name,
        dark=dark,
        primary=accent,
        secondary="#82aaff" if dark else "#1f5fbf",
        accent=accent,
        warning="#f0b35a" if dark else "#9a5b00",
        error="#ff7b7b" if dark else "#b3261e",
        success="#7fd18b" if dark else "#2e7d32",
        foreground=ink.hex,
        background=background,
        surface=background,
        panel=shade(0.06),
        boost=shade(0.12),
        variables={
            "faint": shade(0.55),
            "rule": shade(0.2),
            "cursor-row": base.blend(Color.parse(accent), 0.2).hex,
            "span-row": shade(0.05),
            **{f"source-{kind}": color for kind, color in (_SOURCE_DARK if dark else _SOURCE_LIGHT).items()},
        },
    )


FALLBACK_VARIABLES: Final = {
    "faint": "ansi_bright_black",
    "rule": "ansi_bright_black",
    "cursor-row": "ansi_default",
    "span-row": "ansi_default",
    **dict.fromkeys((f"source-{kind}" for kind in _SOURCE_DARK), "ansi_default"),
}
"""For a theme that is not ours."""

CSS: Final = """
Screen { layout: vertical; background: $background; color: $foreground; }
#scope { height: 1; padding: 0 1; color: $faint; }
#prompt { height: 1; padding: 0 1; }
#prompt Label { width: 2; color: $accent; text-style: bold; }
#query { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
#query:focus { border: none; background-tint: $background 0%; }
#pasted { height: 1; padding: 0 3; color: $accent; display: none; }
#note { height: auto; max-height: 3; padding: 0 1; color: $warning; display: none; }
#body { height: 1fr; layout: vertical; border-top: solid $rule; }
#list { height: 2fr; min-height: 3; background: $background; scrollbar-size-vertical: 1; }
#aside { height: 3fr; border-top: solid $rule; background: $background; }
#place { height: auto; max-height: 4; padding: 0 1; }
#code { height: 1fr; background: $background; scrollbar-size-vertical: 1; }
Screen.wide #body { layout: horizontal; }
Screen.wide #list { width: 2fr; height: 1fr; }
Screen.wide #aside { width: 3fr; height: 1fr; border-top: none; border-left: solid $rule; }
Screen.alone #aside, Screen.low #aside { display: none; }
Screen.alone #list, Screen.low #list { width: 1fr; height: 1fr; }
#status { height: 1; padding: 0 1; background: $panel; color: $foreground; }
#keys { height: 1; padding: 0 1; color: $faint; link-style: none; link-color: $faint; }
Lines { scrollbar-color: $rule; scrollbar-color-hover: $faint; scrollbar-background: $background;
        scrollbar-background-hover: $background; scrollbar-background-active: $background; }
Lines > .lines--faint { color: $faint; }
Lines > .lines--path { color: $secondary; }
Lines > .lines--title { text-style: bold; }
Lines > .lines--high { color: $success; text-style: bold; }
Lines > .lines--middle { color: $warning; }
Lines > .lines--low { color: $faint; }
Lines > .lines--mark { color: $accent; text-style: bold; }
Lines > .lines--number { color: $faint; }
Lines > .lines--hit { text-style: bold underline; }
Lines > .lines--span { background: $span-row; }
Lines > .lines--cursor { background: $cursor-row; }
Lines > .lines--keyword { color: $source-keyword; }
Lines > .lines--string { color: $source-string; }
Lines > .lines--comment { color: $source-comment; text-style: italic; }
Lines > .lines--function { color: $source-function; }
Lines > .lines--type { color: $source-type; }
Lines > .lines--decorator { color: $source-decorator; }
Lines:nocolor > .lines--cursor { text-style: reverse; }
HelpScreen { align: center middle; background: $background 70%; }
HelpScreen > VerticalScroll { width: 82; max-width: 100%; height: auto; max-height: 100%; border: round $accent;
                              background: $panel; padding: 0 2; }
"""
