"""Trees of past commits laid out as folders, from a repository without a work tree.

Snapshots may lack their largest blobs, on which ``git archive`` and ``git checkout`` give up; reading blob by blob
only leaves those files out. A folder is brought from one commit to the next by writing what differs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from findspot_training.source import TrainingError

_FILE_MODES = ("100644", "100755")


@dataclass
class Checkout:
    """A folder that holds the regular files of one commit at a time."""

    repository: Path
    folder: Path
    held: dict[str, str] = field(default_factory=dict)

    def move_to(self, commit: str) -> None:
        """Make the folder hold exactly the files of ``commit``; raises ``TrainingError`` for an unknown one."""
        wanted = self._tree(commit)
        for path in self.held.keys() - wanted.keys():
            (self.folder / path).unlink(missing_ok=True)
            del self.held[path]
        changed = [path for path, blob in wanted.items() if self.held.get(path) != blob]
        for path, content in zip(changed, self._blobs([wanted[path] for path in changed]), strict=True):
            target = self.folder / path
            if content is None:
                target.unlink(missing_ok=True)
                self.held.pop(path, None)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            self.held[path] = wanted[path]

    def _tree(self, commit: str) -> dict[str, str]:
        done = self._git("ls-tree", "-r", "-z", commit)
        found: dict[str, str] = {}
        for entry in done.decode("utf-8", "surrogateescape").split("\0"):
            head, _, path = entry.partition("\t")
            if head.startswith(_FILE_MODES) and _is_safe(path):
                found[path] = head.split()[2]
        return found

    def _blobs(self, names: list[str]) -> Iterator[bytes | None]:
        """Yield the content of each blob, None where the repository lacks it."""
        if not names:
            return
        out = self._git("cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode())
        at = 0
        for _ in names:
            end = out.index(b"\n", at)
            words = out[at:end].split()
            at = end + 1
            if words[-1] == b"missing":
                yield None
                continue
            size = int(words[2])
            yield out[at : at + size]
            at += size + 1

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
        done = subprocess.run(
            ["git", "-C", str(self.repository), *arguments],
            input=given,
            capture_output=True,
            check=False,
            env=environment,
        )
        if done.returncode != 0:
            raise TrainingError(
                f"git {arguments[0]} failed in {self.repository}: {done.stderr.decode(errors='replace')}"
            )
        return done.stdout


def _is_safe(path: str) -> bool:
    """Refuse what would lie outside the folder."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path
