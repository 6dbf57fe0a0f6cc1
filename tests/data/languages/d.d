/// Baskets.
module shop.basket;

import std.stdio;
import std.algorithm : map, sum;

enum State { open, paid }

/// What is bought.
class Basket : Store, Priced
{
    private Item[] items;

    this(string owner)
    {
        this.owner = owner;
    }

    /// The sum.
    @property override double total() const
    {
        if (items.length == 0) {
            return 0;
        }
        return items.map!(item => item.price).sum();
    }

    abstract void pay();
}

struct Point { int x, y; }

auto largest(T)(T[] values) if (is(T : double))
{
    return reduce!max(values);
}

immutable(char)[] text() { return "void fake() {"; }

unittest
{
    auto basket = new Basket("x");
    assert(basket.total == 0);
}
