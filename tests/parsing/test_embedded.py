"""Languages inside others, and grammars that are unpacked when they are first used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from findspot.config.sources import child_environ
from findspot.core.types import ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check

COMPONENT = """<script lang="ts">
export function openBasket(id: string): void {
  load(id);
}
</script>
<template><p>{{ title }}</p></template>
<script setup lang="ts">
import { load } from "./load";
// Closes it again.
function closeBasket() {
  return openBasket("none");
}
</script>
"""


def read(source: str, path: str = "src/Basket.vue") -> ParsedFile:
    return check(path, source.encode())


@pytest.mark.row("L01")
def test_two_scripts_of_one_page_are_read_together() -> None:
    parsed = read(COMPONENT)
    assert [(symbol.name, symbol.span.start_line, symbol.span.end_line) for symbol in parsed.symbols] == [
        ("openBasket", 2, 4),
        ("closeBasket", 10, 12),
    ]
    [chunk] = [chunk for chunk in parsed.chunks if chunk.symbol == "closeBasket"]
    assert chunk.text.startswith("// Closes it again.\nfunction closeBasket() {")
    assert chunk.docstring == "Closes it again."
    assert [reference.name for reference in parsed.references] == ["load", "openBasket"]
    assert [target.target for target in parsed.imports] == ["./load"]
    assert parsed.problems == ()


@pytest.mark.parametrize("end", [*range(0, len(COMPONENT), 7)])
def test_a_component_that_stops_anywhere_is_read_as_far_as_it_goes(end: int) -> None:
    read(COMPONENT[:end])


def test_a_script_that_is_too_tangled_costs_that_script() -> None:
    parsed = read(COMPONENT + "<script>\n" + "x = /* " * 60_000 + "\n</script>\n")
    assert [problem.message for problem in parsed.problems if "tangled" in problem.message] != []
    assert parsed.chunks


def test_a_long_script_is_cut_at_its_statements() -> None:
    body = "".join(f"  const part{number} = compute(\n    {number},\n  );\n" for number in range(400))
    parsed = read(f"<script>\n{body}</script>\n")
    assert len(parsed.chunks) > 2
    assert all(chunk.text.lstrip().startswith(("const", "<script>")) for chunk in parsed.chunks)


def _parsed_elsewhere(path: str, environ: dict[str, str], before: str = "") -> str:
    code = (
        f"import sys\n{before}\n"
        "from findspot.parsing.chunker import parse\nfrom findspot.parsing.parsers import Parsers\n"
        f"parsed = parse({path!r}, sys.stdin.buffer.read(), parsers=Parsers())\n"
        "print([chunk.kind for chunk in parsed.chunks], [problem.message for problem in parsed.problems])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], input=COMPONENT.encode(), capture_output=True, check=True, env=environ
    )
    return ran.stdout.decode()


def test_without_the_bundle_its_languages_are_read_as_text() -> None:
    out = _parsed_elsewhere("Basket.vue", dict(os.environ), "sys.modules['semble_grammars'] = None")
    assert out.startswith("['window'] []")


def test_a_grammar_that_cannot_be_unpacked_is_a_problem_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    environ = {**os.environ, "SEMBLE_GRAMMARS_CACHE_DIR": str(tmp_path / "file" / "grammars")}
    out = _parsed_elsewhere("Basket.vue", environ)
    assert "cannot be read as vue, and is indexed as plain text: " in out
    assert "Not a directory" in out


def test_grammars_are_unpacked_to_the_folder_of_caches_each_version_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINDSPOT_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("SEMBLE_GRAMMARS_CACHE_DIR", raising=False)
    folder = Path(child_environ()["SEMBLE_GRAMMARS_CACHE_DIR"])
    assert folder.parent == tmp_path / "grammars"
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", "from semble_grammars import get_language; get_language('astro')"],
            env=child_environ(),
        )
        for _ in range(3)
    ]
    assert [process.wait() for process in starting] == [0, 0, 0]
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    monkeypatch.setenv("SEMBLE_GRAMMARS_CACHE_DIR", "/somewhere")
    assert child_environ()["SEMBLE_GRAMMARS_CACHE_DIR"] == "/somewhere"


def test_ranges_of_a_language_without_a_grammar_stay_with_the_host() -> None:
    parsed = parse("a.vue", b"<style lang='stylus'>\n.a\n  color red\n</style>\n", parsers=Parsers())
    assert [chunk.kind for chunk in parsed.chunks] == ["module"]
