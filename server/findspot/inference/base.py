"""What the rest of Findspot knows of a model: a name, a dimension, and text in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Final, Protocol

from findspot.core.arrays import Vectors


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product is their similarity."""

    @property
    def model_id(self) -> str:
        """Identity of the weights and of how they are used; part of the index key."""
        ...

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        ...

    def embed_documents(self, texts: Sequence[str], stop: Event | None = None) -> Vectors:
        """Embed rendered documents; raises ``Cancelled`` between texts once ``stop`` is set."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Embed one rendered query; shape (1, dimension)."""
        ...

    def close(self) -> None:
        """Give back memory and files; a closed embedder may not be used again."""
        ...


class WordEmbedder(Embedder, Protocol):
    """An embedder that can tell words it knows from pieces of words."""

    def whole_words(self, text: str) -> str:
        """Return the words of a rendered query that the model knows as such, and not as pieces of words."""
        ...


CHAT_BATCH: Final = 256
"""Tokens of a prompt that a chat model on this machine reads at a time; a call is stopped between two such batches."""
