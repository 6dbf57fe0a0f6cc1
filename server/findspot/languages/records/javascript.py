"""JavaScript, and the traces of what is compiled to it."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import SCRIPT, SCRIPT_CALLS
from findspot.languages.record import Grammar, Language, words

_V8 = r"\s*at (?:async )?(?:new )?([^\s(]{1,200})(?: \[as [^\]]{1,80}\])? \(([^()]{1,400}):(\d{1,7}):\d{1,7}\)"
_V8_BARE = rf"\s*at (?:async )?({PATH}{{1,400}}):(\d{{1,7}}):\d{{1,7}}\s*$"
_FIREFOX = r"\s*([\w$.<>/*]{0,200})@((?:file|https?|webpack|resource|moz-extension):[^\s]{1,400}|/[^\s]{1,400}):(\d{1,7}):\d{1,7}\s*$"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_V8, line):
        return Frame(clean_path(found[2]), int(found[3]), _name(found[1]), "javascript")
    if found := re.match(_V8_BARE, line):
        return Frame(clean_path(found[1]), int(found[2]), None, "javascript")
    if found := re.match(_FIREFOX, line):
        return Frame(clean_path(found[2]), int(found[3]), _name(found[1]), "javascript")
    return None


def _name(name: str) -> str | None:
    name = name.rstrip("/<*").split("/")[0]
    parts = [
        part for part in name.split(".") if part not in ("Object", "Module", "<anonymous>", "exports", "prototype")
    ]
    return ".".join(parts) or None


LANGUAGE = Language(
    name="javascript",
    suffixes=words("js jsx mjs cjs es6"),
    interpreters=words("node nodejs"),
    grammar=Grammar(
        module="tree_sitter_javascript",
        queries=("ecmascript", "jsx", "javascript"),
        calls=SCRIPT_CALLS,
    ),
    test_name=SCRIPT,
    generated=words("_pb.js"),
    lock_files=words("package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb bun.lock"),
    build_files=words("gruntfile.js gulpfile.js"),
    package_stems=words("index"),
    runtimes=words("javascript"),
    frames=FrameReader(read=_frame, hints=("at ", "@"), any_suffix=True),
)
