"""Keeps what is trained on apart from what is measured on: names of repositories against the held-out list.

Copies keep names: a fork or mirror has another owner, or carries the origin's name inside its own
(``anybody/owner__name``). So besides equal names, an equal name under another owner is refused, until a person has
looked and allowed it. Nothing is asked of a network: a copy under a wholly other name is not found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findspot_training.source import TrainingError

_REPO = re.compile(r"(?:^|[/:])([\w.-]+)[/+]([\w.+-]+?)(?:\.git)?/?$")

_COPY = re.compile(r"[-_.](?:mirror|fork|copy|clone)$|^(?:mirror|fork|copy|clone)[-_.]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A repository that may not be used, where it was named, and the held-out repository that it is or may be."""

    repo: str
    where: str
    held_out: str
    reason: str


def normalized(name: str) -> str:
    """Return ``owner/name`` in lower case from a name, an address or a folder's name; raises ``ValueError``."""
    found = _REPO.search(name.strip())
    if found is None:
        raise ValueError(f"not the name of a repository: {name!r}")
    return f"{found[1]}/{found[2]}".lower()


def read_names(path: Path) -> list[str]:
    """Return the repositories that a file names, as written.

    Understands text with one name per line (``#`` begins a comment), JSON lines with a field ``repo``, and JSON: an
    object whose keys are names, or a list of names or of objects with ``repo``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error
    try:
        names = list(_names(text))
        for name in names:
            normalized(name)
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{path}: {error}") from error
    return list(dict.fromkeys(names))


def read_kept(paths: Iterable[Path]) -> list[str]:
    """Return the held-out names of files; raises ``TrainingError`` for one without any, since it would let all pass."""
    kept: list[str] = []
    for path in paths:
        names = read_names(path)
        if not names:
            raise TrainingError(f"{path}: names no repository, so nothing can be checked against it")
        kept += names
    return kept


def check(names: Sequence[str], kept: Collection[str], allowed: Collection[str], where: str) -> None:
    """Raise ``TrainingError`` when one of the repositories is held out, looks like a copy of one that is, or is no name."""
    try:
        found = refusals(names, kept, where, allowed)
    except ValueError as error:
        raise TrainingError(str(error)) from error
    if found:
        told = "; ".join(f"{one.repo} {one.reason}: {one.held_out}" for one in found)
        raise TrainingError(f"nothing was read, since there are repositories that must not be used: {told}")


def _names(text: str) -> Iterator[str]:
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")):
        try:
            values: list[Any] = [json.loads(text)]
        except json.JSONDecodeError:
            values = [json.loads(line) for line in text.split("\n") if line.strip()]
        for value in values:
            yield from _json_names(value)
        return
    for line in text.splitlines():
        name = line.split("#", 1)[0].strip()
        if name:
            yield name.split()[0]


def _json_names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _json_names(one)
    elif "repo" in value:
        yield str(value["repo"])
    else:
        yield from map(str, value)


def refusals(
    names: Sequence[str], held_out: Collection[str], where: str, allowed: Collection[str] = ()
) -> list[Refusal]:
    """Return what of ``names`` may not be used; ``allowed`` are namesakes that a person found to be something else."""
    exact = {normalized(name) for name in held_out}
    by_core: dict[str, str] = {_core(name.split("/")[1]): name for name in sorted(exact)}
    passed = {normalized(name) for name in allowed}
    found: list[Refusal] = []
    for written in names:
        repo = normalized(written)
        origin = repo.split("/")[1].replace("__", "/", 1)
        if repo in exact:
            found.append(Refusal(written, where, repo, "is held out"))
        elif "/" in origin and origin in exact:
            found.append(Refusal(written, where, origin, "is a copy of a held-out repository"))
        elif repo not in passed and (namesake := by_core.get(_core(origin.rsplit("/", 1)[-1]))) is not None:
            found.append(Refusal(written, where, namesake, "has its name, so it may be a fork, a mirror or a rename"))
    return found


def _core(name: str) -> str:
    """Return what is left of a repository's name without separators and words that only mark a copy."""
    return re.sub(r"[^a-z0-9]", "", _COPY.sub("", name))
