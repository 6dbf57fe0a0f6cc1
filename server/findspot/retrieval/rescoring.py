"""The localization model's opinion of the best candidates: what it reads of a question and of code, and their cosines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from findspot.cancellation import check
from findspot.core.arrays import Vectors, rounded
from findspot.core.query import Query
from findspot.core.render import content_hash, render_model_document, render_model_query
from findspot.core.types import Chunk
from findspot.retrieval.protocols import DocumentModel, DocumentVectors
from findspot.storage.records import ChunkRow

_TELLING_TITLE = 3
"""Words of a title, not all of them stop words, from which on the model reads nothing else of a report."""

TextOf = Callable[[ChunkRow], str | None]
"""Gives the present text of a chunk, or None when its file has changed or gone since it was indexed."""


def no_text(_: ChunkRow) -> None:
    """Give no text: then the model has nothing to read."""


def cosines(
    model: DocumentModel,
    cache: DocumentVectors,
    query: Query,
    rows: Mapping[int, ChunkRow],
    text_of: TextOf,
    *,
    deadline: float,
    stop: Event | None,
) -> dict[int, float]:
    """Return the cosine of the query and each chunk, for as many of ``rows`` as time allows, from the first on.

    Cached vectors cost nothing; ``deadline`` is a value of ``time.monotonic``. Raises ``Cancelled``.
    """
    documents: dict[int, tuple[bytes, str]] = {}
    for at, row in rows.items():
        text = text_of(row)
        if text is not None:
            documents[at] = model_document(row, text)
    check(stop)
    question = model.embed_query(_read_of(query)).reshape(-1)
    known = cache.get(model.model_id, [key for key, _ in documents.values()])
    missing = {key: document for key, document in documents.values() if key not in known}
    if missing:
        keys = list(missing)
        embedded = model.embed_documents(list(missing.values()), stop, deadline)
        fresh: dict[bytes, Vectors] = {keys[at]: rounded(embedded[at]) for at in range(len(embedded))}
        cache.put(model.model_id, fresh)
        known = {**known, **fresh}
    return {at: float(known[key] @ question) for at, (key, _) in documents.items() if key in known}


def model_document(row: ChunkRow, text: str) -> tuple[bytes, str]:
    """Return what the model reads of a stored chunk with the given text, and the key of its vector before it."""
    chunk = Chunk(
        path=row.path,
        language=row.language,
        kind=row.kind,
        symbol=row.symbol,
        signature=row.signature,
        docstring=row.docstring,
        span=row.span,
        text=text,
        part=row.part,
    )
    document = render_model_document(chunk)
    return content_hash(document.encode("utf-8", "surrogatepass")), document


def _read_of(query: Query) -> str:
    """Return what the model reads of a query.

    Of a report this is its title, unless that tells nothing: prose behind it makes the order worse, the more the worse (0016).
    """
    title, prose = query.report.title, query.report.prose
    if not title and not prose:
        return render_model_query(query.sentence, "")
    telling = "title" in query.zones and len(title.split()) >= _TELLING_TITLE
    return render_model_query(title, "" if telling else prose)
