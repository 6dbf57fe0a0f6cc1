"""Languages inside another: whose names and lines they are, and what a mistake in one costs the others."""

from __future__ import annotations

import pytest

from findspot.core.types import ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers

VUE = """<template>
  <nav v-if="open" @click="hideMenu">
    <MenuEntry v-for="one in entries" :key="keyOf(one)" />
    {{ caption(entries) }}
  </nav>
</template>
<script>
export default defineComponent({
  methods: {
    hideMenu(event) {
      this.open = false;
    },
  },
  computed: {
    entries: function () {
      return this.all.filter(isShown);
    },
  },
});
</script>
"""

SVELTE = """<script context="module">
  export const load = async () => {
    const all = await read();
    return { all };
  };
</script>
<script>
  function dropEntry(at) {
    entries = entries.toSpliced(at, 1);
  }
</script>
{#each entries as entry, at}
  <Entry {entry} on:drop={dropEntry} />
{/each}
<p>{summary(entries)}</p>
"""


def read(path: str, text: str) -> ParsedFile:
    return parse(path, text.encode(), parsers=Parsers())


def places(parsed: ParsedFile) -> dict[str, tuple[int, int]]:
    return {found.qualified_name: (found.span.start_line, found.span.end_line) for found in parsed.symbols}


@pytest.mark.row("L01")
def test_the_methods_of_a_component_are_named_after_it() -> None:
    assert places(read("menu/SideMenu.vue", VUE)) == {
        "template": (1, 6),
        "SideMenu": (8, 19),
        "SideMenu.hideMenu": (10, 12),
        "SideMenu.entries": (15, 17),
    }
    assert "menu.hideMenu" in places(read("src/menu/index.vue", VUE))
    named = VUE.replace("methods", 'name: "TopMenu",\n  methods')
    assert places(read("SideMenu.vue", named))["TopMenu.hideMenu"] == (11, 13)


@pytest.mark.row("L01")
def test_what_a_template_uses_is_referenced() -> None:
    found = {reference.name for reference in read("SideMenu.vue", VUE).references}
    assert {"hideMenu", "MenuEntry", "keyOf", "caption"} <= found
    found = {reference.name for reference in read("Menu.svelte", SVELTE).references}
    assert {"Entry", "dropEntry", "summary", "read"} <= found


@pytest.mark.row("L01")
def test_each_script_and_the_markup_of_a_svelte_component_has_its_own_lines() -> None:
    parsed = read("Menu.svelte", SVELTE)
    assert places(parsed) == {"load": (2, 5), "dropEntry": (8, 10), "template": (12, 15)}
    assert [(chunk.symbol, chunk.kind) for chunk in parsed.chunks if chunk.symbol] == [
        ("load", "function"),
        ("dropEntry", "function"),
        ("template", "section"),
    ]


def test_a_broken_script_leaves_the_template_and_the_next_script_alone() -> None:
    broken = VUE.replace("computed: {", "computed: {{{ (") + "<script setup>\nfunction later() {\n}\n</script>\n"
    found = places(read("SideMenu.vue", broken))
    assert found["template"] == (1, 6)
    assert found["later"] == (22, 23)


def test_an_export_is_no_component_in_a_plain_script() -> None:
    script = "export default {\n  methods: {\n    hide() {\n      close();\n    },\n  },\n};\n"
    assert places(read("menu.js", script)) == {"hide": (3, 5)}
