"""What several commands take in common: a root, paths to look in, a text of any length.

Everything that can be wrong with them is found here, before the index is opened.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.cli.commands import RawArguments
from findspot.cli.options import Format
from findspot.cli.screen import Color
from findspot.config import Config, load_config
from findspot.core.identifiers import read_path
from findspot.core.limits import MAX_TEXT
from findspot.errors import FindspotError, OutsideRootError, QueryError, RootError
from findspot.service.packages import PackagesOf, nearest_packages, package_folders, packages_on_disk
from findspot.service.workspaces import find_root, marker_of

if TYPE_CHECKING:
    from findspot.cli.terminal import Bytes, Terminal

_MAX_BYTES = 4 * MAX_TEXT + 4
"""What a text that may be taken has at most, in UTF-8 or UTF-16 with a mark; an endless pipe is not read further."""

_LEAST_TOKEN, _MOST_TOKEN = 16, 512
"""Characters of a token: what cannot be guessed, and fits into a header."""


class UsageError(FindspotError):
    """The words of the command line do not go together."""


@dataclass(frozen=True, slots=True)
class RootLocation:
    """Where to work: the root (absolute), the marker that made it the root, the settings and the current folder."""

    root: Path
    marker: str | None
    cwd: Path
    config: Config


@dataclass(frozen=True, slots=True)
class View:
    """How to show it; ``null`` ends paths with NUL, ``context`` is a number of lines, None where it was not asked for.

    ``grouped`` puts the results of a file together also where nobody sees them at once; ``reasons`` says of each why it is there.
    """

    format: Format
    text: bool
    quiet: bool
    color: Color = "auto"
    null: bool = False
    context: int | None = None
    explain: bool = False
    grouped: bool = False
    reasons: bool = True


def view_of(raw: RawArguments) -> View:
    """Return how ``raw`` wants an answer to be shown; raises ``UsageError`` where that does not go together."""
    if raw.null and raw.format != "files":
        raise UsageError("--null belongs to --files-with-matches; add that, or leave it out")
    people = {"--context": raw.context_lines is not None, "--explain": raw.explain and raw.format != "json"}
    odd = next((name for name, given in people.items() if given), None)
    if odd is not None and raw.format != "pretty":
        raise UsageError(f"{odd} is for the output for people, not for --format {raw.format}; leave one out")
    if raw.context_lines is not None and raw.no_text:
        raise UsageError("--context and --no-text cannot be used together; leave one out")
    color = raw.color or ("always" if raw.pretty else "auto")
    return View(raw.format, not raw.no_text, raw.quiet, color, raw.null, raw.context_lines, raw.explain, raw.pretty)


def location_of(raw: RawArguments, cwd: Path, paths: Sequence[Path] = ()) -> RootLocation:
    """Return the root that ``raw`` names, or that of ``paths`` and the current folder, with its settings."""
    root, marker = root_given(raw, cwd, paths)
    return RootLocation(root, marker, cwd, load_config(root, raw.settings()))


def root_given(raw: RawArguments, cwd: Path, paths: Sequence[Path] = ()) -> tuple[Path, str | None]:
    """Return the root that ``raw`` names, or that of ``paths`` and the current folder, and the marker that made it one."""
    if len(raw.roots) > 1:
        raise UsageError(f"--root more than once: {raw.command} works on one root; leave out {raw.roots[1]}")
    if not raw.roots:
        return find_root(cwd, paths)
    root = root_of(raw.roots[0], cwd)
    return root, marker_of(root)


def root_of(given: Path, cwd: Path) -> Path:
    """Return a folder that was named as a root, absolute; raises ``RootError`` where there is none."""
    root = Path(os.path.realpath(cwd / given.expanduser()))
    if not root.is_dir():
        raise RootError(f"{given}: no such folder; --root names the folder to index")
    return root


def existing_paths(raw: RawArguments, cwd: Path) -> list[Path]:
    """Return the paths of ``raw`` absolute and free of symbolic links; raises ``UsageError`` where they cannot be meant.

    The name of a package, where no such path exists, means its folders, which take its place in ``raw``, too.
    """
    if raw.no_scope and raw.paths:
        raise UsageError("--no-scope means the whole root and cannot be used together with PATHS")
    missing = {path for path in raw.paths if not os.path.exists(cwd / path)}  # noqa: PTH110 - Path.exists raises for long names
    if missing:
        packages = _packages(raw, cwd)
        raw.paths = [
            one
            for path in raw.paths
            for one in (_package(raw, packages, path.as_posix()) if path in missing else (path,))
        ]
    return [Path(os.path.realpath(cwd / path)) for path in raw.paths]


def _packages(raw: RawArguments, cwd: Path) -> PackagesOf:
    """Return the packages of the roots that are meant; of a folder that nothing marks as a project they are not looked for."""
    roots = [root_of(root, cwd) for root in raw.roots] or [root for root, marker in [find_root(cwd)] if marker]
    return packages_on_disk((root, load_config(root, raw.settings())) for root in roots)


def _package(raw: RawArguments, packages: PackagesOf, name: str) -> tuple[Path, ...]:
    folders = package_folders(packages, name)
    if not folders:
        near = nearest_packages(packages, name)
        hint = "a query of several words needs quotes"
        hint = near.removeprefix("; ") if near else f"did you mean findspot {raw.meant}?" if raw.meant else hint
        raise UsageError(f"{name}: no such file or folder; {hint}")
    return folders


def scope_of(raw: RawArguments, location: RootLocation, paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the root-relative paths to look in; empty means the whole root."""
    root = Path(os.path.realpath(location.root))
    if raw.no_scope:
        return ()
    if not paths:
        cwd = Path(os.path.realpath(location.cwd))
        return (cwd.relative_to(root).as_posix(),) if cwd != root and cwd.is_relative_to(root) else ()
    if location.config.settings.follow:
        # A link is a place of its own then, wherever it leads.
        written = [Path(os.path.normpath(Path(os.path.realpath(location.cwd)) / path)) for path in raw.paths]
        paths = [one if one.is_relative_to(root) else real for one, real in zip(written, paths, strict=True)]
    inside = [path for path in paths if path.is_relative_to(root)]
    if not inside or (len(inside) < len(paths) and not raw.skip_outside):
        first = next(path for path in paths if not path.is_relative_to(root))
        what = "no path lies inside" if raw.skip_outside else f"{first}: this path lies outside"
        raise OutsideRootError(f"{what} the root {location.root}; choose another root with --root")
    return () if root in inside else tuple(path.relative_to(root).as_posix() for path in inside)


def roots_of(raw: RawArguments, cwd: Path, paths: Sequence[Path]) -> list[tuple[RootLocation, tuple[str, ...]]]:
    """Return the roots to ask with what to look at in each, () for all of it; several only where ``raw`` names several.

    Several are whole, wherever the current folder lies; with PATHS those that hold none of them are left out.
    """
    if len(raw.roots) < 2:
        location = location_of(raw, cwd, paths)
        return [(location, scope_of(raw, location, paths))]
    roots = list(dict.fromkeys(root_of(root, cwd) for root in raw.roots))
    held = {root: [path for path in paths if path.is_relative_to(root)] for root in roots}
    outside = [path for path in paths if not any(path in inside for inside in held.values())]
    if outside and (not raw.skip_outside or len(outside) == len(paths)):
        raise OutsideRootError(f"{outside[0]}: this path lies in none of the roots; name its root with --root, too")
    return [
        (
            RootLocation(root, marker_of(root), cwd, load_config(root, raw.settings())),
            () if root in inside else tuple(path.relative_to(root).as_posix() for path in inside),
        )
        for root, inside in held.items()
        if inside or not paths
    ]


def issue_text(raw: RawArguments, terminal: Terminal) -> str:
    """Return the text of the file of ``raw``, of standard input (``-`` or none), or that itself where it is no file but a text."""
    name, cwd = raw.file, terminal.cwd
    if name == "":  # an empty variable, say; as a path it would be the current folder
        return name
    if name is not None and name != "-":
        if not os.path.exists(cwd / name):  # noqa: PTH110 - Path.exists raises for names that are too long
            if len(name.split()) != 1 or not (read_path(name) or set(name) & {"/", os.sep}):
                return name
            raise UsageError(f"{name}: no such file; for a text of one word: findspot {raw.command} - <<< {name}")
        if (cwd / name).is_dir():
            raise UsageError(f"{name}: a folder; the text comes first, then folders to look in, as in '- {name}'")
        if not (cwd / name).is_file():
            raise UsageError(f"{name}: no regular file; pipe its text in, as in 'findspot {raw.command} < {name}'")
        with (cwd / name).open("rb") as stream:
            return _read_text(stream, name)
    stdin = terminal.stdin
    if stdin is None or stdin.closed:
        raise UsageError("standard input is closed: give a FILE with the text")
    if stdin.isatty():
        if name is None:
            raise UsageError(f"no text: give a FILE, or pipe the text in, as in 'findspot {raw.command} < issue.txt'")
        terminal.complain("Type or paste the text, then end it with Ctrl-D (Windows: Ctrl-Z, Enter).\n")
    return _read_text(stdin.buffer, "standard input")


def _read_text(stream: Bytes, name: str) -> str:
    data = stream.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise QueryError(f"{name}: more than {MAX_TEXT:,} characters; cut the text down to the part that matters")
    # PowerShell redirects text as UTF-16 with a byte order mark.
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def read_token(file: Path) -> str:
    """Return the token that a file holds; raises ``UsageError``."""
    if not file.is_file():
        raise UsageError(
            f"{file}: no such file; --token-file names one with at least {_LEAST_TOKEN} letters and digits"
        )
    with file.open("rb") as stream:
        token = stream.read(_MOST_TOKEN + 1).decode("ascii", "replace").strip()
    if not (_LEAST_TOKEN <= len(token) <= _MOST_TOKEN and token.isprintable() and token.isascii() and " " not in token):
        raise UsageError(
            f"{file}: a token has {_LEAST_TOKEN} to {_MOST_TOKEN} letters, digits or signs, without spaces"
        )
    return token
