"""Reading one file of a task: its bytes and what is known of them. Without the parsers, so any process may do it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

from findspot.core.render import content_hash
from findspot.core.types import FileProblem, ProblemKind
from findspot.indexing.tasks import Task, Unchanged, Vanished
from findspot.workspace.files import open_source
from findspot.workspace.skip_rules import named_limit, read_limit, too_large
from findspot.workspace.walker import WalkOptions


class Read(NamedTuple):
    """A file that was read, in the order of ``PreparedFile``."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    indexed_ns: int
    content_hash: bytes


def read_task(root: Path, task: Task, walk: WalkOptions) -> tuple[Read, bytes] | Unchanged | Vanished | FileProblem:
    """Read what a task is about: its bytes and what is known of them, or the outcome where there is nothing to parse."""
    limit = read_limit(task.path, named_limit(walk.max_file_bytes) if task.named else walk.max_file_bytes)
    indexed_ns = time.time_ns()  # before the first byte is read: a write during the read is noticed next time
    if task.text is not None:
        return Read(task.path, len(task.text), 0, 0, 0, indexed_ns, content_hash(task.text)), task.text
    try:
        with open_source(root, task.path, follow=walk.follow) as stream:
            status = os.fstat(stream.fileno())
            raw = stream.read(limit + 1)
    except FileNotFoundError:
        return Vanished(task.path)
    except OSError as error:
        return FileProblem(task.path, ProblemKind.UNREADABLE, f"It cannot be read: {error.strerror or error}.")
    if len(raw) > limit:
        return too_large(task.path, max(status.st_size, len(raw)), limit)
    stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    read = Read(task.path, len(raw), *stamp, indexed_ns, content_hash(raw))
    if read.content_hash == task.known_hash:
        return Unchanged(*read[:-1])
    return read, raw
