"""One question of an agent: any text, of which it need not know the kind, and one page of the answer."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from findspot.core.limits import MAX_RESULTS
from findspot.core.query import NAMES, classify
from findspot.core.report import parse_report
from findspot.languages.table import FRAME_READERS
from findspot.service.checked import Scope, Text
from findspot.service.messages import LocalizeRequest, Request, SearchRequest

PAGE: Final = 10
"""Results of a page after the first, where none are asked for."""

_PAGE_MOST = 50

_DEPTHS = (20, 50, 100, 200, 500, MAX_RESULTS)
"""How many results are asked for: the pages of one answer must come from one list, and how wide a net is cast for it depends
on its length."""

Offset = Annotated[int, Field(ge=0, lt=MAX_RESULTS)]


class FindRequest(Request):
    """Any text, and which part of its answer."""

    query: Text = Field(description="any text: a sentence, name, path, error, trace, whole issue")
    scope: Scope = Field((), description="only results in these files and folders")
    k: Annotated[int, Field(ge=1, le=_PAGE_MOST)] | None = Field(
        None, description="results at most; if absent the answer chooses"
    )
    offset: Offset = Field(0, description="results to leave out at the beginning")

    def question(self) -> SearchRequest | LocalizeRequest:
        """Return what to ask: a name or a path wants all that is called so, everything else is localized.

        More is asked for than the page holds, which tells whether there is another one.
        """
        wanted = self.k if self.k is not None or not self.offset else PAGE
        depth = (
            None if wanted is None else next(one for one in _DEPTHS if one > self.offset + wanted or one == MAX_RESULTS)
        )
        asked = {"root": self.root, "scope": self.scope, "top_k": depth}
        if classify(self.query, parse_report(self.query, FRAME_READERS)) in NAMES:
            return SearchRequest.read({**asked, "query": self.query})
        return LocalizeRequest.read({**asked, "text": self.query})
