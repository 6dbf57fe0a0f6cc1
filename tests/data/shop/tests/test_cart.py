from shop.cart import apply_discount


def test_discount_lowers_the_price():
    assert apply_discount(200, 10) == 180
