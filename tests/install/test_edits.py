"""Edits of texts: everything that is not ours stays, and what was put in can be taken out again."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findspot.errors import InstallError
from findspot.installing import jsonc, sections, toml

PATH = ("mcpServers", "findspot")
ENTRY = {"command": "C:\\Programs\\findspot.exe", "args": ["mcp"]}

NAMES = st.sampled_from(["a", "b c", "mcpServers", "findspot", "grüße", 'q"', "//", ""])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(0, 1), st.sampled_from(["", "//", "}", "a\\"])
)
SERVERS = st.dictionaries(NAMES, st.dictionaries(NAMES, LEAVES, max_size=2), max_size=3)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=9,
)
GAPS = st.sampled_from(
    [
        "",
        "",
        " ",
        "\n",
        "\n  ",
        "\r\n\t",
        " // {\n",
        "\n// ,\n    ",
        " /* } */ ",
        '/*\n"x" */',
        "\n\n",
        " //\n  /* [ */\n  ",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return an object written with random blanks, comments and trailing commas, and what it means."""
    root = draw(st.dictionaries(NAMES, TREES, max_size=4))
    if "mcpServers" in root:
        root["mcpServers"] = draw(SERVERS)

    def gap() -> str:
        return draw(GAPS)

    def items(parts: list[str], opening: str, closing: str) -> str:
        comma = f"{gap()}," if draw(st.booleans()) and parts else ""
        return f"{opening}{gap()}{f'{gap()},{gap()}'.join(parts)}{comma}{gap()}{closing}"

    def written(value: Any) -> str:
        if isinstance(value, dict):
            return items([f"{json.dumps(name)}{gap()}:{gap()}{written(one)}" for name, one in value.items()], "{", "}")
        if isinstance(value, list):
            return items([written(one) for one in value], "[", "]")
        return json.dumps(value)

    return f"{gap()}{written(root)}{gap()}", root


@given(documents())
def test_an_entry_is_added_to_any_file_and_nothing_else_changes(document: tuple[str, dict[str, Any]]) -> None:
    text, root = document
    assert jsonc.get(text, ()) == root
    after = jsonc.put(text, PATH, ENTRY)
    servers = root.get("mcpServers", {})
    wanted = {**root, "mcpServers": {**servers, "findspot": {**servers.get("findspot", {}), **ENTRY}}}
    assert jsonc.get(after, ()) == wanted
    assert jsonc.put(after, PATH, ENTRY) == after
    if "findspot" not in servers:
        assert is_part("".join(text.split()), after)


@given(documents())
def test_an_entry_is_taken_out_without_a_trace(document: tuple[str, dict[str, Any]]) -> None:
    text, root = document
    before = jsonc.remove(text, PATH)
    after = jsonc.remove(jsonc.put(text, PATH, ENTRY), PATH)
    servers = root.get("mcpServers")
    if root and servers is None:
        assert after == text
    elif servers and "findspot" not in servers:
        assert after == before == text
    elif after is not None:
        assert "findspot" not in jsonc.get(after, ()).get("mcpServers", {})
        assert is_part("".join(after.split()), text)


def is_part(part: str, whole: str) -> bool:
    """Return whether ``part`` is left of ``whole`` when some characters are taken away.

    Blanks are left out of what is looked for: those inside an empty pair of braces give way to the layout of an entry.
    """
    rest = iter(whole)
    return all(letter in rest for letter in part)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "mcpServers": {\n    "findspot": {\n      "command": "f"\n    }\n  }\n}\n'),
        ('{"a": 1}', '{"a": 1, "mcpServers": {"findspot": {"command": "f"}}}'),
        (
            '{\n\t"mcpServers": {\n\t\t"x": {} // mine\n\t}\n}\n',
            '{\n\t"mcpServers": {\n\t\t"x": {}, // mine\n\t\t"findspot": {\n\t\t\t"command": "f"\n\t\t}\n\t}\n}\n',
        ),
        (
            '{\r\n    "a": 1, // one\r\n}\r\n',
            '{\r\n    "a": 1, // one\r\n    "mcpServers": {\r\n        "findspot": {\r\n            "command": "f"\r\n'
            "        }\r\n    },\r\n}\r\n",
        ),
    ],
)
def test_the_layout_of_the_file_is_kept(before: str, after: str) -> None:
    assert jsonc.put(before, PATH, {"command": "f"}) == after


def test_an_older_entry_is_changed_where_it_stands_and_what_others_added_to_it_stays() -> None:
    old = '{"mcpServers": {\n  "findspot": {"args": ["old"], /* mine */ "env": {"A": "1"}},\n  "z": {}\n}}'
    assert jsonc.put(old, PATH, ENTRY) == (
        '{"mcpServers": {\n  "findspot": {"args": ["mcp"], /* mine */ "env": {"A": "1"},'
        ' "command": "C:\\\\Programs\\\\findspot.exe"},\n  "z": {}\n}}'
    )
    assert jsonc.remove(old, PATH) == '{"mcpServers": {\n  "z": {}\n}}'


def test_odd_values_of_others_are_no_hindrance() -> None:
    text = f'{{"a": {"1" * 10_000}, "b": "\\ud800", "c": 1e999, "a": -0}}'
    assert jsonc.remove(jsonc.put(text, PATH, ENTRY), PATH) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', "line 3: ',' or '}' is expected here"),
        ("{\n\n'a': 1}", "line 3: a name in double quotes or '}' is expected here"),
        ('{"a" 1}', "line 1: ':' is expected here"),
        ('{"a":\n\n', "line 3: the end of the file comes too early"),
        ('{"a": 01}', "line 1: "),
        ('{"a": nul}', "line 1: a value is expected here"),
        ("{}\n{}", "line 2: something follows the end of the object"),
        ('{\n"mcpServers": []}', "line 2: an object is needed to put 'findspot' into"),
        ("[]", "line 1: an object is needed to put 'mcpServers' into"),
        ('{"a": "\n"}', "line 1: a value is expected here"),
        ("/* {}", "line 1: a value is expected here"),
        ("[" * 100_000, "line 1: nested too deeply"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, message: str) -> None:
    for edit in (lambda: jsonc.put(text, PATH, ENTRY), lambda: jsonc.remove(text, PATH)):
        with pytest.raises(InstallError) as refused:
            edit()
        assert str(refused.value).startswith(message)


TABLES = ("mcp_servers", "findspot")

TOML_PARTS = st.sampled_from(
    [
        'model = "x" # [mcp_servers.findspot]\n',
        "# a comment\n",
        "\n",
        'text = """\n[mcp_servers.findspot]\n"\\""""\n',
        "other = '''\n[mcp_servers.findspot]\n'''\n",
        "lists = [\n  [1, 2],\n  ['a'],\n]\n",
        "inline = { a = [1], 'b' = \"]\" }\n",
        "[profiles.x]\n",
        "[[items]]\n",
        "[mcp_servers]\n",
        "[mcp_servers.other]\n",
        "[ mcp_servers . 'quo.ted' ]  # x\n",
        "[mcp_servers.other.env]\n",
    ]
)


def is_toml(text: str) -> bool:
    """Return whether ``text`` is valid."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


@given(st.lists(TOML_PARTS, max_size=7).map("".join).filter(is_toml), st.booleans(), st.booleans())
def test_a_table_is_added_and_taken_out_without_a_trace(text: str, windows: bool, ended: bool) -> None:
    text = text if ended else text.removesuffix("\n")
    text = text.replace("\n", "\r\n") if windows else text
    after = toml.put(text, TABLES, ENTRY)
    wanted = tomllib.loads(text)
    wanted.setdefault("mcp_servers", {})["findspot"] = ENTRY
    assert tomllib.loads(after) == wanted
    assert after.startswith(text)
    assert toml.put(after, TABLES, ENTRY) == after
    rest = toml.remove(after, TABLES)
    if text.endswith("\n") and text.strip():
        assert rest == text
    else:
        assert (rest or "").strip() == text.strip()


def test_an_older_table_is_changed_where_it_stands() -> None:
    old = (
        '[mcp_servers.findspot]\ncommand = "old" # why\nargs = [\n  "x",\n]\nstartup_timeout_sec = 9\n\n'
        '[mcp_servers.findspot.env]\nA = "1"\n\n# about z\n[z]\ny=1'
    )
    after = toml.put(old, TABLES, ENTRY)
    assert tomllib.loads(after)["mcp_servers"]["findspot"] == {**ENTRY, "startup_timeout_sec": 9, "env": {"A": "1"}}
    assert after.endswith('\n\n[mcp_servers.findspot.env]\nA = "1"\n\n# about z\n[z]\ny=1')
    assert toml.remove(after, TABLES) == "\n# about z\n[z]\ny=1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = \n", "line 2: Invalid value"),
        ("a = [1,\n", "line 2: "),
        ("x = 1\nmcp_servers = { a = { command = 'x' } }\n", "line 2: 'mcp_servers' is not written as tables"),
        ("[mcp_servers]\nfindspot = { command = 'x' }\n", "line 1: 'mcp_servers' is not written as tables"),
        ("x = " + "[" * 100_000, "line 1: nested too deeply"),
        ("x = " + "1" * 10_000, "line 1: Exceeds the limit"),
        ("mcp_servers = 1", "line 1: 'mcp_servers' is not written as tables"),
        ("[[mcp_servers]]\na = 1\n", "line 1: 'mcp_servers' is not written as tables"),
    ],
)
def test_toml_that_cannot_be_edited_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InstallError) as refused:
        toml.put(text, TABLES, ENTRY)
    assert str(refused.value).startswith(message)


LINES = st.lists(st.sampled_from(["# Title", "", "text", "<!-- other -->", "## Finding code"]), max_size=6)


@given(LINES.map("\n".join), st.booleans(), st.booleans())
def test_a_section_is_added_and_taken_out_without_a_trace(text: str, windows: bool, ended: bool) -> None:
    text = f"{text}\n" if ended else text
    text = text.replace("\n", "\r\n") if windows else text
    after = sections.put_section(text)
    assert after.startswith(text)
    assert sections.put_section(after) == after
    rest = sections.remove_section(after)
    if text.strip() and text.endswith("\n"):
        assert rest == text
    else:
        assert (rest or "").strip() == text.strip()


def test_an_older_section_is_replaced_where_it_stands() -> None:
    older = f"before\n\n{sections.BEGIN}\nold\n{sections.END}\n\nafter\n"
    newer = sections.put_section(older)
    assert newer == f"before\n\n{sections.section()}\n\nafter\n"
    assert sections.remove_section(newer) == "before\n\nafter\n"


@pytest.mark.parametrize("text", [f"a\n{sections.BEGIN}\nb", f"a\n{sections.END}", f"{sections.END}\n{sections.BEGIN}"])
def test_a_marker_without_the_other_is_refused(text: str) -> None:
    for edit in (sections.put_section, sections.remove_section):
        with pytest.raises(InstallError, match=r"line \d: a marker of Findspot without the other one"):
            edit(text)
