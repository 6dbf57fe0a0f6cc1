"""Names for the arrays that the layers pass to each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (number of texts, dimension), float32, each row of unit length or all zero for a text with no token."""

Ids = npt.NDArray[np.int64]
"""Shape (number of chunks,): ids of chunks."""


def rounded(vectors: Vectors) -> Vectors:
    """Return vectors in the precision they are stored in, so that a fresh one and a stored one are the same to the bit."""
    return np.asarray(vectors, dtype="<f2").astype(np.float32)
