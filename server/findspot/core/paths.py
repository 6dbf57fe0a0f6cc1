"""Placeholder until the real one lands."""

from __future__ import annotations

from findspot.core.types import PathClass


def path_class(path: str) -> PathClass:
    """Return what a path is for."""
    parts = path.lower().split("/")
    if any(part in {"tests", "test", "__tests__", "spec"} for part in parts) or parts[-1].startswith("test_"):
        return PathClass.TEST
    if any(part in {"docs", "doc"} for part in parts) or parts[-1].endswith((".md", ".rst", ".txt")):
        return PathClass.DOCS
    return PathClass.SOURCE
