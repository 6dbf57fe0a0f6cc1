"""TypeScript with JSX, which has a grammar of its own."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="tsx",
    suffixes=words("tsx"),
    grammar=Grammar(
        module="tree_sitter_typescript", queries=("ecmascript", "jsx", "typescript"), function="language_tsx"
    ),
    test_name=SCRIPT,
)
