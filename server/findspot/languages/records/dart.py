"""Dart, with Flutter."""

from __future__ import annotations

import re

from findspot.core.frames import Frame, FrameReader, clean_path
from findspot.languages.conventions import SUFFIX
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = r"\s*#\d{1,4}\s+(?:new )?(\S[^()]{0,200}?) \((\S{1,400}\.dart):(\d{1,7})(?::\d{1,7})?\)"
_TERSE = r"\s*(\S{1,400}\.dart) (\d{1,7})(?::\d{1,7})?\s+(?:new )?([\w.$<>]{1,200})"
_PACKAGE = re.compile(r"^package:([^/]+)/")
_CLOSURE = re.compile(r"(?:\.<.*|^<.*)$")


def _frame(line: str, _before: str) -> Frame | None:
    if found := re.match(_FRAME, line):
        function, path, number = found.groups()
    elif found := re.match(_TERSE, line):
        path, number, function = found.groups()
    else:
        return None
    if path.startswith("dart:"):
        return None
    # A package has its files in its folder `lib`.
    path = _PACKAGE.sub(r"\1/lib/", path)
    return Frame(clean_path(path), int(number), _CLOSURE.sub("", function) or None, "dart")


LANGUAGE = Language(
    name="dart",
    suffixes=words("dart"),
    interpreters=words("dart"),
    grammar=Grammar(
        bundled="dart",
        queries=("dart",),
        bodies=("class_body",),
        calls=forms(
            test="test group testWidgets testGoldens blocTest",
            route="get post put patch delete head options all add",
        ),
    ),
    test_name=SUFFIX,
    generated=words(
        ".g.dart .freezed.dart .gr.dart .mocks.dart .config.dart .pb.dart .pbenum.dart .pbjson.dart .pbgrpc.dart "
        "generated_plugin_registrant.dart"
    ),
    lock_files=words("pubspec.lock"),
    build_files=words("pubspec.yaml analysis_options.yaml"),
    runtimes=words("dart"),
    frames=FrameReader(read=_frame, hints=(".dart",)),
)
