"""What the rest of Findspot knows of a model: a name, and text in, numbers or text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, Final, Literal, Protocol

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
    """An embedder for questions: it can tell words it knows from pieces of words, and takes no longer than it may."""

    def embed_query(self, text: str, *, stop: Event | None = None, deadline: float | None = None) -> Vectors:
        """Embed one rendered query; shape (1, dimension).

        Where that takes long it raises ``Cancelled`` once ``stop`` is set, and ``ModelError`` at ``deadline``, a value of
        ``time.monotonic``.
        """
        ...

    def whole_words(self, text: str) -> str:
        """Return the words of a rendered query that the model knows as such, and not as pieces of words."""
        ...


class SlowEmbedder(WordEmbedder, Protocol):
    """An embedder that takes longer than reading the files does, and may fail: chunks get their vectors afterwards.

    Its ``dimension`` is 0 until it has answered. Documents that it gives no vector are rows of zeros.
    """

    @property
    def destination(self) -> str:
        """Where texts are sent, as it may be shown; empty where they stay in this process."""
        ...

    @property
    def block(self) -> int:
        """How many documents are best given at once; what was given and not stored is lost when the process ends."""
        ...

    @property
    def refusal(self) -> str:
        """Why a document had no vector when that happened last, in words."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; the text is data, whatever marks of a template stand in it."""

    role: Literal["system", "user", "assistant"]
    text: str


class ChatModel(Protocol):
    """Goes on with a conversation; threads may share one and take turns."""

    @property
    def model_id(self) -> str:
        """What the model is called in records and messages."""
        ...

    @property
    def context(self) -> int:
        """Tokens that question and answer may have together."""
        ...

    def count(self, text: str) -> int:
        """Return how many tokens ``text`` has, or an upper estimate."""
        ...

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        stop: Event | None = None,
        deadline: float | None = None,
    ) -> str:
        """Return the next message of the assistant, at most ``max_tokens`` of it.

        ``schema`` is a JSON schema of the kind that ``grammar`` knows; what comes is then JSON of that form, unless it was
        cut by ``max_tokens`` or at ``deadline``, a value of ``time.monotonic``. A server elsewhere only may keep to it, so
        the text has to be checked in any case. Raises ``Cancelled`` once ``stop`` is set, and ``ModelError``.
        """
        ...

    def close(self) -> None:
        """Give back what the model holds. Idempotent."""
        ...


CHAT_BATCH: Final = 256
"""Tokens of a prompt that a chat model on this machine reads at a time; a call is stopped between two such batches."""
