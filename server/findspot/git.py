"""The one place that knows git: where a repository's parts lie, and what its objects say.

Git is optional. Where the program or the repository is missing, or answers with an error, callers get None and do
without.

A repository may be a stranger's (I-23). Its own settings can name programs and places in dozens of ways, more with each
version of git, so git never sees them: it runs on a git folder made for the purpose, with settings of ours, that borrows
nothing but the objects. What else is needed, which commit is checked out, is read here as plain small files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, NamedTuple, Self

from findspot.errors import Cancelled
from findspot.opening import read_small

_QUIET: Mapping[str, str] = {
    "GIT_ALLOW_PROTOCOL": "none",  # a list of transports that names no real one; it wins over any settings
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""A missing object is an answer here, not a reason to ask a remote or a person. The folder made for the purpose names no
remote to begin with; the first variable is known to git since 2.3.10, GIT_NO_LAZY_FETCH only to those since 2024."""

_KEPT = "GIT_EXEC_PATH"
"""The one variable of git's that is handed on: it says where git itself is installed."""

_SECONDS = 30.0
"""Time for one command; a folder that few of a million commits touched may need longer, and then has no past."""

_LOOK = 0.1
"""Seconds between two looks at whether the caller still wants the answer."""

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows a console program would open a window of its own beside an editor."""

_LINE_BYTES = 4096
_SETTINGS_BYTES = 1 << 20
_SHALLOW_BYTES = 4 << 20
_PACKED_REFS_BYTES = 64 << 20
_INDEX_BYTES = 256 << 20
_FUTURE = 4_000_000_000
_ENTRIES = 2_000_000
_DEPTH = 5
"""How far links between refs, and between folders of objects, are followed; git goes no further either."""

_DIGEST_LENGTHS = (40, 64)
"""Digits of a commit's name: SHA-1 and SHA-256."""

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class GitPlace:
    """A repository: its working folder (None for a bare one), its git folder, and the one that holds the objects.

    The last two differ in a worktree that was added to another one.
    """

    top: Path | None
    folder: Path
    store: Path


def find_git(folder: Path) -> GitPlace | None:
    """Return the repository around ``folder``, or the bare one that ``folder`` is; None when there is none."""
    for top in (folder, *folder.parents):
        own = git_folder(top)
        store = None if own is None else common_folder(own)
        if own is not None and store is not None and _is_git_folder(own, store):
            return GitPlace(top, own, store)
    return GitPlace(None, folder, folder) if _is_git_folder(folder, folder) else None


def git_folder(top: Path) -> Path | None:
    """Return the git folder of the working folder ``top``: ``.git``, or what a file of that name points to.

    Such a file counts only when the folder it points to says that it belongs here, as those of worktrees and submodules
    do; anything else could make us read where the user did not ask us to. None when there is no git folder.
    """
    dot_git = top / ".git"
    mode = _mode(dot_git)
    if stat.S_ISDIR(mode):
        return dot_git
    text = _line(top, ".git") if stat.S_ISREG(mode) else None
    if text is None or not text.startswith("gitdir:"):
        return None
    target = named_path(top, text.removeprefix("gitdir:").strip())
    return target if target is not None and _belongs(target, top) else None


def common_folder(folder: Path) -> Path | None:
    """Return the folder that holds the objects of the git folder ``folder``; None where it names one that is not its own."""
    if not _mode(folder / "commondir"):
        return folder
    text = _line(folder, "commondir")
    common = None if text is None else named_path(folder, text)
    return common if common is not None and _same(folder.parent.parent, common) else None


def head_commit(place: GitPlace) -> str | None:
    """Return the commit that is checked out, None when there is none or it cannot be told without running git."""
    name = "HEAD"
    for _ in range(_DEPTH):
        text = _line(place.folder, name)
        if text is None and place.store != place.folder:
            text = _line(place.store, name)
        if text is None:
            return _packed(place.store, name)
        if not text.startswith("ref:"):
            return text if _is_digest(text) else None
        name = text.removeprefix("ref:").strip()
        if not name.startswith("refs/"):
            return None
    return None


class IndexedByGit(NamedTuple):
    """What git's index says, by paths below the working folder: the blob of each file that git knows.

    ``staged`` differ from the commit that is checked out, ``touched`` have another size or time than when git last looked,
    or are gone.
    """

    blobs: Mapping[str, str]
    staged: frozenset[str]
    touched: frozenset[str]


def read_index(place: GitPlace, head: str, stop: Event | None = None) -> IndexedByGit | None:
    """Return what git's index says beside the commit ``head``; None where it cannot be told. Raises ``Cancelled``.

    A copy of the index is asked, and no file of the working folder is opened: git would read attributes there.
    """
    if place.top is None:
        return None
    options = ("--name-only", "--no-renames", "--ignore-submodules=all", "-z")
    with GitObjects(place.store, wide=is_wide(head)) as objects:
        index = objects.folder / "index"
        try:
            index.write_bytes(read_small(place.folder, "index", _INDEX_BYTES))
        except OSError:
            return None
        # From an index that is younger than all files git trusts sizes and times, and looks into none.
        os.utime(index, (_FUTURE, _FUTURE))
        listing = objects.read("ls-files", "--stage", "-z", stop=stop)
        staged = objects.read("diff-index", "--cached", *options, head, "--", stop=stop)
        touched = objects.read(
            *("-c", "core.fileMode=false", f"--work-tree={place.top}", "diff-files", *options), stop=stop
        )
    if listing is None or staged is None or touched is None:
        return None
    entries = (entry.partition("\t") for entry in _names(listing))
    blobs = {path: head.split(" ")[1] for head, _, path in entries if head.startswith("100")}
    return IndexedByGit(blobs, frozenset(_names(staged)), frozenset(_names(touched)))


def blob_name(content: bytes, *, wide: bool = False) -> str:
    """Return the name that git gives to the content of a file."""
    kind = hashlib.sha256 if wide else hashlib.sha1
    return kind(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _names(listing: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def is_shallow(place: GitPlace) -> bool:
    """Return whether only the last part of the history is there."""
    return stat.S_ISREG(_mode(place.store / "shallow"))


def is_wide(digest: str) -> bool:
    """Return whether a commit's name is one of the newer format of objects, SHA-256."""
    return len(digest) == _DIGEST_LENGTHS[-1]


def is_installed() -> bool:
    """Return whether there is a git to run."""
    return _program() is not None


class GitObjects:
    """The objects of one repository, read by a git that sees none of its settings. ``close`` removes what that needs."""

    def __init__(self, store: Path, *, wide: bool = False) -> None:
        """Borrow the objects below ``store``; ``wide`` says that names have 64 digits (SHA-256).

        Objects that are no regular files, where git would wait for a pipe or follow a link, are not read at all.
        """
        self._made = tempfile.TemporaryDirectory(prefix="findspot-git-", ignore_cleanup_errors=True)
        self.folder = Path(self._made.name)
        objects = (store / "objects").absolute()
        self._objects = objects if _are_plain(objects) else self.folder / "objects"
        (self.folder / "refs").mkdir()
        (self.folder / "objects").mkdir()
        settings = f"[core]\n\tbare = true\n\trepositoryFormatVersion = {int(wide)}\n\tquotePath = false\n"
        settings += "[log]\n\tmailmap = false\n\tshowSignature = false\n"
        settings += "[extensions]\n\tobjectFormat = sha256\n" if wide else ""
        (self.folder / "config").write_text(settings, encoding="utf-8", newline="\n")
        (self.folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8", newline="\n")
        with contextlib.suppress(OSError):
            (self.folder / "shallow").write_bytes(read_small(store, "shallow", _SHALLOW_BYTES))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder that git ran on. Idempotent."""
        self._made.cleanup()

    def start(self, *arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
        """Start a git command with the given ``stdin``, ``stdout`` and ``stderr``; raises ``OSError`` without git."""
        program = _program()
        if program is None:
            raise FileNotFoundError("git is not installed")
        # Not in the repository: on Windows the working folder is searched for programs and libraries.
        return subprocess.Popen(
            [program, "--no-pager", *arguments],
            cwd=self.folder,
            env=self._environment(),
            creationflags=_NO_WINDOW,
            **streams,
        )

    def read(self, *arguments: str, stop: Event | None = None) -> bytes | None:
        """Return what a git command prints, None when git is missing, the command fails or takes too long.

        Raises ``Cancelled`` once ``stop`` is set; the command is ended then.
        """
        try:
            running = self.start(
                *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError:
            return None
        with running:
            try:
                printed = _printed(running, stop)
            finally:
                running.kill()  # does nothing to a command that has ended
        return printed if running.returncode == 0 else None

    def _environment(self) -> dict[str, str]:
        """Return our environment without what concerns other repositories."""
        inherited = _inherited().items()
        kept = {name: value for name, value in inherited if not name.upper().startswith("GIT_") or name == _KEPT}
        return {**kept, **_QUIET, "GIT_DIR": str(self.folder), "GIT_OBJECT_DIRECTORY": str(self._objects)}


def _printed(running: subprocess.Popen[bytes], stop: Event | None) -> bytes | None:
    over = time.monotonic() + _SECONDS
    while True:
        try:
            return running.communicate(timeout=_LOOK)[0]
        except subprocess.TimeoutExpired:
            if stop is not None and stop.is_set():
                raise Cancelled("reading the past was stopped") from None
            if time.monotonic() > over:
                return None


def _inherited() -> dict[str, str]:
    from findspot.config import child_environ  # noqa: PLC0415 - workers run no git, and start a third faster without

    return child_environ()


def _program() -> str | None:
    """Return the path of git. Only absolute folders count: ``PATH`` may hold ``.``, and Windows looks there unasked."""
    for folder in _inherited().get("PATH", "").split(os.pathsep):
        if Path(folder).is_absolute():
            found = shutil.which(str(Path(folder, "git")))
            if found is not None:
                return found
    return None


def is_git_folder(folder: Path) -> bool:
    """Return whether a folder holds a repository itself, as a bare one does."""
    return _is_git_folder(folder, folder)


def _is_git_folder(folder: Path, store: Path) -> bool:
    """Judge as git does: a HEAD, objects and refs."""
    return all(map(_mode, (folder / "HEAD", store / "objects", store / "refs")))


def _belongs(target: Path, top: Path) -> bool:
    """Return whether a git folder elsewhere names ``top`` as its working folder."""
    back = _line(target, "gitdir")  # of a worktree: the path of its .git file
    if back is not None:
        named = named_path(target, back)
        return named is not None and _same(named, top / ".git")
    try:
        settings = read_small(target, "config", _SETTINGS_BYTES).decode("utf-8", "replace")
    except OSError:
        return False
    work = setting(settings, "core", "worktree")  # of a submodule
    named = None if work is None else named_path(target, work)
    return named is not None and _same(named, top)


def setting(configuration: str, section: str, name: str) -> str | None:
    """Return a value in the text of a git configuration file, the last one if there are several; names in any case."""
    inside, value = False, None
    for line in configuration.splitlines():
        text = line.strip()
        if text.startswith("["):
            inside = text.strip("[]").strip().lower() == section.lower()
        elif inside:
            key, _, right = text.partition("=")
            if key.strip().lower() == name.lower():
                value = right.strip().strip('"') or None
    return value


def named_path(folder: Path, text: str) -> Path | None:
    """Return the path that a file in ``folder`` names; None for a place on the network, which looking would connect to."""
    if not text or "\0" in text or (text.startswith(("//", "\\\\")) and not str(folder).startswith(("//", "\\\\"))):
        return None
    return Path(os.path.normpath(folder / text))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _line(folder: Path, name: str) -> str | None:
    """Return the text of a file of one line; None when it is missing, larger, or no regular file."""
    try:
        return os.fsdecode(read_small(folder, name, _LINE_BYTES)).strip()
    except (OSError, ValueError):
        return None


def _packed(store: Path, name: str) -> str | None:
    try:
        refs = read_small(store, "packed-refs", _PACKED_REFS_BYTES)
    except OSError:
        return None
    at = refs.find(b" " + os.fsencode(name) + b"\n")
    digest = refs[refs.rfind(b"\n", 0, max(at, 0)) + 1 : at].decode("ascii", "replace") if at > 0 else ""
    return digest if _is_digest(digest) else None


def _is_digest(text: str) -> bool:
    return len(text) in _DIGEST_LENGTHS and _HEX.issuperset(text)


def _are_plain(objects: Path) -> bool:
    """Return whether git may read the objects in a folder, and in those it borrows from: folders and regular files only."""
    seen: list[Path] = []
    waiting = [objects]
    try:
        while waiting:
            folder = waiting.pop()
            if folder in seen:
                continue
            seen.append(folder)
            if len(seen) > _DEPTH or not all(_plain_entries(folder)):
                return False
            for line in _alternates(folder):
                other = named_path(folder, line)
                if other is None:
                    return False
                waiting.append(other)
    except OSError:
        return False
    return True


def _plain_entries(folder: Path) -> Iterator[bool]:
    """Yield for each entry, at any depth, whether it is a folder or a regular file; too many are none."""
    if not stat.S_ISDIR(_mode(folder)):
        yield False
    waiting = [str(folder)]
    count = 0
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry.is_file(follow_symlinks=False) and count < _ENTRIES


def _alternates(objects: Path) -> list[str]:
    """Return the folders of objects that a folder of objects borrows from."""
    if not _mode(objects / "info" / "alternates"):
        return []
    lines = os.fsdecode(read_small(objects, "info/alternates", _SETTINGS_BYTES)).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _mode(path: Path) -> int:
    """Return the mode bits of what lies at ``path``, a link itself included; 0 when there is nothing."""
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0
