"""Findspot's server for coding agents in one file: `uv run findspot-mcp.py` or `pipx run findspot-mcp.py`."""

# /// script
# requires-python = ">=3.11"
# dependencies = ["findspot"]
# ///

from __future__ import annotations

import sys

from findspot.cli.main import main

sys.exit(main(["mcp", *sys.argv[1:]]))
