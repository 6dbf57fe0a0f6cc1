"""TypeScript."""

from __future__ import annotations

from findspot.languages.conventions import SCRIPT, SCRIPT_CALLS
from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="typescript",
    suffixes=words("ts mts cts"),
    interpreters=words("deno bun"),
    grammar=Grammar(
        module="tree_sitter_typescript",
        queries=("ecmascript", "typescript"),
        function="language_typescript",
        calls=SCRIPT_CALLS,
    ),
    test_name=SCRIPT,
    generated=words("_pb.ts _pb.d.ts"),
    lock_files=words("deno.lock"),
    build_files=words("gulpfile.ts"),
    package_stems=words("index"),
    runtimes=words("javascript"),
)
