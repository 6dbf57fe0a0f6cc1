"""Kotlin."""

from __future__ import annotations

from findspot.languages.conventions import CAMEL, CAMEL_PREFIX
from findspot.languages.record import Grammar, Language, forms, words

LANGUAGE = Language(
    name="kotlin",
    suffixes=words("kt kts"),
    interpreters=words("kotlin"),
    grammar=Grammar(
        module="tree_sitter_kotlin",
        queries=("kotlin",),
        bodies=("class_body", "enum_class_body", "function_body", "block"),
        calls=forms(
            test="test describe it context should given when then feature scenario expect Given When Then xtest xdescribe xit",
            route="get post put patch delete head options route webSocket",
        ),
    ),
    test_name=f"{CAMEL}|{CAMEL_PREFIX}",
    build_files=words("build.gradle.kts settings.gradle.kts"),
    package_roots=words("kotlin"),
    runtimes=words("jvm"),
)
