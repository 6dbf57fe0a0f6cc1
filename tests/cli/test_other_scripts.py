"""The real command on text in other scripts: words in sentences without spaces, as a terminal gives and gets them."""

# ruff: noqa: RUF001 - letters of other widths and scripts are what is tested

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.cli.processes import findspot, paths, write_project

FILES = {
    "stock.py": (
        "def count(shelf):\n    # 统计仓库里还剩多少件货物\n    return len(shelf)\n\n\n"
        'def hold(shelf):\n    """棚卸しの結果を記録する。差異があれば通知する。"""\n    return shelf\n\n\n'
        "def ship(shelf):\n    # 택배를 발송하고 송장번호를 저장합니다\n    return shelf\n"
    ),
    "other.py": "def unrelated(shelf):\n    return None\n",
}


@pytest.mark.row("L08")
@pytest.mark.parametrize(
    ("word", "line"), [("剩多少件", 1), ("仓库", 1), ("棚卸し", 6), ("差異", 6), ("송장번호", 11), ("택배", 11)]
)
def test_a_part_of_a_sentence_finds_the_comment_that_holds_it(tmp_path: Path, word: str, line: int) -> None:
    root = write_project(tmp_path / "project", FILES)
    found = json.loads(findspot(word, "--json", cwd=root).stdout.splitlines()[0])
    assert (found["path"], found["start_line"]) == ("stock.py", line)
    shown = findspot(word, cwd=root, env={"PYTHONIOENCODING": "utf-8"}).stdout.decode()
    assert f'text has "{word}"' in shown


@pytest.mark.row("L08")
def test_words_that_are_nowhere_find_nothing_by_words(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", FILES)
    done = findspot("退款", cwd=root, status=1)
    assert "does not occur" in done.stderr.decode()


@pytest.mark.row("L08")
def test_a_lone_surrogate_and_half_a_character_are_asked_without_a_crash(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", FILES)
    for name in ("仓库\udcff", "\udcba仓"):
        findspot(name, cwd=root, status=None)
    done = findspot("search", "-", cwd=root, stdin="仓库里".encode()[:-1], status=None)
    assert done.returncode in {0, 1, 2}
    assert b"Traceback" not in done.stderr


@pytest.mark.row("L08")
def test_accents_and_wide_letters_are_found_as_plain_ones(tmp_path: Path) -> None:
    text = "def résumé_élève(note):\n    return note\n\n\ndef ＲＯＵＮＤ_ＴＲＩＰ(note):\n    return note\n"
    root = write_project(tmp_path / "project", {"a.py": text, "b.py": "def other(x):\n    return x\n"})
    for word in ("resume eleve", "résumé_élève", unicodedata.normalize("NFD", "élève"), "round trip"):
        assert paths(findspot(word, "--json", cwd=root))[0] == "a.py", word


@pytest.mark.row("L08")
def test_a_file_in_another_encoding_is_shown_as_it_was_written_and_listed(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", {"other.py": FILES["other.py"]})
    (root / "stock.py").write_bytes(FILES["stock.py"].split("\n\n\n")[1].encode("euc_jp"))
    shown = findspot("棚卸し", cwd=root, env={"PYTHONIOENCODING": "utf-8"}).stdout.decode()
    assert "差異があれば通知する" in shown
    assert "read as EUC-JP" in shown
    assert "1 not UTF-8" in findspot("status", cwd=root).stdout.decode()
