"""Starlark, in which Bazel, Buck and Tilt are configured."""

from __future__ import annotations

from findspot.languages.conventions import SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="starlark",
    suffixes=words("bzl star sky bazel"),
    file_names=words("build workspace build.bazel workspace.bazel module.bazel buck tiltfile"),
    grammar=Grammar(bundled="starlark", queries=("starlark",), body_docstrings=True),
    test_name=f"{SUFFIX}|{WHOLE}",
    lock_files=words("module.bazel.lock"),
    build_files=words("build.bazel module.bazel workspace.bazel"),
    indented_blocks=True,
)
