"""``findspot cache``: what lies in the cache folder, and pruning, clearing, checking and moving it."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.cli.cache_options import CacheAction
from findspot.cli.inputs import UsageError, root_of
from findspot.cli.output import size_text
from findspot.cli.terminal import Terminal
from findspot.config import Config, load_config
from findspot.core.columns import table_lines, visible
from findspot.service.cache import Cache, Needless
from findspot.service.workspaces import find_root

if TYPE_CHECKING:
    from findspot.cli.commands import RawArguments

DONE, NOT_DONE = 0, 1

_HOUR, _DAY = 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """``findspot cache``; ``path`` is the root to clear, None for all, or where to move to."""

    config: Config
    action: CacheAction
    path: Path | None
    json: bool
    quiet: bool
    dry_run: bool
    yes: bool


def resolve_cache(raw: RawArguments, cwd: Path) -> CacheRequest:
    """Check how the words go together; raises a ``FindspotError`` that says what to change."""
    action, named = raw.cache_action, raw.path
    if raw.all_roots and (action != "clear" or named is not None):
        raise UsageError("--all belongs to clear, without a ROOT")
    if raw.dry_run and action != "prune":
        raise UsageError(f"--dry-run belongs to prune, not to {action}")
    if raw.yes and action not in {"prune", "clear"}:
        raise UsageError(f"--yes belongs to prune and clear, not to {action}")
    if named is not None and action not in {"clear", "move"}:
        raise UsageError(f"{action} takes no folder; leave out {named}")
    if action == "move" and named is None:
        raise UsageError("move needs to know where to: findspot cache move DIR")
    path = None if named is None else cwd / named.expanduser()
    if action == "clear" and not raw.all_roots:
        path = _root(path, cwd)
    return CacheRequest(load_config(None), action, path, raw.format == "json", raw.quiet, raw.dry_run, raw.yes)


def _root(named: Path | None, cwd: Path) -> Path:
    """Return the root that a folder means, which need not be there any more."""
    if named is None:
        return find_root(cwd, ())[0]
    return root_of(named, cwd) if named.exists() else named.absolute()


def run_cache(request: CacheRequest, terminal: Terminal) -> int:
    """Do what is asked, and return the exit status: 0 done, 1 damage or declined."""
    cache = Cache(request.config)
    match request.action:
        case "list":
            return _list(cache, request, terminal)
        case "prune":
            return _prune(cache, request, terminal)
        case "clear":
            return _clear(cache, request, terminal)
        case "verify":
            return _verify(cache, request, terminal)
        case "move":
            return _move(cache, request, terminal)


def _list(cache: Cache, request: CacheRequest, terminal: Terminal) -> int:
    indexes, shared = cache.indexes(), cache.shared()
    if request.json:
        record = {
            "folder": str(cache.folder),
            "indexes": [dataclasses.asdict(one) for one in indexes],
            "shared": [dataclasses.asdict(one) for one in shared],
        }
        terminal.write_lines([json.dumps(record)])
        return DONE
    now = time.time()
    rows = [("SIZE", "USED", "ROOT")]
    for one in indexes:
        name = one.root or f"{Path(one.index).name} (its folder was not written down)"
        notes = ([one.variant] if one.variant else []) + (
            [one.folder] if one.folder in {"gone", "out of reach"} else []
        )
        rows.append((size_text(one.size), _ago(now - one.used), f"{name} ({', '.join(notes)})" if notes else name))
    rows += [(size_text(one.size), "", f"{one.name} ({one.holds})") for one in shared]
    terminal.write_lines(table_lines(rows))
    if not request.quiet:
        total = sum(one.size for one in indexes) + sum(one.size for one in shared)
        words = "1 index" if len(indexes) == 1 else f"{len(indexes):,} indexes"
        terminal.note(f"{words} in {cache.folder}, {size_text(total)} in all")
    return DONE


def _ago(seconds: float) -> str:
    if seconds < _HOUR:
        return "now"
    return f"{seconds / _HOUR:.0f} h ago" if seconds < 2 * _DAY else f"{seconds / _DAY:.0f} days ago"


def _prune(cache: Cache, request: CacheRequest, terminal: Terminal) -> int:
    doomed = cache.needless()
    size = sum(one.size for one in doomed)
    if request.json:
        facts = [{"path": str(one.path), "size": one.size, "why": one.why} for one in doomed]
        terminal.write_lines([json.dumps({"needless": facts, "size": size})])
    else:
        terminal.write_lines(_doomed_lines(doomed))
    if not doomed:
        _say(request, terminal, "every index belongs to a folder that is there; nothing to remove")
        return DONE
    if request.dry_run:
        _say(request, terminal, f"{size_text(size)} could be removed; nothing was")
        return DONE
    if not _agreed(
        request, terminal, f"Remove {'this' if len(doomed) == 1 else f'these {len(doomed)}'}, {size_text(size)}?"
    ):
        return NOT_DONE
    kept = cache.prune(doomed)
    for what in kept:
        terminal.note(f"warning: not removed: {what}")
    _say(request, terminal, f"removed {len(doomed) - len(kept)} of {len(doomed)}")
    return NOT_DONE if kept else DONE


def _doomed_lines(doomed: list[Needless]) -> Iterator[str]:
    yield from table_lines([(size_text(one.size), one.path.name, one.why) for one in doomed])


def _clear(cache: Cache, request: CacheRequest, terminal: Terminal) -> int:
    if request.path is None and not _agreed(request, terminal, f"Remove all indexes in {cache.folder}?"):
        return NOT_DONE
    number, size = cache.clear(request.path)
    if request.path is not None and not number and not request.path.is_dir():
        raise UsageError(
            f"{request.path}: no such folder, and no index of one; name the folder whose index is to go, or none for this one"
        )
    whose = "all roots" if request.path is None else str(request.path)
    done = f"removed {size_text(size)}; the next search builds it again" if number else "there was no index"
    _say(request, terminal, f"{whose}: {done}")
    return DONE


def _verify(cache: Cache, request: CacheRequest, terminal: Terminal) -> int:
    found = list(cache.verify())
    damaged = [name for name, faults in found if faults]
    if request.json:
        terminal.write_lines(json.dumps({"name": name, "faults": faults}) for name, faults in found)
    else:
        terminal.write_lines(
            visible(f"{name}: {'; '.join(faults) if faults else 'as it should be'}") for name, faults in found
        )
    if damaged:
        _say(
            request,
            terminal,
            "an index that is damaged: findspot cache clear ROOT, and the next search builds it again",
        )
    return NOT_DONE if damaged else DONE


def _move(cache: Cache, request: CacheRequest, terminal: Terminal) -> int:
    if request.path is None:
        raise UsageError("move needs to know where to: findspot cache move DIR")
    cache.move(request.path)
    terminal.note(f"moved; set FINDSPOT_CACHE_DIR={request.path} for your shells, editors and agents to make it stay")
    return DONE


def _agreed(request: CacheRequest, terminal: Terminal, question: str) -> bool:
    if request.yes:
        return True
    agreed = terminal.confirmed(question)
    if agreed is None:
        raise UsageError("nothing was removed, since there is no terminal to ask on; add --yes")
    if not agreed:
        terminal.note("nothing was removed")
    return agreed


def _say(request: CacheRequest, terminal: Terminal, text: str) -> None:
    if not request.quiet:
        terminal.note(text)
