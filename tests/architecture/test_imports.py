"""The direction of imports, and one owner for each driver library (the contracts stand in ``pyproject.toml``)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from findspot.languages.table import GRAMMARS
from tests.architecture.tree import ROOT, imported_names, modules

CORE_MAY_USE = {
    "__future__",
    "abc",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "math",
    "numpy",
    "operator",
    "posixpath",
    "re",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
}
"""Modules without files, processes, threads, clocks or randomness: what is left cannot do I/O (I-1)."""

NETWORK = (
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "httpx2",
    "huggingface_hub",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "urllib.request",
    "urllib3",
    "websockets",
)

NETWORK_OWNERS = (
    "server/findspot/inference/downloads.py",
    "server/findspot/inference/remote_chat.py",
    "server/findspot/inference/remote_embedder.py",
    "server/findspot/inference/sentence_embedder.py",
    "server/findspot/cli/elsewhere.py",
    "server/findspot/mcp/http.py",
    "server/findspot/service/http_server.py",
    "server/findspot/service/line.py",
    "server/findspot/service/link.py",
    "server/findspot/web/server.py",
)
"""The only files that may open a connection: the first three to elsewhere, for what the user named (I-16); the others talk to
processes of this machine, or serve whom the user lets in. The fourth asks a library for what it has fetched before, and nobody else."""


def is_or_below(name: str, module: str) -> bool:
    """Return whether the dotted ``name`` is ``module`` or something inside it."""
    return name == module or name.startswith(f"{module}.")


def run_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package below ``folder``/server with this repository's contracts."""
    program = (
        "import sys; sys.path.insert(0, 'server'); from importlinter.cli import lint_imports_command as run; run()"
    )
    command = [sys.executable, "-c", program, "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_import_contracts_are_kept() -> None:
    done = run_contracts(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "text", "broken"),
    [
        ("findspot/stray.py", "", "stray"),
        ("findspot/core/wrong.py", "import findspot.engine", "findspot.core.wrong"),
        ("findspot/engine_helper.py", "import sqlite3", "findspot.engine_helper -> sqlite3"),
        ("findspot/retrieval/wrong.py", "import findspot.indexing", "findspot.retrieval.wrong"),
    ],
)
def test_a_wrong_import_would_be_seen(tmp_path: Path, path: str, text: str, broken: str) -> None:
    for module in modules(prefix="server/"):
        copy = tmp_path / module.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(module.text, encoding="utf-8")
    (tmp_path / "server" / path).write_text(text, encoding="utf-8")

    done = run_contracts(tmp_path)

    assert done.returncode != 0
    assert broken in done.stdout + done.stderr


def test_core_cannot_do_input_or_output() -> None:
    strangers = [
        f"{module.path}:{line}: {name}"
        for module in modules(prefix="server/findspot/core/")
        for name, line in imported_names(module.tree)
        if name.split(".", maxsplit=1)[0] not in CORE_MAY_USE
        and not is_or_below(name, "findspot.core")
        and not is_or_below(name, "findspot.errors")
    ]
    assert strangers == []


def test_grammars_are_named_in_records_only_and_installed() -> None:
    strangers = [
        f"{module.path}:{node.lineno}: {node.value}"
        for module in modules(prefix="server/")
        if not module.path.startswith("server/findspot/languages/records/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("tree_sitter_")
    ]
    assert strangers == []

    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    installed = {Requirement(text).name.replace("-", "_") for text in dependencies}
    wanted = {grammar.module for grammar in GRAMMARS.values() if not grammar.bundled}
    assert {name for name in installed if name.startswith("tree_sitter_")} == wanted


def test_only_the_owners_open_the_network() -> None:
    strangers = [
        f"{module.path}:{line}: {name}"
        for module in modules(prefix="server/")
        if module.path not in NETWORK_OWNERS
        for name, line in imported_names(module.tree)
        if any(is_or_below(name, library) for library in NETWORK)
    ]
    assert strangers == []


def test_front_ends_import_lazily_in_the_command_line() -> None:
    """``findspot QUERY`` must not pay for loading a server: cli imports front ends inside functions only."""
    for module in modules(prefix="server/findspot/cli"):
        statements = [node for node in module.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        top = {name for node in statements for name, _ in imported_names(node)}
        lazy = ("findspot.lsp", "findspot.mcp", "findspot.evaluation")
        assert not {name for name in top if any(is_or_below(name, one) for one in lazy)}, module.path


def test_front_ends_may_import_nothing_below_the_service_but_words() -> None:
    """The deny-list is made by hand: a new layer below the service has to be in it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    by_id = {contract["id"]: contract for contract in contracts}
    layers = [re.findall(r"\w+", line) for line in by_id["layers"]["layers"]]
    below = {name for line in layers[layers.index(["service"]) + 1 :] for name in line}
    denied = {name.removeprefix("findspot.") for name in by_id["front-ends"]["forbidden_modules"]}
    # installing is what one command is about, and knows no root; a command looks for a warm process before it reads settings
    assert below - denied == {"core", "config", "errors", "cancellation", "installing", "places"}
