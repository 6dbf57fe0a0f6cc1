"""Parcels and what it costs to send them."""


def weigh(parcel):
    """Put a parcel on the scales."""
    return sum(item.grams for item in parcel)


def postage(parcel):
    """The price of sending a parcel."""
    return 2 + weigh(parcel) // 500
