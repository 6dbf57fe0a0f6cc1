"""GraphQL."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="graphql",
    suffixes=words("graphql gql graphqls"),
    grammar=Grammar(
        bundled="graphql",
        queries=("graphql",),
        bodies=words("fields_definition input_fields_definition enum_values_definition selection_set"),
    ),
    test_name=SCRIPT,
)
