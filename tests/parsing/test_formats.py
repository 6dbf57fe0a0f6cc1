"""Formats that say what they define in blocks: one unit for each, whatever windows would cut."""

from __future__ import annotations

import pytest

from tests.parsing.rules import check


def test_every_resource_is_a_place_of_its_own() -> None:
    zones = ("north", "south", "east")
    source = "\n\n".join(
        f'resource "aws_route" "{zone}" {{\n  table_id   = aws_route_table.{zone}.id\n  gateway_id = "{zone}"\n}}'
        for zone in zones
    )
    parsed = check("network.tf", source.encode())
    assert [chunk.symbol for chunk in parsed.chunks] == [f"resource.aws_route.{zone}" for zone in zones]
    assert [reference.name for reference in parsed.references] == list(zones)


@pytest.mark.parametrize(
    "opening", ['syntax = "proto3";', 'syntax = "proto2";', 'edition = "2023";', "// Licence: whatever you like", ""]
)
def test_messages_are_found_in_every_version_of_the_language(opening: str) -> None:
    source = (
        f"{opening}\npackage bakery.orders;\nmessage Loaf {{\n  optional string flour = 1;\n}}\nmessage Roll {{}}\n"
    )
    parsed = check("bakery.proto", source.encode())
    assert [symbol.qualified_name for symbol in parsed.symbols] == ["Loaf", "Loaf.flour", "Roll"]
    assert not parsed.problems
