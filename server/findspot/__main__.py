"""``findspot`` and ``python -m findspot``: the command line."""

from __future__ import annotations

import sys

from findspot.cli.elsewhere import run_elsewhere


def run() -> int:
    """Run the command line and return the exit status; an interrupt while it is being loaded is none to report."""
    try:
        status = run_elsewhere(sys.argv[1:])
        if status is not None:
            return status
        from findspot.cli.main import main  # noqa: PLC0415 - takes long enough to be interrupted

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
