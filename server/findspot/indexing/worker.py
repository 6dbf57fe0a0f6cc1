"""The process that parses: options and tasks come in on its standard input, outcomes go out on its standard output.

A parser is foreign code over untrusted text: it may crash, hang or eat memory. Here that costs one small process, which
the pool replaces. It ends when its input ends, so that nothing outlives a killed parent.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from findspot.indexing.tasks import PreparerOptions, Task

BOOTSTRAP = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); from findspot.indexing.worker import main; main()"
)
"""What the interpreter is started with. It gets the parent's module path, and never looks into the current folder."""

READY = b"ready"

_NICENESS = 10
"""What workers of a server add to their niceness, so that searches go before indexing (I-15)."""

_MEMORY = 2 << 30
_MEMORY_PER_BYTE = 200
"""Address space of a worker, and more of it where larger files are taken; a syntax tree takes 50 to 100 bytes a byte."""


def main() -> None:
    """Serve until the input ends."""
    incoming, outgoing = sys.stdin.buffer, _own_output()
    options: PreparerOptions
    options, polite = pickle.load(incoming)  # noqa: S301 - written by the parent
    _settle_in(options, polite=polite)
    preparer = options.make()
    _send(outgoing, READY)
    while True:
        try:
            tasks: list[Task] = pickle.load(incoming)  # noqa: S301 - written by the parent
        except EOFError:
            return
        for task in tasks:
            _limit(options.quick_seconds if task.quick else options.seconds)
            outcome = preparer.prepare(task)
            _limit(0)
            _send(outgoing, outcome)


def _own_output() -> BinaryIO:
    """Keep the standard output for outcomes: whatever a library prints goes to standard error."""
    sys.stdout.flush()
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


def _send(outgoing: BinaryIO, message: object) -> None:
    pickle.dump(message, outgoing, pickle.HIGHEST_PROTOCOL)
    outgoing.flush()


def _settle_in(options: PreparerOptions, *, polite: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)  # no window for a crash
        return
    if polite:
        os.nice(_NICENESS)
    import resource  # noqa: PLC0415 - does not exist on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no dump in the folder that is being indexed
    if sys.platform == "linux":
        memory = _MEMORY + _MEMORY_PER_BYTE * options.walk.max_file_bytes
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))


def _limit(seconds: float) -> None:
    """End this process after so much processor time; 0 takes the limit away.

    The signal's own action ends the process also inside a parser that never returns. Where there is no such clock, a
    thread that needs no interpreter watches the time that passes.
    """
    if sys.platform == "win32":
        import faulthandler  # noqa: PLC0415 - only where it is needed

        if seconds:
            faulthandler.dump_traceback_later(seconds * SLACK, exit=True)
        else:
            faulthandler.cancel_dump_traceback_later()
    else:
        signal.setitimer(signal.ITIMER_PROF, seconds)


SLACK = 6.0
"""How much longer than its processor time a file may take by the clock, on a machine that does other things too."""
