"""Clojure, ClojureScript and Babashka."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, words

_FRAME = r"\s*(?:at )?\[?([\w.]{1,300})\$([\w$]{1,200})[. ](?:invoke|invokeStatic|invokePrim|doInvoke)(?: ?\(| \")([\w.-]{1,100}\.clj[cs]?)(?:\" |:)(\d{1,7})"
_SAID = r".{0,300}\bat (?:([\w.*+!?<>=-]{1,200})/([\w.*+!?<>=-]{1,200}) )?\(([\w./-]{1,300}\.clj[cs]?):(\d{1,7})(?::\d{1,7})?\)"
_SIGNS = {"_BANG_": "!", "_QMARK_": "?", "_STAR_": "*", "_PLUS_": "+", "_GT_": ">", "_LT_": "<", "_EQ_": "=", "_": "-"}
_INNER = re.compile(r"\$.*|__\d+.*")
_MUNGED = re.compile("|".join(_SIGNS))


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        name = _MUNGED.sub(lambda sign: _SIGNS[sign[0]], _INNER.sub("", found[2]))
        return Frame(_path(found[1], found[3]), int(found[4]), name, "clojure")
    if found := re.match(_SAID, line):
        return Frame(clean_path(_path(found[1] or "", found[3])), int(found[4]), found[2], "clojure")
    return None


def _path(namespace: str, file_name: str) -> str:
    """Return the path of a file by the namespace in it, whose last part is the file's own name."""
    folders = namespace.replace("-", "_").split(".")[:-1]
    return "/".join([*folders, file_name]) if "/" not in file_name else file_name


LANGUAGE = Language(
    name="clojure",
    suffixes=words("clj cljs cljc cljd bb"),
    interpreters=words("bb clojure clj planck"),
    grammar=Grammar(bundled="clojure", queries=("clojure",)),
    test_name=SUFFIX,
    build_files=words("project.clj deps.edn build.boot shadow-cljs.edn bb.edn"),
    package_roots=words("clj cljs cljc"),
    snake_case_files=True,
    runtimes=words("jvm javascript"),
    frames=FrameReader(read=_frame, hints=(".clj",)),
)
