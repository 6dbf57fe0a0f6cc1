"""Whether a question is about a file: a filter made ready to judge thousands of paths; no I/O.

The order is ripgrep's: globs decide first, then lines of ignore files, then types. A folder that is left out takes along
what is in it, from below the entry of the scope that it lies in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from findspot.core.filters import FileKind, Filter, braces_written_out
from findspot.core.types import PathClass
from findspot.errors import QueryError
from findspot.languages.paths import is_prose_or_data, path_class
from findspot.languages.types import FILE_TYPES, type_mistake
from findspot.workspace.ignore_patterns import IgnoreFile

_REMEMBERED = 4_096
"""Files, and folders, of which a test remembers what it said: the chunks of a file are met one after the other."""


@dataclass(frozen=True)
class PathTest:
    """Judges paths of one question; equal for equal filters in equal scopes, so that a reader can remember by it."""

    filters: Filter
    scope: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def __call__(self, path: str, known_class: PathClass | str | None = None) -> bool:
        """Return whether the question is about the file at a root-relative ``path`` of ``known_class``."""
        if not in_scope(path, self.scope) or (self.exclude and in_scope(path, self.exclude)):
            return False
        if path in self.scope or not self.filters:
            return True
        known = self._judged.get(path)
        if known is None:
            known = self._accepts(path, known_class)
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[path] = known
        return known

    def _accepts(self, path: str, known_class: PathClass | str | None) -> bool:
        top = self._top(path)
        filters = self.filters
        if filters.max_depth is not None and path.count("/", len(top)) + (not top) > filters.max_depth:
            return False
        if filters.only and _kind(path, known_class) not in filters.only:
            return False
        folder, _, name = path.rpartition("/")
        if self._judges_folders and len(folder) > len(top) and not self._enters(folder, top):
            return False
        return self._keeps(name, path, is_folder=False)

    def _top(self, path: str) -> str:
        """Return the entry of the scope that a file lies in, the deepest of several; "" for the root."""
        folder = path.rpartition("/")[0] if self.scope else ""
        while folder and folder not in self.scope:
            folder = folder.rpartition("/")[0]
        return folder

    def _enters(self, folder: str, top: str) -> bool:
        """Return whether neither ``folder`` nor one between it and ``top`` is left out."""
        known = self._entered.get(folder)
        if known is None:
            above, _, name = folder.rpartition("/")
            known = (len(above) <= len(top) or self._enters(above, top)) and self._keeps(name, folder, is_folder=True)
            if len(self._entered) >= _REMEMBERED:
                self._entered.clear()
            self._entered[folder] = known
        return known

    def _keeps(self, name: str, path: str, *, is_folder: bool) -> bool:
        globs, positive = self._globs
        rule = globs.decide(name, path, is_folder=is_folder)
        if rule is not None:
            return rule.ignore  # a glob takes in what the same line of an ignore file would leave out
        if positive and not is_folder:
            return False
        rule = self._ignored.decide(name, path, is_folder=is_folder)
        if rule is not None and rule.ignore:
            return False
        return is_folder or self._is_of_type(name)

    def _is_of_type(self, name: str) -> bool:
        wanted, unwanted = self._types
        if unwanted and unwanted.decide(name, name, is_folder=False) is not None:
            return False
        return not self.filters.types or wanted.decide(name, name, is_folder=False) is not None

    @cached_property
    def _judges_folders(self) -> bool:
        return bool(self.filters.globs or self.filters.ignored)

    @cached_property
    def _judged(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _entered(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _globs(self) -> tuple[IgnoreFile, bool]:
        """The globs, and whether one of them takes in; then what none of them matches is left out."""
        globs = braces_written_out(self.filters.globs)
        return IgnoreFile(globs), any(glob and not glob.startswith(("!", "#")) for glob in globs)

    @cached_property
    def _ignored(self) -> IgnoreFile:
        return IgnoreFile(self.filters.ignored)

    @cached_property
    def _types(self) -> tuple[IgnoreFile, IgnoreFile]:
        return _of_types(self.filters.types), _of_types(self.filters.not_types)


def in_scope(path: str, scope: Collection[str]) -> bool:
    """Return True for one of the scope's files and for what lies below one of its folders; an empty scope is the root.

    ``scope`` has no closing ``/``. With a set this takes one look-up per folder of the path, however long the scope.
    """
    if not scope:
        return True
    while path not in scope:
        path = path.rpartition("/")[0]
        if not path:
            return False
    return True


def path_test(filters: Filter, scope: Sequence[str], exclude: Sequence[str]) -> PathTest | None:
    """Return what judges the files of a question, None where all of its scope counts; raises ``QueryError``."""
    for name in (*filters.types, *filters.not_types):
        if mistake := type_mistake(name):
            raise QueryError(mistake)
    return PathTest(filters, frozenset(scope), frozenset(exclude)) if filters or exclude else None


def _of_types(names: Sequence[str]) -> IgnoreFile:
    return IgnoreFile(glob for name in names for glob in FILE_TYPES[name])


def _kind(path: str, known_class: PathClass | str | None) -> FileKind | None:
    """Return what a file is for; None for generated and vendored ones, and for data."""
    match PathClass(known_class) if known_class is not None else path_class(path):
        case PathClass.TEST:
            return "tests"
        case PathClass.DOCS:
            return "docs"
        case PathClass.CONFIG:
            return "config"
        case PathClass.SOURCE | PathClass.EXAMPLE as of_path:
            if not is_prose_or_data(path):
                return "code"
            return "docs" if of_path is PathClass.EXAMPLE else None
        case _:
            return None
