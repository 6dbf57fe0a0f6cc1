"""Whether a text names the place that it is about."""

from __future__ import annotations

import pytest

from findspot.evaluation.places import is_mentioned


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("It fails in src/upload.py", True),
        ("see upload.py", True),
        ("`attempt` gives up", True),
        ("attempts to upload", False),
    ],
)
def test_a_mention_is_a_path_a_file_name_or_a_function(text: str, mentioned: bool) -> None:
    assert is_mentioned(["src/upload.py"], [("src/upload.py", "Uploader.attempt")], text) is mentioned
