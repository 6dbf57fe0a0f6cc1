"""Options of ``findspot config``."""

from __future__ import annotations

import argparse
from typing import Literal, get_args

from findspot.cli.options import add_setting
from findspot.config import flagged

ConfigAction = Literal["list", "get", "set", "unset", "edit", "path"]


def add_config_options(config: argparse.ArgumentParser) -> None:
    """Give ``config`` its arguments; settings that have an option have it here too, to show what it would do."""
    config.add_argument(
        "config_action",
        metavar="ACTION",
        nargs="?",
        choices=get_args(ConfigAction),
        default="list",
        help="list, get NAME, set NAME VALUE, unset NAME, edit (in $VISUAL or $EDITOR) or path. Default: list.",
    )
    config.add_argument("name", metavar="NAME", nargs="?", help="The name of a setting.")
    config.add_argument("value", metavar="VALUE", nargs="?", help="What it shall be.")
    config.add_argument(
        "--project",
        action="store_true",
        help="set, unset, edit, path: the file of the project, .findspot/config.toml in its root, instead of your own.",
    )
    for name in flagged():
        add_setting(config, name)
