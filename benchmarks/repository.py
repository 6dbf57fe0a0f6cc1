"""The repository that is measured: Django's source distribution, downloaded once and unpacked."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

DJANGO_VERSION = "5.2.4"

_NOT_COPIED = (".git", ".hg", ".venv", "venv", "node_modules", "__pycache__")


def django(folder: Path) -> Path:
    """Return the unpacked sources below ``folder``, fetched with pip at the first call.

    Raises ``subprocess.CalledProcessError`` when pip cannot get them, ``tarfile.TarError`` when they are broken.
    """
    root = folder / f"django-{DJANGO_VERSION}"
    if root.is_dir():
        return root
    folder.mkdir(parents=True, exist_ok=True)
    requirement = f"django=={DJANGO_VERSION}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-binary", ":all:", "--dest", str(folder), requirement], check=True)
    archive = folder / f"django-{DJANGO_VERSION}.tar.gz"
    unpacking = folder / "unpacking"  # renamed at the end, so that an interrupted run leaves nothing half done behind
    shutil.rmtree(unpacking, ignore_errors=True)
    with tarfile.open(archive) as files:
        files.extractall(unpacking, filter="data")
    (unpacking / root.name).rename(root)
    unpacking.rmdir()
    return root


def copy_of(repo: Path, target: Path) -> Path:
    """Copy what a person edits (not the history, not installed packages), so that nothing foreign is changed."""
    shutil.copytree(repo, target, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    return target
