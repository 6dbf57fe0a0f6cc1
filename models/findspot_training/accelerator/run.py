"""Starts what lies beside it in ``machine``, wherever both were copied to."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(import_module("machine.main").main())
