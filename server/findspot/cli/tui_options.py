"""The options of ``findspot tui``."""

from __future__ import annotations

import argparse
from typing import Final

from findspot.cli.options import add_session_words, add_setting
from findspot.cli.values import setting

USUAL_LENGTH: Final = 50
"""Places of a list that one can scroll through."""


def add_tui_options(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` what only the interactive view takes."""
    add_session_words(parser)
    parser.add_argument(
        "-k",
        "--top-k",
        metavar="N",
        type=setting("top_k"),
        help=f"How many places the list holds at most. Default: {USUAL_LENGTH}, or the setting top_k if that is more.",
    )
    add_setting(parser, "open_cmd")
    parser.add_argument(
        "-l",
        "--files-with-matches",
        dest="format",
        action="store_const",
        const="files",
        default="pretty",
        help="Where the output is no terminal: print the files of the chosen places, without lines.",
    )
