"""The dry run of a pack: everything is there, fits into the calls, reads, and names nothing that is held out."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from findspot_training.accelerator.packing import MIB
from findspot_training.accelerator.parts import LARGEST, SCRIPT, scripts, size_of
from findspot_training.corpus.held_out import check
from findspot_training.source import TrainingError


def check_pack(pack: Path, kept: Sequence[str], tree: int, call: int) -> Iterator[str]:
    """Yield what was found right; raises ``TrainingError`` at the first thing that is not.

    ``kept`` are the names of held-out repositories, ``tree`` the bytes that travel with each part, ``call`` the MiB that
    one call may bring.
    """
    parts = sorted(path for path in pack.glob("*") if path.is_dir())
    if not parts or not (parts[0] / "manifest.json").is_file():
        raise TrainingError(f"{pack}: no pack; `findspot-train accelerator pack` makes one")
    manifest = json.loads((parts[0] / "manifest.json").read_text(encoding="utf-8"))
    check(list(manifest["repositories"]), kept, [], str(pack))
    yield f"{len(manifest['repositories'])} repositories, none of them held out"
    for part in parts:
        for path in scripts():
            copied = part / path.relative_to(SCRIPT.parent)
            if not copied.is_file() or copied.read_bytes() != path.read_bytes():
                raise TrainingError(f"{part}: {path.name} is not the present one; pack again with --finished")
    there = {path.name: path for part in parts for path in part.iterdir() if path.is_file()}
    for name, one in manifest["files"].items():
        if name not in there:
            raise TrainingError(f"{pack}: {name} is missing; pack again with --finished")
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != one["sha256"]:
            raise TrainingError(f"{there[name]}: is damaged; pack again with --finished")
    yield f"{len(manifest['files'])} files, all whole"
    for part in parts:
        size = size_of(part)
        if size > LARGEST or size + tree > call * MIB:
            raise TrainingError(
                f"{part} has {size / MIB:.1f} MiB and the working tree {tree / MIB:.1f}, but a call brings {call} at most "
                f"and a part {LARGEST // MIB}; pack again with --finished"
            )
        yield f"{part}: {size / MIB:.1f} MiB, with the working tree {(size + tree) / MIB:.1f} of {call}"
    # In a process of its own, with nothing of ours on its path: as it will be run.
    for model in manifest["models"]:
        own = sorted(pack.glob(f"{model}-*"))
        command = [sys.executable, "-I", str(own[0] / SCRIPT.name), *map(str, own), "--dry"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise TrainingError(f"{own[0] / SCRIPT.name} --dry failed:\n{done.stdout}{done.stderr}")
        yield done.stdout.strip()
