"""What ``make bench`` starts: lets the modules beside this file be found under the names the tests use, then runs them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    sys.exit(importlib.import_module("benchmarks.command").main())
