"""The server in one file, as it is published: what it declares, and that it starts (PEP 723)."""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.mcp.conftest import ProcessClient, text_of

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "findspot-mcp.py"

BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As the specification of inline script metadata has it."""


@pytest.mark.row("O10")
def test_the_file_declares_what_runs_it() -> None:
    (block,) = [one for one in BLOCK.finditer(FILE.read_text(encoding="utf-8")) if one["type"] == "script"]
    lines = block["content"].splitlines()
    declared = tomllib.loads("\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert declared == {"requires-python": project["requires-python"], "dependencies": [project["name"]]}


@pytest.mark.row("O10")
async def test_the_file_starts_the_server(repository: Path) -> None:
    client = ProcessClient(
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(FILE), "--root", str(repository)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
    )
    await client.start()
    await client.until_indexed()
    assert "src/retry.py:5-9" in text_of(await client.call("find_code", query="schedule_retry"))
    await client.close()
    assert client.process.returncode == 0
