"""Packages of a monorepo as scopes, by the real command; and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.processes import findspot, paths, write_project

FILES = {
    "package.json": '{"name": "shop", "private": true, "workspaces": ["packages/*"]}\n',
    "packages/ui/package.json": '{"name": "@shop/ui"}\n',
    "packages/ui/src/price.ts": "export function showPrice(price: number) {\n  return `${price} EUR`;\n}\n",
    "packages/server-side/package.json": '{"name": "@shop/api"}\n',
    "packages/server-side/src/price.ts": "export function showPrice(price: number) {\n  return { price };\n}\n",
    "services/rates/pyproject.toml": '[project]\nname = "shop-rates"\n',
    "services/rates/rates.py": "def show_price(price):\n    return price\n",
}


@pytest.mark.row("L09")
def test_a_package_is_a_scope_for_search_and_localize_from_any_folder(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop", FILES)
    assert paths(findspot("showPrice", "@shop/ui", "--json", cwd=root)) == ["packages/ui/src/price.ts"]
    below = root / "services"
    done = findspot("search", "show price", "api", "shop_rates", "--json", cwd=below)
    assert {path.split("/")[1] for path in paths(done)} == {"server-side", "rates"}
    assert (
        "only in packages/server-side, services/rates"
        in findspot("showPrice", "api", "rates", cwd=below).stderr.decode()
    )
    done = findspot("localize", "-", "@shop/ui", "--json", cwd=root, stdin=b"showPrice shows no price\n")
    assert {path.split("/")[1] for path in paths(done)} == {"ui"}


@pytest.mark.row("L09")
def test_a_path_goes_before_a_package_and_a_wrong_name_says_what_is_near(tmp_path: Path) -> None:
    files = FILES | {"api/notes.py": "def show_price_note():\n    return 1\n"}
    root = write_project(tmp_path / "shop", files)
    assert set(paths(findspot("show price", "api", "--json", cwd=root))) == {"api/notes.py"}
    wrong = findspot("show price", "@shop/uo", cwd=root, status=2).stderr.decode()
    assert "@shop/uo: no such file or folder; packages with such a name: @shop/ui" in wrong
    plain = findspot("show price", "nothing_like_it", cwd=root, status=2).stderr.decode()
    assert "a query of several words needs quotes" in plain
    assert "Traceback" not in wrong + plain
