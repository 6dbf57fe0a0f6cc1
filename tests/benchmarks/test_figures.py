"""Pages of figures say what was measured, and nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from benchmarks import faults, figures
from benchmarks.charts import Bar, bar_chart
from benchmarks.results import PERFORMANCE, RELIABILITY, read_results
from tests.architecture.tree import ROOT

LINE: dict[str, Any] = {
    "row": "search, warm",
    "tool": "findspot",
    "unit": "ms",
    "samples": [4.0, 6.0, 30.0],
    "budgets": [{"statistic": "p50", "limit": 10}, {"statistic": "p95", "limit": 25}],
    "verdicts": ["p50 <= 10 ms met", "p95 <= 25 ms MISSED by 5 ms (20%)"],
    "note": "a | b",
}
HIT: dict[str, Any] = {
    "kind": "symbol",
    "tool": "ripgrep",
    "asked": 8,
    "files": [1, 4, 5],
    "with_symbol": 0,
    "symbols": None,
}
RECORD: dict[str, Any] = {
    "date": "2026-01-02 03:04 UTC",
    "repository": "shop",
    "version": "1.2",
    "commit": "abc",
    "command": "make bench",
    "machine": {"system": "Linux", "processor": "a processor", "cores": 2, "memory_gb": 8, "python": "3.11"},
    "load_before": 6.0,
    "load_after": 1.0,
    "quick": True,
    "lines": [LINE],
    "hits": [HIT],
}


@pytest.mark.row("B15")
def test_the_pages_are_those_of_the_last_results() -> None:
    stale = [path.name for path, text in figures.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"run 'make figures': {stale}"


@pytest.mark.row("B15")
def test_memory_and_cold_starts_are_published() -> None:
    record = read_results(PERFORMANCE)
    measured = {line["row"] for line in record["lines"] if line["samples"]}
    assert {
        "cold index",
        "cold index, peak memory",
        "command, up-to-date index",
        "server, start to first answer",
        "server at rest, memory",
    } <= measured
    assert all(record[key] for key in ("date", "commit", "command", "machine"))


@pytest.mark.skipif(not RELIABILITY.is_file(), reason="no results of make faults yet")
def test_every_area_of_faults_was_run_or_is_said_not_to_be() -> None:
    areas = {area["name"]: area for area in read_results(RELIABILITY)["areas"]}
    page = "\n".join(figures.reliability_page(read_results(RELIABILITY)))
    assert all((f"| {name} |" in page) == (name in areas) for name in faults.AREAS)
    assert all(name in page for name in faults.AREAS)
    assert all(area["passed"] and area["what"] for area in areas.values())
    assert all((ROOT / path).exists() for paths in faults.AREAS.values() for path in paths)


def test_a_figure_says_when_on_what_and_by_which_command() -> None:
    page = "\n".join(figures.performance_page(RECORD))
    assert "2026-01-02 03:04 UTC on shop, version 1.2, commit `abc`, by `make bench`" in page
    assert "a processor, 2 cores, 8 GB" in page
    assert "The machine was busy" in page
    assert "Few repetitions" in page
    assert "| search, warm | findspot | 3 | 6.00 | 30.0 | 4.00 | 30.0 | ms | p50 <= 10 ms met; p95" in page
    assert "a / b" in page
    assert "| symbol | ripgrep | 8 | 1 | 4 | 5 | 0 | - | - | - |" in page
    quiet = "\n".join(figures.performance_page(RECORD | {"load_before": 0.2, "quick": False, "hits": []}))
    assert "busy" not in quiet
    assert "Few" not in quiet


def test_bars_are_as_long_as_their_share_of_the_budget() -> None:
    chart = ET.fromstring(figures.budget_chart(RECORD))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    kept, missed = [float(rect.attrib["width"]) for rect in chart.iter(f"{space}rect") if rect.get("height") == "14"]
    assert missed / kept == pytest.approx((30 / 25) / (6 / 10), rel=0.01)
    texts = [text.text for text in chart.iter(f"{space}text")]
    assert {"6.00 of 10 ms", "30.0 of 25 ms", "budget", "kept", "missed"} <= set(texts)
    assert chart.get("aria-label") == "Share of each budget that was used"


def test_a_chart_is_well_formed_whatever_the_words_are() -> None:
    chart = ET.fromstring(bar_chart('a < "b" & c', [Bar("<x>", 0.0, "&")]))  # noqa: S314 - our own
    assert "<x>" in "".join(chart.itertext())


def test_an_area_is_counted_by_how_its_tests_ended(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    test = tmp_path / "test_three.py"
    test.write_text(
        '"""Three ways to end."""\nimport pytest\n\ndef test_a(): pass\n\ndef test_b(): assert False\n\n'
        "@pytest.mark.skip\ndef test_c(): pass\n"
    )
    monkeypatch.setattr(faults, "ROOT", tmp_path)
    area = faults.run_area("three", ["test_three.py"])
    assert (area["passed"], area["failed"], area["skipped"]) == (1, 1, 1)
    assert area["what"] == ["Three ways to end."]
