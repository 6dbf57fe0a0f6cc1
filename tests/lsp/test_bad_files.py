"""The real server over files and unsaved texts that end their parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexing.bombs import CRASH, ENDLESS
from tests.lsp.editor import editing

pytestmark = pytest.mark.slow


@pytest.mark.row("T01")
async def test_a_server_survives_bad_files_and_names_them(folder: Path) -> None:
    (folder / "src" / "bomb.py").write_bytes(CRASH)
    async with editing("neovim", folder) as editor:
        await editor.until_ready()
        assert (await editor.paths("retry_upload"))[0] == "src/upload.py"
        [status] = (await editor.request("findspot/status", {}))["roots"]
        assert [problem["path"] for problem in status["quarantined"]] == ["src/bomb.py"]
        # A file that goes bad while the server runs is met in the same way.
        (folder / "src" / "worse.py").write_bytes(CRASH + b"# worse\n")
        (folder / "src" / "fine.py").write_text("def arrived_later():\n    return 1\n", encoding="utf-8")
        await editor.until_found("arrived_later", "src/fine.py")
        assert editor.exit_code is None


@pytest.mark.row("T01")
@pytest.mark.row("B04")
async def test_an_unsaved_text_that_hangs_the_parser_costs_that_buffer_only(folder: Path) -> None:
    bad = folder / "src" / ENDLESS.name
    bad.write_text("fun small() = 1\n", encoding="utf-8")
    async with editing("neovim", folder) as editor:
        await editor.until_ready()
        editor.open(bad)
        editor.insert(bad, 0, 0, ENDLESS.content.decode())
        editor.open(folder / "src" / "upload.py")
        editor.insert(folder / "src" / "upload.py", 0, 0, "def typed_just_now():\n    pass\n\n\n")
        await editor.until_found("typed_just_now", "src/upload.py")
        await editor.until_found("enum class Mode registry lookup", f"src/{ENDLESS.name}")
        assert editor.exit_code is None
