"""Packages by name: what manifests call their folders, in every shape of them, and in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from findspot.workspace.packages import find_packages, folders_of, near_names

MANIFESTS = {
    "package.json": '{"name": "shop", "workspaces": ["packages/*"]}',
    "packages/ui/package.json": '{"name": "@shop/ui", "version": "1.0.0"}',
    "packages/api/package.json": '{"name": "@shop/api"}',
    "crates/parcel/Cargo.toml": '[package]\nname = "parcel_core"\nversion = "0.1.0"\n',
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
    "services/mail/go.mod": "module example.com/shop/mail/v2\n\ngo 1.24\n",
    "python/rates/pyproject.toml": '[project]\nname = "Shop.Rates"\n',
    "python/old/pyproject.toml": '[tool.poetry]\nname = "shop-old"\n',
    "java/ledger/pom.xml": (
        "<project><parent><artifactId>shop-parent</artifactId></parent>"
        "<artifactId>shop-ledger</artifactId><dependencies><dependency><artifactId>junit</artifactId></dependency>"
        "</dependencies></project>"
    ),
    "android/settings.gradle.kts": 'include(":app:core")\n',
    "android/app/core/build.gradle.kts": "plugins {}\n",
}


def write(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return list(files)


@pytest.mark.row("L09")
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("@shop/ui", "packages/ui"),
        ("ui", "packages/ui"),
        ("shop", ""),
        ("parcel-core", "crates/parcel"),
        ("example.com/shop/mail/v2", "services/mail"),
        ("mail", "services/mail"),
        ("shop_rates", "python/rates"),
        ("shop-old", "python/old"),
        ("shop-ledger", "java/ledger"),
        (":app:core", "android/app/core"),
        ("core", "android/app/core"),
    ],
)
def test_a_package_is_meant_by_its_name_or_the_end_of_it(tmp_path: Path, name: str, folder: str) -> None:
    packages = find_packages(tmp_path, write(tmp_path, MANIFESTS))
    assert folders_of(packages, name) == (folder,)


@pytest.mark.row("L09")
def test_one_name_in_two_places_means_both_and_an_end_that_two_share_neither(tmp_path: Path) -> None:
    files = {"a/package.json": '{"name": "twin"}', "b/package.json": '{"name": "twin"}'}
    files |= {"c/package.json": '{"name": "@one/lib"}', "d/package.json": '{"name": "@two/lib"}'}
    packages = find_packages(tmp_path, write(tmp_path, files))
    assert folders_of(packages, "twin") == ("a", "b")
    assert folders_of(packages, "lib") == ()
    assert near_names(packages, "twim") == ["twin"]
    assert near_names(packages, "@one/lob")[0] == "@one/lib"


@pytest.mark.row("L09")
def test_manifests_that_make_no_sense_have_no_name(tmp_path: Path) -> None:
    files = {
        "a/package.json": "[" * 100_000,
        "b/package.json": '{"name": {"a": 1}}',
        "c/Cargo.toml": "package = 5\n",
        "d/pyproject.toml": "[project\nname=",
        "e/pom.xml": "<parent>" * 20_000,
        "f/go.mod": "module\n",
        "g/package.json": '{"name": "' + "x" * 300_000 + '"}',
        "h/Cargo.toml": "x = " + "[" * 50_000,
        "i/package.json": "[1]",
        "j/package.json": "",
    }
    paths = write(tmp_path, files)
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "package.json").mkdir()
    outside = tmp_path.parent / "outside.json"
    outside.write_text('{"name": "stolen"}', encoding="utf-8")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "package.json").symlink_to(outside)
    found = find_packages(tmp_path, [*paths, "k/package.json", "m/package.json", "gone/package.json"])
    assert found == {}
