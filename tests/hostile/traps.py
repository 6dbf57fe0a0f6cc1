"""What a stranger can put into a repository so that whoever opens it runs his program, calls him, or waits forever.

Each trap is set in a repository with three commits. ``canary`` is a command that leaves a mark when it is started,
``port`` the loopback port that somebody listens on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.training.repositories import git


class Bait(NamedTuple):
    """The repository's root and what would be noticed."""

    root: Path
    canary: str
    port: int

    @property
    def dot_git(self) -> Path:
        """The git folder."""
        return self.root / ".git"


Trap = Callable[[Bait], None]


def object_of(bait: Bait, revision: str) -> Path:
    """Return the loose file of an object."""
    name = git(bait.root, "rev-parse", revision).strip()
    return bait.dot_git / "objects" / name[:2] / name[2:]


def configure(bait: Bait, *lines: str) -> None:
    """Add lines to the repository's settings."""
    with (bait.dot_git / "config").open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


def pipe(path: Path) -> None:
    """Put a pipe that nobody writes to in the place of a file."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def endless(path: Path) -> None:
    """Put a link to an endless file in the place of a file."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/zero")


def promised(url: str, *more: str) -> Trap:
    """Return a trap of objects that are missing and promised by a remote at ``url``."""

    def make(bait: Bait) -> None:
        allow = [f'[protocol "{name}"]\n\tallow = always' for name in ("ext", "file", "ssh", "http", "git")]
        place = url.format(canary=bait.canary, port=bait.port, root=bait.root.parent / "remote")
        configure(
            bait,
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[protocol]\n\tallow = always",
            *allow,
            f'[remote "origin"]\n\turl = "{place}"\n\tpromisor = true\n\tuploadpack = {bait.canary}\n\tproxy = ""',
            *(line.format(canary=bait.canary, port=bait.port) for line in more),
        )
        git(bait.root.parent, "init", "-q", "--bare", "remote")
        # The tree of the parent, which the difference of the newest commit needs.
        object_of(bait, "HEAD~1^{tree}").unlink()

    return make


def programs(bait: Bait) -> None:
    """Name the canary wherever git takes the name of a program."""
    canary = bait.canary
    configure(
        bait,
        f"[core]\n\tfsmonitor = {canary}\n\tsshCommand = {canary}\n\tgitProxy = {canary}\n\tpager = {canary}",
        f"\teditor = {canary}\n\taskPass = {canary}\n\thooksPath = {bait.root}/hooks\n\talternateRefsCommand = {canary}",
        f'[diff]\n\texternal = {canary}\n[diff "x"]\n\ttextconv = {canary}\n\tcommand = {canary}',
        f'[filter "x"]\n\tclean = {canary}\n\tsmudge = {canary}\n\tprocess = {canary}\n\trequired = true',
        f'[gpg]\n\tprogram = {canary}\n[gpg "ssh"]\n\tprogram = {canary}\n[log]\n\tshowSignature = true',
        f"[pager]\n\tlog = {canary}\n\tdiff = {canary}\n[credential]\n\thelper = !{canary}",
        f"[alias]\n\tlog = !{canary}\n\trev-parse = !{canary}\n\tcat-file = !{canary}\n\tls-tree = !{canary}",
        f"[interactive]\n\tdiffFilter = {canary}\n[uploadpack]\n\tpackObjectsHook = {canary}",
        f'[trailer "x"]\n\tcommand = {canary}\n[merge "x"]\n\tdriver = {canary}',
    )
    for folder in (bait.root / "hooks", bait.dot_git / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("post-checkout", "reference-transaction", "fsmonitor-watchman", "post-index-change"):
            shutil.copy(canary, folder / name)
    (bait.root / ".gitattributes").write_text("* diff=x filter=x merge=x\n", encoding="utf-8")
    (bait.dot_git / "info").mkdir(exist_ok=True)
    (bait.dot_git / "info" / "attributes").write_text("* diff=x filter=x merge=x\n", encoding="utf-8")


def included(bait: Bait) -> None:
    """Hide the same in files that the settings include."""
    programs(bait)
    (bait.dot_git / "config").rename(bait.root / "more")
    (bait.dot_git / "config").write_text(
        f'[include]\n\tpath = {bait.root}/more\n[includeIf "gitdir:/"]\n\tpath = {bait.root}/more\n', encoding="utf-8"
    )


def signed(bait: Bait) -> None:
    """Sign the newest commit, and name the canary as what checks signatures."""
    programs(bait)
    raw = git(bait.root, "cat-file", "commit", "HEAD")
    head, _, message = raw.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    (bait.root.parent / "commit").write_text(f"{head}\n{signature}\n\n{message}\n", encoding="utf-8")
    made = git(bait.root, "hash-object", "-t", "commit", "-w", str(bait.root.parent / "commit"))
    (bait.dot_git / "refs" / "heads" / "main").write_text(made.strip() + "\n", encoding="utf-8")


def elsewhere(bait: Bait) -> None:
    """Claim that the working folder is another one, with other files."""
    other = bait.root.parent / "other"
    other.mkdir()
    (other / "secret.py").write_text("def retry_of_an_upload():\n    pass\n", encoding="utf-8")
    configure(bait, f"[core]\n\tworktree = {other}")


def settings_pipe(bait: Bait) -> None:
    """Let the settings include a pipe, an endless file and names of other people in both."""
    pipe(bait.root.parent / "settings")
    configure(
        bait,
        f"[mailmap]\n\tfile = /dev/zero\n[include]\n\tpath = /dev/zero\n[include]\n\tpath = {bait.root.parent}/settings",
    )


def no_settings(bait: Bait) -> None:
    """Put a pipe in the place of the settings."""
    pipe(bait.dot_git / "config")


def foreign_git(text: str) -> Trap:
    """Return a trap of a ``.git`` file that points to ``text``."""

    def make(bait: Bait) -> None:
        shutil.rmtree(bait.dot_git)
        other = bait.root.parent / "private"
        other.mkdir()
        git(other, "init", "-q", "-b", "main")
        git(other, "commit", "-q", "--allow-empty", "-m", "Private words")
        (bait.root / ".git").write_text(text.format(other=other / ".git"), encoding="utf-8")

    return make


def at(name: str, make: Callable[[Path], None]) -> Trap:
    """Return a trap at one path below the root."""
    return lambda bait: make(bait.root / name)


def at_object(revision: str, make: Callable[[Path], None]) -> Trap:
    """Return a trap in the place of an object."""
    return lambda bait: make(object_of(bait, revision))


def text_at(name: str, text: str) -> Trap:
    """Return a trap of a file with a text, in which ``{parent}`` is the folder around the root."""

    def make(bait: Bait) -> None:
        path = bait.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pipe(bait.root.parent / "pipe")
        path.write_text(text.format(parent=bait.root.parent), encoding="utf-8")

    return make


STARTS: dict[str, Trap] = {
    "ext": promised("ext::{canary} %S x"),
    "file": promised("file://{root}"),
    "path": promised("{root}"),
    "ssh": promised("ssh://127.0.0.1:{port}/x", "[core]\n\tsshCommand = {canary}"),
    "scp": promised("127.0.0.1:x", "[core]\n\tsshCommand = {canary}"),
    "http": promised("http://127.0.0.1:{port}/x"),
    "git": promised("git://127.0.0.1:{port}/x"),
    "git through a proxy": promised("git://127.0.0.1:{port}/x", "[core]\n\tgitProxy = {canary}"),
    "another name": promised("safe::x", '[url "ext::{canary} "]\n\tinsteadOf = safe::'),
    "programs": programs,
    "included": included,
    "signed": signed,
}
"""Traps that start a program or open a connection."""

WAITS: dict[str, Trap] = {
    "settings that include": settings_pipe,
    "no settings": no_settings,
    "another working folder": elsewhere,
    "HEAD": at(".git/HEAD", pipe),
    "endless HEAD": at(".git/HEAD", endless),
    "branch": at(".git/refs/heads/main", pipe),
    "packed branches": at(".git/packed-refs", pipe),
    "endless packed branches": text_at(".git/HEAD", "ref: refs/heads/gone"),
    "index": at(".git/index", pipe),
    "shallow": at(".git/shallow", pipe),
    "grafts": at(".git/info/grafts", pipe),
    "excludes": at(".git/info/exclude", pipe),
    "endless excludes": at(".git/info/exclude", endless),
    "commondir": at(".git/commondir", pipe),
    "another commondir": text_at(".git/commondir", "{parent}/other"),
    "borrowed": at(".git/objects/info/alternates", pipe),
    "borrowed from a pipe": text_at(".git/objects/info/alternates", "{parent}/pipe\n"),
    "pack": at(".git/objects/pack/pack-1.idx", pipe),
    "commit": at_object("HEAD", pipe),
    "tree": at_object("HEAD~1^{tree}", endless),
    "names of people": at(".mailmap", pipe),
    "attributes": at(".gitattributes", pipe),
    "ignore file": at(".gitignore", pipe),
    "endless ignore file": at(".gitignore", endless),
    "own ignore file": at(".findspotignore", pipe),
    "ignore file of another tool": at(".ignore", endless),
    "pointer to an endless file": foreign_git("gitdir: /dev/zero\n"),
    "pointer to another repository": foreign_git("gitdir: {other}\n"),
    "long pointer": foreign_git("gitdir: " + "x" * 100_000),
    "source": at("pipe.py", pipe),
    "endless source": at("zero.py", endless),
}
"""Traps that make a reader wait, read without end, or read what is not the repository's."""
