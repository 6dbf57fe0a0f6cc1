"""What a path is for, told from the path alone: source, test, docs, example, generated, vendored or config.

The answer is a prior of ranking, where a wrong guess costs a place in the list and no more, and a filter where somebody
asks for one kind only. Where a path fits several classes, the first of this order wins: vendored, generated, test, example, docs, config.
Patterns are compiled by ``re`` on first use, since a question needs none of them.
"""

from __future__ import annotations

import re
from typing import Final

from findspot.core.types import PathClass
from findspot.languages.record import Language
from findspot.languages.table import BUILD_FILES, BY_SUFFIX, GENERATED_ENDINGS, LANGUAGES, LOCK_FILES, PACKAGE_ROOTS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CODE: Final = frozenset(
    suffix
    for language in LANGUAGES.values()
    for suffix in language.suffixes
    if language.code or language.grammar is not None or language.declared is not None
)

_NO_CODE: Final = frozenset(
    suffix
    for name in ("csv", "diff", "gettext", "json", "json-lines", "latex", "markdown", "rst", "svg", "text")
    for suffix in LANGUAGES[name].suffixes
)

_UNKNOWN: Final = Language(name="")

_VENDORED_DIRS: Final = _words(
    "vendor vendors vendored _vendor _vendored third_party third-party thirdparty 3rdparty 3rd_party 3rd-party "
    "node_modules bower_components jspm_packages site-packages godeps pods carthage extern externals bundled"
)

_GENERATED_DIRS: Final = _words("generated __generated__ _generated generated-src generated_src autogen dist")
_GENERATED_NAME: Final = r"""(?x)
      \.pb(?:\.gw)?\.(?:go|cc|h|c|cpp|dart)$ | _pb2?(?:_grpc)?\.(?:pyi?|rb|js|d\.ts|ts)$
    | \.(?:g|freezed|gr|mocks|designer|g\.i)\.(?:dart|cs)$
    | [._-](?:generated|autogen)\.[\w.]+$ | [._]gen\.(?:go|rs|ts|tsx|js|cs|h|cc|cpp|py|kt|java|dart)$
    | ^(?:zz_)?generated\.(?:go|rs|proto|deepcopy\.go) | ^zz_generated\. | ^bindata\.go$
    | \.min\.(?:js|css|mjs|html)$ | [.-]bundle\.(?:js|css)$ | \.(?:js|css|mjs|cjs|ts)\.map$ | \.(?:po|pot|lock)$
    """

_TEST_DIRS: Final = _words(
    "tests __tests__ __test__ spec specs __mocks__ mocks testdata test_data test-data testfixtures fixtures fixture "
    "__fixtures__ __snapshots__ e2e cypress playwright testsuite testsuites unittest unittests unit_tests "
    "functional_tests integration_tests integration-tests integrationtest integrationtests acceptance_tests "
    "androidtest jvmtest commontest nativetest jstest testlib testutil testutils test-utils test_utils"
)
_TEST_DIR: Final = r"[._-]tests?(?:/|$)|(?:^|/)tests?[_-]"
_TEST_NAME: Final = r"\.(?:bats|snap|t)$|^(?:jest|vitest|karma|playwright|cypress)\.(?:setup|config)\.[\w.]+$"
"""Tests that are told by the tool which runs them; those of each language are named in its record."""

_TEST_CAMEL_DIR: Final = r"[a-z]Tests?$"

_EXAMPLE_DIRS: Final = _words(
    "example examples sample samples demo demos tutorial tutorials benchmark benchmarks bench benches jmh playground "
    "playgrounds cookbook cookbooks quickstart quickstarts showcase snippets"
)
_EXAMPLE_DIR: Final = r"[_-](?:examples?|samples?|demos?|bench(?:es|marks?)?)(?:/|$)"
_EXAMPLE_NAME: Final = (
    r"\.(?:stories|story)\.[jt]sx?$|^(?:benchmark|bench)_\w+\.\w+$|_(?:benchmark|bench)\.\w+$|\.example$|\.sample$"
)

_DOCS_DIRS: Final = _words(
    "docs documentation javadoc manual manuals man man1 wiki changelogs changelog.d newsfragments"
)
_DOCS_EXTENSIONS: Final = _words("md markdown mdx mkd rst adoc asciidoc textile org tex txt rtf pod")
_DOCS_STEMS: Final = _words(
    "readme license licence copying notice authors contributors maintainers changelog changes history news todo "
    "contributing security install upgrading codeowners code_of_conduct"
)

_CONFIG_DIRS: Final = _words(
    ".github .gitlab .circleci .vscode .idea .husky .devcontainer .buildkite .azure .config .cargo"
)
_CONFIG_EXTENSIONS: Final = _words(
    "yaml yml toml ini cfg conf json json5 jsonc properties env editorconfig gradle cmake mk mak csproj vbproj fsproj "
    "vcxproj sln props targets xcconfig plist gemspec podspec cabal nix bzl"
)
_CONFIG_NAMES: Final = BUILD_FILES | _words(
    "dockerfile containerfile makefile gnumakefile justfile jenkinsfile "
    "procfile cmakelists.txt build.bazel workspace meson.build meson_options.txt configure.ac robots.txt"
)
_CONFIG_NAME: Final = (
    r"^requirements[\w.-]*\.(?:txt|in)$|\.config\.[cm]?[jt]s$|^\.\w+rc(?:\.\w+)?$"
    r"|^\.(?:git|docker|npm|prettier|eslint)\w+$|^dockerfile\."
)


def path_class(path: str) -> PathClass:
    """Classify a root-relative path with ``/``. Type stubs, declarations and migrations are source."""
    *folders, name = path.split("/")
    lower = name.lower()
    low_folders = [folder.lower() for folder in folders]
    stem, _, extension = lower.rpartition(".")
    language = BY_SUFFIX.get(extension, _UNKNOWN)
    # In C a `deps` or `dependencies` at the top holds other projects; elsewhere it may well be about dependencies.
    if not _VENDORED_DIRS.isdisjoint(low_folders) or (folders and low_folders[0] in language.vendored_roots):
        return PathClass.VENDORED
    if (
        lower in LOCK_FILES
        or lower.endswith(GENERATED_ENDINGS)
        or re.search(_GENERATED_NAME, lower)
        or not _GENERATED_DIRS.isdisjoint(low_folders)
    ):
        return PathClass.GENERATED
    if _is_test(name, lower, folders, low_folders, language):
        return PathClass.TEST
    if (
        not _EXAMPLE_DIRS.isdisjoint(_above_packages(low_folders))
        or re.search(_EXAMPLE_DIR, "/".join(low_folders))
        or re.search(_EXAMPLE_NAME, lower)
    ):
        return PathClass.EXAMPLE
    if (
        (lower in _CONFIG_NAMES and _DOCS_DIRS.isdisjoint(low_folders))
        or re.search(_CONFIG_NAME, lower)
        or not _CONFIG_DIRS.isdisjoint(low_folders)
    ):
        return PathClass.CONFIG
    if _is_docs(lower, stem, extension, low_folders):
        return PathClass.DOCS
    return PathClass.CONFIG if extension in _CONFIG_EXTENSIONS else PathClass.SOURCE


def is_prose_or_data(path: str) -> bool:
    """Return True for a file that a reader of code would not call code, wherever it lies."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() in _NO_CODE


def unit_class(of_file: PathClass, path: str, symbol: str | None) -> PathClass:
    """Return what a definition is for: its file's class, or test where tests stand in the file that they test.

    Rust keeps them in a module ``tests``, Haskell names the properties that it checks ``prop_something``.
    """
    if of_file is not PathClass.SOURCE or symbol is None:
        return of_file
    tests = BY_SUFFIX.get(path.rpartition(".")[2], _UNKNOWN).inline_tests
    return PathClass.TEST if tests and re.search(tests, symbol) else of_file


def _above_packages(folders: list[str]) -> list[str]:
    """Leave out the folders of a JVM package name: ``org.example`` is no example."""
    package = next((index for index, folder in enumerate(folders) if folder in PACKAGE_ROOTS), len(folders))
    return folders[:package]


def _is_test(name: str, lower: str, folders: list[str], low_folders: list[str], language: Language) -> bool:
    stem, _, extension = name.rpartition(".")
    # `SDL_test.h` and `gtest-typed-test.h` are interfaces.
    own = language.test_name if extension.lower() != "h" else ""
    if re.search(_TEST_NAME, lower) or (own and re.search(own, stem)):
        return True
    if not _TEST_DIRS.isdisjoint(low_folders) or re.search(_TEST_DIR, "/".join(low_folders)):
        return True
    if "src" in low_folders and any(re.search(_TEST_CAMEL_DIR, folder) for folder in folders):
        return True
    if "test" in low_folders:
        # A Python package may ship its test tools as `package/test/`; its own tests have the usual file names.
        return not language.packaged_tests or low_folders[0] == "test" or "src" in low_folders
    return False


def _is_docs(lower: str, stem: str, extension: str, low_folders: list[str]) -> bool:
    if extension in _DOCS_EXTENSIONS or (stem or lower) in _DOCS_STEMS or lower in _DOCS_STEMS:
        return extension not in _CODE
    if not _DOCS_DIRS.isdisjoint(low_folders):
        return True
    # `doc` deeper down is as often the name of a package (go/doc) as a folder of documentation.
    return "doc" in low_folders and (low_folders[0] == "doc" or extension not in _CODE)
