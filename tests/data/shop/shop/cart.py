"""The cart."""


def add_item(cart, item):
    """Put an item into the cart."""
    cart.append(item)
    return cart


def apply_discount(price, percent):
    """Lower the price by a rebate."""
    return price * (100 - percent) / 100
