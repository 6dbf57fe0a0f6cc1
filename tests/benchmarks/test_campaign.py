"""A short run of the campaign of kills and corruptions; the long one is started by hand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.row("T04")
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_few_kills_and_corruptions_leave_right_answers() -> None:
    words = ("--repository", str(ROOT / "server" / "findspot" / "storage"), "--kills", "6", "--corruptions", "10")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.campaign", *words, "--files", "8"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 bad" in done.stdout
    assert "Traceback" not in done.stderr
