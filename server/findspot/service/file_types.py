"""The names of file types for front ends, which do not know of languages."""

from __future__ import annotations

from findspot.languages.types import FILE_TYPES, type_mistake

__all__ = ["FILE_TYPES", "type_mistake"]
