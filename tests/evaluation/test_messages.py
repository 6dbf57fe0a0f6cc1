"""What is left of a commit's message, and which messages are no use."""

from __future__ import annotations

import pytest

from findspot.evaluation.messages import clean, normalized, unwanted


def reason(raw: str) -> str | None:
    """Return why a message is left out."""
    return unwanted(raw, clean(raw))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Retry uploads after a timeout (#1234)", "Retry uploads after a timeout"),
        ("Retry uploads (fixes #12, closes org/tool#13) twice", "Retry uploads twice"),
        ("[ABC-12] Retry uploads after a timeout", "Retry uploads after a timeout"),
        ("ABC-12: Retry uploads after a timeout", "Retry uploads after a timeout"),
        ("Fix #77: retry uploads after a timeout", "retry uploads after a timeout"),
        ("net/http: retry after GOAWAY\n\nFixes golang/go#12345.\nUpdates #9", "net/http: retry after GOAWAY"),
        (
            "Retry uploads\n\nThe queue lost them, see https://example.org/x/1.\n\nSigned-off-by: A <a@example.org>\n"
            "Co-authored-by: B <b@example.org>\nReviewed-on: https://example.org/c/1\nChange-Id: I0123456789abcdef",
            "Retry uploads\n\nThe queue lost them, see",
        ),
        ("Retry uploads\r\n\r\n- [x] tests\r\n<!-- say\r\nmore -->\r\nNow in order.", "Retry uploads\n\nNow in order."),
        ("Keep code\n\n    if a  ==  1:\n        pass\n", "Keep code\n\nif a  ==  1:\n        pass"),
        ("Retry uploads\n\nLGTM=b\nR=b, c\ntool-CI: robot\nTrust: B <b@example.org>\nsee: #3", "Retry uploads"),
        ("Retry uploads\n\nlink: " + "ab." * 4000 + "\nIn order.", "Retry uploads\n\nIn order."),
        ("UTF-8 text breaks C#7 and jobs[0](item)", "UTF-8 text breaks C#7 and jobs[0](item)"),
        ("Read [the guide](https://example.org) first", "Read the guide first"),
        ("Parse colours such as #aabbcc and C#", "Parse colours such as #aabbcc and C#"),
    ],
)
def test_numbers_trailers_and_addresses_go(raw: str, text: str) -> None:
    assert clean(raw).text == text


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("Merge branch 'main' into feature of uploads", "merge"),
        ("Merged in feature/uploads (pull request #3)", "merge"),
        ('Revert "Retry uploads after a timeout"', "revert"),
        ("Bump requests from 2.30 to 2.31 in /docs", "release or dependency"),
        ("chore(deps): update actions of the workflow", "release or dependency"),
        ("Update the tokio dependency of the client", "release or dependency"),
        ("Release v1.2.3 of the command line", "release or dependency"),
        ("1.4.0", "release or dependency"),
        ("docs: explain how uploads are retried", "style or documents"),
        ("Fix a few typos in the uploader", "style or documents"),
        ("Run gofmt over all of it", "style or documents"),
        ("Update README with the new option", "style or documents"),
        ("Fix uploads", "too few words"),
        ("WIP retry uploads after a timeout", "too few words"),
        ("Retry uploads after a timeout", None),
        ("Release the lock before waiting for jobs", None),
        ("Grammar: add a statement to the dialect", None),
        ("Fix comment parsing inside nested lists", None),
        ("fix(upload): retry after a timeout once", None),
    ],
)
def test_messages_that_speak_of_no_behaviour_are_left_out(raw: str, why: str | None) -> None:
    assert reason(raw) == why


def test_the_same_words_are_the_same_message() -> None:
    assert normalized("Retry  uploads: 3 times!") == normalized("retry uploads, 4 Times")
