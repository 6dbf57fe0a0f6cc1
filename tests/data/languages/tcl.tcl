# Baskets.
package require Tcl 8.6
source item.tcl

namespace eval ::shop {
    variable items {}

    # Adds an item,
    # twice if need be.
    proc add {item {times 1}} {
        variable items
        for {set i 0} {$i < $times} {incr i} {
            lappend items [normalize $item]
        }
    }

    proc total {} {
        return [sum $::shop::items]
    }
}

proc ::shop::clear args {
    set ::shop::items {}
}

oo::class create Basket {
    constructor {owner} {
        my init $owner
    }
    method pay {amount} {
        charge $amount
    }
}

test basket-1.1 {survives a reload} -body {
    ::shop::add x
    ::shop::total
} -result 1
