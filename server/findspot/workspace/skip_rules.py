"""Which files are not worth indexing, and the reason a user gets to see; pure, no I/O.

Two stages, because reading costs: ``classify_name`` knows the path and the size and runs for every file of a walk,
``classify_content`` sees the bytes and runs only for files that are new or changed.
"""

from __future__ import annotations

import re

from findspot.core.types import FileProblem, ProblemKind
from findspot.languages.table import GENERATED_ENDINGS, LOCK_FILES

HEAD_BYTES = 8192
"""How far into a file a NUL byte makes it binary (as in git and ripgrep)."""

_MARKER_BYTES = 2048
"""How far into a file a line that says "generated" is believed."""

_FIXTURE_BYTES = 100_000
"""JSON, XML and the like above this are fixtures or recordings: nobody looks for code in them."""

_TABLE_BYTES = 20_000
"""Tables above this are data; a smaller one often documents a format."""

_DUMP_BYTES = 300_000
"""YAML, SQL and logs are often written by hand and long, so their limit is higher."""


_NAMED_BYTES = 10_000_000
"""What is read of a file that was asked for by its name: a few seconds of work at most."""

_NOTEBOOK_BYTES = 32_000_000
"""What is read of a notebook with its images, a quarter of a second of work; its cells have the limit of other files."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BINARY = _words(
    """
    7z a aac apk ar avi avif bin blend bmp br bz2 cab cer class crt dat db deb der dll dmg doc docx dylib ear egg elc
    eot exe fbx flac flv gem gguf gif glb gz heic heif icns ico idx iso jar jks jpeg jpg key keystore ko lib lz lz4
    lzma m4a m4v mid mkv mov mp3 mp4 mpeg mpg msi nib node npy npz nupkg o obj odp ods odt ogg ogv onnx opus otf p12
    pack parquet pbf pcap pcm pdb pdf pfx pickle pkl png ppt pptx psd pth pyc pyd pyo rar rlib rpm safetensors sketch
    so sqlite sqlite3 squashfs stl swf tar tbz2 tflite tga tgz tif tiff ttc ttf txz wasm wav webm webp whl wma wmv
    woff woff2 xcf xls xlsx xz zip zst
    """
)

_ALWAYS = -1

_DATA: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("mo", "po", "pot", "xlf", "xliff"), (_ALWAYS, "Translation catalogues are not indexed.")),
    **dict.fromkeys(("ai", "drawio", "eps", "ps", "svg"), (_ALWAYS, "Drawings are not indexed.")),
    **dict.fromkeys(("hex", "pem", "pgm", "ppm", "srt", "vtt"), (_ALWAYS, "Data files are not indexed.")),
    **dict.fromkeys(("csv", "psv", "tsv"), (_TABLE_BYTES, "Tables over 20 kB are not indexed.")),
    **dict.fromkeys(
        ("arff", "geojson", "har", "json", "jsonl", "ndjson", "plist", "snap", "topojson", "xml"),
        (_FIXTURE_BYTES, "Data files over 100 kB are not indexed, unless they name many different things."),
    ),
    **dict.fromkeys(
        ("dump", "log", "sql", "yaml", "yml"),
        (_DUMP_BYTES, "Data files over 300 kB are not indexed, unless they name many different things."),
    ),
}

_BY_CONTENT = frozenset({"json", "yaml", "yml"})
"""Of these, a file over its limit is read all the same: a description of an interface or the texts of a program are
looked up by name, while a fixture or a recording says the same names over and over."""

_INTERFACE = re.compile(rb"""^[ \t{]*["']?(?:openapi|swagger|asyncapi)["']?[ \t]*:""", re.MULTILINE)

_KEYS = {
    "json": re.compile(rb'"([^"\\\n]{1,200})":'),
    "yaml": re.compile(rb"^[ -]{0,80}([\w./$-]{1,200}):", re.MULTILINE),
}

_KEY_BYTES = 500
"""A file with fewer keys than one in so many bytes is a table of numbers or a long text."""

_LANGUAGE = re.compile(
    r"(?:^|/)(?:i18n|l10n|lang|langs|languages?|locales?|translations?|messages)/|(?:^|/)[a-z]{2}(?:[-_][A-Za-z]{2,4})?\.\w+$"
)

_GENERATED_SUFFIXES = (".map", *GENERATED_ENDINGS)

_MINIFIED_SUFFIXES = tuple(
    f"{mark}.{extension}"
    for mark in (".min", "-min", ".bundle")
    for extension in ("js", "mjs", "cjs", "css", "html", "json")
)

_OFTEN_MINIFIED = _words("cjs css htm html js json jsonc jsx mjs scss svelte ts tsx vue xml")

_GENERATED_LINE = re.compile(
    rb"""^[ \t]*(?:\#|//|/\*|\*|;|--|%|<!--|<|\"{1,3}|'{1,3}|@?rem[ ])[^\w\n@]{0,12}(?:
        @generated\b
      | [Cc]ode[ ]generated\b[^\n]*\b(?i:do[ ]not[ ]edit)
      | (?i:auto-?generated)\b[^\n]*(?:>|\b(?i:do[ ]not|don't)[ ](?i:edit|modify|change))
      | (?:[Tt]his[ ](?:file|code)[ ](?:is|was|has[ ]been)[ ])?(?i:(?:auto(?:matically)?[ -]?)?generated)\b
        [^\n]*\b(?i:do[ ]not|don't)[ ](?i:edit|modify|change)
    )""",
    re.VERBOSE | re.MULTILINE,
)
"""A comment that says so, in the wording of Go, of Meta's tools and of .NET, or with "do not edit"; a mere decorator
such as ``@Generated("uuid")`` is no comment."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_MINIFIED_MEAN = 300
"""Mean line length (bytes) above which a file of a language that is often minified counts as minified."""

_MINIFIED_LINE = 5_000
"""A line longer than this that makes up half of such a file has the same meaning."""

_HUGE_LINE = 20_000
"""The same for any file: no person wrote that line."""


def classify_name(path: str, size: int, max_file_bytes: int) -> FileProblem | None:
    """Return why the file is left out, judged by its root-relative path and its size in bytes; None to go on."""
    name = path[path.rfind("/") + 1 :].lower()
    extension = name[name.rfind(".") + 1 :] if "." in name else ""
    if extension in _BINARY:
        return FileProblem(path, ProblemKind.BINARY, "Binary files are not indexed.")
    if name in LOCK_FILES:
        return FileProblem(path, ProblemKind.GENERATED, "Lock files are written by tools and not indexed.")
    if name.endswith(_GENERATED_SUFFIXES):
        return FileProblem(path, ProblemKind.GENERATED, "The name says that a tool generated this file.")
    if name.endswith(_MINIFIED_SUFFIXES):
        return FileProblem(path, ProblemKind.MINIFIED, "The name says that this file is minified or bundled.")
    limit = read_limit(path, max_file_bytes)
    if size > limit:
        return too_large(path, size, limit)
    rule = _DATA.get(extension)
    if rule is not None and size > rule[0] and extension not in _BY_CONTENT:
        return FileProblem(path, ProblemKind.DATA, rule[1])
    return None


def classify_content(path: str, data: bytes, *, named: bool = False) -> FileProblem | None:
    """Return why the file is left out, judged by its bytes, for a notebook those of its cells; None to keep.

    A file that was asked for by its name is left out only when it is binary.
    """
    head = data[:HEAD_BYTES]
    if b"\0" in head and not head.startswith(_UTF16_MARKS):
        return FileProblem(path, ProblemKind.BINARY, "The file holds NUL bytes, so it is taken as binary.")
    if named:
        return None
    if _GENERATED_LINE.search(data, 0, _MARKER_BYTES):
        return FileProblem(path, ProblemKind.GENERATED, "Its first lines say that a tool generated this file.")
    extension = path[path.rfind(".") + 1 :].lower()
    if extension in _BY_CONTENT and len(data) > _DATA[extension][0] and not _names_things(path, extension, data):
        return FileProblem(path, ProblemKind.DATA, _DATA[extension][1])
    if len(data) > _MINIFIED_LINE and _is_minified(path, data):
        return FileProblem(path, ProblemKind.MINIFIED, "Its lines are too long to have been written by hand.")
    return None


def named_limit(max_file_bytes: int) -> int:
    """Return the size limit in bytes of a file that was asked for by its name."""
    return max(max_file_bytes, _NAMED_BYTES)


def read_limit(path: str, max_file_bytes: int) -> int:
    """Return how many bytes of a file are read at most: of a notebook more, since its outputs do not count."""
    return max(max_file_bytes, _NOTEBOOK_BYTES) if path[-6:].lower() == ".ipynb" else max_file_bytes


def too_large(path: str, size: int, max_file_bytes: int) -> FileProblem:
    """Return the problem of a file over the size limit."""
    message = f"The file has {size:,} bytes, more than the limit of {max_file_bytes:,} (setting max_file_bytes)."
    return FileProblem(path, ProblemKind.TOO_LARGE, message)


def _names_things(path: str, extension: str, data: bytes) -> bool:
    """Return whether a large data file is one in which people look names up: nearly every key of it is another one."""
    if _INTERFACE.search(data, 0, _MARKER_BYTES) or _LANGUAGE.search(path):
        return True
    keys = _KEYS["json" if extension == "json" else "yaml"].findall(data)
    return len(keys) * _KEY_BYTES >= len(data) and 2 * len(set(keys)) >= len(keys)


def _is_minified(path: str, data: bytes) -> bool:
    extension = path[path.rfind(".") + 1 :].lower()
    limit = _HUGE_LINE
    if extension in _OFTEN_MINIFIED:
        if len(data) > _MINIFIED_MEAN * (data.count(b"\n") + 1):
            return True
        limit = _MINIFIED_LINE
    if len(data) <= limit:
        return False
    longest = max(map(len, data.split(b"\n")))
    return longest > limit and longest * 2 > len(data)
