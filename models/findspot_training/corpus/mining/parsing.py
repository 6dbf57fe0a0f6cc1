"""Files of a history parsed in this process: what is mined, or made of it, is one's own choice of repositories."""

from __future__ import annotations

from functools import partial

from findspot.core.types import ParsedFile
from findspot.evaluation import functions
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers


def parse_code(path: str, source: bytes, parsers: Parsers) -> ParsedFile | None:
    """Parse a file of code; None for what the index leaves out too: generated, minified or very long files."""
    return functions.parse_code(path, source, partial(parse, parsers=parsers))
