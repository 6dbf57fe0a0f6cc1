#!/usr/bin/awk -f
# Sums prices.

BEGIN {
    FS = ","
}

# Adds a price.
function add(price,   rounded) {
    rounded = round(price)
    total += rounded
}

function round(value) { return int(value + 0.5) }

$2 > 0 { add($2) }

END {
    print total
}
