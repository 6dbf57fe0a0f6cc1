"""CUDA: C++ with kernels. Qualifiers such as ``__global__`` and launches are read as macros are (``parsing/macros.py``)."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL, PREFIX, SUFFIX
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="cuda",
    suffixes=words("cu cuh"),
    grammar=Grammar(module="tree_sitter_cpp", queries=("c", "cpp", "cuda"), macros=True),
    test_name=f"{PREFIX}|{SUFFIX}|{CAMEL}",
    vendored_roots=words("deps dependencies"),
)
