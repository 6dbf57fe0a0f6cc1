"""The localization model in torch, reading exactly the tokens that it is given at run time.

Texts are cut by the word-piece tokenizer that the server uses, token types are all zero, the vector is the mean of the
last layer (what llama.cpp computes from the same weights). The table of pieces, positions and types stays as it is: half
of the parameters, which a short training moves only for the few pieces that it meets.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.inference.wordpiece import WordPiece
from findspot_training import source
from findspot_training.train.encoder.batches import Floats

Pieces = npt.NDArray[np.int32]
"""Ids of word pieces."""

_TOGETHER: Final = 32
"""Texts that go through the model at once; they are of like length, so little is spent on padding."""


class Reader:
    """Turns a text into the ids that the model reads."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """Take the vocabulary of the original, in the order of its ids."""
        ids = {piece: number for number, piece in enumerate(pieces)}
        marks = {*source.SPECIAL, *(piece for piece in pieces if piece.startswith("[unused"))}
        words = {piece: number for piece, number in ids.items() if piece not in marks}
        self._words = WordPiece(
            {piece: number for piece, number in words.items() if not piece.startswith("##")},
            {piece[2:]: number for piece, number in words.items() if piece.startswith("##")},
            ids["[UNK]"],
        )
        self._first, self._last = ids["[CLS]"], ids["[SEP]"]

    def pieces(self, text: str, limit: int) -> Pieces:
        """Return at most ``limit`` ids, the marks at both ends counted."""
        return np.array([self._first, *self._words.encode(text, limit - 2), self._last], dtype=np.int32)


class Encoder:
    """The weights, and vectors from them."""

    def __init__(self, folder: Path) -> None:
        """Load the original model of ``folder``, on a GPU where torch finds one.

        Raises ``TrainingError`` without torch and transformers.
        """
        self.torch = source.library("torch")
        self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        # The plain form of attention is a quarter faster than the fused one on a processor, for texts as short as these.
        self.model: Any = source.library("transformers").BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager", local_files_only=True
        )
        self.model.to(self.device)
        self.model.eval()  # no dropout: one pass over the data has nothing to overfit
        for parameter in self.model.embeddings.parameters():
            parameter.requires_grad = False

    def parameters(self) -> list[Any]:
        """Return what is trained."""
        return [one for one in self.model.parameters() if one.requires_grad]

    def placed(self, array: npt.NDArray[Any]) -> Any:
        """Return an array as a tensor where the model is."""
        return self.torch.from_numpy(array).to(self.device)

    def vectors(self, texts: Sequence[Pieces]) -> Any:
        """Return unit vectors of tokenized texts as a tensor, shape (texts, dimension)."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        parts = [
            self._mean([texts[at] for at in order[start : start + _TOGETHER]])
            for start in range(0, len(order), _TOGETHER)
        ]
        back = np.argsort(np.array(order))
        return self.torch.cat(parts)[self.placed(back)]

    def _mean(self, texts: Sequence[Pieces]) -> Any:
        longest = max(map(len, texts))
        ids = np.zeros((len(texts), longest), dtype=np.int64)
        mask = np.zeros((len(texts), longest), dtype=np.int64)
        for row, pieces in enumerate(texts):
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        shown = self.placed(mask)
        with self.torch.autocast(self.device, dtype=self.torch.bfloat16):
            states = self.model(input_ids=self.placed(ids), attention_mask=shown).last_hidden_state
        kept = shown.unsqueeze(-1).float()
        summed = (states.float() * kept).sum(1) / kept.sum(1)
        return self.torch.nn.functional.normalize(summed, dim=1)

    def weights(self) -> dict[str, Floats]:
        """Return a copy of all weights by the names of the original, as float32."""
        state = self.model.state_dict()
        return {name: value.cpu().numpy().copy() for name, value in state.items() if value.dtype == self.torch.float32}
