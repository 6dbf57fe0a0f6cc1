"""The files of an index: what belongs to a database, how it is thrown away, and what is left over."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from findspot.errors import IndexStorageError
from findspot.storage import seal
from findspot.storage.schema import DATABASE_NAME, SCHEMA_VERSION

_SUFFIXES = ("", "-wal", "-shm", "-journal")


@contextlib.contextmanager
def file_errors(database: Path) -> Iterator[None]:
    """Turn errors of the file system into Findspot's, with words that say what to do."""
    try:
        yield
    except OSError as error:
        raise IndexStorageError(
            f"the index {database} cannot be used: {error.strerror or error}; check its permissions, or remove it"
        ) from error


def private_folder(path: Path) -> None:
    """Make a folder, with those above it that are missing, for its owner only: an index holds what the files hold."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    if not missing:
        path.mkdir(exist_ok=True)  # raises where a file stands in its place


def database_files(database: Path) -> list[Path]:
    """Return the names of a database and of what SQLite lays beside it."""
    return [database.with_name(database.name + suffix) for suffix in _SUFFIXES]


def remove_database(database: Path) -> None:
    """Remove the files of a database that is not open; raises ``OSError``."""
    for path in database_files(database):
        path.unlink(missing_ok=True)


def discard(database: Path) -> None:
    """Remove a database with all that belongs to it, whatever stands in its place; raises ``IndexStorageError``."""
    with contextlib.suppress(OSError):
        seal.remove(database)
    for path in database_files(database):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:  # on Windows, while another process has the index open
            raise IndexStorageError(
                f"the damaged index {path} cannot be removed: {error.strerror}; "
                "end other findspot processes and try again"
            ) from error


def damage_marker(directory: Path) -> Path:
    """Return the file that stands beside a database in which a read met damage."""
    return directory / "damaged"


def is_marked(directory: Path) -> bool:
    """Return whether the index in a folder is to be built again."""
    return damage_marker(directory).exists()


def remove_left_over(directory: Path) -> None:
    """Remove what nothing reads any more: databases of earlier formats, seals of processes killed while they wrote them.

    Seals are written under the opening lock; who calls holds it.
    """
    with contextlib.suppress(OSError):
        for path in directory.glob(f".{DATABASE_NAME}.*"):
            path.unlink()
        for path in directory.glob("index-v*.sqlite3*"):
            version = path.name.removeprefix("index-v").partition(".")[0]
            if version.isdigit() and int(version) < SCHEMA_VERSION:
                path.unlink()


def log_size(database: Path) -> int:
    """Return the size in bytes of the write-ahead log; 0 where there is none."""
    try:
        return database.with_name(f"{database.name}-wal").stat().st_size
    except OSError:
        return 0
