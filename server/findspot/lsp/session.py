"""One client's session: its folders, documents and settings, and the threads that work for it.

The event loop only takes notes and sends answers; the work runs in the threads of the service's scheduler. A call is
stopped when the client cancels, presses the cancel button, removes the folder, says ``shutdown`` or disappears.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from findspot.config import Config
from findspot.core.types import Progress, RefreshReport
from findspot.errors import Cancelled, FindspotError
from findspot.lsp.causes import FIND_CAUSE, SHOW_CAUSE
from findspot.lsp.convert import Encoding, folder_uris
from findspot.lsp.documents import Documents
from findspot.lsp.editor_settings import SECTION, EditorSettings
from findspot.lsp.progress import ProgressBars, WorkDone, describe
from findspot.lsp.protocol import RESULTS_SCHEME, FindspotProtocol
from findspot.service.engines import Access, EngineSource
from findspot.service.messages import Mode
from findspot.service.scheduling import Scheduler
from findspot.service.upkeep import Upkeep
from findspot.service.uris import file_of_uri, path_of_uri
from findspot.service.workspaces import Root, Workspace

QUIET_SECONDS = 0.15
"""Typing pause after which an unsaved text goes to the index without a search asking for it."""

ANSWER_SECONDS = 5.0
"""How long the client may take to tell its settings; without an answer nothing changes."""

SETTLE_SECONDS = 0.2
"""How long to wait for more changed files before they are read: an editor tells each one's change by itself."""

MANY_FILES = 1_000
"""Changed files from which on a whole folder is looked through instead of each of them."""

REPORT_SECONDS = 0.1
"""At most one progress report in this time."""

_log = logging.getLogger(__name__)


class Session:
    """Everything one client has opened; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self, server: LanguageServer, overrides: Mapping[str, Any], engines: EngineSource) -> None:
        self.server = server
        self.protocol: FindspotProtocol = server.protocol  # type: ignore[assignment]  # given as protocol_cls
        self.workspace = Workspace(self._open, engines.give_back, file_of_uri, self._open_files)
        self.documents = Documents(self.workspace.files)
        self.bars = ProgressBars()
        self.scheduler = Scheduler()
        self._upkeep = Upkeep(self.scheduler)
        self._engines = engines
        self._settings = EditorSettings(overrides)
        self._problems: list[str] = []
        self._shown: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._saved: set[Path] = set()
        self._hurried = False
        self._flush_timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False

    # --- the life of a session ---

    def initialize(self, params: types.InitializeParams) -> None:
        """Take the client's folders and settings; mistakes in them are kept for ``initialized``."""
        self._loop = asyncio.get_running_loop()
        self._problems += self._settings.take_options(params.initialization_options)
        folders = [folder.uri for folder in params.workspace_folders or ()]
        for uri in folder_uris(folders, params.root_uri, params.root_path):
            self._add(uri)

    def initialized(self) -> None:
        """Show what was wrong with the settings and start to index."""
        for problem in self._problems:
            self._show(problem)
        self.spawn(self._begin())

    async def _begin(self) -> None:
        """Ask for the editor's settings and for news of files, where the client has them; then index."""
        if self._can("workspace.configuration"):
            await self._fetch_configuration()
            await self._close_outdated()  # a request may have opened them while the client was asked
        for root in self.workspace.roots:
            self.spawn(self._maintain(root))
        await self._register()

    async def settings_changed(self, told: Any) -> None:
        """Take settings that have changed: those that the client tells, or asks to be fetched. Roots they concern are opened anew."""
        if self._can("workspace.configuration"):
            await self._fetch_configuration()
        else:
            self._take_configuration(told)
        for root in await self._close_outdated():
            self.spawn(self._maintain(root))

    async def _close_outdated(self) -> list[Root]:
        """Close the roots that were opened with other settings than those of now, to be opened anew when asked; returns them."""

        def close(_: threading.Event) -> list[Root]:
            changed = []
            for root in self.workspace.roots:
                config = root.opened_with()
                if config is not None and config.settings != self._config(root.path).settings:
                    root.close(for_good=False)
                    changed.append(root)
            return changed

        closed = await self.scheduler.run(Mode.SEARCH, close)
        self.documents.resend()
        return closed

    async def _fetch_configuration(self) -> None:
        """Ask the client for its settings; without an answer, those that it told before stay."""
        item = types.ConfigurationItem(section=SECTION)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await self.server.workspace_configuration_async(types.ConfigurationParams(items=[item]))
        except (TimeoutError, JsonRpcException) as error:
            reason = str(error) or f"no answer within {ANSWER_SECONDS:.0f} s"
            self.log_to_client(types.MessageType.Warning, f"the client has not told its settings: {reason}")
        else:
            self._take_configuration(found[0] if found else None)

    def _take_configuration(self, told: Any) -> None:
        for problem in self._settings.take_configuration(told):
            self.log_to_client(types.MessageType.Warning, problem)

    async def _register(self) -> None:
        """Ask for what can only be asked for while the server runs."""
        wanted: list[types.Registration] = []
        if self._can("workspace.did_change_watched_files.dynamic_registration"):
            every = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
            wanted.append(types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, every))
        if self._can("workspace.did_change_configuration.dynamic_registration"):
            section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if self._can("workspace.text_document_content.dynamic_registration"):
            scheme = types.TextDocumentContentOptions([RESULTS_SCHEME])
            wanted.append(types.Registration("results", types.WORKSPACE_TEXT_DOCUMENT_CONTENT, scheme))
        if wanted:
            try:
                await self.server.client_register_capability_async(types.RegistrationParams(wanted))
            except JsonRpcException as error:
                _log.info("the client takes no registration: %s", error)

    def change_folders(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Close the folders that went and index those that came."""
        for folder in event.removed:
            root = self.workspace.remove(folder.uri)
            if root is not None:
                self._stop(root)
                self.spawn(self._run_close(root))
        for folder in event.added:
            root = self._add(folder.uri)
            if root is not None:
                self.spawn(self._maintain(root))
        self.documents.resend()

    def shutdown(self) -> None:
        """Tell all work to stop; returns at once."""
        self._closing = True
        if self._flush_timer is not None:
            self._flush_timer.cancel()
        for task in self._tasks:
            task.cancel()
        self.scheduler.end()

    def close(self) -> None:
        """Wait for the threads and give the engines back; called from any thread, after ``shutdown``."""
        self.scheduler.drop_waiting()
        for root in self.workspace.roots:
            root.close()
        self.scheduler.join()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the messages; its failure is logged."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Cancelled:
            _log.info("background work was cancelled")
        except FindspotError as error:
            self.log_to_client(types.MessageType.Warning, str(error))
        except Exception:  # noqa: BLE001 - nobody waits for this task; it is logged
            _log.exception("background work failed")

    # --- work in threads ---

    def post(self, action: Callable[..., None], *arguments: Any) -> None:
        """Run ``action`` on the event loop; for worker threads. Nothing happens once the loop is closed."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(action, *arguments)

    def _stop(self, root: Root) -> None:
        root.stop.set()
        self.scheduler.stop_all(root)

    async def _run_close(self, root: Root) -> None:
        await self.scheduler.run(Mode.SEARCH, lambda _: root.close())

    # --- indexing ---

    async def _maintain(self, root: Root) -> None:
        """Bring one folder's index up to date and keep it so."""
        stop = threading.Event()
        has_bars = self._can("window.work_done_progress")
        bar = WorkDone(self.protocol, self.bars, f"Indexing {root.path.name}", stop.set) if has_bars else None
        report = await self._with_bar(
            bar,
            self._upkeep.begin(
                root,
                stop,
                self._reporter(bar, background=True),
                lambda why: self.log_to_client(types.MessageType.Info, why),
            ),
        )
        self.log_to_client(
            types.MessageType.Info,
            f"{root.path}: {report.added} files added, {report.changed} changed, {report.removed} removed, "
            f"{report.unchanged} unchanged in {report.seconds:.1f} s",
        )

    async def refresh(
        self, root: Root, stop: threading.Event, bar: WorkDone | None, *, rebuild: bool = False
    ) -> RefreshReport:
        """Refresh one folder, with a bar. Raises what ``Engine.refresh`` raises."""
        progress = self._reporter(bar, background=False)
        return await self._with_bar(bar, self._upkeep.refresh(root, stop, progress, rebuild=rebuild))

    async def _with_bar(self, bar: WorkDone | None, work: Coroutine[Any, Any, RefreshReport]) -> RefreshReport:
        last = "failed"
        try:
            report = await work
            last = f"{report.added + report.changed + report.removed:,} files updated"
        except (Cancelled, asyncio.CancelledError):
            last = "cancelled"
            raise
        finally:
            if bar is not None:
                bar.finish(last)
        return report

    def _reporter(self, bar: WorkDone | None, *, background: bool) -> Callable[[Progress], None]:
        """Return what is called while a folder is indexed, in the thread that does."""
        last = 0.0

        def report(progress: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            # A look at an index that is up to date needs no bar in the editor.
            quick = background and progress.phase == "scanning" and progress.elapsed_seconds < 1.0
            if bar is None or quick or progress.phase == "done" or now - last < REPORT_SECONDS:
                return
            last = now
            self.post(bar.report, *describe(progress))

        return report

    def _can(self, capability: str) -> bool:
        return bool(get_capability(self.server.client_capabilities, capability, False))

    # --- documents ---

    def flush_soon(self) -> None:
        """Carry pending texts to the index after a short pause in typing."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
        if not self._closing:
            self._flush_timer = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flush_timer = None
        self.spawn(self.scheduler.run(Mode.SEARCH, lambda _: self.documents.flush()))

    def saved(self, path: Path) -> None:
        """Read a saved file again; several files saved together are read in one go."""
        self.documents.saved(path)
        self._hurried = True
        self._reread_soon([path])

    def touched(self, uris: Sequence[str]) -> None:
        """Read files again, or folders, that were made, changed, renamed or deleted, as the client tells."""
        paths = [path for uri in uris if (path := path_of_uri(uri)) is not None]
        self._reread_soon([path for path in paths if ".git" not in path.parts])

    def _reread_soon(self, paths: Sequence[Path]) -> None:
        if paths and not self._saved:
            self.spawn(self._reread())
        self._saved.update(paths)

    async def _reread(self) -> None:
        await asyncio.sleep(0 if self._hurried else SETTLE_SECONDS)
        paths, self._saved, self._hurried = self._saved, set(), False
        if len(paths) > MANY_FILES:
            for root in self.workspace.roots:
                self.spawn(self._maintain(root))
            return

        def work(stop: threading.Event) -> None:
            self.workspace.refresh_files(sorted(paths), stop)
            for path in paths:
                self.documents.settled(path)
            self.documents.flush()

        await self.scheduler.run(Mode.INDEX, work)

    # --- settings and words to the user ---

    def _open(self, path: Path) -> Access:
        """Open the engine of a folder; runs in a worker thread."""
        return self._engines.open(path, self._config(path))

    def _open_files(self) -> Sequence[Path]:
        return self.documents.paths()

    def _config(self, path: Path) -> Config:
        config = self._settings.config(path)
        for warning in config.warnings:
            self.post(self._show, warning)
        return config

    def _add(self, uri: str) -> Root | None:
        try:
            return self.workspace.add(uri)
        except FindspotError as error:
            _log.info("%s", error)
            return None

    def _show(self, message: str) -> None:
        if message not in self._shown:
            self._shown.add(message)
            self.server.window_show_message(
                types.ShowMessageParams(type=types.MessageType.Error, message=f"Findspot: {message}")
            )

    def tell(self, message: str) -> None:
        """Show a message that is no mistake."""
        self.server.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Info, message=f"Findspot: {message}")
        )

    @property
    def cause_command(self) -> str:
        """The command behind the actions: the client's own where it has one."""
        experimental = self.server.client_capabilities.experimental
        own = experimental.get("commands") if isinstance(experimental, Mapping) else None
        return FIND_CAUSE if isinstance(own, list) and FIND_CAUSE in own else SHOW_CAUSE

    def log_to_client(self, kind: types.MessageType, message: str) -> None:
        """Write a line into the client's log."""
        self.server.window_log_message(types.LogMessageParams(type=kind, message=message))

    @property
    def encoding(self) -> Encoding:
        """What the client counts columns in."""
        found = self.server.workspace.position_encoding
        return found.value if isinstance(found, types.PositionEncodingKind) else str(found or "utf-16")
