"""Ruby."""

from __future__ import annotations

import re

from findspot.core.frames import PATH, Frame, FrameReader, clean_path
from findspot.languages.conventions import PREFIX, SPEC, SUFFIX, WHOLE
from findspot.languages.record import Grammar, Language, forms, words

_FRAME = rf"\s*(?:\d{{1,4}}: )?(?:from )?({PATH}{{1,400}}\.(?:rb|rake|erb|gemspec)):(\d{{1,7}}):in [`'](?:block .{{0,40}}?in )?([^'`]{{1,200}})'"


def _frame(line: str, _before: str) -> Frame | None:
    found = re.match(_FRAME, line)
    if found is None:
        return None
    return Frame(clean_path(found[1]), int(found[2]), found[3].replace("#", "."), "ruby")


LANGUAGE = Language(
    name="ruby",
    suffixes=words("rb rake gemspec ru podspec"),
    file_names=words("gemfile rakefile guardfile podfile vagrantfile brewfile fastfile"),
    interpreters=words("ruby"),
    grammar=Grammar(
        module="tree_sitter_ruby",
        queries=("ruby",),
        calls=forms(
            test="describe context it specify example feature scenario test should shared_examples shared_examples_for "
            "shared_context fdescribe xdescribe fcontext xcontext fit xit",
            route="get post put patch delete head options",
            rake="task multitask",
            group="namespace resource resources route_param group",
        ),
    ),
    test_name=f"{PREFIX}|{SUFFIX}|{SPEC}|{WHOLE}|(?i:^(?:spec|test)_helper$)",
    lock_files=words("gemfile.lock"),
    build_files=words("rakefile gemfile podfile vagrantfile brewfile"),
    runtimes=words("ruby"),
    frames=FrameReader(read=_frame, hints=(":in ",)),
)
