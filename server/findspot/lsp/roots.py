"""The workspace folders of a session, each with its engine, opened when it is first needed.

Folders may lie inside of each other, or be one folder under two names. A place is found once: the deepest folder has it,
and folders around it leave it out where both are asked. An unsaved text is seen by every folder that holds its file.
Engines are opened in worker threads: opening reads a database and loads models, and the answer to ``initialize`` does
not wait for that.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.errors import FindspotError, OutsideRootError, QueryError, RootError
from findspot.lsp.convert import path_of_uri, uri_of_path

if TYPE_CHECKING:
    from findspot.engine import Engine
    from findspot.lsp.engines import Access

_log = logging.getLogger(__name__)

OpenEngine = Callable[[Path], "Access"]
GiveBack = Callable[["Engine"], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A file as the engine of one folder knows it."""

    access: Access
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """A folder with what is to be searched in it, as root-relative paths: an empty scope is all of it."""

    root: Root
    scope: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Root:
    """One workspace folder: the client's URI of it, its path, and its engine."""

    def __init__(self, uri: str, path: Path, open_engine: OpenEngine, give_back: GiveBack) -> None:
        self.uri = uri
        self.path = path
        self.stop = threading.Event()
        self._open_engine = open_engine
        self._give_back = give_back
        self._access: Access | None = None
        self._guard = threading.Lock()
        self._life = threading.Lock()  # an engine must not be closed while its watcher is starting

    @functools.cached_property
    def real(self) -> Path:
        """The path without links; for worker threads, because it asks the disk."""
        return _real(self.path)

    def access(self) -> Access:
        """Return the engine, opening it on the first call; raises ``RootError`` once the folder was removed."""
        with self._guard:
            if self.stop.is_set():
                raise RootError(f"{self.path} is no longer a folder of this workspace")
            if self._access is None:
                self._access = self._open_engine(self.path)
            return self._access

    def watch(self) -> Engine:
        """Return the engine, watching its folder from now on; searches need not wait for that."""
        with self._life:
            engine = self.access().engine
            engine.watch()
            return engine

    def close(self) -> None:
        """Stop the work on this folder and give its engine back."""
        self.stop.set()
        with self._life:
            with self._guard:
                access, self._access = self._access, None
            if access is not None:
                self._give_back(access.engine)


class Roots:
    """The folders of the workspace, in the client's order."""

    def __init__(self, open_engine: OpenEngine, give_back: GiveBack) -> None:
        self._open_engine = open_engine
        self._give_back = give_back
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
        root = Root(uri, path, self._open_engine, self._give_back)
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

    def parts(self, roots: Sequence[Root], scope: Sequence[str]) -> list[Part]:
        """Return what to search in which of ``roots``, so that no file is searched twice; for worker threads.

        A URI of ``scope`` outside of ``roots`` is an ``OutsideRootError``.
        """
        # Of one folder under two names the first has everything.
        distinct = [root for at, root in enumerate(roots) if all(root.real != one.real for one in roots[:at])]
        asked: dict[Root, list[str]] = {} if scope else {root: [] for root in distinct}
        for uri in scope:
            path = path_of_uri(uri)
            if path is None:
                raise QueryError(f"'scope' holds '{uri}', which is not a file: URI")
            found = _deepest(distinct, path)
            if found is None:
                raise OutsideRootError(f"'scope' holds {uri}, which lies outside of the workspace; {self._names()}")
            asked.setdefault(found[0], []).append(found[1])
            for root in distinct:
                if root.real != found[0].real and root.real.is_relative_to(_real(path)):
                    asked[root] = ["."]
        parts: list[Part] = []
        for root, paths in asked.items():
            inner = [other.real for other in asked if other is not root and other.real.is_relative_to(root.real)]
            exclude = tuple(path.relative_to(root.real).as_posix() for path in inner)
            # The root itself in the scope means all of it.
            parts.append(Part(root, () if "." in paths or "" in paths else tuple(paths), exclude))
        return parts

    def places(self, path: Path) -> list[Place]:
        """Return ``path`` in every folder that holds it, the deepest first, opening their engines."""
        found: list[Place] = []
        for root in _deepest_first(self._roots):
            try:
                access = root.access()
                found.append(Place(access, access.engine.relative(path)))
            except OutsideRootError:
                continue
            except FindspotError as error:  # the status says of this folder why it cannot be opened
                _log.info("%s: %s", root.path, error)
        return found

    def _names(self) -> str:
        return "the workspace folders are " + ", ".join(root.uri for root in self._roots)


def _real(path: Path) -> Path:
    """Return a path without links; unlike ``Path.resolve`` it does not mind links that lead in a circle."""
    return Path(os.path.realpath(path))


def _deepest_first(roots: Sequence[Root]) -> list[Root]:
    return sorted(roots, key=lambda root: len(root.real.parts), reverse=True)


def _deepest(roots: Sequence[Root], path: Path) -> tuple[Root, str] | None:
    for root in _deepest_first(roots):
        try:
            return root, root.access().engine.relative(path)
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
