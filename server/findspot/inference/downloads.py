"""Fetching a model file from an address that the user names: the only download there is (I-16).

What has come stays in ``NAME.part`` with a note beside it of what it is a part of, so a fetch that was cut off or killed
goes on where it stopped, unless the file at the address has changed. The file gets its name once it is whole and checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from findspot.errors import ModelError
from findspot.inference.addresses import check_address, failure, is_loopback, is_private, without_secrets
from findspot.inference.gguf import MAGIC, read_header

if TYPE_CHECKING:
    import httpx2

MOST_BYTES: Final = 64 << 30
"""The largest file that is fetched."""

_SPARE_BYTES = 256 << 20
"""What a fetch leaves free on the disk."""

_BLOCK = 1 << 20

_QUIET_SECONDS = 30.0
"""How long the other side may send nothing."""

_TRIES = 5
"""Tries in a row that bring nothing new before a fetch gives up."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\Z")

Tell = Callable[[int, int | None], None]
"""Hears how many bytes are there, and how many there will be, if that is known."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that has arrived; ``resumed`` is how many bytes were there before."""

    path: Path
    sha256: str
    resumed: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part is a part of. ``validator`` is the entity tag or date that the other side knows the file by."""

    address: str
    validator: str = ""
    total: int | None = None


def fetch_model(
    address: str,
    target: Path,
    *,
    sha256: str = "",
    tell: Tell | None = None,
    quiet_seconds: float = _QUIET_SECONDS,
    pause_seconds: float = 1.0,
) -> Fetched:
    """Fetch the GGUF file at ``address`` to ``target``, which must not be there; raises ``ModelError``.

    ``sha256`` is what the file must have, in hexadecimal digits; "" for not known. An ``OSError`` is about the disk. What has
    come when an error or an interrupt ends the call stays, and the next call goes on, unless it was the wrong file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.parent / ".fetching.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ModelError("a model is being fetched into this folder already; try again when it is done") from error
    try:
        if target.exists():
            raise ModelError(f"{target.name} is there already; remove it first, or give --name")
        fetch = _Fetch(address, target, tell or _untold)
        with contextlib.closing(_client(address, quiet_seconds)) as client:
            resumed = fetch.run(client, pause_seconds)
        return Fetched(target, fetch.settle(sha256), resumed)
    finally:
        lock.release()


def file_sha256(path: Path) -> str:
    """Return the checksum of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _untold(_done: int, _total: int | None) -> None:
    """Tell nobody."""


def _client(address: str, quiet_seconds: float) -> httpx2.Client:
    import httpx2  # noqa: PLC0415 - only a fetch needs it

    return httpx2.Client(
        timeout=quiet_seconds,
        follow_redirects=True,
        max_redirects=5,
        event_hooks={"request": [_redirects_from(address)]},
        headers={"Accept-Encoding": "identity", "User-Agent": "findspot"},
        trust_env=not is_loopback(address),  # a proxy of the environment has no business with this machine
    )


def _redirects_from(address: str) -> Callable[[httpx2.Request], None]:
    """Return what refuses to be sent on from a protected ``address`` to one that is not."""

    def check(request: httpx2.Request) -> None:
        target = str(request.url)
        check_address(target)
        if is_private(address) and not is_private(target):
            raise ModelError(
                f"{without_secrets(address)}: it sends on to {without_secrets(target)}, without encryption"
            )

    return check


class _Fetch:
    """One fetch: its part, and the note beside it."""

    def __init__(self, address: str, target: Path, tell: Tell) -> None:
        self.part = target.with_name(f"{target.name}.part")
        self._target = target
        self._note = target.with_name(f"{target.name}.part.json")
        self._shown = without_secrets(address)
        self._tell = tell
        self._about = self._known(_Part(address))

    def run(self, client: httpx2.Client, pause_seconds: float) -> int:
        """Fetch until all is there; returns how much was there before."""
        import httpx2  # noqa: PLC0415 - see _client

        begin = most = self._size()
        failed = 0
        while True:
            try:
                self._try(client)
            except httpx2.TransportError as error:
                failed = 0 if self._size() > most else failed + 1
                most = max(most, self._size())
                if isinstance(error, httpx2.ConnectError) and not most:
                    raise ModelError(f"{self._shown}: {_in_words(error)}; check the address") from error
                if failed >= _TRIES:
                    raise ModelError(
                        f"{self._shown}: {_in_words(error)}; run the same command again to go on from there"
                    ) from error
                time.sleep(pause_seconds * failed)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise ModelError(f"{self._shown}: {error}; check the address") from error
            else:
                return begin

    def settle(self, sha256: str) -> str:
        """Check what has come, give it its name, and return its checksum."""
        found = file_sha256(self.part)
        if sha256 and found != sha256.lower():
            self._forget()
            raise ModelError(
                f"{self._shown}: its checksum is {found}, not {sha256.lower()}; "
                "nothing was kept: check the address and the checksum"
            )
        try:
            read_header(self.part)
        except ModelError as error:
            self._forget()
            raise ModelError(f"{self._shown}: no usable model came: {error}") from error
        self.part.replace(self._target)
        self._note.unlink(missing_ok=True)
        return found

    def _try(self, client: httpx2.Client) -> None:
        """Ask for what is missing, and write it down until the other side is done."""
        if not self._about.validator:
            self.part.unlink(missing_ok=True)
        begin = self._size()
        wanted = {"Range": f"bytes={begin}-", "If-Range": self._about.validator} if begin else {}
        with client.stream("GET", self._about.address, headers=wanted) as response:
            if response.status_code == 416 and begin:
                if begin == self._about.total:
                    return
                self._forget()
                raise _changed()
            if response.status_code not in {200, 206}:
                said = f"{response.status_code} {response.reason_phrase}".strip()
                raise ModelError(f"{self._shown}: the other side says {said}; check the address, or try again later")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise ModelError(f"{self._shown}: it is sent compressed, which was not asked for")
            if response.status_code == 206 and not self._goes_on(response, begin):
                self._forget()
                raise _changed()
            if response.status_code == 200:
                begin = 0
                self._start_over(response)
            self._write(response, begin)

    def _goes_on(self, response: httpx2.Response, begin: int) -> bool:
        """Return whether a partial answer is the rest of this very file."""
        place = _RANGE.match(response.headers.get("Content-Range", ""))
        total = None if place is None or place[2] == "*" else int(place[2])
        same = _validator(response) in {"", self._about.validator}
        return place is not None and int(place[1]) == begin and same and (total is None or total == self._about.total)

    def _start_over(self, response: httpx2.Response) -> None:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isascii() and length.isdigit() else None
        self._about = replace(self._about, validator=_validator(response), total=total)
        if total is not None:
            self._check_room(total, total)
        written = self._note.with_name(f"{self._note.name}.new")
        self.part.unlink(missing_ok=True)  # before the note: a note must never vouch for older bytes
        written.write_text(json.dumps(asdict(self._about)), encoding="utf-8")
        written.replace(self._note)

    def _write(self, response: httpx2.Response, begin: int) -> None:
        done = begin
        with self.part.open("ab") as stream:
            for block in response.iter_raw():  # as it comes, so that what came before a cut is not lost
                stream.write(block)
                if done < len(MAGIC) <= done + len(block):
                    stream.flush()
                    self._check_magic(response)
                done += len(block)
                self._check_room(done, _BLOCK)
                self._tell(done, self._about.total)
            stream.flush()
            os.fsync(stream.fileno())
        if self._about.total is not None and done != self._about.total:
            raise _changed()

    def _check_magic(self, response: httpx2.Response) -> None:
        """Stop at the first bytes of something else, such as a page that asks for a login."""
        with self.part.open("rb") as stream:
            begin = stream.read(len(MAGIC))
        if begin != MAGIC:
            self._forget()
            kind = response.headers.get("Content-Type", "of no type")
            raise ModelError(
                f"{self._shown}: what is there is no GGUF file ({kind[:80]}); give the address of the file"
            )

    def _check_room(self, total: int, missing: int) -> None:
        if total > MOST_BYTES:
            self._forget()
            raise ModelError(f"{self._shown}: more than {MOST_BYTES >> 30} GiB, which no model here needs")
        free = shutil.disk_usage(self.part.parent).free
        if missing + _SPARE_BYTES > free:
            raise ModelError(
                f"{self.part.parent}: {missing / 1e6:,.0f} MB are to come and {free / 1e6:,.0f} MB are free; "
                "free some space, or set 'models_dir' to a folder on another disk"
            )

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _known(self, fresh: _Part) -> _Part:
        """Return what the note says of the part, which is thrown away if it is of something else or cannot be continued."""
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            known = _Part(**json.loads(self._note.read_text(encoding="utf-8")))
            if known.address == fresh.address and known.validator and _is_sendable(known.validator):
                return known
        self._forget()
        return fresh

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _validator(response: httpx2.Response) -> str:
    """Return what the file is known by; a weak tag does not promise the same bytes."""
    tag = response.headers.get("ETag", "")
    known = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    return str(known) if _is_sendable(known) else ""


def _is_sendable(value: str) -> bool:
    """Return whether ``value`` can be sent back in a header."""
    return value.isascii() and value.isprintable()


def _changed() -> Exception:
    import httpx2  # noqa: PLC0415 - see _client

    return httpx2.RemoteProtocolError("the file at the address has changed meanwhile")


def _in_words(error: Exception) -> str:
    import httpx2  # noqa: PLC0415 - see _client

    if isinstance(error, httpx2.ConnectTimeout):
        return "nobody answers there"
    if isinstance(error, httpx2.TimeoutException):
        return "the other side sends nothing any more"
    return failure(error)
