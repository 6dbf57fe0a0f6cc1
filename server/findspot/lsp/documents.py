"""Open documents: the newest text of every buffer, on its way to the index as an overlay.

The event loop notes what the editor sends; worker threads carry it to the engines. Between the two lies a
set of pending files in which the latest text wins, so that fast typing costs one overlay and not one per key.
A search calls ``flush`` first and therefore always sees the newest text, whatever the debounce.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from findspot.core.text import without_surrogates
from findspot.errors import FindspotError
from findspot.lsp.buffer_text import BufferText
from findspot.lsp.convert import Encoding
from findspot.service.checked import MAX_IN_VIEW
from findspot.service.messages import EditorView, FileInView
from findspot.service.workspaces import EngineFile

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 1.0
"""How long a search waits until the newest texts of all buffers are read; after that its answer says that it is not."""


@dataclass(slots=True)
class Document:
    """One open buffer; ``saved`` means that a refresh of its file is under way."""

    text: BufferText
    saved: bool = False


class Documents:
    """The open documents of one session; the loop writes, worker threads read and flush."""

    def __init__(self, locate: Callable[[Path], Sequence[EngineFile]]) -> None:
        self._locate = locate
        self._open: dict[Path, Document] = {}
        self._pending: set[Path] = set()
        self._edited: dict[Path, None] = {}  # the last one at the end
        self._guard = threading.Lock()
        self._flushing = threading.Lock()

    def opened(self, path: Path, text: str) -> None:
        """Note a document that the editor has opened."""
        with self._guard:
            self._open[path] = Document(BufferText(text))
            self._pending.add(path)

    def changed(self, path: Path, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: Encoding) -> None:
        """Apply the changes of one ``didChange`` in order; a document that is not open is left alone."""
        document = self._open.get(path)
        if document is None:
            return
        with self._guard:
            for change in changes:
                document.text.apply(change, encoding)
            self._pending.add(path)
            self._edited.pop(path, None)
            self._edited[path] = None
            if len(self._edited) > MAX_IN_VIEW:
                del self._edited[next(iter(self._edited))]

    def saved(self, path: Path) -> None:
        """Note that a file was written; its overlay stays until ``settled``, so that no search sees the old text."""
        with self._guard:
            document = self._open.get(path)
            if document is not None:
                document.saved = True
                self._pending.add(path)

    def settled(self, path: Path) -> None:
        """Note that the index has read the file again: the overlay goes if the buffer equals the file."""
        with self._guard:
            document = self._open.get(path)
            if document is not None:
                document.saved = False
                self._pending.add(path)

    def closed(self, path: Path) -> None:
        """Forget a document; the file on disk counts again."""
        with self._guard:
            if self._open.pop(path, None) is not None:
                self._pending.add(path)

    def resend(self) -> None:
        """Mark every open text as pending, for a root that has just been added."""
        with self._guard:
            self._pending.update(self._open)

    def paths(self) -> tuple[Path, ...]:
        """Return the open documents."""
        with self._guard:
            return tuple(self._open)

    def view(self) -> EditorView | None:
        """Return what is known of what the editor shows; of open documents the one edited last is taken for the active one."""
        with self._guard:
            if not self._open and not self._edited:
                return None
            recent = tuple(map(Path.as_uri, reversed(self._edited)))
            last = next((path.as_uri() for path in reversed(self._edited) if path in self._open), None)
            active = None if last is None else FileInView(path=last)
            return EditorView(active=active, open=tuple(map(Path.as_uri, self._open)), recent=recent)

    def text(self, path: Path) -> str | None:
        """Return the text of an open document, None where it is not open."""
        with self._guard:
            document = self._open.get(path)
            return None if document is None else str(document.text)

    def selected(self, path: Path, found: types.Range, encoding: Encoding, most: int) -> str:
        """Return the text of an open document in a range, at most ``most`` characters; empty where it is not open."""
        with self._guard:
            document = self._open.get(path)
            return "" if document is None else document.text.between(found, encoding, most)

    def flush(self) -> None:
        """Carry all pending texts to their engines; on return all are there, also those another thread took."""
        with self._flushing:
            with self._guard:
                pending, self._pending = self._pending, set()
            until = time.monotonic() + _PATIENCE_SECONDS
            for path in sorted(pending):
                self._carry(path, until)

    def _carry(self, path: Path, until: float) -> None:
        for place in self._locate(path):
            try:
                patience = max(0.0, until - time.monotonic())
                place.access.unsaved.set(place.path, self._overlay(path, place), patience)
            except FindspotError as error:
                _log.warning("the unsaved text of %s is not searched: %s", path, error)

    def _overlay(self, path: Path, place: EngineFile) -> str | None:
        """Return what is to be searched in place of the file, None for the file itself."""
        with self._guard:
            document = self._open.get(path) or self._twin(path)
            # A text that is too large to be searched costs no more than keeping it.
            if document is None or len(document.text) > place.access.config.settings.max_file_bytes:
                return None
            text, saved = str(document.text), document.saved
        text = without_surrogates(text)
        return None if not saved and place.access.unsaved.is_on_disk(place.path, text) else text

    def _twin(self, path: Path) -> Document | None:
        """Return the buffer of the same file that is open under another name; a link has two."""
        real = os.path.realpath(path)
        return next((document for other, document in self._open.items() if os.path.realpath(other) == real), None)
