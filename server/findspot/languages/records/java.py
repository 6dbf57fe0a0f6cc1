"""Java, and the traces of every language of its virtual machine."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader
from findspot.languages.conventions import CAMEL, CAMEL_PREFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*at (?:[\w.@-]{1,100}/{1,2})*([\w$.<>]{1,300})\((?:([\w$-]{1,100}\.(?:java|kt|kts|scala|groovy|clj))(?::(\d{1,7}))?|Native Method|Unknown Source)\)"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    if found is None:
        return None
    qualified = found[1].replace("$", ".")
    parts = qualified.split(".")
    package = [part for part in parts[:-2] if part[:1].islower()]
    path = "/".join([*package, found[2]]) if found[2] else ""
    classes = [part for part in parts[len(package) : -1] if part and not part.isdigit()]
    name = parts[-1] if parts[-1] not in ("<init>", "<clinit>") else (classes[-1] if classes else parts[-1])
    function = ".".join([*classes, name]) if classes else name
    return Frame(path, int(found[3]) if found[3] else None, function, "java")


LANGUAGE = Language(
    name="java",
    suffixes=words("java"),
    grammar=Grammar(
        module="tree_sitter_java",
        queries=("java",),
        calls=forms(
            test="dynamicTest dynamicContainer",
            route="get post put patch delete head options path ws",
        ),
    ),
    test_name=f"{CAMEL}|{CAMEL_PREFIX}",
    lock_files=words("gradle.lockfile"),
    build_files=words("pom.xml build.xml"),
    package_roots=words("java"),
    runtimes=words("jvm"),
    frames=FrameReader(read=_frame, hints=("at ",)),
)
