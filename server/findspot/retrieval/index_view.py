"""The index as one request sees it: stored chunks, unsaved buffers in place of stored files, and a scope.

Stored chunks of the paths of its overlay do not exist for the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from findspot.core.arrays import Vectors
from findspot.core.filters import NO_FILTER, Filter
from findspot.core.ranking.nearness import PastChange
from findspot.core.render import Fields
from findspot.core.types import Span
from findspot.retrieval.filtering import in_scope, path_test
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.protocols import IndexReader
from findspot.storage.commits import Changes, PastMatches
from findspot.storage.records import ChunkRow, Corpus


class IndexView:
    """Answers the questions of one request over store, overlay and scope."""

    def __init__(
        self,
        store: IndexReader,
        overlay: Overlay,
        scope: Sequence[str],
        exclude: Sequence[str] = (),
        filters: Filter = NO_FILTER,
    ) -> None:
        """Look at an index; raises ``QueryError`` for a type of files that does not exist."""
        self._store = store
        self._overlay = overlay
        scope = self._scope = tuple(part.rstrip("/") for part in scope)
        self._in = frozenset(scope)
        self._accepts = path_test(filters, scope, exclude)
        self._rows: dict[int, ChunkRow] = {}
        self.corpus: Corpus = store.corpus()

    def holds(self, path: str, path_class: str | None = None) -> bool:
        """Return whether the request is about the file at a root-relative path."""
        return in_scope(path, self._in) if self._accepts is None else self._accepts(path, path_class)

    @property
    def holds_some(self) -> Callable[[str], bool] | None:
        """What tells if the request is about a file, None where it is about all of them."""
        return self.holds if self._in or self._accepts is not None else None

    @property
    def empty(self) -> bool:
        """True when there is nothing to search at all."""
        return self.corpus.chunks == 0 and not self._overlay.rows

    @property
    def total(self) -> int:
        """Number of chunks that terms are rare or frequent among."""
        return self.corpus.chunks + len(self._overlay.rows)

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs; terms of the overlay alone count from 1."""
        found = self._store.document_frequencies(terms)
        if self._overlay.rows:
            for term in terms:
                found[term] = found.get(term, 0) + sum(term in tokens for tokens in self._overlay.tokens)
        return found

    def lexical(self, terms: Sequence[str], limit: int) -> tuple[list[int], bool]:
        """Return chunks that hold any of the terms, best first, and whether there may be more."""
        if not terms:
            return [], False
        stored = self._store.lexical(terms, limit, self._scope, self._accepts)
        wanted = frozenset(terms)
        own = [
            (len(wanted & tokens), row.id)
            for tokens, row in zip(self._overlay.tokens, self._overlay.rows, strict=True)
            if not wanted.isdisjoint(tokens) and self.holds(row.path, row.path_class)
        ]
        own.sort(reverse=True)
        more = len(stored) >= limit or len(own) > limit
        return [number for number, _ in stored] + [number for _, number in own[:limit]], more

    def dense(self, vector: Vectors, limit: int) -> dict[int, float]:
        """Return the cosine of the nearest chunks."""
        found = dict(self._store.dense(vector, limit, self._scope, self._accepts))
        if self._overlay.vectors is not None:
            cosines = self._overlay.vectors @ vector.reshape(-1)
            inside = [at for at, row in enumerate(self._overlay.rows) if self.holds(row.path, row.path_class)]
            for at in sorted(inside, key=lambda at: -cosines[at])[:limit]:
                found[self._overlay.rows[at].id] = float(cosines[at])
        return found

    def similarities(self, vector: Vectors, ids: Iterable[int]) -> dict[int, float]:
        """Return the cosine of each chunk that has an embedding."""
        numbers = list(ids)
        found = self._store.similarities(vector, [number for number in numbers if number >= 0])
        if self._overlay.vectors is not None:
            for number in numbers:
                if number < 0:
                    found[number] = float(self._overlay.vectors[-1 - number] @ vector.reshape(-1))
        return found

    def rows(self, ids: Iterable[int]) -> dict[int, ChunkRow]:
        """Return the rows that exist for this request: in scope, and not hidden by the overlay."""
        wanted = list(dict.fromkeys(ids))
        missing = [number for number in wanted if number not in self._rows]
        if missing:
            for number in missing:
                if number < 0:
                    self._rows[number] = self._overlay.rows[-1 - number]
            stored = self._store.rows([number for number in missing if number >= 0])
            self._rows.update({number: row for number, row in stored.items() if row.path not in self._overlay.paths})
        return {
            number: row
            for number in wanted
            if (row := self._rows.get(number)) is not None and self.holds(row.path, row.path_class)
        }

    def fields(self, ids: Iterable[int]) -> dict[int, Fields]:
        """Return the rendered fields of chunks."""
        numbers = list(ids)
        found = self._store.fields([number for number in numbers if number >= 0])
        for number in numbers:
            if number < 0:
                found[number] = self._overlay.fields[-1 - number]
        return found

    def named(self, names: Sequence[str], limit: int) -> dict[str, list[int]]:
        """Return the chunks that define each name; stored ones of hidden paths may be among them."""
        found = self._store.chunks_named(names, limit)
        for name in names:
            own = self._overlay.definitions.get(name)
            if own:
                found[name] = [*own, *found.get(name, [])]
        return found

    def chunks_of(self, path: str) -> list[ChunkRow]:
        """Return the chunks of one file in file order; none when the file is outside the scope."""
        if not self.holds(path):
            return []
        if path in self._overlay.paths:
            rows = [row for row in self._overlay.rows if row.path == path]
        else:
            rows = self._store.chunks_of(path)
        self._rows.update({row.id: row for row in rows})
        return rows

    def chunk_at(self, path: str, line: int) -> int | None:
        """Return the smallest chunk that holds a 1-based line."""
        if path not in self._overlay.paths:
            return self._store.chunk_at(path, line)
        inside = [
            row for row in self._overlay.rows if row.path == path and row.span.start_line <= line <= row.span.end_line
        ]
        return min(inside, key=lambda row: row.span.end_line - row.span.start_line).id if inside else None

    def definition_spans(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Span]:
        """Return the span of whole definitions by (path, qualified name)."""
        wanted = list(keys)
        found = self._store.definition_spans([key for key in wanted if key[0] not in self._overlay.paths])
        found.update({key: self._overlay.spans[key] for key in wanted if key in self._overlay.spans})
        return found

    def callers(self, names: Sequence[str], limit: int) -> dict[str, list[int]]:
        """Return the chunks that reference each bare name."""
        found = self._store.callers(names, limit)
        for row, references in zip(self._overlay.rows, self._overlay.references, strict=True):
            for name in set(names).intersection(references):
                found.setdefault(name, []).append(row.id)
        return found

    def references_of(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the bare names that each chunk references."""
        numbers = list(ids)
        found = self._store.references_of([number for number in numbers if number >= 0])
        for number in numbers:
            if number < 0:
                found[number] = list(self._overlay.references[-1 - number])
        return found

    def imports_of(self, paths: Sequence[str]) -> dict[str, list[str]]:
        """Return the import targets of each file as they are written there; unsaved imports are not known."""
        return self._store.imports_of(paths)

    def past_matches(self, terms: Sequence[str], limit: int) -> PastMatches:
        """Return the messages of past commits that hold any of the terms, with files inside the scope only."""
        found = self._store.past_matches(terms, limit)
        files = {place: [path for path in paths if self.holds(path)] for place, paths in found.files.items()}
        return found._replace(files=files)

    def changes_of(self, paths: Sequence[str]) -> dict[str, Changes]:
        """Return when and how often files were changed lately."""
        return self._store.changes_of(paths)

    def changed_with(self, paths: Sequence[str], limit: int) -> list[PastChange]:
        """Return what the newest ``limit`` commits of each file changed."""
        return self._store.changed_with(paths, limit)
