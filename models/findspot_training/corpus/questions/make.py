"""Draws the questions of a repository: first sentences of docstrings, subjects of commits, names to be looked up.

All are asked about one tree. Answers are functions in source files of that tree, never tests, documents, examples,
generated or vendored files; they are spread over as many files as there are.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from findspot.evaluation.checkouts import BareRepository
from findspot.evaluation.commits import Candidate, FileFunctions, choose
from findspot.evaluation.functions import functions_of, is_code
from findspot.evaluation.history import head_of, read_history
from findspot.evaluation.messages import normalized
from findspot.parsing.parsers import Parsers
from findspot_training.corpus.mining.commits import mine_commits
from findspot_training.corpus.mining.lookups import Lookup, mine_tree
from findspot_training.corpus.mining.parsing import parse_code
from findspot_training.corpus.questions.blanking import says, without_documentation
from findspot_training.corpus.questions.recipe import Recipe
from findspot_training.corpus.questions.rows import Answer, Kind, Question, skeleton, tells_enough, without_obvious

_CANDIDATES: Final = 400
"""The newest commits that are looked at for subjects."""

_OPENED: Final = 90
"""Rows that are mined of those; many of their functions have gone since."""

_MAX_FUNCTIONS: Final = 2
"""Functions that a commit may have changed; with more its subject is about none of them."""

_SPARE: Final = 4
"""Docstrings that are looked at for each one that is wanted: others may say the same."""

_TEST = re.compile(r"(?:^|\.)(?:tests?$|tests?\.|test_)")
"""A qualified name of a test that stands beside the code it tests."""

_MACHINE = re.compile(r"pre-commit", re.IGNORECASE)
"""In subjects that nobody wrote."""

_T = TypeVar("_T")


class Draft:
    """The questions of one repository at one commit; the same seed draws the same ones."""

    def __init__(self, name: str, bare: BareRepository, commit: str, recipe: Recipe, parsers: Parsers) -> None:
        self._name = name
        self._bare = bare
        self._commit = commit
        self._recipe = recipe
        self._parsers = parsers
        self._tree = {path: digest for path, digest in bare.tree(commit).items() if is_code(path)}
        self._draw = random.Random(f"{recipe.seed} {name.lower()}")  # noqa: S311 - repeatable, nothing is secret
        self._functions: dict[str, frozenset[str]] = {}

    def questions(self) -> list[Question]:
        """Return what is asked for, or what there is of it: docstrings, then subjects, then definitions."""
        recipe = self._recipe
        every = mine_tree(
            self._bare,
            self._commit,
            self._parsers,
            limit=sys.maxsize,
            draw=self._draw,
            left_out=Counter(),
        )
        found = [one for one in every if not _has_test(one.files)]
        together = recipe.docstrings + recipe.subjects
        docstrings = self._docstrings([one for one in found if one.kind == "docstring"], together)
        subjects = self._subjects(together)
        kept = docstrings[: max(recipe.docstrings, together - len(subjects))]
        definitions = [
            self._question("definition", one.text, (), one.text, one.files)
            for one in self._spread([one for one in found if one.kind == "definition"], lambda one: one.files[0].path)
        ]
        chosen = [*kept, *subjects[: together - len(kept)], *definitions[: recipe.definitions]]
        counts: Counter[str] = Counter()
        numbered: list[Question] = []
        for one in chosen:
            counts[one.kind] += 1
            numbered.append(replace(one, id=f"{self._name}#{one.kind}-{counts[one.kind]}"))
        return numbered

    def _question(
        self,
        kind: Kind,
        text: str,
        removed: tuple[str, ...],
        written: str,
        files: Iterable[FileFunctions],
        source: str = "",
    ) -> Question:
        answers = tuple(
            Answer(file.path, file.language, tuple(dict.fromkeys(one.name for one in file.functions)))
            for file in files
            if file.functions
        )
        return Question("", kind, self._name, self._commit, text, written, removed, answers, source)

    def _spread(self, found: Sequence[_T], path_of: Callable[[_T], str]) -> list[_T]:
        """Return all in an order that is drawn: one of each file, then the second of each, and so on."""
        order = list(found)
        self._draw.shuffle(order)
        seen: Counter[str] = Counter()
        rounds: list[tuple[int, int]] = []
        for number, one in enumerate(order):
            rounds.append((seen[path_of(one)], number))
            seen[path_of(one)] += 1
        return [order[number] for _, number in sorted(rounds)]

    # ── docstrings ──────────────────────────────────────────────────────────────────────────────────────────

    def _docstrings(self, found: Sequence[Lookup], wanted: int) -> list[Question]:
        """Return questions of docstrings that can be taken out and are nowhere else; every other one is left as it is."""
        templates = Counter(_template(one) for one in found)
        fitting = (
            one
            for one in self._spread(found, lambda one: one.files[0].path)
            if tells_enough(one.text) and templates[_template(one)] == 1
        )
        spare = list(islice((one for one in fitting if self._vanishes(one)), wanted * _SPARE))
        unique = self._said_once(spare)
        questions: list[Question] = []
        for one in unique:
            if len(questions) % 2 == 0:
                questions.append(self._question("docstring", one.text, (), one.text, one.files))
            elif (left := self._shortened(one.text, one.files)) is not None:
                questions.append(self._question("docstring", *left, one.text, one.files))
        return questions[:wanted]

    def _shortened(self, text: str, files: Iterable[FileFunctions]) -> tuple[str, tuple[str, ...]] | None:
        return without_obvious(text, [one.name.rsplit(".", 1)[-1] for file in files for one in file.functions])

    def _vanishes(self, lookup: Lookup) -> bool:
        """Return whether the sentence is gone from its file once the function's documentation is."""
        file = lookup.files[0]
        source = self._bare.blob(self._tree[file.path])
        names = {one.name for one in file.functions}
        blanked = None if source is None else without_documentation(file.path, source, names, self._parsers)
        return blanked is not None and not says(blanked, lookup.text)

    def _said_once(self, found: Sequence[Lookup]) -> list[Lookup]:
        """Leave out what another file of code says too: then there are several answers, and copies to be found."""
        said = {one: f" {normalized(one.text)} " for one in found}
        for path, digest in self._tree.items():
            source = self._bare.blob(digest)
            text = f" {normalized((source or b'').decode('utf-8', 'replace'))} "
            for one in [one for one in said if one.files[0].path != path and said[one] in text]:
                del said[one]
        return list(said)

    # ── subjects ────────────────────────────────────────────────────────────────────────────────────────────

    def _subjects(self, wanted: int) -> list[Question]:
        """Return questions of commits whose changed functions are still there; obvious words are always removed."""
        candidates = choose(read_history(self._bare.folder, self._commit), Counter())
        few = (one for one in candidates if len(one.code) <= _MAX_FUNCTIONS)
        mined = mine_commits(
            list(islice(few, _CANDIDATES)),
            self._bare,
            self._parsers,
            limit=_OPENED,
            draw=self._draw,
            left_out=Counter(),
        )
        asked: set[tuple[str, str]] = set()
        questions: list[Question] = []
        for question in self._spread(list(self._of_commits(mined)), lambda one: one.paths[0]):
            if asked.isdisjoint(question.places):
                asked.update(question.places)
                questions.append(question)
        return questions[:wanted]

    def _of_commits(self, mined: Iterable[tuple[Candidate, Sequence[FileFunctions]]]) -> Iterator[Question]:
        for candidate, files in mined:
            changed = [file for file in files if file.functions]
            places = [(file.path, one.name) for file in changed for one in file.functions]
            subject = candidate.message.subject
            if len(set(places)) > _MAX_FUNCTIONS or not tells_enough(subject) or _MACHINE.search(subject):
                continue
            if _has_test(changed):
                continue
            left = self._shortened(subject, changed)
            if left is not None and all(name in self._names_in(path) for path, name in places):
                yield self._question("subject", *left, subject, changed, candidate.commit.digest)

    def _names_in(self, path: str) -> frozenset[str]:
        """Return the functions that a file of the tree has."""
        known = self._functions.get(path)
        if known is None:
            digest = self._tree.get(path)
            source = None if digest is None else self._bare.blob(digest)
            parsed = None if source is None else parse_code(path, source, self._parsers)
            known = self._functions[path] = (
                frozenset(one.name for one in functions_of(parsed)) if parsed else frozenset()
            )
        return known


def _has_test(files: Iterable[FileFunctions]) -> bool:
    return any(_TEST.search(one.name) for file in files for one in file.functions)


def _template(lookup: Lookup) -> str:
    """Return what the documentation of generated functions has in common."""
    return skeleton(lookup.text, lookup.files[0].functions[0].name.rsplit(".", 1)[-1])


def make_questions(places: Mapping[str, Path], recipe: Recipe) -> list[Question]:
    """Return the questions of bare repositories by name, which were checked before; tells how far it is."""
    parsers = Parsers()
    questions: list[Question] = []
    for name, place in places.items():
        asked = recipe.repositories[name]
        commit = head_of(place) if asked == "HEAD" else asked
        with BareRepository(place) as bare:
            found = Draft(name, bare, commit, recipe, parsers).questions()
        told = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind for one in found).items())
        print(f"{name}: {told or 'nothing'}", file=sys.stderr, flush=True)
        questions += found
    return questions
