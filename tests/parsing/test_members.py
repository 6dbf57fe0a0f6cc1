"""Data members, members of enumerations and prototypes: symbols that lie in the chunk of what they belong to."""

from __future__ import annotations

import pytest

from tests.parsing.rules import check


def members(path: str, text: str) -> set[str]:
    return {
        symbol.qualified_name
        for symbol in check(path, text.encode()).symbols
        if symbol.kind in {"field", "constant"} and "." in symbol.qualified_name
    }


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "a.ts",
            "class Cart { private lines = []; }\nenum State { Open, Shut = 2 }\n",
            "Cart.lines State.Open State.Shut",
        ),
        ("a.ts", "interface Cart { owner: string; close(): void; }\n", "Cart.owner"),
        ("a.js", "class Cart {\n  lines = [];\n}\n", "Cart.lines"),
        (
            "A.java",
            "class Cart { int lines, rows; }\nenum State { OPEN, SHUT(1); }\n",
            "Cart.lines Cart.rows State.OPEN State.SHUT",
        ),
        ("a.cs", "class Cart { int lines; }\nenum State { Open, Shut }\n", "Cart.lines State.Open State.Shut"),
        (
            "a.c",
            "struct cart { int lines, *rows; char name[8]; void (*close)(int); };\n",
            "cart.lines cart.rows cart.name cart.close",
        ),
        (
            "a.cpp",
            "enum class State { Open, Shut = 2 };\nstruct Cart { Line &line; };\n",
            "State.Open State.Shut Cart.line",
        ),
        ("a.go", "package a\n\ntype Cart struct {\n\tLines, Rows int\n}\n", "Cart.Lines Cart.Rows"),
        ("a.rs", "struct Cart { lines: u32 }\nenum State { Open, Shut(u8) }\n", "Cart.lines State.Open State.Shut"),
        (
            "a.swift",
            "struct Cart { var lines: Int }\nenum State { case open, shut(Int) }\n",
            "Cart.lines State.open State.shut",
        ),
        (
            "a.kt",
            "class Cart(val owner: String) {\n  val lines = 1\n}\nenum class State { OPEN }\n",
            "Cart.owner Cart.lines State.OPEN",
        ),
        ("a.php", "<?php\nclass Cart { public $lines = 0; }\nenum State { case Open; }\n", "Cart.lines State.Open"),
        ("a.scala", "case class Cart(lines: Int)\n", "Cart.lines"),
        ("a.zig", "const Cart = struct {\n    lines: u32,\n};\n", "Cart.lines"),
        ("a.hs", "data Cart = Full { lines :: Int } | Empty\n", "Cart.Full Cart.lines Cart.Empty"),
        ("a.rb", "class Cart\n  attr_reader :lines\nend\n", "Cart.lines"),
        ("a.jl", "struct Cart\n  lines::Int\n  owner\nend\n", "Cart.lines Cart.owner"),
    ],
)
def test_a_member_is_a_symbol_of_what_holds_it(path: str, text: str, found: str) -> None:
    assert members(path, text) == set(found.split())


def test_a_member_that_is_a_constant_is_one_symbol() -> None:
    text = b"class Cart {\n  static final int MOST = 3;\n}\n"
    assert [(one.qualified_name, one.kind) for one in check("A.java", text).symbols] == [
        ("Cart", "class"),
        ("Cart.MOST", "constant"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (
            "a.h",
            "int cart_close(int at);\nchar *cart_name(void);\nLIB_EXTERN(int) cart_open(int at);\n",
            ["cart_close", "cart_name", "cart_open"],
        ),
        ("a.h", "#ifndef A_H\n#define A_H\nint cart_close(int at);\n#endif\n", ["A_H", "cart_close"]),
        (
            "a.hpp",
            "namespace shop {\nclass Cart {\n  Line &at(int row) const;\n};\nint count(Cart c);\n}\n",
            ["shop", "shop.Cart", "shop.Cart.at", "shop.count"],
        ),
        ("a.cpp", "void f() {\n  Cart cart(given);\n}\n", ["f"]),
    ],
)
def test_prototypes_are_symbols_and_variables_are_none(path: str, text: str, names: list[str]) -> None:
    assert [symbol.qualified_name for symbol in check(path, text.encode()).symbols] == names
