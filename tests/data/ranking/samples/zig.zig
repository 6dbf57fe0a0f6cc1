//! Baskets.
const std = @import("std");
const Item = @import("item.zig").Item;

/// Most items.
pub const max_items = 10;

/// A basket.
pub const Basket = struct {
    items: std.ArrayList(Item),

    const Self = @This();

    pub const Error = error{ Full, Empty };

    /// Adds one.
    pub fn add(self: *Self, item: Item) !void {
        if (self.items.len > max_items) return error.Full;
        try self.items.append(item);
    }
};

pub const Kind = enum { a, b };
const Shape = union(enum) { x: u8 };

/// Holds one value of any type.
pub fn Box(comptime T: type) type {
    return struct {
        value: T,

        pub fn get(self: @This()) T {
            return open(self);
        }
    };
}

extern "c" fn open(box: anytype) u8;

test "add works" {
    try std.testing.expect(true);
}
