"""The ``ask`` fixture: the whole command line with the real engine, inside the test's own process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from findspot.cli.main import main

Ask = Callable[..., "CompletedProcess[bytes]"]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Ask:
    """Return a function that runs ``findspot`` with the given words in ``cwd`` and checks the exit status.

    It saves the half second that a new process needs; what only a process can show has tests of its own.
    """

    def run(
        *argv: str, cwd: Path, stdin: bytes = b"", env: dict[str, str] | None = None, status: int = 0
    ) -> CompletedProcess[bytes]:
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            code = main(argv)
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        assert code == status, (code, err.decode(errors="replace"))
        assert b"Traceback" not in err, err.decode(errors="replace")
        return CompletedProcess(argv, code, out, err)

    return run
