"""Templates: what their tags define and use, and the page and scripts around them."""

from __future__ import annotations

import pytest

from findspot.core.types import ParsedFile
from findspot.languages.detect import language_of
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check

SCRIPT = "<script>\nfunction showMenu() {\n  go(VALUE);\n}\n</script>\n"
PAGE = '<nav id="menu">\n  <ul>\n    <li></li>\n  </ul>\n</nav>\n'

SAMPLES = {
    "menu.html.erb": ("<% if admin_only?(user) %>\n  <%= render 'entry' %>\n<% end %>\n", "<%= menu_path %>"),
    "menu.ejs": ("<% if (isAdmin(user)) { %>\n  <%- include('entry') %>\n<% } %>\n", "<%- JSON.stringify(menu) %>"),
    "menu.html.j2": ('{% if is_admin(user) %}\n  {% include "entry" %}\n{% endif %}\n', "{{ menu|tojson }}"),
    "menu.twig": ("{% if is_admin(user) %}\n  {% include 'entry' %}\n{% endif %}\n", "{{ menu|raw }}"),
    "menu.blade.php": ("@if (is_admin($user))\n  @include('entry')\n@endif\n", "{!! to_json($menu) !!}"),
    "menu.hbs": ('{{#if (isAdmin user)}}\n  {{> entry label=(t "menu")}}\n{{/if}}\n', "{{{json menu}}}"),
}


def read(path: str, text: str) -> ParsedFile:
    return check(path, text.encode(), Parsers())


def lines_of(parsed: ParsedFile) -> dict[str, tuple[int, int]]:
    return {one.qualified_name: (one.span.start_line, one.span.end_line) for one in parsed.symbols}


@pytest.mark.row("L07")
@pytest.mark.parametrize("path", SAMPLES)
def test_scripts_and_sections_of_a_page_are_found_between_the_tags(path: str) -> None:
    tags, value = SAMPLES[path]
    parsed = read(path, tags + PAGE + SCRIPT.replace("VALUE", value))
    assert lines_of(parsed) == {"menu": (4, 8), "showMenu": (10, 12)}
    assert [found.target for found in parsed.imports] == ["entry"]
    used = {found.name for found in parsed.references}
    assert "go" in used
    assert used & {"admin_only?", "isAdmin", "is_admin", "t"}
    assert not parsed.problems


@pytest.mark.row("L07")
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("base.html", "{% extends 'a.html' %}\n{% block menu %}\n<p>\n{{ entries }}\n</p>\n{% endblock menu %}\n"),
        ("base.blade.php", "@extends('a')\n@section('menu')\n<p>\n{{ $entries }}\n</p>\n@endsection\n"),
        ("base.hbs", '{{!-- a --}}\n{{#*inline "menu"}}\n<p>\n{{entries}}\n</p>\n{{/inline}}\n'),
        ("base.cshtml", '@page "/a"\n@section menu {\n<p>\n@entries\n</p>\n}\n'),
    ],
)
def test_a_block_is_a_place_of_its_own(path: str, text: str) -> None:
    assert lines_of(read(path, text)) == {"menu": (2, 6)}


@pytest.mark.row("L07")
def test_the_code_of_a_razor_page_is_read_and_its_braces_counted() -> None:
    text = (
        '<p>@count</p>\n@code {\n  string open = "{"; // }\n\n  void Reset()\n  {\n    Clear(count);\n  }\n}\n<p></p>\n'
    )
    parsed = read("Counter.razor", text)
    assert lines_of(parsed) == {"code": (2, 9), "Reset": (5, 8)}
    assert "Clear" in {found.name for found in parsed.references}


def test_a_page_with_statements_is_a_template_and_one_without_is_not() -> None:
    assert language_of("a.html", b"<p>{% if x %}1{% endif %}</p>") == "jinja"
    assert language_of("a.html", b"<p>{{ x }} 100 %</p>") == "html"
    assert language_of("views/a.blade.php", b"") == "blade"
    assert language_of("views/a.php", b"") == "php"


@pytest.mark.parametrize(
    "sign", ["{{", "{%", "<%", "@section a {", "@code {", "@php", "{{#*inline 'a'}}", "@a((((", "{!!"]
)
def test_tags_that_never_end_take_no_more_than_their_lines(sign: str) -> None:
    for path in (*SAMPLES, "a.razor"):
        assert read(path, f"{sign} 'x\n" * 2_000).chunks


def test_a_script_between_many_tags_is_read() -> None:
    tags = "".join(f"{{% set total_{at} = sum_of(basket, {at}) %}}\n" for at in range(400))
    parsed = parse(
        "page.j2", f"{tags}<script>\nfunction total() {{\n  return 1;\n}}\n</script>\n".encode(), parsers=Parsers()
    )
    assert not parsed.problems
    assert [symbol.name for symbol in parsed.symbols] == ["total"]
