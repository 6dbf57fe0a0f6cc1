"""Python."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SPEC, SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

_FRAME = r'\s*File "([^"]{1,400})", line (\d{1,7})(?:, in (.{1,200}))?'
_IPYTHON = r"\s*File (\S{1,300}):(\d{1,7}), in ([\w.<>]{1,200})"
_IPYTHON_OLD = r"\s*(\S{1,300}\.py) in ([\w<>]{1,200})\("
_PYTEST = rf"\s*({PATH}{{1,300}}\.py):(\d{{1,7}}): (?:in (\S{{1,200}})|[A-Z]\w*(?:Error|Exception|Warning)\b)"


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        return Frame(clean_path(found[1]), int(found[2]), _name(found[3]), "python")
    if found := re.match(_IPYTHON, line):
        return Frame(clean_path(found[1]), int(found[2]), _name(found[3]), "python")
    if found := re.match(_IPYTHON_OLD, line):
        return Frame(clean_path(found[1]), None, _name(found[2]), "python")
    if found := re.match(_PYTEST, line):
        return Frame(clean_path(found[1]), int(found[2]), _name(found[3]), "python")
    return None


def _name(name: str | None) -> str | None:
    if not name:
        return None
    name = name.strip().split("(")[0]
    return None if name.startswith("<") else name


LANGUAGE = Language(
    name="python",
    suffixes=words("py pyi pyw"),
    file_names=words("sconstruct sconscript wscript"),
    interpreters=words("python pypy uv pipx"),
    grammar=Grammar(module="tree_sitter_python", queries=("python",), body_docstrings=True),
    test_name=f"{PREFIX}|{SUFFIX}|{SPEC}|{WHOLE}|(?i:^conftest$)",
    packaged_tests=True,
    generated=words("_pb2.py _pb2.pyi _pb2_grpc.py"),
    lock_files=words("poetry.lock pdm.lock uv.lock pipfile.lock conda-lock.yml pixi.lock"),
    build_files=words("setup.py setup.cfg noxfile.py fabfile.py manifest.in constraints.txt"),
    package_stems=words("__init__"),
    indented_blocks=True,
    runtimes=words("python"),
    frames=FrameReader(read=_frame, hints=("File ", ".py"), innermost_last=True),
)
