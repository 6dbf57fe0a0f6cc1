"""Running the view from the first byte to the last: the terminal, the engines, what is printed at the end."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from pathlib import Path

from findspot.config import Config
from findspot.service.process import end_process
from findspot.tui.options import Options
from findspot.tui.terminal import asking_background, on_terminal, write_places

_DONE, _ABORTED = 0, 130

_KEPT = 100
"""Log records that are shown once the screen is free again."""


class _Later(logging.Handler):
    """Keeps what is logged while the screen belongs to the view."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        if len(self.records) < _KEPT:
            self.records.append(record)


def run_view(configs: Mapping[Path, Config], options: Options, *, files_only: bool = False) -> int:
    """Show the view for some roots (absolute), and return the exit status: 0, 128 and a signal's number, 130 for left.

    Where standard output is no terminal, the chosen places are printed on it, ``files_only`` without lines, and leaving without a choice
    is 130, as with fzf. Raises ``TerminalError``.
    """
    log = logging.getLogger()
    handlers, later = log.handlers[:], _Later()
    with on_terminal(options.environ) as streams:
        log.handlers[:] = [later]
        try:
            with asking_background() as background:
                from findspot.service.engines import SharedEngines  # noqa: PLC0415 - while the terminal answers
                from findspot.tui.app import View  # noqa: PLC0415
                from findspot.tui.labels import place_text  # noqa: PLC0415
                from findspot.tui.session import Session  # noqa: PLC0415
            session = Session(SharedEngines(), configs)
            view = View(
                session,
                list(configs),
                dataclasses.replace(
                    options,
                    query=options.query + background.typed,
                    report=streams.text.strip("\r\n"),
                    printing=streams.out is not None,
                    background=background.color,
                    dark=background.is_dark,
                ),
            )
            rows = view.run()
            session.shutdown()
            code = view.return_code or _DONE
        finally:
            log.handlers[:] = handlers
        if streams.out is not None:
            code = code or (_DONE if rows else _ABORTED)
            places = [place_text(row, options.cwd) for row in rows or ()]
            if files_only:
                places = list(dict.fromkeys(place.rpartition(":")[0] for place in places))
            write_places(streams.out, "".join(f"{place}\n" for place in places))
    for record in later.records:
        log.handle(record)
    end_process(session.close, code)
    return code
