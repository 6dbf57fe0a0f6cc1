"""Languages that are read by their lines: how definitions end, what is none, and that time grows with the source."""

from __future__ import annotations

import json

import pytest

from findspot.core.types import ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers


def read(path: str, source: str) -> ParsedFile:
    return parse(path, source.encode(), parsers=Parsers())


def places(path: str, source: str) -> list[tuple[str, int, int]]:
    return [(found.qualified_name, found.span.start_line, found.span.end_line) for found in read(path, source).symbols]


def test_a_definition_by_indentation_ends_before_a_line_that_is_not_further_in() -> None:
    source = "let total items =\n    let add a b =\n        a + b\n\n    // The sum.\n    List.fold add 0 items\n\nlet one () = 1\n"
    assert places("a.fs", source) == [("total", 1, 6), ("total.add", 2, 3), ("one", 8, 8)]


def test_a_line_at_the_margin_that_goes_on_ends_nothing() -> None:
    source = "type Shape =\n| Circle of float\n| Square of float\n\nlet text = [\n    1\n]\nlet f x = x\n"
    assert places("a.fs", source) == [("Shape", 1, 3), ("text", 5, 7), ("f", 8, 8)]


def test_what_stands_in_strings_and_comments_is_no_definition() -> None:
    source = 'let page = """\nlet fake x =\n  1\n"""\n(* let gone y =\n     2 *)\nlet real z =\n    z\n'
    assert places("a.fs", source) == [("page", 1, 4), ("real", 7, 8)]


def test_closing_words_close_what_they_name_and_what_was_left_open_in_it() -> None:
    source = (
        "class driver;\n  extern function int later(int n);\n  function int now(int n);\n    return n;\n"
        "  task lost();\nendclass\nmodule top;\nendmodule\n"
    )
    assert places("a.sv", source) == [
        ("driver", 1, 6),
        ("driver.now", 3, 5),
        ("driver.now.lost", 5, 5),
        ("top", 7, 8),
    ]


def test_closing_words_may_be_alone_or_say_a_name() -> None:
    source = (
        "package body shop is\n  procedure pay is begin\n    if x then y; end if;\n  end;\n"
        "  function f return integer is begin\n    return 1;\n  end F;\nend shop;\n"
    )
    assert places("a.vhd", source) == [("shop", 1, 8), ("shop.pay", 2, 4), ("shop.f", 5, 7)]


def test_braces_are_counted_outside_of_strings() -> None:
    source = "def first() {\n  sh 'a { b'\n  if (x) {\n    y()\n  }\n}\ndef second(a,\n    b) {\n  3\n}\ndef none()\n"
    assert places("a.groovy", source) == [("first", 1, 6), ("second", 7, 10)]


def test_a_call_is_no_definition() -> None:
    source = "def run() {\n  return build(1) {\n    x\n  }\n}\nassert total(3)\n"
    assert [name for name, _, _ in places("a.groovy", source)] == ["run"]


def test_documentation_and_attributes_lead_a_definition() -> None:
    source = "let a = 1\n\n/// Adds\n/// an item.\n[<Obsolete>]\nlet add x =\n    x\n"
    [chunk] = [chunk for chunk in read("a.fs", source).chunks if chunk.symbol == "add"]
    assert (chunk.span.start_line, chunk.docstring) == (3, "Adds\nan item.")


def test_a_feature_of_spock_and_a_stage_have_readable_names() -> None:
    source = "class S {\n  def \"it's kept\"() {\n    x\n  }\n}\nstage('Deploy') {\n  sh 'x'\n}\n"
    assert [name for name, _, _ in places("a.groovy", source)] == ["S", "S.test: it's kept", "stage: Deploy"]


@pytest.mark.parametrize("path", ["a.fs", "a.sv", "a.vhd", "a.groovy"])
def test_calls_and_imports_are_found(path: str) -> None:
    sources = {
        "a.fs": "open Shop.Basket\nlet f x =\n    total x |> print\n",
        "a.sv": "import shop::*;\nmodule top;\n  ram #(8) r (.a(b));\n  initial total(1);\nendmodule\n",
        "a.vhd": "use work.shop.all;\narchitecture a of b is begin\n  u : entity work.ram port map (x);\nend;\n",
        "a.groovy": "import shop.Basket\ndef f() {\n  new Basket().total()\n}\n",
    }
    wanted = {
        "a.fs": ({"total", "print"}, ["Shop.Basket"]),
        "a.sv": ({"ram", "total"}, ["shop"]),
        "a.vhd": ({"ram"}, ["work.shop"]),
        "a.groovy": ({"Basket", "total"}, ["shop.Basket"]),
    }
    parsed = read(path, sources[path])
    names, imports = wanted[path]
    assert {reference.name for reference in parsed.references} == names
    assert [found.target for found in parsed.imports] == imports


def test_fixed_form_of_fortran_is_read_as_free_form_is() -> None:
    source = "C     Adds.\n      SUBROUTINE ADD(A,\n     $  B)\n      IF (A) THEN\n      ENDIF\n      END\n      REAL FUNCTION F(X)\n      END\n"
    assert places("a.f", source) == [("ADD", 2, 6), ("F", 7, 8)]
    free = (
        "interface add\n  module procedure add_int\nend interface\nmodule procedure later\n  call x()\nend procedure\n"
    )
    assert places("a.f90", free) == [("add", 1, 3), ("later", 4, 6)]


@pytest.mark.parametrize("margin", ["       ", "\t", "000100 ", "000100\t"])
def test_paragraphs_of_cobol_stand_behind_any_margin(margin: str) -> None:
    lines = "PROGRAM-ID. SHOP.|01  BASKET.|PROCEDURE DIVISION.|ADD-LINE.|    ADD 1 TO LINES.|    EXIT PROGRAM.|CLOSE-SHOP.|    STOP RUN."
    source = f"{margin}IDENTIFICATION DIVISION.\n" + "".join(f"{margin}{line}\n" for line in lines.split("|"))
    assert places("a.cob", source) == [
        ("SHOP", 2, 9),
        ("SHOP.BASKET", 3, 3),
        ("SHOP.ADD-LINE", 5, 7),
        ("SHOP.CLOSE-SHOP", 8, 9),
    ]


def test_cells_of_a_notebook_are_read_by_their_lines_too() -> None:
    sources = [["let total x =\n", "    x + 1\n"], ["// Doubles.\n", "let twice x =\n", "    total x * 2"]]
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    metadata = {"kernelspec": {"name": ".net-fsharp", "language": "F#"}}
    written = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    parsed = parse("study.ipynb", written.encode(), parsers=Parsers())
    assert [symbol.qualified_name for symbol in parsed.symbols if symbol.kind == "function"] == [
        "cell 1.total",
        "cell 2.twice",
    ]
    assert {reference.name for reference in parsed.references} == {"total"}
