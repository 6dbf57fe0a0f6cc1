"""Static embeddings alone over the units that the BM25 baseline has, whose ranking stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.render import render_static_query
from findspot.core.text import SubTokenizer
from findspot.evaluation.bm25 import Ranking, Unit, ranked
from findspot.inference.static import StaticEmbedder


class Dense:
    """Ranks the units of one tree at a time; texts that the next tree shares are not embedded again."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._tokenizer = SubTokenizer()
        self._known: dict[str, Vectors] = {}

    def rank(self, units: Sequence[Unit], text: str) -> Ranking:
        """Rank by the cosine of static embeddings."""
        present = dict.fromkeys(unit.text for unit in units)
        missing = [one for one in present if one not in self._known]
        fresh = dict(zip(missing, self._embedder.embed_documents(missing), strict=True)) if missing else {}
        self._known = {one: fresh[one] if one in fresh else self._known[one] for one in present}
        vector = self._embedder.embed_query(render_static_query(text, self._tokenizer)).reshape(-1)
        scores = np.array([float(self._known[unit.text] @ vector) for unit in units])
        return ranked(units, scores)
