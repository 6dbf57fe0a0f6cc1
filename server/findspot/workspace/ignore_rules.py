"""Which entries of a workspace are left out: ignore files found on disk, put into ripgrep's order.

Strongest first: every ``.findspotignore`` (deepest folder first), every ``.ignore``, every ``.gitignore`` of the same
repository, ``.git/info/exclude``, the user's global excludes, and last the rule that hidden entries are left out.
An entry that an ignore file keeps with ``!`` is kept although it is hidden; what git tracks is kept although git's own
rules ignore it, for git sees it so. A repository inside the root's own one belongs to it only as a submodule. As with
``rg --no-require-git``, ``.gitignore`` counts where there is no repository too. Ignore files above the root count up to
the top of the repository the root lies in, and not at all when it lies in none: a stray file in the home folder decides
nothing.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from findspot import git
from findspot.core.types import FileProblem, ProblemKind
from findspot.opening import open_inside
from findspot.workspace.checkouts import (
    Repository,
    is_around_bare,
    is_bare,
    is_checkout,
    read_text,
    shared_store,
    standing_for,
)
from findspot.workspace.hidden import IGNORE_FILES, NEVER_INDEXED, is_secret, is_work
from findspot.workspace.ignore_patterns import IgnoreFile, Rule

_SPECIAL = IGNORE_FILES | {".git"}

_MAX_IGNORE_FILE_BYTES = 4_000_000


class Verdict(Enum):
    """What the rules say of an entry."""

    KEPT = None
    TRACKED = "kept, and in a folder only what git tracks"
    IGNORED = ProblemKind.IGNORED
    HIDDEN = ProblemKind.HIDDEN
    BOOKKEEPING = ProblemKind.BOOKKEEPING
    IGNORE_FILE = ProblemKind.IGNORE_FILE


KEPT, TRACKED = Verdict.KEPT, Verdict.TRACKED  # a lookup in an enumeration is slow, and every entry is judged


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rules for the entries of one folder; each tuple has the deepest file first.

    ``ignoring`` is False where no ignore file counts. ``repository`` is the one the folder belongs to. ``tracked_only``
    is set inside a folder that is ignored although git tracks some of it, and says which rule ignores it.
    """

    hidden: bool
    ignoring: bool = True
    own: tuple[IgnoreFile, ...] = ()
    plain: tuple[IgnoreFile, ...] = ()
    git: tuple[IgnoreFile, ...] = ()
    exclude: tuple[IgnoreFile, ...] = ()
    user: tuple[IgnoreFile, ...] = ()
    ordered: tuple[IgnoreFile, ...] = ()
    repository: Repository | None = None
    tracked_only: str = ""

    def judge(self, name: str, path: str, *, is_folder: bool) -> Verdict:
        """Judge the entry ``name`` (root-relative ``path``)."""
        if name in NEVER_INDEXED:
            return Verdict.BOOKKEEPING
        verdict = KEPT
        if self.tracked_only:
            if not self._tracks(path, is_folder=is_folder):
                return Verdict.IGNORED
            verdict = TRACKED
        for place, ignore_file in enumerate(self.ordered):
            rule = ignore_file.decide(name, path, is_folder=is_folder)
            if rule is not None:
                if not rule.ignore:
                    return verdict
                if place < len(self.own) + len(self.plain) or not self._tracks(path, is_folder=is_folder):
                    return Verdict.IGNORED
                verdict = TRACKED
                break
        if name[0] == "." and not self.hidden and not is_work(name, path, is_folder=is_folder):
            return Verdict.IGNORE_FILE if name in IGNORE_FILES else Verdict.HIDDEN
        return verdict

    def skips(self, name: str, path: str, *, is_folder: bool) -> bool:
        """Return whether the entry ``name`` (root-relative ``path``) is left out."""
        verdict = self.judge(name, path, is_folder=is_folder)
        return verdict is not KEPT and verdict is not TRACKED

    def explain(self, name: str, path: str, *, is_folder: bool) -> FileProblem:
        """Return why an entry that is left out is; a folder has a closing ``/``."""
        verdict = self.judge(name, path, is_folder=is_folder)
        if verdict is Verdict.BOOKKEEPING:
            kind, message = ProblemKind.BOOKKEEPING, "Bookkeeping of version control and of Findspot is never indexed."
        elif verdict is Verdict.IGNORE_FILE:
            kind, message = ProblemKind.IGNORE_FILE, "It says what is ignored; --hidden takes it in."
        elif verdict is Verdict.HIDDEN:
            kind = ProblemKind.HIDDEN
            message = "Its name says that it may hold secrets. " if is_secret(name) else "Its name begins with a dot. "
            message += "--hidden or the setting 'hidden' takes it in."
        else:
            found = self._deciding(name, path, is_folder=is_folder)
            reason = self.tracked_only if found is None else found[0].reason(found[1])
            kind, message = ProblemKind.IGNORED, f"Ignored by {reason}"
        return FileProblem(f"{path}/" if is_folder else path, kind, message)

    def for_tracked(self, name: str, path: str) -> FolderRules:
        """Return the rules to take into a folder that is ignored although git tracks some of it."""
        if self.tracked_only:
            return self
        found = self._deciding(name, path, is_folder=True)
        return replace(self, tracked_only="" if found is None else found[0].reason(found[1]))

    def other_checkout(self, folder: str, absolute: str) -> FileProblem | None:
        """Return why a folder (closing ``/``) with a ``.git`` in it is no part of the repository around it; None if it is.

        These are the rules of its parent. As for git, only submodules are part of a repository; a folder that belongs
        to none may hold any number of them, each once: of its worktrees one is searched (0058). A bare repository is no
        part of anything.
        """
        path = folder[:-1]
        if not self.ignoring:
            return None
        if is_bare(Path(absolute)):
            return FileProblem(folder, ProblemKind.BARE, "A bare repository holds commits and no files.")
        if not is_checkout(absolute):
            return None
        for ignore_file in (*self.own, *self.plain):
            rule = ignore_file.decide(path.rpartition("/")[2], path, is_folder=True)
            if rule is not None and not rule.ignore:
                return None
        top = Path(absolute)
        keep = "name it, or keep it by a line '!' in .ignore."
        if self.repository is None:
            root = top.parents[folder.count("/") - 1]
            other = standing_for(top, root)
            if other is None:
                return None
            message = f"A worktree of a repository that is searched in {other.relative_to(root)}; {keep}"
            return FileProblem(folder, ProblemKind.WORKTREE, message)
        if self.repository.has_submodule(path):
            return None
        store = shared_store(top)
        if store is not None and store == self.repository.store:
            return FileProblem(folder, ProblemKind.WORKTREE, f"Another worktree of this repository; {keep}")
        message = f"Another checkout, not a submodule of this repository; {keep}"
        return FileProblem(folder, ProblemKind.CHECKOUT, message)

    def _deciding(self, name: str, path: str, *, is_folder: bool) -> tuple[IgnoreFile, Rule] | None:
        for ignore_file in self.ordered:
            rule = ignore_file.decide(name, path, is_folder=is_folder)
            if rule is not None:
                return ignore_file, rule
        return None

    def _tracks(self, path: str, *, is_folder: bool) -> bool:
        return self.repository is not None and self.repository.tracks(path, is_folder=is_folder)

    def inside(self, folder: str, absolute: Path | str, names: Collection[str], lead: str = "") -> FolderRules:
        """Return the rules for the entries of ``folder``, given these rules of its parent.

        ``folder`` is root-relative with a closing ``/`` (empty for the root), ``absolute`` the same on disk, ``names``
        what it holds (at least its special names). ``lead`` is set for a folder above the root.
        """
        if not self.ignoring or _SPECIAL.isdisjoint(names):
            return self
        disk = Path(absolute)
        shown = f"{disk}/" if lead else folder
        own, plain, git, exclude, user = self.own, self.plain, self.git, self.exclude, self.user
        repository = self.repository
        if ".git" in names:
            if folder or lead:
                git = ()  # a repository inside this one: what the outer one ignores does not reach into it
            exclude = _parsed(_info_exclude(disk), folder, lead, f"{shown}.git/info/exclude")
            user, warning = _repository_excludes(disk, folder, lead, user)
            repository = None if is_around_bare(disk) else Repository(disk, git_folder(disk), folder, lead, warning)
        if ".findspotignore" in names:
            own = _parsed(_read_inside(disk, ".findspotignore"), folder, lead, f"{shown}.findspotignore") + own
        if ".ignore" in names:
            plain = _parsed(_read_inside(disk, ".ignore"), folder, lead, f"{shown}.ignore") + plain
        if ".gitignore" in names:
            git = _parsed(_read_inside(disk, ".gitignore"), folder, lead, f"{shown}.gitignore") + git
        ordered = own + plain + git + exclude + user
        return FolderRules(self.hidden, True, own, plain, git, exclude, user, ordered, repository, self.tracked_only)


class PathRules:
    """Answers for single paths, reading the ignore files of a folder the first time it is asked about.

    It remembers what it has read; make a new one when an ignore file has changed. Not thread-safe.
    """

    def __init__(
        self,
        root: Path,
        *,
        hidden: bool = False,
        ignoring: bool = True,
        global_excludes: Path | None = None,
        follow: bool = False,
    ) -> None:
        """Judge entries of ``root``; links are left out unless they are followed."""
        self._follow = follow
        self._root = str(root).rstrip("/")
        excludes = global_excludes if ignoring else None
        self._above = _rules_above(root, hidden=hidden, ignoring=ignoring, user_excludes=excludes)
        self._folders: dict[str, FolderRules | None] = {}

    def above(self, folder: str) -> FolderRules | None:
        """Return the rules that ``folder`` (closing ``/``, or empty) gets from its parents; None if it is left out.

        A folder reached through a symbolic link is left out, unless the walk follows links.
        """
        if not folder:
            return self._above
        path = folder[:-1]
        rules = self.within(_parent(path))
        if rules is None:
            return None
        name = path.rpartition("/")[2]
        verdict = rules.judge(name, path, is_folder=True)
        if verdict is TRACKED:
            rules = rules.for_tracked(name, path)
        elif verdict is not KEPT:
            return None
        return None if self._leaves_out_link(path) else rules

    def within(self, folder: str) -> FolderRules | None:
        """Return the rules for the entries of ``folder`` (closing ``/``, or empty); None if it is left out."""
        unread: list[str] = []
        at = folder
        while at not in self._folders:
            unread.append(at)
            if not at:
                break
            at = _parent(at[:-1])
        for at in reversed(unread):  # each after its parent: folders may be nested deeper than calls
            self._folders[at] = self._read(at)
        return self._folders[folder]

    def _read(self, folder: str) -> FolderRules | None:
        """Return what ``within`` is to remember of a folder."""
        rules = self.above(folder)
        if rules is None:
            return None
        disk = f"{self._root}/{folder}"
        names = _special_names(disk)
        marked = ".git" in names or _mode(f"{disk}HEAD")
        if folder and marked and not _is_link(disk[:-1]) and rules.other_checkout(folder, disk):
            return None
        return rules.inside(folder, disk, names)

    def skips(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the root-relative ``path`` (no closing ``/``) or a folder above it is left out."""
        rules = self.within(_parent(path))
        return rules is None or rules.skips(path.rpartition("/")[2], path, is_folder=is_folder)

    def explain(self, path: str, *, is_folder: bool) -> FileProblem | None:
        """Return why the root-relative ``path`` or the topmost folder above it is left out; None where neither is."""
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            at = "/".join(parts[:end])
            folder = is_folder or end < len(parts)
            rules = self.within(_parent(at))
            if rules is None or rules.skips(parts[end - 1], at, is_folder=folder):
                return None if rules is None else rules.explain(parts[end - 1], at, is_folder=folder)
            if self._leaves_out_link(at):
                return linked(at)
            if folder and self.within(f"{at}/") is None:
                return rules.other_checkout(f"{at}/", f"{self._root}/{at}")
        return None

    def _leaves_out_link(self, path: str) -> bool:
        return not self._follow and _is_link(f"{self._root}/{path}")

    def named(self, folder: str) -> FolderRules:
        """Return the rules that ``folder`` (closing ``/``) gets from its parents although it or one of them is left out."""
        rules, at = self._above, ""
        for part in folder[:-1].split("/"):
            disk = f"{self._root}/{at}"
            rules = rules.inside(at, disk, _special_names(disk))
            at += f"{part}/"
        return rules


def linked(path: str) -> FileProblem:
    """Return the problem of a symbolic link."""
    message = "Links are not followed without --follow; what one leads to counts where it lies."
    return FileProblem(path, ProblemKind.LINK, message)


def global_excludes(environ: Mapping[str, str], home: Path) -> Path | None:
    """Return the user's global git excludes file if there is one.

    ``core.excludesFile`` of the user's git configuration, else ``git/ignore`` in the XDG configuration folder.
    ``environ`` is looked up for ``XDG_CONFIG_HOME`` and ``GIT_CONFIG_GLOBAL``; nothing is read from the process.
    Included configuration files are not followed.
    """
    xdg = Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "git")
    override = environ.get("GIT_CONFIG_GLOBAL")
    chosen = xdg / "ignore"
    # git reads the XDG file first and lets the one in the home folder win.
    for configuration in [Path(override)] if override else [home / ".gitconfig", xdg / "config"]:
        value = git.setting(_read(configuration) or "", "core", "excludesFile")
        if value is not None:
            chosen = home / value.removeprefix("~/")
            break
    return chosen if chosen.is_file() else None


def git_folder(repository: Path) -> Path:
    """Return the git folder of the repository or worktree in folder ``repository``, whether it is there or not."""
    return git.git_folder(repository) or repository / ".git"


def _info_exclude(repository: Path) -> str | None:
    """Return the text of ``info/exclude``; worktrees of one repository share one."""
    folder = git.git_folder(repository)
    common = None if folder is None else git.common_folder(folder)
    return None if common is None else _read_inside(common, "info/exclude")


def _repository_excludes(
    disk: Path, folder: str, lead: str, user: tuple[IgnoreFile, ...]
) -> tuple[tuple[IgnoreFile, ...], str]:
    """Return the rules of ``core.excludesFile``, which a repository may set for itself, and what is to be said of it.

    The repository is untrusted, so the file is read only where it lies inside; else the user's own stays.
    """
    store = git.git_folder(disk)
    common = None if store is None else git.common_folder(store)
    text = None if common is None else read_text(common, "config")
    value = git.setting(text or "", "core", "excludesFile")
    if value is None:
        return user, ""
    inside = _inside(disk, value)
    if inside is None:
        return user, f"core.excludesFile = {value} lies outside of the repository and was not read."
    text = read_text(disk, inside)
    if text is None:
        return user, f"core.excludesFile = {value} is missing, a link, or too large, and was not read."
    return _parsed(text, folder, lead, f"{folder}{inside}"), ""


def _inside(top: Path, value: str) -> str | None:
    """Return the path below ``top`` that a setting names; None for one that leads elsewhere or into the network."""
    if "\0" in value or value.startswith(("~", "//", "\\\\")):
        return None
    path = top / value  # a path that is not absolute begins at the top of the working tree
    for form in (path, Path(os.path.realpath(path.parent), path.name)):
        inside = os.path.relpath(form, top)
        if not Path(inside).is_absolute() and Path(inside).parts[:1] != ("..",):
            return Path(inside).as_posix()
    return None


def _rules_above(root: Path, *, hidden: bool, ignoring: bool, user_excludes: Path | None) -> FolderRules:
    """Return the rules that come from outside the root: the user's, and those of its own repository above it."""
    top = next((folder for folder in (root, *root.parents) if _mode(str(folder / ".git"))), root)
    below_top = root.relative_to(top).parts
    lead = "".join(f"{part}/" for part in below_top)
    user = () if user_excludes is None else _parsed(_read(user_excludes), "", lead, str(user_excludes))
    rules = FolderRules(hidden, ignoring, user=user, ordered=user)
    folder = top
    for part in below_top:
        rules = rules.inside("", folder, _special_names(f"{folder}/"), lead)
        lead = lead[len(part) + 1 :]
        folder /= part
    return rules


def _special_names(folder: str) -> list[str]:
    """Return which special names ``folder`` (closing ``/``) holds; plain strings, as it is asked of every folder."""
    return [name for name in _SPECIAL if _mode(folder + name)]


def _is_link(path: str) -> bool:
    return stat.S_ISLNK(_mode(path))


def _mode(path: str) -> int:
    """Return the mode bits of what lies at ``path``, a link itself included; 0 when there is nothing."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def _parent(path: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _parsed(text: str | None, base: str, lead: str, source: str) -> tuple[IgnoreFile, ...]:
    if text is None:
        return ()
    ignore_file = IgnoreFile(text.split("\n"), base, lead, source)
    return (ignore_file,) if ignore_file else ()


def _read(path: Path) -> str | None:
    """Return the text of one of the user's own files, which may be a link; None when it is no regular file."""
    try:
        path = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return _read_inside(path.parent, path.name)


def _read_inside(folder: Path, name: str) -> str | None:
    """Return the text of a regular file, as far as the limit; None when it is missing, unreadable or something else."""
    try:
        with open_inside(folder, name) as stream:
            data = stream.read(_MAX_IGNORE_FILE_BYTES)
    except OSError:
        return None
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="surrogateescape")
