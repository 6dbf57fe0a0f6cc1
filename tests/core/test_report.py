"""Taking an issue apart: zones, names and paths, what is left out, and bounds on hostile input."""

from __future__ import annotations

import random
import time

import pytest

from findspot.core.report import MAX_CODE, MAX_NAMES, MAX_PATHS, MAX_PROSE, MAX_TITLE, Report, parse_report
from findspot.languages.table import FRAME_READERS

ISSUE = """# Uploads are retried for ever when `retry_limit` is zero

<!-- Please search before you open an issue. -->
- [x] I have searched

The scheduler in `upload/scheduler.py` ignores the limit. See
https://example.org/acme/tool/blob/main/src/upload/queue.py#L41-L60 and call `RetryPolicy.next_delay()`.
A plain word like GitHub names nothing, uploadAll(files) does.

```python
policy = RetryPolicy(limit=0)
policy.next_delay()
```

### Environment
- OS: Linux
- secret_version_word 3.11

### Notes
The file README.md says otherwise (see upload/queue.py:12).
![image](https://example.org/picture.png)
"""


def report_of(text: str) -> Report:
    return parse_report(text, FRAME_READERS)


def names(report: Report) -> set[str]:
    return {name.text for name in report.names}


def test_zones_of_an_issue() -> None:
    report = report_of(ISSUE)
    assert report.title == "Uploads are retried for ever when `retry_limit` is zero"
    assert "ignores the limit" in report.prose
    assert "README.md says otherwise" in report.prose
    assert report.code == ("policy = RetryPolicy(limit=0)\npolicy.next_delay()",)
    assert report.trace == ""
    assert report.frames == ()


def test_forms_comments_links_and_pictures_are_left_out() -> None:
    report = report_of(ISSUE)
    everything = " ".join((report.title, report.prose, *report.code))
    for noise in ("search before", "I have searched", "secret_version_word", "example.org", "image"):
        assert noise not in everything


@pytest.mark.parametrize(
    "before",
    [
        "### Describe the bug\n\n",
        "**Describe the bug, what's wrong, and what you expected:**\n",
        "## \U0001f41b Bug\n\n- Linux\n\n",
        "### Acme version checks\n\n- [x] I have checked\n\n### Reproducible example\n```\nrun()\n```\n\n### Issue description\n",
        "### Is there an existing issue for this?\n- [X] I have searched the existing issues\n\n### Current behaviour\n",
        "## Environment\n- OS: Linux\n- secret_version_word 3.11\n\n## What happened\n",
        "Hi all,\n\n",
        "Steps to reproduce\n\n1. ",
    ],
)
def test_what_a_form_or_politeness_begins_with_is_no_title(before: str) -> None:
    report = report_of(f"{before}An upload of 0 bytes is retried for ever.\n\n### Expected\nAn end.\n")
    assert report.title == ""
    assert "An upload of 0 bytes is retried for ever." in report.prose
    assert "secret_version_word" not in report.prose


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Crash when a template has no title\n\nIt happens often.", "Crash when a template has no title"),
        ("# Form of the report\n\nIs not shown at all.", "Form of the report"),
        ("It fails", "It fails"),
        ("# Platform detection fails on musl\n\nThe loader crashes.", "Platform detection fails on musl"),
        ("## Your environment variables are ignored\n\nSet one.", "Your environment variables are ignored"),
        ("# Upload skips the checks\n\nAll of them.", "Upload skips the checks"),
        ("Bug report", "Bug report"),
        ("### Bug\n\n```\nrun()\n```\n", "Bug"),
        ("Hello world prints nothing\n\nNot even a line feed.", "Hello world prints nothing"),
        ("", ""),
    ],
)
def test_a_title_that_says_something_or_has_nothing_below_it_stays(text: str, title: str) -> None:
    assert report_of(text).title == title


def test_a_report_below_a_heading_that_is_left_out_is_read_all_the_same() -> None:
    report = report_of("### Environment\n\nThe upload of 0 bytes never ends.\n")
    assert (report.title, report.prose) == ("", "The upload of 0 bytes never ends.")


def test_names_are_quoted_dotted_called_or_written_like_code() -> None:
    report = report_of(ISSUE)
    assert {"retry_limit", "RetryPolicy.next_delay", "uploadAll"} <= names(report)
    assert names(report).isdisjoint({"GitHub", "word", "plain"})
    assert {name.text for name in report.code_names} == {"RetryPolicy", "policy.next_delay"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see `a b`", {"a b"} - {"a b"}),
        ("use foo::bar_baz and Foo#run", {"foo.bar_baz", "Foo.run"}),
        ("it is done.Then it ends, e.g. here (see above) and file(s)", set[str]()),
        ("`plain` words in `back ticks here`", {"plain", "back", "ticks", "here"}),
        ("the module.py file", set[str]()),
        (
            "a HTTPServer, parseURL, snake_case, __init__ and $scope",
            {"HTTPServer", "parseURL", "snake_case", "__init__"},
        ),
    ],
)
def test_what_counts_as_a_name(text: str, expected: set[str]) -> None:
    found = names(report_of(f"Title\n{text}"))
    assert expected <= found
    if not expected:
        assert found <= {"plain"}


def test_paths_with_lines() -> None:
    found = {(mention.path, mention.line) for mention in report_of(ISSUE).paths}
    assert found == {
        ("upload/scheduler.py", None),
        ("src/upload/queue.py", 41),
        ("README.md", None),
        ("upload/queue.py", 12),
    }


def test_windows_paths_and_versions() -> None:
    found = {
        (m.path, m.line) for m in report_of(r"x" "\n" r"in C:\proj\src\main.cs:12, v1.2.3 and 3.11 or e.g. x.y").paths
    }
    assert found == {("C:/proj/src/main.cs", 12)}


def test_indented_blocks_and_sessions_are_code() -> None:
    report = report_of(
        "Title\n\nBefore\n\n    x = make_it()\n    y = 2\n\nAfter\n>>> call_me(1)\n3\n\nEnd\n- item\n    more of the item"
    )
    assert [block.strip() for block in report.code] == ["x = make_it()\n    y = 2", ">>> call_me(1)\n3"]
    assert "more of the item" in report.prose
    assert "After" in report.prose


def test_a_trace_without_prose_has_no_title() -> None:
    report = report_of('Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\nValueError: no\n')
    assert [frame.function for frame in report.frames] == ["f"]
    assert "g()" in report.trace


@pytest.mark.parametrize("text", ["", " \n\t\n", "\x00", "```", "<!--", "`", "#", "a"])
def test_nothing_much(text: str) -> None:
    report = report_of(text)
    assert report.frames == ()
    assert report.paths == ()


def hostile() -> dict[str, str]:
    size = 200_000
    letters = random.Random(7)
    pieces = {
        "one word": "a",
        "dots": "a.",
        "slashes": "a/",
        "ticks": "`",
        "angle": "<a ",
        "comments": "<!--",
        "fences": "```\n",
        "stars": "**x",
        "at": "at " + "a" * 590 + "\n",
        "dotted at": "at " + "a." * 290 + "(\n",
        "slashed at": "at " + "a/" * 290 + "\n",
        "quotes": 'File "' + "x" * 590 + "\n",
        "brackets": "#1 0x1 in f" + " (a" * 190 + "\n",
        "go": "\t" + "a/" * 290 + ".go:\n",
        "ruby": "x.rb:1:in `" + "block a in " * 52 + "\n",
        "swift": "1 0x1111 " * 60 + ".swift\n",
        "php": " in a.php" * 66 + "\n",
        "panic": "panicked at '" * 45 + ".rs:\n",
        "dotnet": "at a.b(" + ")(" * 290 + "\n",
        "firefox": "a" * 200 + "@/" + "b" * 390 + "\n",
        "links": "https://a/b/c/blob/",
        "pictures": "![a](",
        "names": "a::b->c#d.",
        "blanks": " ",
        "lines": "\n",
        "boxes": "- [ ] x\n",
    }
    texts = {name: piece * (size // len(piece)) for name, piece in pieces.items()}
    texts["noise"] = "".join(letters.choices("ab./:@#(`<>[]! \n\"'0=int", k=size))
    return texts


@pytest.mark.parametrize("name", sorted(hostile()))
def test_hostile_text_takes_linear_time_and_bounded_space(name: str) -> None:
    text = hostile()[name]
    started = time.process_time()
    report = report_of(text)
    spent = time.process_time() - started
    assert len(report.title) <= MAX_TITLE
    assert len(report.prose) <= MAX_PROSE
    assert all(len(block) <= MAX_CODE for block in report.code)
    assert len(report.names) <= MAX_NAMES
    assert len(report.paths) <= MAX_PATHS
    # No stopwatch test: only a pattern that backtracks without bound would need minutes here.
    assert spent < 20
