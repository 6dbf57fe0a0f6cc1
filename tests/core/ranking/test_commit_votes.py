"""Votes of past commits, and import neighbours, as pure functions."""

from __future__ import annotations

from findspot.core.ranking.commit_votes import message_votes


def votes(weights: dict[str, float], commits: list[tuple[str, list[str]]]) -> dict[str, tuple[float, float]]:
    """Return the votes of commits given as (message, files)."""
    messages = [(place, words) for place, (words, _) in enumerate(commits)]
    frequencies = {term: sum(term in words.split() for _, words in messages) for term in weights}
    return message_votes(weights, messages, frequencies, 50, {at: files for at, (_, files) in enumerate(commits)})


def test_commits_like_the_query_vote_for_their_files() -> None:
    found = votes(
        {"retry": 1.0, "upload": 1.0},
        [("fix retry of upload", ["upload.py"]), ("new retry page", ["page.py"]), ("write docs", ["docs.py"])],
    )
    assert found["upload.py"] == (1.0, 1.0)
    assert 0 < found["page.py"][0] < 1
    assert "docs.py" not in found


def test_a_commit_shares_its_vote_among_its_files_and_several_commits_add_up() -> None:
    found = votes(
        {"retry": 1.0}, [("retry again now", ["a.py", "b.py", "c.py", "d.py"]), ("retry again now", ["a.py"])]
    )
    assert found["b.py"][0] == 0.5
    assert found["a.py"][0] == 1.5


def test_no_word_in_common_no_votes() -> None:
    assert votes({"absent": 1.0}, [("fix retry", ["a.py"])]) == {}
    assert votes({}, []) == {}
