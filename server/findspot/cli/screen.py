"""What the output goes to: whether it shows colours and links, and how wide it is. Pure functions of the environment.

Colours are the sixteen that each terminal has a theme for, so they are readable on a dark and on a light one. Nothing is
told by colour alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from findspot.core.columns import cut

Color = Literal["auto", "always", "never"]

PIPE_WIDTH: Final = 500

BOLD, FAINT, PATH, HIT = "1", "2", "1;35", "1;31"
"""Codes of SGR; what was looked for is as ripgrep and grep mark it."""

_OF_CODE: Final = {
    "keyword": "35",
    "string": "32",
    "number": "36",
    "comment": "2",
    "function": "34",
    "type": "36",
    "decorator": "34",
}
"""Colours of source. No yellow and no white, which a light terminal swallows; operators are plain."""

_LINKING_SINCE: Final = {
    "Hyper": (0,),
    "Tabby": (0,),
    "WezTerm": (0,),
    "ghostty": (0,),
    "iTerm.app": (3, 1),
    "rio": (0,),
    "tmux": (3, 4),
    "vscode": (1, 72),
    "zed": (0,),
}
"""Versions from which a program that names itself in ``TERM_PROGRAM`` shows links."""

_LINKING_TERMS: Final = ("alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty")


@dataclass(frozen=True, slots=True)
class Screen:
    """``width`` is that of a terminal, None for a pipe or a file; ``grouped`` puts the results of a file together.

    ``host`` is the machine that links name, None where the terminal shows none.
    """

    color: bool
    width: int | None
    grouped: bool = False
    host: str | None = None

    def paint(self, text: str, style: str) -> str:
        """Return ``text`` in ``style``, an SGR code, where colours are wanted."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text and style else text

    def paint_code(self, text: str, kind: str, *, hit: bool) -> str:
        """Return a part of a line of source in the colour of its kind, or of what was looked for."""
        return self.paint(text, HIT if hit else _OF_CODE.get(kind, ""))

    def link(self, text: str, path: str) -> str:
        """Return ``text`` as a link to an absolute ``path``, where the terminal shows links (OSC 8)."""
        if self.host is None:
            return text
        rest = quote(os.fsencode(path.replace(os.sep, "/")), safe="/:")
        return f"\x1b]8;;file://{self.host}{'' if rest.startswith('/') else '/'}{rest}\x1b\\{text}\x1b]8;;\x1b\\"

    def room(self, used: int = 0) -> int:
        """Return how many columns of a line are left after ``used`` ones."""
        return max(10, (self.width or PIPE_WIDTH) - used)

    def clip(self, text: str) -> str:
        """Return ``text`` on one line, cut to the width."""
        return cut(text, self.room())


def color_wanted(environ: Mapping[str, str], choice: Color, *, terminal: bool, platform: str = sys.platform) -> bool:
    """Return whether to use colours: by the user's choice, then by the variables that tools agree on, then by the terminal.

    ``NO_COLOR`` goes before ``FORCE_COLOR`` and ``CLICOLOR_FORCE``; ``CLICOLOR=0``, a dumb terminal and an old Windows
    console get none.
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if forced := environ.get("FORCE_COLOR"):
        return forced not in {"0", "false"}
    if environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    if not terminal or environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return platform != "win32" or any(environ.get(name) for name in ("WT_SESSION", "TERM_PROGRAM", "TERM"))


def links_shown(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is known to show links; ``FORCE_HYPERLINK`` decides, as with other tools."""
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in {"", "0", "false"}
    since = _LINKING_SINCE.get(environ.get("TERM_PROGRAM", ""))
    if since is not None:
        return _version(environ.get("TERM_PROGRAM_VERSION", "0")) >= since
    vte = environ.get("VTE_VERSION", "")
    if vte.isdecimal():
        return int(vte) > 5000  # 0.50.0 crashes on links
    return (
        bool(environ.get("WT_SESSION") or environ.get("DOMTERM") or environ.get("KONSOLE_VERSION"))
        or environ.get("TERM") in _LINKING_TERMS
    )


def link_host(environ: Mapping[str, str], name: str, *, platform: str = sys.platform) -> str:
    """Return the host of links to files, by which a terminal knows whether they lie on its own machine."""
    if distribution := environ.get("WSL_DISTRO_NAME"):
        return f"wsl$/{quote(distribution)}"  # the way from Windows into a Linux beside it
    return "" if platform == "win32" else quote(name)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:2])) or (0,)
