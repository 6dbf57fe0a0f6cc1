"""Numbers that are stored as bytes: the ids of a chunk's references, and embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from findspot.core.arrays import Vectors
from findspot.errors import IndexDamagedError


def name_ids(blob: object) -> list[int]:
    """Return the ids that are stored as 32-bit integers; raises ``IndexDamagedError``."""
    if not isinstance(blob, bytes) or len(blob) % 4:
        raise IndexDamagedError("the index is damaged and will be built again: a list of references is cut")
    ids: list[int] = np.frombuffer(blob, dtype="<i4").tolist()
    return ids


def packed_ids(ids: Sequence[int]) -> bytes:
    """Return what ``name_ids`` reads."""
    return np.array(ids, dtype="<i4").tobytes()


def vectors_of(blobs: Sequence[object], dimension: int) -> Vectors:
    """Return embeddings, shape (len(blobs), dimension), from their float16; raises ``IndexDamagedError``."""
    if not all(isinstance(blob, bytes) and len(blob) == 2 * dimension for blob in blobs):
        raise IndexDamagedError("the index is damaged and will be built again: an embedding has the wrong size")
    matrix = np.frombuffer(b"".join(blob for blob in blobs if isinstance(blob, bytes)), dtype="<f2")
    if not np.isfinite(matrix).all():
        raise IndexDamagedError("the index is damaged and will be built again: an embedding is not finite")
    return matrix.reshape(len(blobs), dimension).astype(np.float32)


def packed_vector(vector: Vectors) -> bytes:
    """Return what ``vectors_of`` reads."""
    return np.asarray(vector, dtype="<f2").tobytes()
