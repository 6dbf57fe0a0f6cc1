"""From a cart to an order."""

from shop.cart import apply_discount


class Checkout:
    """Collects what has to be paid."""

    def __init__(self, cart, coupon=None):
        self.cart = cart
        self.coupon = coupon

    def total(self):
        """Add up the prices, less the rebate of the coupon."""
        total = sum(item.price for item in self.cart)
        return apply_discount(total, self.coupon.percent) if self.coupon else total

    def pay(self, card):
        """Charge the card; a declined card is tried once more."""
        for attempt in range(2):
            if card.charge(self.total()):
                return True
        raise PaymentDeclined(f"{card} was declined twice")


class PaymentDeclined(Exception):
    """The bank said no."""
