"""TypeScript with JSX, which has a grammar of its own."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT, SCRIPT_CALLS
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="tsx",
    suffixes=words("tsx"),
    grammar=Grammar(
        module="tree_sitter_typescript",
        queries=("ecmascript", "jsx", "typescript"),
        function="language_tsx",
        calls=SCRIPT_CALLS,
    ),
    test_name=SCRIPT,
    runtimes=words("javascript"),
)
