"""The options of ``findspot serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

from findspot.cli.options import add_paths, add_setting
from findspot.config import AnswerSettings, flag


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` the options of ``findspot serve`` beside the common ones."""
    add_paths(parser)
    for name in AnswerSettings.model_fields:
        if flag(name) is not None:
            add_setting(parser, name)
    add_setting(parser, "port")
    parser.add_argument(
        "--host",
        metavar="HOST",
        default="127.0.0.1",
        help="Address to listen on. One that other machines can reach needs --allow-network, too. Default: 127.0.0.1.",
    )
    parser.add_argument(
        "--allow-network",
        action="store_true",
        help="Let other machines ask that know the token, which travels unencrypted.",
    )
    token = parser.add_mutually_exclusive_group()
    token.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="File with the token that clients must show. Default: a new one, in the printed address.",
    )
    token.add_argument("--no-token", action="store_true", help="Let every program and every user of this machine ask.")
    parser.add_argument(
        "--query", dest="query_flag", metavar="QUERY", help="The question that the printed address opens with."
    )
