"""What is left of a docstring, and how a short message is made to look like an issue."""

from __future__ import annotations

from typing import Any

import pytest

from findspot_training.corpus.mining.enlarge import enlarge
from findspot_training.corpus.mining.lookups import first_sentence


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        ("Try again after a timeout. As the policy says.", "Try again after a timeout."),
        ("Read codecs, e.g. those of a file. More.", "Read codecs, e.g. those of a file."),
        (
            "Return the :class:`Job` that is next\nin the queue\n\nArgs:\n  x: y",
            "Return the Job that is next in the queue",
        ),
        ("Sends the {@link Job} to <b>all</b> servers\n@param job it", "Sends the Job to all servers"),
        ("See the other function for details.", None),
        ("Too short.", None),
        ("@param only a parameter is told here", None),
        ("", None),
    ],
)
def test_the_first_sentence_of_a_docstring(docstring: str, sentence: str | None) -> None:
    assert first_sentence(docstring) == sentence


def row(language: str) -> dict[str, Any]:
    """Return a mined row with two functions in one file."""
    file = {"path": "src/up.x", "language": language, "functions": ["Up.send", "drain"], "spans": [[3, 9], [12, 12]]}
    return {"commit": "c0ffee", "message": "Retry uploads\n\nThey got lost.", "files": [file]}


@pytest.mark.parametrize("language", ["python", "go", "typescript", "java", "rust", "csharp", "ruby", "php", "lua"])
def test_an_enlarged_message_is_repeatable_and_names_one_function(language: str) -> None:
    forms = set()
    for seed in range(20):
        made = enlarge(row(language), seed=seed)
        assert made == enlarge(row(language), seed=seed)
        assert made.text.startswith("Retry uploads\n\n")
        assert "They got lost." in made.text
        assert made.names[0] == "src/up.x"
        assert made.names[1].rpartition(".")[2] in made.text
        assert made.text.count("```") == 2
        if made.form == "trace":
            assert ("src/up.x" in made.text) or ("up.x" in made.text)
        forms.add(made.form)
    assert forms == {"trace", "code"}
