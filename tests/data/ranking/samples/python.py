#!/usr/bin/env python
"""Orders of the shop."""

from __future__ import annotations

import json
import os.path as osp, sys
from . import prices
from .models import (
    Order,
    Line as OrderLine,
)

MAX_LINES = 20
_cache: dict[str, int] = {}
type Money = int


def total(order: Order, *, tax: float = 0.2) -> float:
    """Add up an order.

    Tax is included.
    """
    def line_total(line: OrderLine) -> float:
        if line.free:
            return 0.0
        return line.count * prices.of(line.article)

    def rounded(value): return round(value, 2)

    return rounded(sum(line_total(line) for line in order.lines) * (1 + tax))


# Registers itself.
# Twice, if need be.
@registry.register("basket")
class Basket(BaseBasket, mixins.Saved[int], metaclass=Meta):
    """What a customer collects."""

    limit = MAX_LINES

    class Meta:
        ordering = ["id"]

    def __init__(self, owner):
        self.owner = owner

    currency = "EUR"
    country = "DE"

    @property
    def empty(self) -> bool: return not self.lines

    async def save(
        self,
        path: str,  # where to
    ) -> None:
        r'''Write the basket.'''
        async with open(osp.join(path, "basket")) as file:
            await file.write(json.dumps(self.data()))


if sys.argv:
    def main():
        Basket("me").save(".")
logger = None
