"""Building llama.cpp for the first time: what a person sees where it cannot be built."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts import llama_wheel
from tests.architecture.tree import ROOT


def test_the_version_is_the_pinned_one() -> None:
    assert f"\nllama-cpp-python=={llama_wheel.pinned_version()}\n" in (ROOT / "constraints.txt").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Visual Studio is not found by PATH")
def test_without_a_compiler_it_says_what_to_install_and_stops(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    environ = {key: value for key, value in os.environ.items() if key not in {"CC", "CXX"} and "PIP" not in key}
    environ |= {"PATH": str(tmp_path / "bin"), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, str(ROOT / "scripts" / "llama_wheel.py"), str(tmp_path / "wheels")]

    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "there is no C++ compiler" in done.stdout
    assert "apt-get install build-essential" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_wheel_that_is_there_is_used_without_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = llama_wheel.pinned_version()
    name = f"llama_cpp_python-{version}-py3-none-any.whl"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert not llama_wheel.ready(tmp_path, version)
    write_wheel(tmp_path / name, version)
    assert llama_wheel.ready(tmp_path, version)


def write_wheel(path: Path, version: str) -> None:
    """Write the least that pip takes for a wheel of llama-cpp-python."""
    folder = f"llama_cpp_python-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: {version}\n")
        wheel.writestr(
            f"{folder}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{folder}/RECORD", "")
