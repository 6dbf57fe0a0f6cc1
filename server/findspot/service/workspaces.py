"""The roots of one client, each with its engine, opened when it is first needed.

Roots may lie inside of each other, or be one folder under two names. A place is found once: the deepest root has it, and
roots around it leave it out where both are asked. An unsaved text is seen by every root that holds its file. Engines are
opened in worker threads: opening reads a database and loads models, and no first answer of a server waits for that.
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

from findspot.core.types import Diagnostic, EditorContext
from findspot.errors import FindspotError, OutsideRootError, QueryError, RootError
from findspot.service.packages import nearest_packages, package_folders
from findspot.workspace.roots import find_root, home_folder, marker_of

if TYPE_CHECKING:
    from findspot.config import Config
    from findspot.engine import Engine
    from findspot.service.engines import Access
    from findspot.service.messages import EditorView

__all__ = ["EngineFile", "Part", "Root", "Workspace", "find_root", "home_folder", "marker_of"]

_log = logging.getLogger(__name__)

OpenEngine = Callable[[Path], "Access"]
GiveBack = Callable[["Engine"], None]


@dataclass(frozen=True, slots=True)
class EngineFile:
    """A file as the engine of one root knows it."""

    root: Root
    access: Access
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """A root with what is to be searched in it, as root-relative paths: an empty scope is all of it."""

    root: Root
    scope: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Root:
    """One root: the client's own name of it (a URI in an editor), its path, and its engine."""

    def __init__(self, name: str, path: Path, open_engine: OpenEngine, give_back: GiveBack) -> None:
        self.name = name
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

    def opened_with(self) -> Config | None:
        """Return the settings that the engine was opened with, None while it is not open."""
        with self._guard:
            return None if self._access is None else self._access.config

    def close(self, *, for_good: bool = True) -> None:
        """Stop the work on this folder and give its engine back; if not ``for_good``, the next call opens it again."""
        if for_good:
            self.stop.set()
        with self._life:
            with self._guard:
                access, self._access = self._access, None
            if access is not None:
                self._give_back(access.engine)


class Workspace:
    """The roots of one client, in its order."""

    def __init__(
        self,
        open_engine: OpenEngine,
        give_back: GiveBack,
        path_of: Callable[[str], Path],
        shown: Callable[[], Sequence[Path]] = tuple,
    ) -> None:
        """Take what turns the client's name of a file or folder into its absolute path, or raises ``QueryError``.

        ``shown`` are the files that the client has open: where no folder is, they tell which one to open.
        """
        self._shown = shown
        self._open_engine = open_engine
        self._give_back = give_back
        self._path_of = path_of
        self._roots: tuple[Root, ...] = ()

    @property
    def roots(self) -> tuple[Root, ...]:
        """Every root."""
        return self._roots

    def add(self, name: str) -> Root | None:
        """Add a folder by the client's name of it; None when it is there already. Raises ``QueryError``."""
        path = self._path_of(name)
        if any(root.path == path for root in self._roots):
            return None
        root = Root(name, path, self._open_engine, self._give_back)
        self._roots = (*self._roots, root)
        return root

    def remove(self, name: str) -> Root | None:
        """Take a root out and return it for closing; None when it is not there."""
        gone = self._named(name)
        self._roots = tuple(root for root in self._roots if root is not gone)
        return gone

    def chosen(self, name: str | None) -> tuple[Root, ...]:
        """Return the root that a request names, or all if it names none.

        Raises ``RootError`` if there is none, ``OutsideRootError`` if the name is unknown.
        """
        if not self._roots:
            raise RootError(no_folder(self._shown()))
        if name is None:
            return self._roots
        root = self._named(name)
        if root is None:
            raise OutsideRootError(f"'root' names {name}, which is not a workspace folder; {self._names()}")
        return (root,)

    def _named(self, name: str) -> Root | None:
        try:
            path = self._path_of(name)
        except QueryError:
            return None
        return next((root for root in self._roots if root.path == path), None)

    def parts(self, roots: Sequence[Root], scope: Sequence[str]) -> list[Part]:
        """Return what to search in which of ``roots``, so that no file is searched twice; for worker threads.

        A name in ``scope`` that lies outside of ``roots`` is an ``OutsideRootError``. One that is no path means the
        package of that name, and is a ``QueryError`` where there is none.
        """
        # Of one folder under two names the first has everything.
        distinct = [root for at, root in enumerate(roots) if all(root.real != one.real for one in roots[:at])]
        asked: dict[Root, list[str]] = {} if scope else {root: [] for root in distinct}
        for name, path in self._meant(distinct, scope):
            found = _deepest(distinct, path)
            if found is None:
                raise OutsideRootError(f"'scope' holds {name}, which lies outside of the workspace; {self._names()}")
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

    def _meant(self, roots: Sequence[Root], scope: Sequence[str]) -> list[tuple[str, Path]]:
        """Return the entries of a scope, each with its path; a package may have several."""
        meant: list[tuple[str, Path]] = []
        packages: dict[Path, dict[str, tuple[str, ...]]] = {}
        for name in scope:
            path, unclear = None, ""
            try:
                path = self._path_of(name)
            except QueryError as error:
                unclear = str(error)
            is_whole = name.startswith("file:") or Path(name).is_absolute()
            if path is not None and (is_whole or os.path.lexists(path) or _deepest(roots, path) is None):
                meant.append((name, path))
                continue
            packages = packages or {root.path: root.access().engine.explorer().packages() for root in roots}
            folders = package_folders(packages, name)
            if not folders:
                what = unclear or f"there is no file, folder or package {name}"
                raise QueryError(f"{what}{nearest_packages(packages, name)}")
            meant += [(name, folder) for folder in folders]
        return meant

    def in_root(self, root: Root, view: EditorView) -> EditorContext:
        """Return what an editor shows as far as it lies in a root. Names are compared and nothing is opened; what is no file is left out."""
        inside = functools.cache(functools.partial(self._inside, root))

        def all_inside(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(path for path in map(inside, names) if path is not None)

        active = None if view.active is None else inside(view.active.path)
        return EditorContext(
            active=active,
            line=view.active.line if view.active is not None and active is not None else None,
            open=all_inside(view.open),
            recent=all_inside(view.recent),
            diagnostics=tuple(
                Diagnostic(path, one.message, one.line)
                for one in view.diagnostics
                if (path := inside(one.path)) is not None
            ),
            changed=all_inside(view.changed),
        )

    def _inside(self, root: Root, name: str) -> str | None:
        """Return the root-relative path that the client's name of a file means, None for one that is not in the root."""
        try:
            path = self._path_of(name)
        except QueryError:
            return None
        tops = (top for top in (root.path, root.real) if path.is_relative_to(top))
        return next((path.relative_to(top).as_posix() for top in tops), None)

    def files(self, path: Path) -> list[EngineFile]:
        """Return ``path`` in every root that holds it, the deepest first, opening their engines."""
        found: list[EngineFile] = []
        for root in _deepest_first(self._roots):
            try:
                access = root.access()
                found.append(EngineFile(root, access, access.engine.relative(path)))
            except OutsideRootError:
                continue
            except FindspotError as error:  # the status says of this root why it cannot be opened
                _log.info("%s: %s", root.path, error)
        return found

    def file(self, path: Path) -> EngineFile:
        """Return ``path`` in the deepest root that holds it; raises ``OutsideRootError``, ``RootError``. For worker threads."""
        self.chosen(None)
        found = self.files(path)
        if not found:
            folder = _project_of(path)
            raise OutsideRootError(f"{path} lies outside of the open folders; open {folder} to search there")
        return found[0]

    def refresh_files(self, paths: Sequence[Path], stop: threading.Event) -> None:
        """Read files again in every root that holds them; raises what ``Engine.refresh`` raises."""
        engines: dict[Engine, list[str]] = {}
        for path in paths:
            for file in self.files(path):
                engines.setdefault(file.access.engine, []).append(file.path)
        for engine, names in engines.items():
            engine.refresh(stop=stop, paths=list(dict.fromkeys(names)))

    def _names(self) -> str:
        return "the workspace folders are " + ", ".join(root.name for root in self._roots)


def no_folder(shown: Sequence[Path]) -> str:
    """Return what to say where no folder is open, but perhaps a file."""
    if not shown:
        return "No folder is open; open a folder in the editor and ask again"
    return f"No folder is open; open {_project_of(shown[0])}, to which {shown[0].name} belongs, and ask again"


def _project_of(path: Path) -> Path:
    return find_root(path.parent)[0]


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
