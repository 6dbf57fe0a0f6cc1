"""What messages of past commits say about where a query belongs.

Commits whose message is like the query vote for the files they changed, each with the square of its share of the
best score, divided by the square root of its number of files. Voting with past bug reports goes back to Zhou, Zhang,
Lo, "Where should the bugs be fixed?" (2012); here commit messages take the place of the reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from findspot.core.ranking.weights import inverse_frequency

ZONES: Mapping[str, float] = {"title": 1.0, "ident": 0.7, "related": 0.0, "prose": 0.4, "code": 0.15, "trace": 0.1}
"""Weights of a report's zones against messages, which are short and hold no code."""

_VOTERS = 40
"""Commits that vote; more only blur."""

_K1 = 1.2
_B = 0.4


def message_votes(
    weights: Mapping[str, float],
    messages: Sequence[tuple[int, str]],
    frequencies: Mapping[str, int],
    total: int,
    files: Mapping[int, Sequence[str]],
) -> dict[str, tuple[float, float]]:
    """Return for each file the sum of the votes for it and the best score of a commit that changed it, from 0 to 1.

    ``messages`` has (place, tokens) of commits, ``frequencies`` in how many of ``total`` messages each term occurs,
    ``files`` what each commit changed.
    """
    terms = {
        term: weight * inverse_frequency(frequencies.get(term, 0), total)
        for term, weight in weights.items()
        if frequencies.get(term)
    }
    scored: list[tuple[float, int]] = []
    mean = sum(len(words.split()) for _, words in messages) / max(len(messages), 1)
    for place, words in messages:
        tokens = words.split()
        norm = _K1 * (1.0 - _B + _B * len(tokens) / max(mean, 1.0))
        counts: dict[str, int] = {}
        for token in tokens:
            if token in terms:
                counts[token] = counts.get(token, 0) + 1
        score = sum(terms[term] * count * (_K1 + 1.0) / (count + norm) for term, count in sorted(counts.items()))
        if score > 0:
            scored.append((score, place))
    scored.sort(key=lambda one: (-one[0], one[1]))
    found: dict[str, tuple[float, float]] = {}
    for score, place in scored[:_VOTERS]:
        share = score / scored[0][0]
        paths = files.get(place, ())
        for path in paths:
            votes, best = found.get(path, (0.0, 0.0))
            found[path] = (votes + share**2 / len(paths) ** 0.5, max(best, share))
    return found
