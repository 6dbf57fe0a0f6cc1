"""The workspace folders of a session, each with its engine, opened when it is first needed.

A file belongs to the deepest folder that holds it. Engines are opened in worker threads: opening reads a
database and loads models, and the answer to ``initialize`` does not wait for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.errors import OutsideRootError, QueryError, RootError
from findspot.lsp.convert import path_of_uri, uri_of_path

if TYPE_CHECKING:
    from findspot.engine import Engine

OpenEngine = Callable[[Path], "Engine"]


@dataclass(frozen=True, slots=True)
class Place:
    """A file as its engine knows it."""

    engine: Engine
    path: str


class Root:
    """One workspace folder: the client's URI of it, its path, and its engine."""

    def __init__(self, uri: str, path: Path, open_engine: OpenEngine) -> None:
        self.uri = uri
        self.path = path
        self.stop = threading.Event()
        self._open_engine = open_engine
        self._engine: Engine | None = None
        self._guard = threading.Lock()
        self._life = threading.Lock()  # an engine must not be closed while its watcher is starting

    def engine(self) -> Engine:
        """Return the engine, opening it on the first call; raises ``RootError`` once the folder was removed."""
        with self._guard:
            if self.stop.is_set():
                raise RootError(f"{self.path} is no longer a folder of this workspace")
            if self._engine is None:
                self._engine = self._open_engine(self.path)
            return self._engine

    def watch(self) -> Engine:
        """Return the engine, watching its folder from now on; searches need not wait for that."""
        with self._life:
            engine = self.engine()
            engine.watch()
            return engine

    def close(self) -> None:
        """Stop the work on this folder and close its engine."""
        self.stop.set()
        with self._life:
            with self._guard:
                engine, self._engine = self._engine, None
            if engine is not None:
                engine.close()


class Roots:
    """The folders of the workspace, in the client's order."""

    def __init__(self, open_engine: OpenEngine) -> None:
        self._open_engine = open_engine
        self._roots: tuple[Root, ...] = ()

    def all(self) -> tuple[Root, ...]:
        """Return every folder."""
        return self._roots

    def add(self, uri: str) -> Root | None:
        """Add a folder; None when it is there already. Raises ``RootError`` when the URI is not of a folder."""
        path = path_of_uri(uri)
        if path is None:
            raise RootError(
                f"The workspace folder '{uri}' is not on this machine's disk; only file: URIs can be searched"
            )
        if any(root.path == path for root in self._roots):
            return None
        root = Root(uri, path, self._open_engine)
        self._roots = (*self._roots, root)
        return root

    def remove(self, uri: str) -> Root | None:
        """Take a folder out and return it for closing; None when it is not there."""
        path = path_of_uri(uri)
        gone = next((root for root in self._roots if root.path == path), None)
        self._roots = tuple(root for root in self._roots if root is not gone)
        return gone

    def chosen(self, uri: str | None) -> tuple[Root, ...]:
        """Return the folder that a request names, or all; raises when there is none or the name is unknown."""
        if not self._roots:
            raise RootError("No folder is open; open a folder in the editor and ask again")
        if uri is None:
            return self._roots
        path = path_of_uri(uri)
        for root in self._roots:
            if root.path == path:
                return (root,)
        raise OutsideRootError(f"'root' names {uri}, which is not a workspace folder; {self._names()}")

    def within(self, roots: Sequence[Root], scope: Sequence[str]) -> list[tuple[Root, list[str]]]:
        """Return each root to search with its part of ``scope`` as root-relative paths; opens engines.

        A URI outside of ``roots`` is an ``OutsideRootError``.
        """
        parts: dict[Root, list[str]] = {}
        for uri in scope:
            path = path_of_uri(uri)
            if path is None:
                raise QueryError(f"'scope' holds '{uri}', which is not a file: URI")
            found = _deepest(roots, path)
            if found is None:
                raise OutsideRootError(f"'scope' holds {uri}, which lies outside of the workspace; {self._names()}")
            parts.setdefault(found[0], []).append(found[1])
        # The root itself in the scope means all of it.
        return [(root, [] if "." in paths or "" in paths else paths) for root, paths in parts.items()]

    def locate(self, path: Path) -> Place | None:
        """Return where ``path`` belongs, opening the engine; None when it lies in no folder."""
        found = _deepest(self._roots, path)
        return None if found is None else Place(found[0].engine(), found[1])

    def _names(self) -> str:
        return "the workspace folders are " + ", ".join(root.uri for root in self._roots)


def _deepest(roots: Sequence[Root], path: Path) -> tuple[Root, str] | None:
    for root in sorted(roots, key=lambda root: len(root.path.parts), reverse=True):
        try:
            return root, root.engine().relative(path)
        except OutsideRootError:
            continue
    return None


def folder_uris(folders: Sequence[str] | None, root_uri: str | None, root_path: str | None) -> list[str]:
    """Return the folders that ``initialize`` names: the list, or else the older single root."""
    if folders:
        return list(folders)
    if root_uri:
        return [root_uri]
    if root_path:
        return [uri_of_path(Path(root_path).absolute())]
    return []
