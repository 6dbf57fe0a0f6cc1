"""What retrieval asks of the layers below it, as protocols: an index to read, a model with a deadline, a cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Protocol

from findspot.core.arrays import Vectors
from findspot.core.ranking.nearness import PastChange
from findspot.core.render import Fields
from findspot.core.types import Span
from findspot.storage.commits import Changes, PastMatches
from findspot.storage.hits import Accepts
from findspot.storage.records import ChunkRow, Corpus, StoredFile, SymbolRow


class IndexReader(Protocol):
    """The questions that retrieval puts to an index; ``storage.reader.StoreReader`` answers them."""

    def interruptible(self, stop: Event | None) -> AbstractContextManager[None]:
        """Let ``stop`` interrupt this thread's questions, with ``Cancelled``."""
        ...

    def corpus(self) -> Corpus:
        """Return counts and mean lengths of the present generation."""
        ...

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; 0 for unknown terms."""
        ...

    def lexical(
        self, terms: Sequence[str], limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, score) of chunks with any of the terms, best first."""
        ...

    def dense(
        self, vector: Vectors, limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) of the nearest chunks, best first."""
        ...

    def few_chunks_of(self, scope: tuple[str, ...], accepts: Accepts | None) -> dict[int, int] | None:
        """Return the chunks in scope and their places in its order, None where there are too many to list."""
        ...

    def similarities(self, vector: Vectors, ids: Iterable[int]) -> dict[int, float]:
        """Return the cosine of each chunk that has an embedding."""
        ...

    def rows(self, ids: Iterable[int]) -> dict[int, ChunkRow]:
        """Return the rows of the chunks that still exist."""
        ...

    def fields(self, ids: Iterable[int]) -> dict[int, Fields]:
        """Return the rendered fields of chunks."""
        ...

    def chunks_named(self, names: Sequence[str], limit_per_name: int = 50) -> dict[str, list[int]]:
        """Return the chunks that define each name, bare or qualified."""
        ...

    def symbols_like(
        self, text: str, limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[SymbolRow]:
        """Return definitions whose name holds ``text`` in any case, the most alike first."""
        ...

    def chunks_of(self, path: str) -> list[ChunkRow]:
        """Return the chunks of one file in file order."""
        ...

    def chunk_at(self, path: str, line: int) -> int | None:
        """Return the smallest chunk that holds a 1-based line."""
        ...

    def definition_spans(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Span]:
        """Return the span of whole definitions by (path, qualified name)."""
        ...

    def stored_files(self, scope: Sequence[str] = ()) -> dict[str, StoredFile]:
        """Return the files of the index by path: those in ``scope``, by default all."""
        ...

    def callers(self, names: Sequence[str], limit: int = 100) -> dict[str, list[int]]:
        """Return the chunks that reference each bare name."""
        ...

    def references_of(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the bare names that each chunk references."""
        ...

    def imports_of(self, paths: Sequence[str]) -> dict[str, list[str]]:
        """Return the import targets of each file as they are written there."""
        ...

    def past_matches(self, terms: Sequence[str], limit: int) -> PastMatches:
        """Return the messages of past commits that hold any of the terms."""
        ...

    def changes_of(self, paths: Sequence[str]) -> dict[str, Changes]:
        """Return when and how often files were changed lately."""
        ...

    def changed_with(self, paths: Sequence[str], limit: int) -> list[PastChange]:
        """Return what the newest ``limit`` commits of each file changed."""
        ...


class DocumentModel(Protocol):
    """The localization model: a bi-encoder that stops embedding when its time is over."""

    @property
    def model_id(self) -> str:
        """Identity of the weights and of how they are used."""
        ...

    def embed_documents(
        self, texts: Sequence[str], stop: Event | None = None, deadline: float | None = None
    ) -> Vectors:
        """Embed as many texts as fit before ``deadline`` (``time.monotonic``), from the first on."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Embed one query; shape (1, dimension)."""
        ...


class DocumentVectors(Protocol):
    """Document vectors of the localization model, by its ``model_id`` and the hash of what it reads."""

    def get(self, model_id: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the known vectors, each of shape (dimension,)."""
        ...

    def put(self, model_id: str, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors of shape (dimension,)."""
        ...
