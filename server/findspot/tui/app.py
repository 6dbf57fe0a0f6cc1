"""The interactive view: an input, the list that answers it while one types, a preview, and what all that was made of."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input, Label, Static
from textual.worker import Worker

from findspot.core.columns import visible
from findspot.core.filters import FileKind
from findspot.core.types import IndexStatus
from findspot.errors import Cancelled, FindspotError, OpenError
from findspot.service.opening import command_for
from findspot.tui import look
from findspot.tui.keys import HelpScreen, bindings, line_of_keys
from findspot.tui.labels import place_content, place_text, report_text, scope_text, short_path, styled
from findspot.tui.options import Options
from findspot.tui.preview import Preview, Source, coloured_source, plain_source
from findspot.tui.query import Query
from findspot.tui.results import Results
from findspot.tui.session import Asking, Found, Row, Session
from findspot.tui.terminal import end_soon, is_gone
from findspot.tui.words import Piece, answer_pieces, home_path, index_pieces

_TICK_SECONDS = 0.25
"""How often the state of the index is looked at."""

_RESTING_TICKS = 4
"""While nothing is being indexed, every how many ticks."""

_LOCALIZE_PAUSE_SECONDS = 0.25
"""How long nothing must be typed before a text is localized: the model takes a second of both cores."""

_COLOUR_PAUSE_SECONDS = 0.04
"""How long the cursor must rest on a place before it is coloured."""

_WIDE, _LEAST_HIGH = 110, 12
"""Columns from which on the preview stands beside the list; lines below which there is none at first."""

_ONLY: Final[tuple[FileKind | None, ...]] = (None, "code", "tests", "docs", "config")


class View(App[list[Row]]):
    """The application; its result are the chosen places, None where it was left. ``return_code`` tells of a signal."""

    CSS: ClassVar[str] = look.CSS
    BINDINGS: ClassVar[list[Binding]] = bindings()  # type: ignore[assignment]  # narrower than Textual's
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    TITLE = "findspot"

    def __init__(self, session: Session, roots: list[Path], options: Options) -> None:
        # Textual chooses what takes colours out before a theme can be set: without this there would be black on black.
        super().__init__(ansi_color=True if "NO_COLOR" in options.environ else None)
        self.session = session
        self.options = options
        self._roots = roots
        self._number = 0
        self._asked: Asking | None = None
        self._generations: tuple[int, ...] = ()
        self._ticks = 0
        self._report = options.report
        self._localize = bool(options.report)
        self._whole = False
        self._only = 0
        self._found: Found | None = None
        self._trouble = ""
        self._colouring = 0
        self._coloured: tuple[Row, Source] | None = None
        for theme in look.themes(options.background, dark=options.dark):
            self.register_theme(theme)
        self.theme = look.COLORLESS if self.no_color else look.DARK if options.dark else look.LIGHT

    # --- layout ---

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what our variables are in a theme that has none of them."""
        return look.FALLBACK_VARIABLES

    def compose(self) -> ComposeResult:
        """Lay the view out."""
        yield Static(id="scope")
        with Horizontal(id="prompt"):
            yield Label("> ")
            yield Query(self._take_report, self.options.query)
        yield Static(id="pasted")
        yield Static(id="note")
        with Vertical(id="body"):
            yield Results(id="list")
            with Vertical(id="aside"):
                yield Static(id="place")
                yield Preview(id="code")
        yield Static(id="status")
        yield Static(id="keys")

    def on_mount(self) -> None:
        """Open the roots, listen to signals, and ask what was given on the command line."""
        loop = asyncio.get_running_loop()
        for number in ("SIGTERM", "SIGHUP", "SIGINT"):
            if hasattr(signal, number):
                with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                    loop.add_signal_handler(getattr(signal, number), self._told, 128 + getattr(signal, number))
        self.list = self.query_one("#list", Results)
        self.code = self.query_one("#code", Preview)
        self.line = self.query_one(Query)
        self.scope_line, self.pasted, self.note, self.place, self.status, self.keys = (
            self.query_one(f"#{name}", Static) for name in ("scope", "pasted", "note", "place", "status", "keys")
        )
        self.session.use(self._roots)
        self.line.focus()
        self.line.cursor_position = len(self.line.value)
        self._arrange(self.size)
        self._show_scope()
        self._show_status([])
        self.set_interval(_TICK_SECONDS, self._tick)
        self.call_after_refresh(self._tick)
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Put the preview beside the list where there is room."""
        self._arrange(event.size)

    def _arrange(self, size: Size) -> None:
        wide = size.width >= _WIDE
        self.screen_stack[0].set_class(wide, "wide")
        self.screen_stack[0].set_class(size.height < _LEAST_HIGH, "low")
        if hasattr(self, "list"):
            self.list.set_roomy(roomy=wide)
            self.keys.update(line_of_keys(size.width - 2))
            self._show_scope()

    # --- asking ---

    def _asking(self) -> Asking:
        typed = self.line.value.strip()
        text = "\n".join(filter(None, (typed, self._report)))
        scope = () if self._whole else self.options.scope
        filters = self.options.filters
        if only := _ONLY[self._only]:
            filters = dataclasses.replace(filters, only=(only,))
        return Asking(text, self._localize, scope, filters, self.options.top_k)

    def on_input_changed(self, _: Input.Changed) -> None:
        """Ask anew with every key; the former question is cancelled."""
        self._ask()

    def _ask(self, *, again: bool = False) -> None:
        """Ask what is typed; ``again`` asks the same of an index that has changed, and leaves the cursor where it is."""
        asking = self._asking()
        if not again and asking == self._asked:
            return
        self._number += 1
        self._asked = asking
        if not asking.text:
            self.workers.cancel_group(self, "ask")
            self._found, self._trouble = None, ""
            self._show_found(keep=False)
            return
        number = self._number

        async def work() -> None:
            await self._answer(number, asking, again=again)

        _: Worker[None] = self.run_worker(work, group="ask", exclusive=True)

    async def _answer(self, number: int, asking: Asking, *, again: bool) -> None:
        if self.options.full_index:
            await self.session.whole()
        if asking.localize and not again:
            await asyncio.sleep(_LOCALIZE_PAUSE_SECONDS)
        try:
            found = await self.session.ask(asking, lambda part: self._take(number, part, keep=again))
        except Cancelled:
            return
        except FindspotError as error:
            self._take_trouble(number, str(error))
        else:
            self._take(number, found, keep=True)

    def _take(self, number: int, found: Found, *, keep: bool) -> None:
        """Show an answer, unless something else was asked since: a late one is dropped (V41)."""
        if number != self._number:
            return
        fresh = self._found is None or not keep
        self._found, self._trouble = found, ""
        self._show_found(keep=keep and not fresh)

    def _take_trouble(self, number: int, message: str) -> None:
        if number != self._number:
            return
        self._found, self._trouble = None, message
        self._show_found(keep=False)

    def _take_report(self, text: str) -> None:
        """Localize several lines that were pasted."""
        self._report, self._localize = text, True
        self._show_scope()
        self._ask()

    # --- showing ---

    def _show_found(self, *, keep: bool) -> None:
        found = self._found
        notes = () if found is None else found.status.notes
        self._show_line(self.note, self._trouble or "  ".join(notes))
        self.list.show(() if found is None else found.rows, keep=keep)
        self._show_scope()
        self._show_status(self._states)

    @staticmethod
    def _show_line(static: Static, text: str) -> None:
        static.display = bool(text)
        static.update(Content(visible(text)))

    def _show_scope(self) -> None:
        chosen = _ONLY[self._only]
        kinds = self.options.filters.only if chosen is None else (chosen,)
        shown = scope_text(
            ", ".join(home_path(root, self.options.home) for root in self._roots),
            inside=", ".join(short_path(path, self._roots) for path in (() if self._whole else self.options.scope)),
            only=f"only {', '.join(kinds)}" if kinds else "filtered" if self.options.filters else "",
            localize=self._localize,
            places=None if self._found is None else len(self._found.rows),
            marked=len(self.list.marked),
            room=self.size.width - 2,
        )
        self.scope_line.update(shown)
        self._show_line(self.pasted, report_text(self._report))

    def _show_status(self, states: list[IndexStatus | str]) -> None:
        self._states = states
        pieces: list[Piece] = index_pieces(states, self.session.progress())
        if self.options.full_index and self.session.steps():
            pieces += [(" · ", "faint"), ("answers wait for the index", "busy")]
        if self._found is not None:
            pieces += [("  ", "plain"), *answer_pieces(self._found.status, localize=self._localize)]
        self.status.update(styled(pieces))

    def on_results_moved(self, message: Results.Moved) -> None:
        """Show the place under the cursor, in colours a moment later."""
        row = message.row
        self._colouring += 1
        self.place.update(Content("") if row is None else place_content(row))
        shown = self._coloured
        if row is not None and shown is not None and (shown[0].place, shown[0].content) == (row.place, row.content):
            self.code.show(row, shown[1], jump=True)  # the same answer again must not flicker
            return
        self.code.show(row, Source(1, ()) if row is None else plain_source(row), jump=True)
        if row is not None:
            number = self._colouring

            async def work() -> None:
                await self._colour(number, row)

            _: Worker[None] = self.run_worker(work, group="colour", exclusive=True)

    async def _colour(self, number: int, row: Row) -> None:
        await asyncio.sleep(_COLOUR_PAUSE_SECONDS)
        source = await asyncio.to_thread(coloured_source, row)
        if number == self._colouring:
            self._coloured = row, source
            self.code.show(row, source, jump=False)

    async def _tick(self) -> None:
        """Look at the index, and ask again where it has changed: results improve while it fills."""
        if is_gone() and not self.is_headless:
            self._told(129)
            return
        self._notice_size()
        self._ticks += 1
        busy = bool(self.session.steps())
        if not busy and self._ticks % _RESTING_TICKS != 1:
            return
        states = list(await self.session.states())
        self._show_status(states)
        generations = tuple(state.generation for state in states if isinstance(state, IndexStatus))
        partial = self._found is not None and not self._found.status.complete
        if (
            self._localize
        ):  # which takes a second: not before the index is whole, and not twice for the first look at it
            if busy or generations == self._generations:
                return
            again = bool(self._generations) or partial
        else:
            again = generations != self._generations or (partial and not busy)
        self._generations = generations
        if again and self._asked is not None and self._asked.text:
            self._ask(again=True)

    def _notice_size(self) -> None:
        """Lay out anew where the window was resized just when the terminal came back from an editor: no signal tells of it."""
        if not self.is_headless:
            with contextlib.suppress(OSError):
                seen = Size(*os.get_terminal_size(0))
                if seen != self.size:
                    self.post_message(events.Resize(seen, seen))

    # --- what keys do ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to a screen on top."""
        del parameters
        return len(self.screen_stack) == 1 or action in {"abort", "quit"}

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.list.move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is seen at once."""
        self.list.move(by * self.list.page())

    def action_end(self, to: int) -> None:
        """Go to the first or the last place."""
        self.list.move(to * len(self.list.rows))

    def action_scroll(self, by: int) -> None:
        """Scroll the preview."""
        self.list.hold()
        self.code.scroll_relative(y=by * 3, animate=False)

    def action_mark(self, by: int = 1) -> None:
        """Mark or unmark the place, and go on."""
        self.list.toggle_mark()
        self.list.move(by)
        self._show_scope()

    def action_mark_all(self, marked: bool) -> None:  # noqa: FBT001 - bindings have positions only
        """Mark all places, or none."""
        self.list.mark_all(marked=marked)
        self._show_scope()

    def action_preview(self) -> None:
        """Show or hide the preview."""
        self.screen.toggle_class("alone")

    def action_scope(self) -> None:
        """Look in the whole root, or only where the view was opened."""
        if not self.options.scope:
            self.notify("the view was opened for the whole root; start it in a folder, or with PATHS")
            return
        self._whole = not self._whole
        self._ask()
        self._show_scope()

    def action_only(self) -> None:
        """Look only in files of the next kind."""
        self._only = (self._only + 1) % len(_ONLY)
        self._ask()
        self._show_scope()

    def action_localize(self) -> None:
        """Localize the text, or search for it."""
        self._localize = not self._localize
        if not self._localize:
            self._report = ""
        self._ask()
        self._show_scope()

    def action_theme(self) -> None:
        """Change between dark and light."""
        if not self.no_color:
            self.theme = look.LIGHT if self.theme == look.DARK else look.DARK

    async def action_help(self) -> None:
        """Show all keys."""
        await self.push_screen(HelpScreen())

    def action_copy(self) -> None:
        """Copy where the chosen places are."""
        rows = self.list.chosen()
        if rows:
            self.copy_to_clipboard("\n".join(place_text(row, self.options.cwd) for row in rows))
            self.notify(
                f"copied {visible(place_text(rows[0], self.options.cwd))}{f' and {len(rows) - 1} more' * (len(rows) > 1)}"
            )

    def action_accept(self) -> None:
        """Open the chosen places, or end with them where they are to be printed."""
        rows = self.list.chosen()
        if self.options.printing:
            if rows:
                self.exit(rows)
            return
        for row in rows:
            self._open(row)

    def on_results_chosen(self, message: Results.Chosen) -> None:
        """Open what was clicked twice."""
        if self.options.printing:
            self.exit([message.row])
        else:
            self._open(message.row)

    def _open(self, row: Row) -> None:
        """Open a place in the user's editor; one that needs the terminal gets it, and the view comes back afterwards."""
        try:
            command = command_for(
                self.options.open_cmd, row.file, row.line, row.result.span.end_line, self.options.environ
            )
        except OpenError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        for note in command.notes:
            self.notify(visible(note), severity="warning", markup=False)
        if command.in_terminal and not self.is_headless:
            with self.suspend():
                trouble = command.run()
            self.refresh(layout=True)
        else:
            trouble = command.run()
        if trouble:
            self.notify(visible(trouble), severity="error", markup=False)

    def key_escape(self) -> None:
        """Drop what was pasted; without that, close."""
        if self._report:
            self._report, self._localize = "", False
            self._show_scope()
            self._ask()
        else:
            self.exit()

    action_leave = key_escape

    def action_abort(self) -> None:
        """Close at once."""
        self.exit()

    def panic(self, *renderables: object) -> None:
        """End, also where there is nothing left to write to."""
        end_soon(1)
        super().panic(*renderables)  # type: ignore[arg-type]  # Rich's type of anything that can be shown

    def _told(self, code: int) -> None:
        """End because a signal says so, or the terminal is gone."""
        end_soon(code)
        self.exit(return_code=code)
