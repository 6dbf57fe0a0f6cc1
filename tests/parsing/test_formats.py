"""Formats that say what they define in blocks: one unit for each, whatever windows would cut."""

from __future__ import annotations

import json

import pytest

from findspot.languages.table import SCANNED
from findspot.parsing.scanners import SCANNERS
from tests.parsing.rules import check


def test_every_language_without_a_grammar_that_wants_a_scanner_has_one() -> None:
    assert set(SCANNERS) == SCANNED


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


@pytest.mark.parametrize(
    "procedure",
    [
        "CREATE PROCEDURE close_day(day date)\nLANGUAGE plpgsql AS $body$\nBEGIN\n  DELETE FROM orders;\nEND;\n$body$;",
        "CREATE PROCEDURE close_day(IN day date)\nBEGIN\n  IF day THEN\n    DELETE FROM orders;\n  END IF;\nEND;",
        "DELIMITER //\nCREATE PROCEDURE close_day()\nBEGIN\n  SELECT CASE 1 WHEN 2 THEN 3 END;\n  DELETE FROM orders;\nEND //\nDELIMITER ;",
        "CREATE PROCEDURE dbo.close_day @day date\nAS\nSET NOCOUNT ON;\nDELETE FROM orders;\nGO",
        "EXEC ('CREATE PROCEDURE x AS');\nGO\nALTER PROCEDURE [dbo].[close_day]\nAS\nDELETE FROM orders;\nGO",
        "CREATE OR REPLACE PROCEDURE close_day (day IN date) IS\n  late number;\nBEGIN\n  DELETE FROM orders;\nEND;\n/",
    ],
    ids=["PostgreSQL", "standard", "MySQL", "T-SQL", "T-SQL by ALTER", "Oracle"],
)
def test_a_procedure_of_any_dialect_is_whole(procedure: str) -> None:
    source = f"CREATE TABLE before (id int);\n\n{procedure}\n\nCREATE TABLE after (id int);\n"
    parsed = check("books.sql", source.encode())
    units = {chunk.symbol: chunk.text for chunk in parsed.chunks if chunk.symbol}
    assert list(units) == ["before", "close_day", "after"]
    assert "DELETE FROM orders" in units["close_day"]
    assert "orders" in [reference.name for reference in parsed.references]


def test_a_model_of_dbt_is_found_by_its_name_and_knows_what_it_reads() -> None:
    source = (
        "{{ config(materialized='table') }}\n\nwith loaves as (\n    select * from {{ ref('stg_loaves') }}\n),\n\n"
        "weights as (\n    select\n        id,\n        {{ grams_to_ounces('grams') }} as ounces\n"
        "    from {{ source('scale', 'weighings') }}\n    where grams > 0\n)\n\nselect * from loaves join weights using (id)\n"
    )
    parsed = check("models/heavy_loaves.sql", source.encode())
    assert [symbol.qualified_name for symbol in parsed.symbols] == [
        "heavy_loaves",
        "heavy_loaves.loaves",
        "heavy_loaves.weights",
    ]
    assert "heavy_loaves.weights" in [chunk.symbol for chunk in parsed.chunks]
    assert [found.target for found in parsed.imports] == ["stg_loaves", "weighings"]
    assert {"stg_loaves", "grams_to_ounces", "weighings"} <= {reference.name for reference in parsed.references}


def test_a_macro_of_dbt_is_a_unit() -> None:
    source = (
        "{# Weighs. #}\n{% macro grams_to_ounces(column, digits=2) -%}\n    round({{ column }} / 28.35, {{ digits }})\n"
        "{%- endmacro %}\n\n{% macro other() %}{{ return(1) }}{% endmacro %}\n"
    )
    parsed = check("macros/weights.sql", source.encode())
    assert [(chunk.symbol, chunk.docstring.strip("{}# ")) for chunk in parsed.chunks] == [
        ("grams_to_ounces", "Weighs."),
        ("other", ""),
    ]


@pytest.mark.parametrize(("comment", "symbol"), [("{#\nTurns grams.\n#}", "weigh"), ("{# Weights. #}", None)])
def test_a_blank_line_may_stand_between_a_long_comment_and_its_macro(comment: str, symbol: str | None) -> None:
    parsed = check("macros/weigh.sql", f"{comment}\n\n{{% macro weigh() %}}\n  1\n{{% endmacro %}}\n".encode())
    assert parsed.chunks[0].span.start_line == 1
    assert ("Turns grams" in parsed.chunks[0].docstring) is (symbol is not None)


WORKFLOW = """\
name: CI
on:
  push:
    branches: [main]

jobs:
  bake:
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/actions/flour
      - name: Knead the dough
        run: |
          knead: 10

          turn: 2
          rest
      - run: |
          heat
          bake
          cool
  deliver:
    needs: bake
    runs-on: ubuntu-latest
    steps:
      - run: drive
"""


def _units(path: str, source: str) -> dict[str | None, str]:
    return {chunk.symbol: chunk.text for chunk in check(path, source.encode()).chunks}


def test_jobs_and_steps_of_a_workflow_are_places_by_their_names() -> None:
    units = _units(".github/workflows/ci.yml", WORKFLOW)
    assert list(units) == [None, "jobs.bake", "jobs.bake.steps.Knead the dough", "jobs.bake.steps[2]", "jobs.deliver"]
    assert "turn: 2" in units["jobs.bake.steps.Knead the dough"]


def test_an_object_of_kubernetes_is_called_by_kind_namespace_and_name() -> None:
    source = "apiVersion: v1\nkind: Service\nmetadata:\n  name: counter\n  namespace: bakery\n---\n" * 2
    source += "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include 'bakery.name' . }}\n  {{- with .x }}\n  y: 1\n  {{- end }}\n"
    names = [chunk.symbol for chunk in check("all.yaml", source.encode()).chunks]
    assert names == ["Service bakery/counter", "Service bakery/counter", "Deployment"]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_an_operation_of_an_interface_is_called_by_its_method_and_path(form: str) -> None:
    operations = {"get": {"summary": "One loaf.", "responses": {"200": {"description": "fresh"}}}}
    described = {
        "openapi": "3.1.0",
        "paths": {"/loaves/{id}": operations | {"delete": {"summary": "Eats.", "x": [1, 2]}}},
    }
    yaml = (
        "openapi: 3.1.0\npaths:\n  /loaves/{id}:\n    get:\n      summary: One loaf.\n      responses:\n        '200':\n"
        "          description: fresh\n    delete:\n      summary: Eats.\n      x:\n        - 1\n"
    )
    units = _units(f"openapi.{form}", yaml if form == "yaml" else json.dumps(described, indent=2))
    assert {"GET /loaves/{id}", "DELETE /loaves/{id}"} <= units.keys()


def test_a_short_file_is_one_place_and_its_keys_can_be_looked_up() -> None:
    source = '{\n  "name": "bakery",\n  "scripts": {\n    "bake": "oven",\n    "test": "taste"\n  }\n}\n'
    parsed = check("package.json", source.encode())
    assert len(parsed.chunks) == 1
    assert [symbol.qualified_name for symbol in parsed.symbols] == ["scripts", "scripts.bake", "scripts.test"]


def test_tables_of_data_are_pieces_and_not_a_place_for_each_row() -> None:
    rows = [{"name": f"loaf {i}", "grams": i, "crust": "thin"} for i in range(2_000)]
    for source in (json.dumps({"loaves": rows}, indent=1), "loaves:\n" + "- a\n  b\n  c: 1\n" * 9_000):
        parsed = check("loaves.json" if source.startswith("{") else "loaves.yaml", source.encode())
        assert len(parsed.chunks) < len(source) / 1_000
        assert len(parsed.symbols) < 10


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.toml", "a.ini", "a.xml", "a.sql", "a.css"])
@pytest.mark.parametrize(
    "sign", ["a:\n ", "- ", '{"a":', "[", "&x *x ", "[a]\n", "a = [", "'", "|\n", "{{", "(", "/*", "$$"]
)
def test_nesting_and_signs_without_end_are_read_in_linear_time(name: str, sign: str) -> None:
    assert check(name, (sign * 20_000).encode()).chunks
    assert check(name, "".join(f"{sign}{i}" for i in range(20_000)).encode()).chunks
