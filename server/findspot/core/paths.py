"""What a path is for, told from the path alone: source, test, docs, example, generated, vendored or config.

The answer is a prior of ranking, never a filter, so a wrong guess costs a place in the list and no more. Where
a path fits several classes, the first of this order wins: vendored, generated, test, example, docs, config.
"""

from __future__ import annotations

import re
from typing import Final

from findspot.core.types import PathClass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CODE: Final = _words(
    "bash c cc clj cljs cpp cs cxx dart erl ex exs fs go groovy h hh hpp hs hxx java jl js jsx kt kts lua m mjs ml mm "
    "mts cts cjs php pl pm ps1 py pyi pyx r rb rs scala sh sql swift ts tsx vb vue svelte zig"
)

_VENDORED_DIRS: Final = _words(
    "vendor vendors vendored _vendor _vendored third_party third-party thirdparty 3rdparty 3rd_party 3rd-party "
    "node_modules bower_components jspm_packages site-packages godeps pods carthage extern externals bundled"
)
_C_EXTENSIONS: Final = _words("c cc cpp cxx h hh hpp hxx")

_GENERATED_DIRS: Final = _words("generated __generated__ _generated generated-src generated_src autogen dist")
_GENERATED_NAMES: Final = _words(
    "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb bun.lock cargo.lock poetry.lock pdm.lock "
    "uv.lock pipfile.lock gemfile.lock composer.lock mix.lock go.sum flake.lock packages.lock.json pubspec.lock "
    "podfile.lock package.resolved gradle.lockfile"
)
_GENERATED_NAME = re.compile(
    r"""
      \.pb(?:\.gw)?\.(?:go|cc|h|c|cpp|swift|dart)$ | _pb2?(?:_grpc)?\.(?:pyi?|rb|js|d\.ts|ts)$ | _pb\.(?:js|ts|d\.ts)$
    | _grpc(?:_web)?_pb\.(?:js|ts|d\.ts)$ | \.(?:g|freezed|gr|mocks|designer|g\.i)\.(?:dart|cs)$
    | [._-](?:generated|autogen)\.[\w.]+$ | [._]gen\.(?:go|rs|ts|tsx|js|cs|h|cc|cpp|py|kt|java|dart)$
    | ^(?:zz_)?generated\.(?:go|rs|proto|deepcopy\.go) | ^zz_generated\. | ^bindata\.go$
    | \.min\.(?:js|css|mjs|html)$ | [.-]bundle\.(?:js|css)$ | \.(?:js|css|mjs|cjs|ts)\.map$ | \.(?:po|pot|lock)$
    """,
    re.VERBOSE,
)

_TEST_DIRS: Final = _words(
    "tests __tests__ __test__ spec specs __mocks__ mocks testdata test_data test-data testfixtures fixtures fixture "
    "__fixtures__ __snapshots__ e2e cypress playwright testsuite testsuites unittest unittests unit_tests "
    "functional_tests integration_tests integration-tests integrationtest integrationtests acceptance_tests "
    "androidtest jvmtest commontest nativetest jstest testlib testutil testutils test-utils test_utils"
)
_TEST_DIR = re.compile(r"[._-]tests?$|^tests?[_-]")
_TEST_NAME = re.compile(
    r"""
      ^test_[\w-]*\.(?:pyi?|rb|c|cc|cpp|jl|lua|sh|php) | [_-](?:test|tests|unittest)\.(?:py|go|rb|rs|c|cc|cpp|cxx|m|mm
        |dart|exs?|erl|jl|lua|sh|js|jsx|ts|tsx|mjs|cjs|clj|cljs|ml|php|zig)$
    | [._-]spec\.(?:js|jsx|ts|tsx|mjs|cjs|mts|cts|rb|lua|py|cr)$ | \.(?:test|tests|cy|e2e|e2e-spec)\.[cm]?[jt]sx?$
    | ^(?:conftest|tests?)\.(?:py|rs|rb|js|ts|lua|zig)$ | ^spec_helper\.rb$ | ^test_helper\.(?:rb|exs)$ | \.(?:bats|snap)$
    | ^setuptests\.[jt]sx?$ | ^(?:jest|vitest|karma|playwright|cypress)\.(?:setup|config)\.[\w.]+$
    """,
    re.VERBOSE,
)
_TEST_CAMEL = re.compile(
    r"(?:Tests?|TestCase|TestSuite|Specs?|Suite|IT)\.(?:java|kt|kts|scala|groovy|cs|fs|vb|php|swift|cpp|cc|m|mm|hs)$"
)
_TEST_CAMEL_PREFIX = re.compile(r"^Test[A-Z]\w*\.(?:java|kt|scala|cs|php|swift)$")
_TEST_CAMEL_DIR = re.compile(r"[a-z]Tests?$")

_INLINE_TESTS: Final = {
    ".rs": re.compile(r"(?:^|\.)(?:\w+_)?tests?(?:_\w+)?\."),
    ".hs": re.compile(r"(?:^|\.)prop_"),
}

_EXAMPLE_DIRS: Final = _words(
    "example examples sample samples demo demos tutorial tutorials benchmark benchmarks bench benches jmh playground "
    "playgrounds cookbook cookbooks quickstart quickstarts showcase snippets"
)
_PACKAGE_ROOTS: Final = _words("java kotlin scala groovy")
_EXAMPLE_DIR = re.compile(r"[_-](?:examples?|samples?|demos?|bench(?:es|marks?)?)$")
_EXAMPLE_NAME = re.compile(
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
_CONFIG_NAMES: Final = _words(
    "dockerfile containerfile makefile gnumakefile justfile rakefile gemfile podfile vagrantfile brewfile jenkinsfile "
    "procfile cmakelists.txt build.bazel workspace meson.build meson_options.txt setup.py setup.cfg noxfile.py "
    "fabfile.py build.gradle.kts settings.gradle.kts build.sbt build.rs pom.xml build.xml go.mod go.work package.swift "
    "gruntfile.js gulpfile.js gulpfile.ts configure.ac manifest.in robots.txt constraints.txt"
)
_CONFIG_NAME = re.compile(
    r"^requirements[\w.-]*\.(?:txt|in)$|\.config\.[cm]?[jt]s$|^\.\w+rc(?:\.\w+)?$"
    r"|^\.(?:git|docker|npm|prettier|eslint)\w+$|^dockerfile\."
)


def path_class(path: str) -> PathClass:
    """Classify a root-relative path with ``/``. Type stubs, declarations and migrations are source."""
    *folders, name = path.split("/")
    lower = name.lower()
    low_folders = [folder.lower() for folder in folders]
    stem, _, extension = lower.rpartition(".")
    # In C a `deps` at the top holds other projects; elsewhere it may well be about dependencies.
    if not _VENDORED_DIRS.isdisjoint(low_folders) or (low_folders[:1] == ["deps"] and extension in _C_EXTENSIONS):
        return PathClass.VENDORED
    if lower in _GENERATED_NAMES or _GENERATED_NAME.search(lower) or not _GENERATED_DIRS.isdisjoint(low_folders):
        return PathClass.GENERATED
    if _is_test(name, lower, folders, low_folders, extension):
        return PathClass.TEST
    if (
        not _EXAMPLE_DIRS.isdisjoint(_above_packages(low_folders))
        or any(_EXAMPLE_DIR.search(folder) for folder in low_folders)
        or _EXAMPLE_NAME.search(lower)
    ):
        return PathClass.EXAMPLE
    if (
        (lower in _CONFIG_NAMES and _DOCS_DIRS.isdisjoint(low_folders))
        or _CONFIG_NAME.search(lower)
        or not _CONFIG_DIRS.isdisjoint(low_folders)
    ):
        return PathClass.CONFIG
    if _is_docs(lower, stem, extension, low_folders):
        return PathClass.DOCS
    return PathClass.CONFIG if extension in _CONFIG_EXTENSIONS else PathClass.SOURCE


def unit_class(of_file: PathClass, path: str, symbol: str | None) -> PathClass:
    """Return what a definition is for: its file's class, or test where tests stand in the file that they test.

    Rust keeps them in a module ``tests``, Haskell names the properties that it checks ``prop_something``.
    """
    if of_file is not PathClass.SOURCE or symbol is None:
        return of_file
    tests = _INLINE_TESTS.get(path[-3:])
    return PathClass.TEST if tests is not None and tests.search(symbol) else of_file


def _above_packages(folders: list[str]) -> list[str]:
    """Leave out the folders of a JVM package name: ``org.example`` is no example."""
    package = next((index for index, folder in enumerate(folders) if folder in _PACKAGE_ROOTS), len(folders))
    return folders[:package]


def _is_test(name: str, lower: str, folders: list[str], low_folders: list[str], extension: str) -> bool:
    if _TEST_NAME.search(lower) or _TEST_CAMEL.search(name) or _TEST_CAMEL_PREFIX.search(name):
        return True
    if not _TEST_DIRS.isdisjoint(low_folders) or any(_TEST_DIR.search(folder) for folder in low_folders):
        return True
    if "src" in low_folders and any(_TEST_CAMEL_DIR.search(folder) for folder in folders):
        return True
    if "test" in low_folders:
        # A Python package may ship its test tools as `package/test/`; its own tests have the usual file names.
        return extension not in {"py", "pyi"} or low_folders[0] == "test" or "src" in low_folders
    return False


def _is_docs(lower: str, stem: str, extension: str, low_folders: list[str]) -> bool:
    if extension in _DOCS_EXTENSIONS or (stem or lower) in _DOCS_STEMS or lower in _DOCS_STEMS:
        return extension not in _CODE
    if not _DOCS_DIRS.isdisjoint(low_folders):
        return True
    # `doc` deeper down is as often the name of a package (go/doc) as a folder of documentation.
    return "doc" in low_folders and (low_folders[0] == "doc" or extension not in _CODE)
