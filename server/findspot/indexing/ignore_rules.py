"""Which entries of a workspace are left out: ignore files found on disk, put into ripgrep's order.

Strongest first: every ``.findspotignore`` (deepest folder first), every ``.ignore``, every ``.gitignore`` of the same
repository, ``.git/info/exclude``, the user's global excludes, and last the rule that hidden entries are left out.
An entry that an ignore file keeps with ``!`` is kept although it is hidden. As with ``rg --no-require-git``,
``.gitignore`` counts where there is no repository too. Ignore files above the root count up to the top of the
repository the root lies in, and not at all when it lies in none: a stray file in the home folder decides nothing.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from findspot import git
from findspot.indexing.ignore_patterns import IgnoreFile
from findspot.opening import open_inside

OWN_IGNORE_FILE = ".findspotignore"
IGNORE_FILES = frozenset({OWN_IGNORE_FILE, ".ignore", ".gitignore"})
"""Names of the files that change what is indexed."""

NEVER_INDEXED = frozenset({".git", ".hg", ".jj", ".svn", ".findspot"})
"""Bookkeeping of version control and of Findspot itself; left out even when hidden files are wanted."""

_SPECIAL = IGNORE_FILES | {".git"}

_MAX_IGNORE_FILE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rules for the entries of one folder; each tuple has the deepest file first."""

    hidden: bool
    own: tuple[IgnoreFile, ...] = ()
    plain: tuple[IgnoreFile, ...] = ()
    git: tuple[IgnoreFile, ...] = ()
    exclude: tuple[IgnoreFile, ...] = ()
    user: tuple[IgnoreFile, ...] = ()
    ordered: tuple[IgnoreFile, ...] = ()

    def skips(self, name: str, path: str, *, is_folder: bool) -> bool:
        """Tell whether the entry ``name`` (root-relative ``path``) is left out."""
        if name in NEVER_INDEXED:
            return True
        for ignore_file in self.ordered:
            rule = ignore_file.decide(name, path, is_folder=is_folder)
            if rule is not None:
                return rule.ignore
        return name.startswith(".") and not self.hidden

    def inside(self, folder: str, absolute: Path | str, names: Collection[str], lead: str = "") -> FolderRules:
        """Return the rules for the entries of ``folder``, given these rules of its parent.

        ``folder`` is root-relative with a closing ``/`` (empty for the root), ``absolute`` the same on disk, ``names``
        what it holds (at least its special names). ``lead`` is set for a folder above the root.
        """
        if _SPECIAL.isdisjoint(names):
            return self
        disk = Path(absolute)
        own, plain, git, exclude = self.own, self.plain, self.git, self.exclude
        if ".git" in names:
            if folder or lead:
                git = ()  # a repository inside this one: what the outer one ignores does not reach into it
            exclude = _parsed(_info_exclude(disk), folder, lead)
        if OWN_IGNORE_FILE in names:
            own = _parsed(_read_inside(disk, OWN_IGNORE_FILE), folder, lead) + own
        if ".ignore" in names:
            plain = _parsed(_read_inside(disk, ".ignore"), folder, lead) + plain
        if ".gitignore" in names:
            git = _parsed(_read_inside(disk, ".gitignore"), folder, lead) + git
        ordered = own + plain + git + exclude + self.user
        return FolderRules(self.hidden, own, plain, git, exclude, self.user, ordered)


class PathRules:
    """Answers for single paths, reading the ignore files of a folder the first time it is asked about.

    It remembers what it has read; make a new one when an ignore file has changed. Not thread-safe.
    """

    def __init__(self, root: Path, *, hidden: bool = False, global_excludes: Path | None = None) -> None:
        self._root = str(root).rstrip("/")
        self._above = _rules_above(root, hidden=hidden, user_excludes=global_excludes)
        self._folders: dict[str, FolderRules | None] = {}

    def above(self, folder: str) -> FolderRules | None:
        """Return the rules that ``folder`` (closing ``/``, or empty) gets from its parents; None if it is left out.

        A folder reached through a symbolic link is left out: the walk does not follow links either.
        """
        if not folder:
            return self._above
        path = folder[:-1]
        rules = self.within(_parent(path))
        if rules is None or rules.skips(path.rpartition("/")[2], path, is_folder=True):
            return None
        return None if _is_link(f"{self._root}/{path}") else rules

    def within(self, folder: str) -> FolderRules | None:
        """Return the rules for the entries of ``folder`` (closing ``/``, or empty); None if it is left out."""
        if folder not in self._folders:
            rules = self.above(folder)
            if rules is not None:
                disk = f"{self._root}/{folder}"
                rules = rules.inside(folder, disk, _special_names(disk))
            self._folders[folder] = rules
        return self._folders[folder]

    def skips(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether the root-relative ``path`` (no closing ``/``) or a folder above it is left out."""
        rules = self.within(_parent(path))
        return rules is None or rules.skips(path.rpartition("/")[2], path, is_folder=is_folder)


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


def _rules_above(root: Path, *, hidden: bool, user_excludes: Path | None) -> FolderRules:
    """Return the rules that come from outside the root: the user's, and those of its own repository above it."""
    top = next((folder for folder in (root, *root.parents) if _mode(str(folder / ".git"))), root)
    below_top = root.relative_to(top).parts
    lead = "".join(f"{part}/" for part in below_top)
    user = () if user_excludes is None else _parsed(_read(user_excludes), "", lead)
    rules = FolderRules(hidden, user=user, ordered=user)
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


def _parsed(text: str | None, base: str, lead: str) -> tuple[IgnoreFile, ...]:
    if text is None:
        return ()
    ignore_file = IgnoreFile(text.split("\n"), base, lead)
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
