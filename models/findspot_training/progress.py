"""How far a long job is, on standard error."""

from __future__ import annotations

import sys
import time
from typing import Final

_SECONDS: Final = 5.0
"""Between two lines that are not said at once."""


class Progress:
    """Says what happens to the repository ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = self._said = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line at once, with the seconds since the beginning."""
        self._said = time.monotonic()
        print(f"{self._name}: {text}, {self._said - self._began:.0f} s", file=sys.stderr, flush=True)

    def now_and_then(self, text: str, *numbers: int) -> None:
        """Print a line, its ``numbers`` filled in, unless something was said a moment ago."""
        if time.monotonic() - self._said >= _SECONDS:
            self.say(text.format(*numbers))
