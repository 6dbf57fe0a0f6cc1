## Baskets.
import std/tables
from strutils import join

type
  ## An item.
  Item* = object
    name*: string
    price: float
  State = enum
    open, paid

const Limit = 3

## Adds an item.
proc add*(basket: var seq[Item], item: Item) {.raises: [].} =
  ## Inside.
  basket.insert(item)
  for one in basket:
    echo one.name

func total(basket: seq[Item]): float = basket.foldl(a + b)

template twice(body: untyped) =
  body
  body

suite "basket":
  test "survives a reload":
    let basket = load("x")
    check basket.len == 1
    check total(basket) == 2
