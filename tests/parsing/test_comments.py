"""What comments and strings that document a definition say."""

from __future__ import annotations

import pytest

from findspot.parsing.comments import comment_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"""\n    total(basket)\n\nAdds up.\n"""', "total(basket)\n\nAdds up."),
        ('"Adds up."', "Adds up."),
        ('@doc """\n  Adds up.\n  """', "Adds up."),
        ('@doc ~S"Adds up."', "Adds up."),
        ('# "Adds" up', '"Adds" up'),
        ("/* Adds up. */", "Adds up."),
    ],
)
def test_marks_of_comments_and_quotes_of_documentation_are_left_out(written: str, text: str) -> None:
    assert comment_text([written]) == text
