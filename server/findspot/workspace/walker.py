"""Discovery: which files of a workspace are to be indexed, in ripgrep's way.

The walk follows symbolic links only where the user wants that, ends loops of them, never opens anything but ignore files, and treats all that goes wrong with one
entry as a ``FileProblem``. What it reads of the file system is names, types, sizes and times.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from findspot.core.types import FileProblem, ProblemKind
from findspot.errors import Cancelled, OutsideRootError, QueryError, RootError
from findspot.workspace.checkouts import Repository
from findspot.workspace.ignore_rules import KEPT, TRACKED, FolderRules, PathRules, linked
from findspot.workspace.links import LOOP, Links
from findspot.workspace.skip_rules import classify_name

_REPORT_EVERY = 500
"""Files between two progress reports."""


class FoundFile(NamedTuple):
    """A file as the walk saw it: root-relative path with ``/``, size in bytes, times in nanoseconds.

    ``ctime_ns`` is the time of the last change of content or metadata (on Windows: of creation); no program can set it
    back, which is why the plan looks at it too. ``inode`` is 0 where the system lists none.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int = 0


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """What a walk takes and leaves: hidden entries, the size limit in bytes, the user's global git excludes file.

    ``ignoring`` is False where no ignore file counts. With ``follow`` a link is what it leads to, in the root or out of it.
    """

    hidden: bool = False
    max_file_bytes: int = 1_000_000
    global_excludes: Path | None = None
    ignoring: bool = True
    follow: bool = False

    def rules(self, root: Path) -> PathRules:
        """Return the rules of a root under these options, with nothing read yet."""
        return PathRules(
            root,
            hidden=self.hidden,
            ignoring=self.ignoring,
            global_excludes=self.global_excludes,
            follow=self.follow,
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found: files by path, what was left out with a reason, and the folders that were entered.

    ``left_out`` counts, by kind, what the rules leave out without looking at it (ignored, hidden, links, other
    checkouts; a folder counts as one): there may be as many of them as there are files. Folders have a closing ``/``;
    the root is the empty string.
    """

    files: dict[str, FoundFile]
    problems: tuple[FileProblem, ...]
    folders: tuple[str, ...]
    left_out: Counter[ProblemKind]


def walk(
    root: Path,
    options: WalkOptions,
    prefix: str = "",
    *,
    stop: threading.Event | None = None,
    progress: Callable[[int], None] | None = None,
    on_left_out: Callable[[FileProblem], None] | None = None,
    named: bool = False,
    rules: PathRules | None = None,
) -> Walk:
    """Walk ``root``, or only the root-relative folder or file ``prefix``, under the rules of all folders above it.

    ``progress`` gets the number of files seen so far, ``on_left_out`` each entry that ``left_out`` counts. A prefix that
    is missing, ignored or inside an ignored folder is simply not found, unless it is a folder that was ``named``: then
    the rules judge only what is in it. ``rules`` are those of an earlier walk of the same pass, which need not be read
    again. Raises ``Cancelled``, ``RootError`` when the root itself cannot be listed, and
    ``OutsideRootError`` for a prefix that points out of the root.
    """
    run = _Run(str(root), options, stop, progress, on_left_out)
    run.start(clean_prefix(prefix), rules or options.rules(root), named=named)
    return Walk(run.files, tuple(run.problems), tuple(run.folders), run.left_out)


def clean_prefix(prefix: str) -> str:
    """Return a root-relative prefix without ``.`` and closing ``/``; the root itself is the empty string.

    Raises ``OutsideRootError`` for an absolute path or one with ``..``.
    """
    parts = [part for part in prefix.split("/") if part not in {"", "."}]
    if ".." in parts or prefix.startswith("/") or Path(prefix).is_absolute():
        raise OutsideRootError(f"'{prefix}' is not a path inside the root; give it relative to the root, without '..'")
    return "/".join(parts)


def clean_scope(scope: Sequence[str]) -> tuple[str, ...]:
    """Return a scope in its plain form, () for the whole root; raises ``OutsideRootError`` and ``QueryError``."""
    cleaned = tuple(asked_path(path) for path in scope)
    return () if "" in cleaned else cleaned


def asked_path(path: str) -> str:
    """Return a path to ask the index about in its plain form; raises ``OutsideRootError`` and ``QueryError``."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise QueryError(f"{path}: this name is not valid text, so the index holds nothing of it; rename it") from error
    return clean_prefix(path)


def extended_path(path: str, *, windows: bool) -> str:
    """Return an absolute path in the form that lifts the limit of 260 characters on Windows; else unchanged."""
    if not windows or path.startswith("\\\\?\\"):
        return path
    if path.startswith("\\\\"):
        return "\\\\?\\UNC\\" + path[2:]
    return "\\\\?\\" + path


class _Run:
    """The state of one walk."""

    def __init__(
        self,
        root: str,
        options: WalkOptions,
        stop: threading.Event | None,
        progress: Callable[[int], None] | None,
        on_left_out: Callable[[FileProblem], None] | None,
    ) -> None:
        self._root = extended_path(root, windows=sys.platform == "win32")
        self._limit = options.max_file_bytes
        self._links = Links() if options.follow else None
        self._stop = stop
        self._progress = progress
        self._on_left_out = on_left_out
        self._seen = 0
        self.left_out: Counter[ProblemKind] = Counter()
        self.files: dict[str, FoundFile] = {}
        self.problems: list[FileProblem] = []
        self.folders: list[str] = []

    def start(self, prefix: str, rules: PathRules, *, named: bool) -> None:
        """Walk what lies at ``prefix``: a folder, one file, or nothing any more."""
        if not prefix:
            self._tree("", rules.above(""))
            return
        try:
            status = Path(self._root, prefix).stat(follow_symlinks=self._links is not None)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.problems.append(_unreadable(prefix, error))
            return
        if stat.S_ISDIR(status.st_mode):
            folder = f"{prefix}/"
            self._tree(folder, rules.named(folder) if named else rules.above(folder), named=named)
        elif stat.S_ISLNK(status.st_mode) or rules.skips(prefix, is_folder=False):
            return
        elif stat.S_ISREG(status.st_mode):
            self._file(prefix.rpartition("/")[2], prefix, status)
        else:
            self.problems.append(_irregular(_printable(prefix)))

    def _tree(self, top: str, top_rules: FolderRules | None, *, named: bool = False) -> None:
        """Walk a folder; ``top_rules`` are the ones it has from its parents."""
        if top_rules is None:
            return
        pending = [(top, str(Path(self._root, top)), top_rules)]
        if self._links is not None:
            self._links.begin(top, str(Path(self._root, top)))
        while pending:
            if self._stop is not None and self._stop.is_set():
                raise Cancelled("the walk was stopped")
            folder, absolute, rules = pending.pop()
            entries = self._list(folder, absolute)
            if entries is None:
                continue
            dotted = [entry.name for entry in entries if entry.name[0] == "." or entry.name == "HEAD"]
            by_link = self._links is not None and os.path.islink(absolute)  # noqa: PTH114 - absolute is a plain string
            marked = ".git" in dotted or "HEAD" in dotted
            if marked and folder and not by_link and not (named and folder == top):
                checkout = rules.other_checkout(folder, absolute)
                if checkout is not None:
                    self._leave_out(checkout)
                    continue
            self.folders.append(folder)
            rules = self._inside(rules, folder, absolute, dotted)
            if not folder and rules.repository is not None:
                self._note_sparse(rules.repository)
            for entry in entries:
                path = folder + entry.name
                try:
                    self._entry(entry, path, rules, pending)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    self.problems.append(_unreadable(path, error))

    def _inside(self, rules: FolderRules, folder: str, absolute: str, dotted: list[str]) -> FolderRules:
        """Return the rules for what is in a folder; of a repository's settings, what does not count is a problem."""
        inside = rules.inside(folder, absolute, dotted)
        repository = inside.repository
        if repository is not None and repository is not rules.repository and repository.warning:
            self.problems.append(FileProblem(f"{folder}.git/config", ProblemKind.UNREADABLE, repository.warning))
        return inside

    def _entry(
        self, entry: os.DirEntry[str], path: str, rules: FolderRules, pending: list[tuple[str, str, FolderRules]]
    ) -> None:
        """Look at one entry of a folder; folders to enter are added to ``pending``."""
        name, follow = entry.name, self._links is not None
        is_file = entry.is_file(follow_symlinks=follow)
        is_folder = not is_file and entry.is_dir(follow_symlinks=follow)
        verdict = rules.judge(name, path, is_folder=is_folder)
        if verdict is not KEPT and verdict is not TRACKED:
            if self._on_left_out is None:
                self.left_out[ProblemKind(verdict.value)] += 1
            else:
                self._leave_out(rules.explain(name, path, is_folder=is_folder))
        elif is_file:
            self._file(name, path, entry.stat(follow_symlinks=follow))
        elif is_folder:
            if self._links is None and _is_junction(entry):
                self._leave_out(linked(path))
            elif self._links is not None and not self._links.enters(path, entry):
                self._leave_out(FileProblem(path, ProblemKind.LINK, LOOP))
            elif self._is_text(name, path):
                pending.append((f"{path}/", entry.path, rules if verdict is KEPT else rules.for_tracked(name, path)))
        elif entry.is_symlink():
            self._leave_out(linked(path))
        else:
            self.problems.append(_irregular(_printable(path)))

    def _leave_out(self, problem: FileProblem) -> None:
        """Count what the rules leave out, and tell who listens."""
        self.left_out[problem.kind] += 1
        if self._on_left_out is not None:
            self._on_left_out(replace(problem, path=_printable(problem.path)))

    def _note_sparse(self, repository: Repository) -> None:
        for path in repository.not_checked_out():
            self._leave_out(FileProblem(path, ProblemKind.SPARSE, "git keeps it out of this sparse checkout."))

    def _list(self, folder: str, absolute: str) -> list[os.DirEntry[str]] | None:
        try:
            with os.scandir(absolute) as entries:
                return list(entries)
        except OSError as error:
            if not folder:
                raise RootError(f"{self._root}: the folder cannot be read: {error.strerror or error}") from error
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self.problems.append(_unreadable(folder[:-1], error))
            return None

    def _file(self, name: str, path: str, status: os.stat_result) -> None:
        if not self._is_text(name, path):
            return
        problem = classify_name(path, status.st_size, self._limit)
        if problem is not None:
            self.problems.append(problem)
        else:
            self.files[path] = FoundFile(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        self._seen += 1
        if self._progress is not None and self._seen % _REPORT_EVERY == 0:
            self._progress(self._seen)

    def _is_text(self, name: str, path: str) -> bool:
        """Return whether the name can be written down; one that is not valid UTF-8 becomes a problem."""
        if name.isascii():
            return True
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            message = "The name is not valid UTF-8; rename it to have it indexed."
            self.problems.append(FileProblem(_printable(path), ProblemKind.ENCODING, message))
            return False
        return True


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Return whether the folder is a Windows junction, which can lead in circles like a symbolic link."""
    if sys.platform == "win32":
        junction = entry.stat(follow_symlinks=False).st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT
    else:
        junction = False
    return junction


def _printable(path: str) -> str:
    """Return the path with what is not valid UTF-8 written as escapes."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _irregular(path: str) -> FileProblem:
    return FileProblem(path, ProblemKind.NOT_REGULAR, "Pipes, sockets and devices are never opened.")


def _unreadable(path: str, error: OSError) -> FileProblem:
    return FileProblem(_printable(path), ProblemKind.UNREADABLE, f"It cannot be read: {error.strerror or error}.")
