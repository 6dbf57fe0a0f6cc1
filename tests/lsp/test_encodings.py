"""Files that are not UTF-8: the places of the index and the text of an editor agree, before and after an edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import CLIENTS, editing

SOURCE = (
    "def first(queue):\n    # 待ち行列の先頭を返す\n    return queue[0]\n\n\n"
    "def last(queue):\n    # 待ち行列の末尾を返す\n    名前 = '末尾'; return queue[-1]\n"
)


def lines(found: dict[str, Any]) -> tuple[int, int]:
    return found["range"]["start"]["line"], found["range"]["end"]["line"]


@pytest.mark.row("L08")
@pytest.mark.parametrize("kind", CLIENTS)
async def test_a_file_in_another_encoding_agrees_with_its_buffer(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    file = root / "queue.py"
    file.write_bytes(SOURCE.encode("shift_jis"))
    async with editing(kind, root) as editor:
        await editor.until_ready()
        [on_disk] = (await editor.search("末尾を返す", top_k=1))["results"]
        assert (on_disk["symbol"], lines(on_disk)) == ("last", (5, 7))
        assert on_disk["evidence"][-1] == {"kind": "encoding", "detail": "read as CP932", "score": 0}
        assert "待ち行列の末尾を返す" in on_disk["text"]
        editor.open(file, "shift_jis")
        [opened] = (await editor.search("末尾を返す", top_k=1))["results"]
        for same in ("range", "text", "fresh"):
            assert opened[same] == on_disk[same]
        assert opened["evidence"][-1] == on_disk["evidence"][-1]  # the buffer is the text of the file, so that is read
        editor.insert(file, 0, 0, "# 新しい行\n")
        [edited] = (await editor.search("末尾を返す", top_k=1))["results"]
        assert lines(edited) == (6, 8)
        assert {one["kind"] for one in edited["evidence"]}.isdisjoint({"encoding"})
