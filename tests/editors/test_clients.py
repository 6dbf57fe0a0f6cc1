"""The clients that have test runners of their own, run as ``make e2e`` runs them: a real VS Code, a real Emacs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.editors, pytest.mark.skipif(sys.platform == "win32", reason="the runners are shell scripts")]


def tally(script: str) -> tuple[int, int]:
    """Run a script; return how many tests have passed and failed by its last line."""
    done = subprocess.run(
        [ROOT / "scripts" / script], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if "left out" in last:
        pytest.skip(last)
    found = re.fullmatch(r"\w+: (\d+) passed, (\d+) failed", last)
    assert found is not None, f"{done.stdout[-4_000:]}\n{done.stderr[-4_000:]}"
    assert (done.returncode == 0) == (found[2] == "0"), done.stderr[-4_000:]
    return int(found[1]), int(found[2])


@pytest.mark.row("C01", "C02", "C05", "C07", "B02", "B04", "B06", "B08", "B10")
def test_the_packaged_extension_in_a_real_vs_code() -> None:
    passed, failed = tally("e2e_vscode.sh")
    assert failed == 0
    assert passed > 0


@pytest.mark.row("C01", "C07", "B02", "B04")
def test_the_snippet_of_the_guide_in_a_real_emacs() -> None:
    passed, failed = tally("e2e_emacs.sh")
    assert failed == 0
    assert passed > 0
