"""What messages of past commits say about where a query belongs, and which files import each other.

Commits whose message is like the query vote for the files they changed, each with the square of its share of the
best score, divided by the square root of its number of files. Voting with past bug reports goes back to Zhou, Zhang,
Lo, "Where should the bugs be fixed?" (2012); here commit messages take the place of the reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from findspot.core.ranking.weights import inverse_frequency

ZONES: Mapping[str, float] = {"title": 1.0, "ident": 0.7, "related": 0.0, "prose": 0.4, "code": 0.15, "trace": 0.1}
"""Weights of a report's zones against messages, which are short and hold no code."""

_VOTERS = 40
"""Commits that vote; more only blur."""

_K1 = 1.2
_B = 0.4

_SEPARATORS = re.compile(r"[./\\:\s\"'<>()]+")
_ENDINGS = re.compile(
    r"pyi?|[mc]?[jt]sx?|rb|php|go|rs|java|kts?|cs|hh?|hpp|hxx|c|cc|cpp|cxx|lua|sh|swift|scala|exs?|hs|zig"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PACKAGE_STEMS = frozenset({"__init__", "index", "mod", "lib"})


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


def import_neighbours(imports: Mapping[str, Sequence[str]]) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Return for each file its neighbours among the given files (importing or imported), and how many import it.

    ``imports`` maps root-relative paths to import targets as written. A target is taken for a file when its last parts
    are the file's name, with the name of the file's folder where both have one; the languages' own rules for finding
    modules are not followed, so a neighbour is a hint.
    """
    by_stem: dict[str, list[str]] = {}
    for path in imports:
        by_stem.setdefault(_own_parts(path)[-1], []).append(path)
    neighbours: dict[str, set[str]] = {path: set() for path in imports}
    importers: dict[str, int] = dict.fromkeys(imports, 0)
    for path, written in imports.items():
        # In Elixir the module Shop.HTTPClient is shop/http_client.ex.
        elixir = path.endswith((".ex", ".exs"))
        targets = [_HUMPS.sub("_", target).lower() for target in written] if elixir else written
        for found in _resolved(targets, by_stem):
            if found != path and found not in neighbours[path]:
                neighbours[path].add(found)
                neighbours[found].add(path)
                importers[found] += 1
    return {path: frozenset(found) for path, found in neighbours.items()}, importers


def _resolved(targets: Iterable[str], by_stem: Mapping[str, Sequence[str]]) -> Iterable[str]:
    for target in targets:
        parts = [part for part in _SEPARATORS.split(target) if part and part not in {"crate", "self", "super"}]
        if len(parts) > 1 and _ENDINGS.fullmatch(parts[-1]):
            parts.pop()
        for last in (len(parts), len(parts) - 1):  # a module, or a member of one
            if last < 1:
                break
            matched = [
                path for path in by_stem.get(parts[last - 1], ()) if last < 2 or parts[last - 2] in path.split("/")
            ]
            if matched:
                yield from matched[:4]
                break


def _own_parts(path: str) -> list[str]:
    parts = path.split("/")
    parts[-1] = parts[-1].split(".", 1)[0]
    if parts[-1] in _PACKAGE_STEMS and len(parts) > 1:
        parts.pop()
    return parts
