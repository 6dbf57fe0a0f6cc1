"""One root behind one facade: its index kept fresh, its questions answered, in plain frozen data (I-2)."""

from __future__ import annotations

from findspot.engine.engine import Engine, Models, Unsaved

__all__ = ["Engine", "Models", "Unsaved"]
