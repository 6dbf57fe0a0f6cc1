"""Infrastructure, schemas and settings are found by what they say and what they are called, and do not push code aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.engine import Models
from tests.engine.checks import open_engine, write_workspace

BAKERY = """
    == infra/network.tf
    resource "aws_subnet" "ovens" {
      vpc_id     = local.vpc_id
      cidr_block = element(var.oven_subnets, count.index)
    }

    resource "aws_route" "ovens_to_gateway" {
      route_table_id         = aws_route_table.ovens.id
      destination_cidr_block = "0.0.0.0/0"
      nat_gateway_id         = aws_nat_gateway.this.id
    }

    resource "aws_route" "counter_to_gateway" {
      route_table_id = aws_route_table.counter.id
      nat_gateway_id = aws_nat_gateway.this.id
    }

    == api/orders.proto
    syntax = "proto3";

    message PlaceOrder {
      string loaf = 1;
    }

    message CancelOrder {
      string id = 1;
    }

    == db/books.sql
    CREATE TABLE loaves (id serial PRIMARY KEY, grams int);

    CREATE FUNCTION pay_back(order_id int) RETURNS void AS $$
    BEGIN
      UPDATE orders SET paid = 0 WHERE id = order_id;
    END;
    $$ LANGUAGE plpgsql;

    == .github/workflows/ci.yml
    name: CI
    on: [push]
    jobs:
      taste:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - name: Upload the crumbs
            uses: actions/upload-artifact@v4
            with:
              path: crumbs
      deliver:
        runs-on: ubuntu-latest
        steps:
          - run: drive

    == deploy/counter.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: counter
    spec:
      replicas: 2

    == settings.yaml
    oven:
      # How hot the oven gets before a loaf goes in.
      temperature: 240
      heat_up_minutes: 15
      wait_until_hot: true

    == bakery/oven.py
    def heat_up(oven, temperature):
        while oven.temperature < temperature:
            oven.wait()
        return oven
"""


@pytest.mark.parametrize(
    ("query", "path", "symbol"),
    [
        ("route from the ovens to the nat gateway", "infra/network.tf", "resource.aws_route.ovens_to_gateway"),
        ("CancelOrder", "api/orders.proto", "CancelOrder"),
        ("pay_back", "db/books.sql", "pay_back"),
        ("which step uploads the crumbs", ".github/workflows/ci.yml", "jobs.taste.steps.Upload the crumbs"),
        ("counter deployment", "deploy/counter.yaml", "Deployment counter"),
        ("wait until the oven has the temperature", "bakery/oven.py", "heat_up"),
    ],
)
def test_a_place_is_found_by_its_name(tmp_path: Path, models: Models, query: str, path: str, symbol: str) -> None:
    write_workspace(tmp_path, BAKERY)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        first = engine.search(query).results[0]
    assert (first.path, first.symbol) == (path, symbol)
