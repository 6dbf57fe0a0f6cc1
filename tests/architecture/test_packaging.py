"""What ``pip install .`` gives: the package, its models, no training code; and pins that fit the ranges."""

from __future__ import annotations

import os
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from findspot.inference.manifest import load_manifest
from tests.architecture.tree import ROOT

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^;\s]+)(?:\s*;\s*(?P<marker>.+))?$")


def project() -> dict[str, Any]:
    """Return the [project] table."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def pins() -> dict[str, Version]:
    """Return the exact version of each package in the constraints file."""
    found: dict[str, Version] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = PIN.match(line)
            assert pin is not None, f"not an exact pin: {line}"
            if pin["marker"]:
                Marker(pin["marker"])
            found[canonicalize_name(pin["name"])] = Version(pin["version"])
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel the way pip does, without its isolated environment."""
    built = list(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]))
    assert len(built) == 1
    return zipfile.ZipFile(built[0])


@pytest.mark.row("B14")
def test_the_wheel_carries_every_model_with_its_checksum_and_card(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    manifest = load_manifest(tmp_path / "findspot" / "models")
    assert {entry.kind for entry in manifest.entries} == {"llama", "ranker", "static"}
    for entry in manifest.entries:
        entry.verify()
        assert entry.card.is_file()


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    tops = {name.split("/", maxsplit=1)[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"findspot"}
    assert [name.split("/", 1)[1] for name in names if ".data/" in name] == ["data/share/man/man1/findspot.1"]
    assert "findspot/py.typed" in names
    assert not [name for name in names if "findspot_training" in name or "__pycache__" in name]
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_console_command_exists(wheel: zipfile.ZipFile) -> None:
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "findspot = findspot.__main__:run" in wheel.read(entry).decode()


def test_each_dependency_has_a_pin_inside_its_range() -> None:
    pinned = pins()
    extras = project()["optional-dependencies"]
    wanted = [*project()["dependencies"], *(line for extra in ("test", "dev") for line in extras[extra])]
    for text in wanted:
        requirement = Requirement(text)
        if requirement.name == "findspot":
            continue
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} has no pin in constraints.txt"
        assert requirement.specifier.contains(version, prereleases=True), f"{text} does not allow {version}"


def test_the_version_is_written_once_more_only_where_it_must_be() -> None:
    init = (ROOT / "server" / "findspot" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{project()["version"]}"' in init
    assert f"## {project()['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
@pytest.mark.parametrize("path", [".ci/run", "scripts/e2e.sh"])
def test_programs_can_be_run(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)
