"""Build the wheel of llama-cpp-python once, and keep it for the next environment.

llama.cpp comes as C++ source, which takes minutes to compile. ``llama_wheel.py FOLDER`` takes the wheel of the pinned
version that is already in FOLDER, or a ready one of the package index, and only else compiles one into FOLDER, after
checking that there is a compiler and while saying how long it has been at it. A wheel's name carries version, Python
and platform, so pip itself decides which one fits. Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = "llama-cpp-python"
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
BEAT_SECONDS = 15

MISSING = """\
Findspot runs its localization model with llama.cpp, which is compiled once on this machine, and there is no {tool}.

  Debian, Ubuntu    apt-get install build-essential cmake
  Fedora            dnf install gcc-c++ make cmake
  Arch              pacman -S base-devel cmake
  macOS             xcode-select --install
  Windows           install "Desktop development with C++" of the Visual Studio Build Tools

Then run the same command again. README.md, "Troubleshooting", tells how to do without the model."""


def pinned_version() -> str:
    """Return the version that the constraints file pins."""
    found = re.search(rf"^{PACKAGE}==(\S+)$", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        sys.exit(f"{CONSTRAINTS.name} does not pin {PACKAGE}")
    return found[1]


def missing_tool() -> str | None:
    """Return what a build lacks here, in words, or None."""
    if os.name == "nt":
        return None  # CMake finds Visual Studio by its registry entries, not on the PATH
    if not (os.environ.get("CXX") or any(shutil.which(name) for name in ("c++", "g++", "clang++"))):
        return "C++ compiler"
    if not (os.environ.get("CC") or any(shutil.which(name) for name in ("cc", "gcc", "clang"))):
        return "C compiler"
    if not any(shutil.which(name) for name in ("make", "gmake", "ninja")):
        return "make"
    return None


COPIES = ("lib/**", "include/**", "bin/**", "llama_cpp/lib/*.so.*.*.*")
"""What the build installs a second and third time, 48 MB of it; the loader wants ``llama_cpp/lib/*.so`` and ``*.so.0``."""


def pip(*arguments: str) -> list[str]:
    """Return the command line of this interpreter's pip."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]


def ready(folder: Path, version: str) -> bool:
    """Return whether ``folder`` has a wheel for this machine, fetching it where the package index offers one."""
    places = (f"--find-links={folder}", f"--dest={folder}")
    command = pip("download", "--quiet", "--no-deps", "--only-binary=:all:", *places, f"{PACKAGE}=={version}")
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def build(folder: Path, version: str) -> int:
    """Compile the wheel into ``folder``, with a line every few seconds; returns pip's exit status."""
    log = folder / "build.log"
    print(f"==> compiling llama.cpp once for this machine: 3 to 10 minutes (details: {log})", flush=True)
    started = time.monotonic()
    with log.open("wb") as output:
        leave_out = f"--config-settings=wheel.exclude={';'.join(COPIES)}"
        places = (f"--wheel-dir={folder}", "--no-cache-dir")  # a wheel in pip's own cache would have the copies
        command = pip("wheel", "--verbose", "--no-deps", leave_out, *places, f"{PACKAGE}=={version}")
        with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as running:
            while True:
                try:
                    status = running.wait(timeout=BEAT_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    print(f"    still compiling, {time.monotonic() - started:.0f} s", flush=True)
    if status:
        print("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]))
        print(f"==> compiling llama.cpp failed; the whole output is in {log}")
    else:
        log.unlink()
        print(f"==> done after {time.monotonic() - started:.0f} s")
    return status


def main(folder: Path) -> int:
    """Make sure that ``folder`` holds the wheel; returns an exit status."""
    version = pinned_version()
    folder.mkdir(parents=True, exist_ok=True)
    if ready(folder, version):
        print(f"==> llama.cpp {version}: using the wheel in {folder}")
        return 0
    if (tool := missing_tool()) is not None:
        print(MISSING.format(tool=tool))
        return 1
    return build(folder, version)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
