"""Find the exact place in a code base: a local language server, command line and library."""

from __future__ import annotations

__version__ = "0.1.0"
