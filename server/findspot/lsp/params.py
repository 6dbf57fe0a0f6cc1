"""The parameters of Findspot's own requests: their types, their limits, and how untrusted JSON becomes them.

Everything a client sends is checked here before any work starts (I-17): types, sizes and names. A mistake is
a ``ParamsError`` whose message says which field is wrong and what it should be.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from findspot.config import Settings, allowed
from findspot.core.limits import MAX_SCOPE, MAX_TEXT
from findspot.core.types import Level
from findspot.lsp.convert import clean

MAX_URI = 16_384
"""Characters of one URI."""

Token = int | str


class ParamsError(ValueError):
    """A parameter is missing, unknown, too large or of the wrong type."""


@dataclass(frozen=True, slots=True)
class SearchParams:
    """``findspot/search``."""

    query: str
    top_k: int | None = None
    root: str | None = None
    scope: tuple[str, ...] = ()
    include_text: bool = True
    work_done_token: Token | None = None


@dataclass(frozen=True, slots=True)
class LocalizeParams:
    """``findspot/localize``; ``budget`` in seconds."""

    text: str
    top_k: int | None = None
    root: str | None = None
    scope: tuple[str, ...] = ()
    level: Level = "function"
    budget: float | None = None
    include_text: bool = True
    work_done_token: Token | None = None
    partial_result_token: Token | None = None


@dataclass(frozen=True, slots=True)
class StatusParams:
    """``findspot/status``."""

    root: str | None = None


@dataclass(frozen=True, slots=True)
class IndexParams:
    """``findspot/index``."""

    root: str | None = None
    rebuild: bool = False
    work_done_token: Token | None = None


OwnParams = SearchParams | LocalizeParams | StatusParams | IndexParams


class _Fields:
    """Takes checked fields out of one JSON object; ``finish`` refuses what nobody took."""

    def __init__(self, raw: Any) -> None:
        if raw is None:
            raw = {}
        if not isinstance(raw, Mapping):
            raise ParamsError("the parameters must be one object with named fields")
        self._raw = raw
        self._taken: list[str] = []

    def _take(self, name: str) -> Any:
        self._taken.append(name)
        return self._raw.get(name)

    def text(self, name: str, limit: int) -> str:
        value = self._take(name)
        if value is None:
            raise ParamsError(f"'{name}' is missing")
        if not isinstance(value, str):
            raise ParamsError(f"'{name}' must be a string")
        if len(value) > limit:
            raise ParamsError(f"'{name}' has {len(value):,} characters; at most {limit:,} are allowed")
        return clean(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ParamsError(f"'{name}' must be true or false")
        return value

    def setting(self, name: str, key: str) -> Any:
        """Take a value that overrides one setting, within that setting's own limits."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ParamsError(f"'{name}' must be a number")
        try:
            return getattr(Settings.model_validate({key: value}), key)
        except ValidationError as error:
            raise ParamsError(f"'{name}' must be {allowed(key)}, not {value}") from error

    def uri(self, name: str) -> str | None:
        value = self._take(name)
        return None if value is None else _uri(name, value)

    def uris(self, name: str) -> tuple[str, ...]:
        value = self._take(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise ParamsError(f"'{name}' must be a list of URIs")
        if len(value) > MAX_SCOPE:
            raise ParamsError(f"'{name}' has {len(value):,} entries; at most {MAX_SCOPE:,} are allowed")
        return tuple(_uri(name, item) for item in value)

    def level(self) -> Level:
        value = self._take("level")
        levels: dict[str | None, Literal["file", "function"]] = {
            None: "function",
            "file": "file",
            "function": "function",
        }
        if (value is None or isinstance(value, str)) and value in levels:
            return levels[value]
        raise ParamsError("'level' must be 'file' or 'function'")

    def token(self, name: str) -> Token | None:
        value = self._take(name)
        if value is None or (isinstance(value, int | str) and not isinstance(value, bool)):
            return value
        raise ParamsError(f"'{name}' must be a string or a whole number")

    def finish(self) -> None:
        known = [*self._taken, "workDoneToken", "partialResultToken"]
        for name in self._raw:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(self._taken)}"
                raise ParamsError(f"'{str(name)[:80]}' is not a parameter{hint}")


def _uri(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ParamsError(f"'{name}' must hold URIs as strings")
    if len(value) > MAX_URI:
        raise ParamsError(f"'{name}' holds a URI of {len(value):,} characters; at most {MAX_URI:,} are allowed")
    return value


def parse_search(raw: Any) -> SearchParams:
    """Return the checked parameters of a search; raises ``ParamsError``."""
    fields = _Fields(raw)
    params = SearchParams(
        query=fields.text("query", MAX_TEXT),
        top_k=fields.setting("topK", "top_k"),
        root=fields.uri("root"),
        scope=fields.uris("scope"),
        include_text=fields.flag("includeText", default=True),
        work_done_token=fields.token("workDoneToken"),
    )
    fields.finish()
    return params


def parse_localize(raw: Any) -> LocalizeParams:
    """Return the checked parameters of a localize; raises ``ParamsError``."""
    fields = _Fields(raw)
    params = LocalizeParams(
        text=fields.text("text", MAX_TEXT),
        top_k=fields.setting("topK", "top_k"),
        root=fields.uri("root"),
        scope=fields.uris("scope"),
        level=fields.level(),
        budget=fields.setting("budget", "budget"),
        include_text=fields.flag("includeText", default=True),
        work_done_token=fields.token("workDoneToken"),
        partial_result_token=fields.token("partialResultToken"),
    )
    fields.finish()
    return params


def parse_status(raw: Any) -> StatusParams:
    """Return the checked parameters of a status request; raises ``ParamsError``."""
    fields = _Fields(raw)
    params = StatusParams(root=fields.uri("root"))
    fields.finish()
    return params


def parse_index(raw: Any) -> IndexParams:
    """Return the checked parameters of an index request; raises ``ParamsError``."""
    fields = _Fields(raw)
    params = IndexParams(
        root=fields.uri("root"),
        rebuild=fields.flag("rebuild", default=False),
        work_done_token=fields.token("workDoneToken"),
    )
    fields.finish()
    return params


PARSERS: Mapping[str, Callable[[Any], OwnParams]] = {
    "findspot/search": parse_search,
    "findspot/localize": parse_localize,
    "findspot/status": parse_status,
    "findspot/index": parse_index,
}
"""Each of Findspot's own requests with what reads its parameters."""
