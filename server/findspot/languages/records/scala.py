"""Scala."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL, CAMEL_PREFIX
from findspot.languages.record import Grammar, Language, forms, words

LANGUAGE = Language(
    name="scala",
    suffixes=words("scala sc sbt"),
    interpreters=words("scala"),
    grammar=Grammar(
        module="tree_sitter_scala",
        queries=("scala",),
        calls=forms(test="test it describe feature scenario Feature Scenario property suite context"),
    ),
    test_name=f"{CAMEL}|{CAMEL_PREFIX}",
    build_files=words("build.sbt"),
    package_roots=words("scala"),
    runtimes=words("jvm"),
)
