"""Options of what a model of one's own is good for: ``findspot models`` and ``localize --explore``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal, get_args

from findspot.cli.values import between

ModelAction = Literal["list", "pull", "verify", "use", "remove"]
PolicyName = Literal["deterministic", "chat", "remote"]


def add_model_options(models: argparse.ArgumentParser) -> None:
    """Give ``models`` its arguments."""
    models.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        choices=get_args(ModelAction),
        default="list",
        help="list, pull ADDRESS, verify [NAME], use NAME or remove NAME. Default: list.",
    )
    models.add_argument("model", metavar="NAME", nargs="?", help="A model's name, or the address of a GGUF file.")
    models.add_argument("--name", metavar="NAME", help="pull: what to call the model. Default: as in the address.")
    models.add_argument(
        "--sha256", metavar="DIGITS", help="pull: the checksum that the file must have; without it, it is written down."
    )
    models.add_argument("-y", "--yes", action="store_true", help="remove: do not ask.")


def add_exploring_options(localize: argparse.ArgumentParser) -> None:
    """Give ``localize`` the options that make it explore; they have no default, so that one without ``--explore`` is seen."""
    localize.add_argument(
        "--explore",
        action="store_true",
        help="Work on it further with tools, where the first answer is uncertain; takes up to --seconds.",
    )
    localize.add_argument(
        "--turns", metavar="N", type=between(1, 16), help="With --explore: turns at most, 1 to 16. Default: 4."
    )
    localize.add_argument(
        "--calls", metavar="N", type=between(1, 32), help="With --explore: calls at once, 1 to 32. Default: 8."
    )
    localize.add_argument(
        "--seconds",
        metavar="S",
        type=between(1, 600),
        help="With --explore: for all of it, 1 to 600. Default: 5; 60 with a model.",
    )
    localize.add_argument(
        "--trace", metavar="FILE", type=Path, help="With --explore: append what was done to a file, as a line of JSON."
    )
    localize.add_argument(
        "--policy",
        choices=get_args(PolicyName),
        help="With --explore: who decides what to do next; deterministic: rules; chat: a GGUF model of yours; remote: a model"
        " behind an address, which gets the question and pieces of the code. Default: deterministic.",
    )
    localize.add_argument(
        "--model", metavar="NAME", help="With --policy chat or remote: the model. Default: the setting chat_model."
    )
    localize.add_argument(
        "--endpoint",
        metavar="URL",
        help="With --policy remote: the server, as in http://127.0.0.1:8080/v1. Default: the setting chat_endpoint.",
    )
    localize.add_argument(
        "--key-env", metavar="VARIABLE", help="With --policy remote: the environment variable that holds the key."
    )
