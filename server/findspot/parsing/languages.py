"""The language table: which language a file is in, which grammar reads it, and the parsers themselves.

Grammars are wheels with the parser inside; nothing is fetched. A file whose language has no grammar here is
still indexed, as headings or as windows of tokens.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from importlib import import_module, resources
from typing import Final

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from findspot.parsing.macros import without_macros

Match = tuple[int, dict[str, list[Node]]]

_DEPTH: Final = 400
"""Levels of the syntax tree that queries look into; people write 20 to 100."""

_STRAY: Final = 20_000
"""Children of one error node beyond which a file is not read as code: a query needs their square in steps."""


_LONG: Final = 2_000
"""Bytes of a pattern repeated without end that any parser can take."""

_REPEATS: Final = 30
"""How many times smaller a file gets by compression beyond which it is not read as code. What people and generators
write gets 3 to 17 times smaller; one pattern repeated without end, which parsers take ages for or crash on, 100 times."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A grammar wheel: its module, the function that gives the parser, and the query files to join.

    ``bodies`` names the node types of a body where the grammar has no ``body`` field. ``clauses`` says that one
    function is written as several definitions in a row: a signature and equations, or a clause for each pattern.
    ``macros`` says that a file with errors is read without its macros, too, and the better reading kept.
    """

    module: str
    queries: tuple[str, ...]
    function: str = "language"
    bodies: tuple[str, ...] = ()
    clauses: bool = False
    macros: bool = False


GRAMMARS: Final[dict[str, Grammar]] = {
    "bash": Grammar("tree_sitter_bash", ("bash",)),
    "c": Grammar("tree_sitter_c", ("c",), macros=True),
    "cpp": Grammar("tree_sitter_cpp", ("c", "cpp"), macros=True),
    "csharp": Grammar("tree_sitter_c_sharp", ("csharp",)),
    "elixir": Grammar("tree_sitter_elixir", ("elixir",), bodies=("do_block",), clauses=True),
    "go": Grammar("tree_sitter_go", ("go",)),
    "haskell": Grammar("tree_sitter_haskell", ("haskell",), clauses=True),
    "java": Grammar("tree_sitter_java", ("java",)),
    "javascript": Grammar("tree_sitter_javascript", ("ecmascript", "jsx", "javascript")),
    "kotlin": Grammar(
        "tree_sitter_kotlin",
        ("kotlin",),
        bodies=("class_body", "enum_class_body", "function_body", "block"),
    ),
    "lua": Grammar("tree_sitter_lua", ("lua",)),
    "php": Grammar("tree_sitter_php", ("php",), "language_php"),
    "python": Grammar("tree_sitter_python", ("python",)),
    "ruby": Grammar("tree_sitter_ruby", ("ruby",)),
    "rust": Grammar("tree_sitter_rust", ("rust",)),
    "scala": Grammar("tree_sitter_scala", ("scala",)),
    "swift": Grammar("tree_sitter_swift", ("swift",)),
    "tsx": Grammar("tree_sitter_typescript", ("ecmascript", "jsx", "typescript"), "language_tsx"),
    "typescript": Grammar("tree_sitter_typescript", ("ecmascript", "typescript"), "language_typescript"),
    "zig": Grammar("tree_sitter_zig", ("zig",)),
}
"""Languages with syntax trees."""

HEADED: Final = frozenset({"markdown", "rst"})
"""Languages cut at their headings."""

_EXTENSIONS_OF: Final[dict[str, str]] = {
    "python": "py pyi pyw",
    "javascript": "js jsx mjs cjs es6",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "kotlin": "kt kts",
    "c": "c",
    "cpp": "cc cpp cxx c++ hh hpp hxx h++ ipp ixx tpp inl cu cuh ino",
    "csharp": "cs csx",
    "ruby": "rb rake gemspec ru podspec",
    "php": "php phtml php5 php7 php8",
    "swift": "swift",
    "scala": "scala sc sbt",
    "lua": "lua",
    "bash": "sh bash zsh ksh bats",
    "elixir": "ex exs",
    "haskell": "hs",
    "zig": "zig",
    "markdown": "md markdown mdown mkd mdx",
    "rst": "rst rest",
    # Read as windows of tokens:
    "assembly": "asm s",
    "batch": "bat cmd",
    "clojure": "clj cljs cljc edn",
    "cmake": "cmake",
    "common-lisp": "lisp lsp cl el scm rkt",
    "config": "ini cfg conf properties env editorconfig",
    "crystal": "cr",
    "css": "css",
    "csv": "csv tsv",
    "cython": "pyx pxd pxi",
    "d": "d",
    "dart": "dart",
    "diff": "diff patch",
    "elm": "elm",
    "erlang": "erl hrl",
    "fortran": "f f90 f95 f03 f08",
    "fsharp": "fs fsi fsx",
    "gettext": "po pot",
    "glsl": "glsl vert frag comp wgsl hlsl",
    "graphql": "graphql gql",
    "groovy": "groovy gradle",
    "hcl": "tf tfvars hcl",
    "html": "html htm xhtml jinja jinja2 j2 djt mustache hbs ejs erb haml slim pug twig vue svelte astro razor cshtml",
    "ignore": "gitignore dockerignore",
    "json": "json jsonc json5 jsonl ndjson webmanifest geojson",
    "julia": "jl",
    "latex": "tex sty cls bib",
    "literate-haskell": "lhs",
    "makefile": "mk mak",
    "matlab": "mat",
    "nim": "nim nims",
    "nix": "nix",
    "objective-c": "m mm",
    "ocaml": "ml mli",
    "pascal": "pas dpr",
    "perl": "pl pm t pod",
    "powershell": "ps1 psm1 psd1",
    "protobuf": "proto thrift",
    "r": "r rmd",
    "scss": "scss sass less styl",
    "sql": "sql psql ddl",
    "starlark": "bzl star",
    "svg": "svg",
    "tcl": "tcl",
    "text": "txt text log adoc asciidoc org textile in",
    "toml": "toml",
    "vb": "vb vbs bas",
    "verilog": "v sv vh svh vhd vhdl",
    "vim": "vim",
    "xml": "xml xsd xsl xslt plist wsdl csproj vbproj fsproj props targets resx xaml storyboard",
    "yaml": "yaml yml",
}

_EXTENSIONS: Final = {extension: language for language, row in _EXTENSIONS_OF.items() for extension in row.split()}

_NAMES: Final[dict[str, str]] = {
    "build": "starlark",
    "build.bazel": "starlark",
    "workspace": "starlark",
    "cmakelists.txt": "cmake",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "justfile": "makefile",
    "jenkinsfile": "groovy",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "guardfile": "ruby",
    "podfile": "ruby",
    "vagrantfile": "ruby",
    "brewfile": "ruby",
    "fastfile": "ruby",
    "sconstruct": "python",
    "sconscript": "python",
    "wscript": "python",
    ".bashrc": "bash",
    ".bash_profile": "bash",
    ".profile": "bash",
    ".zshrc": "bash",
    "pkgbuild": "bash",
    "go.mod": "text",
    "go.sum": "text",
    "pipfile": "toml",
    "cargo.lock": "toml",
    "procfile": "text",
    "license": "text",
    "licence": "text",
    "copying": "text",
    "notice": "text",
    "authors": "text",
    "contributors": "text",
    "maintainers": "text",
    "codeowners": "text",
    "readme": "text",
    "changelog": "text",
    "changes": "text",
    "news": "text",
    "todo": "text",
    "install": "text",
    "version": "text",
}

_INTERPRETERS: Final[tuple[tuple[str, str], ...]] = (
    ("python", "python"),
    ("pypy", "python"),
    ("node", "javascript"),
    ("nodejs", "javascript"),
    ("deno", "typescript"),
    ("bun", "typescript"),
    ("ruby", "ruby"),
    ("php", "php"),
    ("luajit", "lua"),
    ("lua", "lua"),
    ("bash", "bash"),
    ("dash", "bash"),
    ("zsh", "bash"),
    ("ksh", "bash"),
    ("sh", "bash"),
    ("scala", "scala"),
    ("kotlin", "kotlin"),
    ("swift", "swift"),
    ("perl", "perl"),
    ("elixir", "elixir"),
    ("runhaskell", "haskell"),
    ("runghc", "haskell"),
    ("stack", "haskell"),
    ("rscript", "r"),
    ("awk", "awk"),
    ("make", "makefile"),
)

_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env(?:\s+-\S+)*\s+(?:\S*/)?)?([\w.+-]+)")
_CPP_HEADER = re.compile(
    rb"^[ \t]*(?:class|namespace|template|public:|private:|protected:|using)\b|\bstd::|\bconstexpr\b|^[ \t]*#include[ \t]*<\w+>",
    re.MULTILINE,
)
_RST = re.compile(rb"^\.\. (?:[\w-]+::|_[^:\n]+:)[\s\S]*?^(?:={4,}|-{4,}|~{4,})[ \r]*$", re.MULTILINE)
_OBJECTIVE_C = re.compile(rb"^[ \t]*@(?:interface|protocol|class|property|import)\b|^[ \t]*#import\b", re.MULTILINE)


def language_of(path: str, head: bytes) -> str | None:
    """Name the language of a file by its extension, its name or the interpreter in its first line.

    ``head`` is the beginning of the file (some kilobytes). None means that nothing is known about it, which
    is no statement about whether it is text.
    """
    name = path.rsplit("/", 1)[-1].lower()
    known = _NAMES.get(name)
    if known:
        return known
    stem, dot, extension = name.rpartition(".")
    if dot:
        if extension == "h":
            return _header_language(head)
        if extension == "txt" and _RST.search(head):
            return "rst"
        known = _EXTENSIONS.get(extension)
        if known:
            return known
    if name.startswith("dockerfile."):
        return "dockerfile"
    if (stem or name).startswith(("readme", "license", "changelog")) and not dot:
        return "text"
    return _interpreter(head)


def _header_language(head: bytes) -> str:
    if _OBJECTIVE_C.search(head):
        return "objective-c"
    return "cpp" if _CPP_HEADER.search(head) else "c"


def _interpreter(head: bytes) -> str | None:
    found = _SHEBANG.match(head)
    if not found:
        return None
    program = found[1].decode("utf-8", "replace").lower()
    for prefix, language in _INTERPRETERS:
        if program == prefix or re.fullmatch(rf"{prefix}[\d.]+", program):
            return language
    return None


class TooTangled(Exception):
    """A file no query should run over; only this package sees it."""


def _repeats_itself(source: bytes) -> bool:
    return len(source) > _LONG and len(source) > _REPEATS * len(zlib.compress(source, 1))


def _is_tangled(root: Node, source: bytes) -> bool:
    """Tell whether an error node, at any depth, has more children than a query can look at."""
    if not root.has_error or len(source) <= _STRAY:
        return False
    cursor = root.walk()
    widths = [0]
    while True:
        if cursor.goto_first_child():
            widths.append(1)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            widths.pop()
        widths[-1] += 1
        if widths[-1] == _STRAY and (node := cursor.node) and (holder := node.parent) and holder.is_error:
            return True


def _error_bytes(errors: Query, root: Node) -> int:
    cursor = QueryCursor(errors)
    cursor.set_max_start_depth(_DEPTH)
    return sum(node.end_byte - node.start_byte for node in cursor.captures(root).get("error", ()))


class Parsers:
    """Loads parsers and queries on first use and keeps them. One instance per thread or worker process.

    Parsers and queries need a square of steps for some input, or the whole stack, and the binding (0.26) crashes when
    given a progress callback for a query. So the shapes that are known to be bad are met before: one pattern repeated
    without end before parsing, nesting without end and tens of thousands of stray signs before a query runs. What else
    there is ends the worker in which this runs, and costs that file.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[Parser, Query, Query]] = {}

    def matches(self, language: str, source: bytes) -> tuple[Node, list[Match]]:
        """Parse normalized source and run the language's query over it; raises TooTangled."""
        if _repeats_itself(source):
            raise TooTangled(language)
        parser, query, errors = self._load(language)
        root = parser.parse(source).root_node
        if _is_tangled(root, source):
            raise TooTangled(language)
        if root.has_error and GRAMMARS[language].macros and (plain := without_macros(source)) is not None:
            other = parser.parse(plain).root_node
            if not _is_tangled(other, source) and _error_bytes(errors, other) < _error_bytes(errors, root):
                root = other
        cursor = QueryCursor(query)
        cursor.set_max_start_depth(_DEPTH)
        return root, cursor.matches(root)

    def _load(self, language: str) -> tuple[Parser, Query, Query]:
        loaded = self._loaded.get(language)
        if loaded is None:
            grammar = GRAMMARS[language]
            pointer = getattr(import_module(grammar.module), grammar.function)()
            tongue = Language(pointer)
            folder = resources.files("findspot.parsing").joinpath("queries")
            text = "\n".join(folder.joinpath(f"{name}.scm").read_text("utf-8") for name in grammar.queries)
            loaded = self._loaded[language] = (Parser(tongue), Query(tongue, text), Query(tongue, "(ERROR) @error"))
        return loaded
