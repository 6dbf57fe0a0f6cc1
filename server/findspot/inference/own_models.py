"""The user's own models: GGUF files in a folder, which Findspot lists, fetches, checks and removes, and never changes."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from findspot.errors import ModelError, reason
from findspot.inference.addresses import check_address, is_private, without_secrets
from findspot.inference.downloads import Fetched, Tell, fetch_model, file_sha256
from findspot.inference.gguf import GgufHeader, read_header

SUFFIX = ".gguf"

_MOST_LISTED = 1000

_NAME = re.compile(
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z))[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}(?<!\.)", re.IGNORECASE
)
"""Names that every file system takes."""

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class OwnModel:
    """One GGUF file; ``sha256`` is what was written down when it was fetched, "" for nothing."""

    name: str
    path: Path
    size: int
    sha256: str

    def header(self) -> GgufHeader:
        """Read what the file says of itself; raises ``ModelError`` for what is no whole GGUF file."""
        return read_header(self.path)

    def verify(self) -> bool:
        """Compare the file with its checksum; False where none was written down, ``ModelError`` for another file."""
        self.header()
        if self.sha256 and file_sha256(self.path) != self.sha256:
            raise ModelError(f"{self.path}: this is not the file that was fetched; remove it and fetch it again")
        return bool(self.sha256)


class OwnModels:
    """The models in one folder and the folders below it; a model's name is its path there without ``.gguf``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[OwnModel]:
        """Return the models by name, at most a thousand; ``ModelError`` for a folder that cannot be read."""
        self._check_folder()
        files = islice(self.folder.rglob(f"*{SUFFIX}"), _MOST_LISTED)
        return sorted(self._models(files), key=lambda model: model.name)

    def find(self, name: str) -> OwnModel:
        """Return the model of that name, or at that path; raises ``ModelError`` naming the nearest."""
        models = self.all()
        for model in models:
            if name in {model.name, f"{model.name}{SUFFIX}"}:
                return model
        path = Path(name).expanduser() if name.startswith("~") else Path(name)
        if path.is_file():
            return next(self._models([path.absolute()]))
        known = [model.name for model in models]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "'findspot models list' shows what there is"
        raise ModelError(f"no model '{name}' in {self.folder}; {hint}")

    def fetch(self, address: str, name: str = "", sha256: str = "", tell: Tell | None = None) -> Fetched:
        """Fetch a model and write its checksum down beside it; raises ``ModelError`` or ``OSError``.

        Without ``name`` it is called as in the address.
        """
        check_address(address)
        if sha256 and not _SHA256.fullmatch(sha256):
            raise ModelError(f"{sha256}: no checksum; SHA-256 has 64 hexadecimal digits")
        if not sha256 and not is_private(address):
            raise ModelError(
                f"{without_secrets(address)}: anybody between could change what http brings; "
                "use https, or give the checksum with --sha256"
            )
        called = name or Path(unquote(urlsplit(address).path)).name
        called = called[: -len(SUFFIX)] if called.lower().endswith(SUFFIX) else called
        if not _NAME.fullmatch(called):
            raise ModelError(f"{called!r} is no name for a model; give one of letters and digits with --name")
        self._check_folder()
        fetched = fetch_model(address, self.folder / f"{called}{SUFFIX}", sha256=sha256, tell=tell)
        _record(fetched.path).write_text(f"{fetched.sha256}  {fetched.path.name}\n", encoding="utf-8")
        return fetched

    @staticmethod
    def remove(model: OwnModel) -> None:
        """Delete a model and its checksum."""
        model.path.unlink()
        _record(model.path).unlink(missing_ok=True)

    def _check_folder(self) -> None:
        """Raise ``ModelError`` where the folder is there and cannot be read: a search in it would only find nothing."""
        try:
            os.scandir(self.folder).close()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise ModelError(f"{self.folder}: {reason(error)}") from error

    def _models(self, files: Iterator[Path] | list[Path]) -> Iterator[OwnModel]:
        for path in files:
            if path.is_file():
                inside = path.is_relative_to(self.folder)
                name = path.relative_to(self.folder).with_suffix("").as_posix() if inside else str(path)
                yield OwnModel(name, path, path.stat().st_size, _recorded(path))


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _recorded(path: Path) -> str:
    """Return the checksum in the file beside ``path``, which is of the form that sha256sum reads and writes."""
    record = _record(path)
    try:
        if not record.is_file():  # a pipe would be waited for
            return ""
        with record.open(encoding="utf-8") as stream:
            first = stream.read(64)
    except (OSError, ValueError):
        return ""
    return first.lower() if _SHA256.fullmatch(first) else ""
