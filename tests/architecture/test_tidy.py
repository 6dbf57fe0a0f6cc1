"""House rules that no linter knows: sizes, docstrings, state, the environment, and what may not be in a file."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO

import pytest

from tests.architecture.tree import ROOT, Module, functions, imported_names, modules, repository_files

FILE_LIMIT = 450
"""The aim is 400 lines; the rest is room for a docstring that is worth it."""

TEST_FILE_LIMIT = 600
"""A file of tests is a list; what has to be readable is each of them."""

FUNCTION_LIMIT = 90
"""The aim is 80 lines."""

BINARY = (".gguf", ".safetensors", ".model", ".png", ".gif", ".npy", ".npz")


def hits(found: Iterator[str]) -> None:
    """Fail with one line per finding."""
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def comments(module: Module) -> Iterator[tuple[int, str]]:
    """Yield (line, text) for each comment."""
    for token in tokenize.generate_tokens(StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_every_file_opens_with_a_docstring_and_future_annotations() -> None:
    for module in modules():
        assert ast.get_docstring(module.tree), f"{module.path}: no docstring"
        if len(module.tree.body) > 1:
            second = module.tree.body[1]
            lazy = isinstance(second, ast.ImportFrom) and second.module == "__future__"
            assert lazy, f"{module.path}: `from __future__ import annotations` must follow the docstring"


def test_files_stay_readable() -> None:
    long = {
        module.path: module.lines
        for module in modules()
        if module.lines > (TEST_FILE_LIMIT if module.path.startswith("tests/") else FILE_LIMIT)
    }
    assert long == {}


def test_functions_stay_readable() -> None:
    hits(
        f"{module.path}: {name} has {lines} lines"
        for module in modules()
        for name, lines in functions(module.tree)
        if lines > FUNCTION_LIMIT
    )


def test_no_module_keeps_state_of_its_own() -> None:
    """Two engines in one process must not meet: no cache around a function, no ``global``, no empty container (I-8)."""
    hits(finding for module in modules(prefix="server/") for finding in module_state(module))


def module_state(module: Module) -> Iterator[str]:
    """Yield what in ``module`` would outlive a call and is shared by everyone."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield f"{module.path}:{node.lineno}: global {', '.join(node.names)}"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if re.search(r"\b(lru_cache|cache)\b", ast.unparse(decorator)):
                    yield f"{module.path}:{node.lineno}: {node.name} is cached for the life of the process"
    for node in module.tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        empty = (isinstance(value, ast.Dict) and not value.keys) or (isinstance(value, ast.List) and not value.elts)
        made = isinstance(value, ast.Call) and ast.unparse(value.func) in {
            "dict",
            "list",
            "set",
            "defaultdict",
            "Lock",
            "RLock",
            "threading.Lock",
            "threading.RLock",
            "threading.local",
            "OrderedDict",
            "WeakValueDictionary",
        }
        if empty or made:
            yield f"{module.path}:{node.lineno}: a container or lock at module level is state"


def test_only_config_reads_the_environment() -> None:
    hits(
        f"{module.path}:{node.lineno}: {ast.unparse(node)}"
        for module in modules(prefix="server/")
        if module.path not in {"server/findspot/config/sources.py", "server/findspot/places.py"}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}
    )


def test_a_broad_except_hands_on_or_says_why() -> None:
    """``except Exception`` must raise again, log the traceback, or carry ``# noqa: BLE001 - reason`` (I-9)."""
    hits(finding for module in modules(prefix="server/") for finding in broad_excepts(module))


def broad_excepts(module: Module) -> Iterator[str]:
    """Yield each ``except`` that takes everything, keeps it, and gives no reason."""
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = ast.unparse(node.type) if node.type is not None else "BaseException"
        if not re.search(r"\b(Base)?Exception\b", caught):
            continue
        raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        logs = any(isinstance(inner, ast.Attribute) and inner.attr == "exception" for inner in ast.walk(node))
        if not raises and not logs and not re.search(r"noqa: BLE001 - \w+", lines[node.lineno - 1]):
            yield f"{module.path}:{node.lineno}: except {caught} swallows without a reason"


def test_ignored_rules_come_with_a_reason() -> None:
    """``# noqa: X - why``, ``# type: ignore[x]  # why``: said at least where a file ignores the rule first."""
    hits(finding for module in modules() if not module.path.startswith("tests/") for finding in unexplained(module))


def unexplained(module: Module) -> Iterator[str]:
    """Yield the first comment of each ignored rule that does not say why it is ignored."""
    told: set[str] = set()
    for line, comment in comments(module):
        found = re.match(r"# (noqa|type: ignore|pragma: no cover)(?:: |\[)?([A-Z0-9]+|[a-z-]+)?[^ ]*(.*)", comment)
        if found is None:
            continue
        rule = found[2] or found[1]
        if rule not in told and not re.search(r"\w{2}", found[3]):
            yield f"{module.path}:{line}: {comment}"
        told.add(rule)


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    hits(
        f"{path}:{number}: {line.strip()}"
        for path, number, line in text_lines()
        if later.search(line) and not path.startswith("tests/data/")
    )


def test_no_module_has_an_empty_name() -> None:
    """A module is named after what it knows; these names say nothing."""
    nameless = re.compile(r"(^|/)(util|utils|helper|helpers|misc|common)(\.py|/)")
    hits(module.path for module in modules() if nameless.search(module.path))


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    """Lock files and texts stay free of package registries' hosts and of absolute paths of a developer."""
    hosts = r"files\.python" + r"hosted|pypi\." + r"org|registry\.npm" + r"js|registry\.yarn" + r"pkg|deb\.deb" + r"ian"
    places = r"(?<![\w./~-])/(?:root|home/\w+|Users/\w+|work/[a-z])/"
    forbidden = re.compile(f"{hosts}|{places}")
    hits(
        f"{path}:{number}: {line.strip()[:100]}"
        for path, number, line in text_lines()
        if forbidden.search(line) and not path.startswith("tests/data/")
    )


def text_lines() -> Iterator[tuple[str, int, str]]:
    """Yield (path, line number, line) of every text file of the repository."""
    for path in repository_files():
        if not path.endswith(BINARY):
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


def test_tests_assert_something() -> None:
    """A test without an assertion passes whatever the code does; waiting for something, or failing, is one too."""
    hits(finding for module in modules(prefix="tests/") for finding in weak_tests(module))


def weak_tests(module: Module) -> Iterator[str]:
    """Yield the test functions that check nothing."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            source = ast.unparse(node)
            checks = re.search(
                r"\bassert\b|pytest\.(raises|fail|warns)|\b(check|hits|assert|expect|verify|wait)\w*\(", source
            )
            if not checks:
                yield f"{module.path}:{node.lineno}: {node.name} asserts nothing"


@pytest.mark.row("C10")
def test_the_top_of_the_repository_is_what_a_newcomer_expects() -> None:
    top = {path.split("/", maxsplit=1)[0] for path in repository_files()}
    assert {"pyproject.toml", "server", "models", "tests", "docs", "README.md", "LICENSE", "CHANGELOG.md"} <= top
    assert {"CONTRIBUTING.md", "Makefile", ".ci", "constraints.txt"} <= top
    editor_folders = {"plugin", "lua", "lsp", "doc", "after", "ftplugin", "queries"}
    assert top & editor_folders == set(), "Neovim would take the repository root for a plugin"


def test_own_rules_would_see_a_breach() -> None:
    """The rules above look at real text; here each of them meets a text that breaks it."""
    source = (
        "import os\nfrom functools import cache\n_seen = {}\n@cache\ndef f():\n    global g\n"
        "    try:\n        return os.environ\n    except Exception:\n        return None\n"
    )
    module = Module("server/findspot/x.py", source, ast.parse(source))
    assert len(list(module_state(module))) == 3
    assert len(list(broad_excepts(module))) == 1
    assert list(functions(module.tree)) == [("f", 6)]
    assert ("functools.cache", 2) in list(imported_names(module.tree))
    bare = "x = 1  # noqa: S101\ny = 2  # noqa: S102 - why not\nz = 3  # noqa: S102\n"
    assert len(list(unexplained(Module("server/findspot/x.py", bare, ast.parse(bare))))) == 1
    test = Module("tests/test_x.py", "def test_x():\n    f()\n", ast.parse("def test_x():\n    f()\n"))
    assert len(list(weak_tests(test))) == 1
