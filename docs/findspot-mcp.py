# /// script
# requires-python = ">=3.11"
# dependencies = ["findspot"]
# ///
"""Findspot's server for coding agents in one file: `uv run findspot-mcp.py` or `pipx run findspot-mcp.py`."""

import sys

from findspot.cli.main import main

sys.exit(main(["mcp", *sys.argv[1:]]))
