"""Paths and modules as people write them, against the paths that there are."""

from __future__ import annotations

import pytest

from findspot.retrieval.path_lookup import PathTable

PATHS = [
    "src/acme/net/client.py",
    "src/acme/net/__init__.py",
    "src/acme/io/client.py",
    "src/acme/__init__.py",
    "web/app/store.ts",
    "web/app/index.ts",
    "java/org/acme/Main.java",
    "setup.py",
]


@pytest.fixture
def table() -> PathTable:
    return PathTable(PATHS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("src/acme/net/client.py", ["src/acme/net/client.py"]),
        ("net/client.py", ["src/acme/net/client.py"]),
        ("/usr/lib/python3/site-packages/acme/net/client.py", ["src/acme/net/client.py"]),
        ("client.py", ["src/acme/io/client.py", "src/acme/net/client.py"]),
        ("C:/work/app/store.ts", ["web/app/store.ts"]),
        ("./setup.py", ["setup.py"]),
        ("nothing.py", []),
        ("", []),
        ("/", []),
    ],
)
def test_written_paths(table: PathTable, written: str, meant: list[str]) -> None:
    assert [match.path for match in table.written(written)] == meant


def test_a_full_path_is_surer_than_a_name(table: PathTable) -> None:
    full = table.written("src/acme/net/client.py")[0].strength
    tail = table.written("/elsewhere/lib/net/client.py")[0].strength
    name = table.written("/elsewhere/lib/other/setup.py")[0].strength
    assert full == 1.0
    assert full > tail > name > 0
    assert table.written("setup.py")[0].strength == 1.0


@pytest.mark.parametrize(
    ("dotted", "meant"),
    [
        ("acme.net.client", ["src/acme/net/client.py"]),
        ("acme.net.client.Client.send", ["src/acme/net/client.py"]),
        ("acme.net", ["src/acme/net/__init__.py"]),
        ("org.acme.Main", ["java/org/acme/Main.java"]),
        ("self.client", []),
        ("unknown.module", []),
    ],
)
def test_modules(table: PathTable, dotted: str, meant: list[str]) -> None:
    assert [match.path for match in table.module(dotted.split("."))] == meant


def test_stems_and_folders(table: PathTable) -> None:
    assert table.stem("store") == ["web/app/store.ts"]
    assert table.stem("app") == ["web/app/index.ts"]
    assert [match.path for match in table.folder("web/app/")] == ["web/app/index.ts", "web/app/store.ts"]


def test_a_name_that_many_share_means_nothing() -> None:
    table = PathTable(f"part{number}/views.py" for number in range(40))
    assert table.written("views.py") == []
    assert table.stem("views") == []
    assert [match.path for match in table.written("part7/views.py")] == ["part7/views.py"]
