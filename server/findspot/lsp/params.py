"""The parameters of Findspot's own requests: the messages of every front end, and the tokens of the protocol.

Everything a client sends is checked here before any work starts (I-17): types, sizes and names. A mistake is
a ``RequestError`` whose message says which field is wrong and what it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from findspot.service.messages import IndexRequest, LocalizeRequest, Request, SearchRequest, StatusRequest


def _token(raw: Any) -> Any:
    if isinstance(raw, int | str) and not isinstance(raw, bool):
        return raw
    raise ValueError("must be a string or a whole number")


Token = int | str
_Token = Annotated[Token | None, BeforeValidator(_token)]


class _WithTokens(Request):
    # Spelled as the protocol has them.
    work_done_token: _Token = Field(None, alias="workDoneToken", description="progress for this request")
    partial_result_token: _Token = Field(None, alias="partialResultToken", description="send the instant list first")


class SearchParams(_WithTokens, SearchRequest):
    """``findspot/search``."""


class LocalizeParams(_WithTokens, LocalizeRequest):
    """``findspot/localize``."""


class StatusParams(_WithTokens, StatusRequest):
    """``findspot/status``."""


class IndexParams(_WithTokens, IndexRequest):
    """``findspot/index``."""


OwnParams = SearchParams | LocalizeParams | StatusParams | IndexParams

PARSERS: Mapping[str, Callable[[Any], OwnParams]] = {
    "findspot/search": SearchParams.read,
    "findspot/localize": LocalizeParams.read,
    "findspot/status": StatusParams.read,
    "findspot/index": IndexParams.read,
}
"""Each of Findspot's own requests with what reads its parameters."""
