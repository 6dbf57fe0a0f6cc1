"""The packages of a repository by name: what its manifests call the folders that they lie in.

Every manifest counts, whether a workspace lists it or not: npm, pnpm and Yarn, Cargo, Go, Python, Maven and Gradle keep
their lists in a dozen forms, and whoever names a package wants its folder in any case. Manifests are a stranger's
(I-23): small regular files, read as data; what cannot be understood has no name.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from findspot.opening import read_small

_MAX_BYTES: Final = 200_000
_MAX_MANIFESTS: Final = 5_000
"""Size and number of manifests that are read for one name."""

_NEAR: Final = 3

_MODULE = re.compile(r"^module\s+\"?([^\s\"]{1,300})", re.MULTILINE)
_ARTIFACT = re.compile(r"<artifactId>\s*([\w.-]{1,200})\s*</artifactId>")
_MAJOR = re.compile(r"/v\d{1,3}$")
_SIGNS = re.compile(r"[-_.]+")


def find_packages(root: Path, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the folders of each package by its name, of the manifests among root-relative ``paths``; the root is ``""``."""
    known = sorted(path for path in paths if path.rpartition("/")[2] in _READERS)[:_MAX_MANIFESTS]
    settings = {path.rpartition("/")[0] for path in known if path.rpartition("/")[2] in _GRADLE_SETTINGS}
    found: dict[str, dict[str, None]] = {}
    for path in known:
        folder, _, name = path.rpartition("/")
        package = _gradle_path(folder, settings) if name in _GRADLE_BUILDS else _name_in(root, path, _READERS[name])
        if package:
            found.setdefault(package, {})[folder] = None
    return {name: tuple(folders) for name, folders in found.items()}


def folders_of(packages: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """Return the folders of the package that is called ``name``, else of the only one whose name ends so after a ``/`` or ``:``.

    Case, ``-``, ``_`` and ``.`` make no difference, as in Python's packages. Empty where there is none.
    """
    wanted = _plain(name)
    exact = [folder for package, folders in packages.items() if _plain(package) == wanted for folder in folders]
    if exact:
        return tuple(dict.fromkeys(exact))
    ending = [folders for package, folders in packages.items() if _last(package) == wanted]
    return ending[0] if len(ending) == 1 else ()


def near_names(packages: Iterable[str], name: str) -> list[str]:
    """Return the names of packages that are written nearly like ``name``, the nearest first."""
    spelled: dict[str, str] = {}
    for package in sorted(packages):
        spelled.setdefault(_last(package), package)
        spelled[_plain(package)] = package
    close = difflib.get_close_matches(_plain(name)[:200], spelled, n=2 * _NEAR)
    return list(dict.fromkeys(spelled[one] for one in close))[:_NEAR]


def _plain(name: str) -> str:
    return _SIGNS.sub("-", name).lower()


def _last(package: str) -> str:
    return _plain(re.split("[/:]", _MAJOR.sub("", package))[-1])


def _gradle_path(folder: str, settings: Iterable[str]) -> str:
    """Return what Gradle calls the project in a folder: its path below the nearest folder with settings; none is ``""``."""
    above = [top for top in settings if top in ("", folder) or folder.startswith(f"{top}/")]
    top = max(above, key=len, default="")
    inside = folder[len(top) :].strip("/")
    return ":" + inside.replace("/", ":") if inside else ""


def _name_in(root: Path, path: str, read: Callable[[str], Any]) -> str:
    try:
        found = read(read_small(root, path, _MAX_BYTES).decode("utf-8", "replace"))
    except (OSError, ValueError, RecursionError, AttributeError):  # a manifest of any other shape, or none
        return ""
    return found.strip()[:300] if isinstance(found, str) else ""


def _of_node(text: str) -> Any:
    return json.loads(text).get("name")


def _of_cargo(text: str) -> Any:
    return tomllib.loads(text).get("package", {}).get("name")


def _of_python(text: str) -> Any:
    read = tomllib.loads(text)
    return read.get("project", {}).get("name") or read.get("tool", {}).get("poetry", {}).get("name")


def _of_go(text: str) -> Any:
    found = _MODULE.search(text)
    return found and found[1]


def _of_maven(text: str) -> Any:
    """Return the first artifact that is not the parent's: the project's own."""
    before, opening, rest = text.partition("<parent>")
    found = _ARTIFACT.search(before + (rest.partition("</parent>")[2] if opening else ""))
    return found and found[1]


_GRADLE_BUILDS: Final = frozenset({"build.gradle", "build.gradle.kts"})
_GRADLE_SETTINGS: Final = frozenset({"settings.gradle", "settings.gradle.kts"})

_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "package.json": _of_node,
    "Cargo.toml": _of_cargo,
    "pyproject.toml": _of_python,
    "go.mod": _of_go,
    "pom.xml": _of_maven,
    **dict.fromkeys(_GRADLE_BUILDS | _GRADLE_SETTINGS, lambda _: None),
}
"""What reads a package's name in the text of each manifest; Gradle's is the path of its folder."""
