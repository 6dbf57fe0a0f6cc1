"""What lies in the pack: texts as ids, groups of them, the engine's lists, and weights."""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SCORER, ENCODER = "scorer", "encoder"
"""The two models; each has files of its own, in the ids of its own vocabulary. The scorer goes first where both are here."""


def unpacked(content: bytes) -> dict[str, Any]:
    """Return the arrays of a packed file."""
    with np.load(io.BytesIO(lzma.decompress(content)), allow_pickle=False) as held:
        return dict(held)


def real_numbers(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return weights as float32.

    Blocks of eight bits are ``NAME.q`` with the scales ``NAME.s``; blocks of four bits ``NAME.n``, of which a byte holds
    the numbers i and i + 16 of its block, with the scales ``NAME.s`` and the least values ``NAME.m``.
    """
    found = {
        name: np.asarray(value, np.float32) for name, value in held.items() if name[-2:] not in {".q", ".n", ".s", ".m"}
    }
    for name, value in held.items():
        stem, kind = name[:-2], name[-2:]
        if kind == ".q":
            blocks = value.astype(np.float32) * held[f"{stem}.s"].astype(np.float32)[..., None]
        elif kind == ".n":
            steps = np.concatenate([value & 15, value >> 4], -1).astype(np.float32)
            blocks = (
                steps * held[f"{stem}.s"].astype(np.float32)[..., None]
                + held[f"{stem}.m"].astype(np.float32)[..., None]
            )
        else:
            continue
        found[stem] = blocks.reshape(len(value), -1)
    return found


class Texts:
    """Ids of many texts, one after the other."""

    def __init__(self, parts: Sequence[tuple[Any, Any]]) -> None:
        """Take ids and lengths of several files."""
        self.pieces = np.concatenate([np.zeros(0, np.int64), *(pieces for pieces, _ in parts)]).astype(np.int64)
        self.lengths = np.concatenate([np.zeros(0, np.int64), *(lengths for _, lengths in parts)]).astype(np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths

    def padded(self, rows: Any) -> tuple[Any, Any]:
        """Return ids and mask of some texts, shape (texts, longest)."""
        lengths = self.lengths[rows]
        reach = np.arange(max(int(lengths.max(initial=1)), 1))
        mask = reach < lengths[:, None]
        at = np.where(mask, self.starts[rows][:, None] + reach, 0)
        return np.where(mask, self.pieces[at], 0), mask

    def tails(self) -> Texts:
        """Return the same texts without the mark that begins each."""
        found = Texts([])
        found.pieces, found.lengths, found.starts = self.pieces, np.maximum(self.lengths - 1, 0), self.starts + 1
        return found


def joined(parts: Sequence[tuple[Texts, Any]]) -> Texts:
    """Return texts put together: of each part the rows that are named, one behind the other."""
    lengths = np.stack([texts.lengths[rows] for texts, rows in parts], 1)
    ends = np.cumsum(lengths.ravel()).reshape(lengths.shape)
    pieces = np.zeros(int(lengths.sum()), np.int64)
    for column, (texts, rows) in enumerate(parts):
        of, to = texts.starts[rows], ends[:, column] - lengths[:, column]
        reach = np.arange(int(lengths[:, column].max(initial=0)))
        mask = reach < lengths[:, column][:, None]
        pieces[(to[:, None] + reach)[mask]] = texts.pieces[(of[:, None] + reach)[mask]]
    return Texts([(pieces, lengths.sum(1))])


@dataclass
class Lists:
    """What the engine put first for a text: documents, -1 where there are fewer, the scores, which of them are right."""

    queries: Texts
    documents: Any
    order: Any
    right: Any

    @classmethod
    def joined(cls, parts: Sequence[Mapping[str, Any]]) -> Lists | None:
        """Return the lists of several files as one; None without any."""
        if not parts:
            return None
        columns = (np.concatenate([one[name] for one in parts]) for name in ("documents", "order", "right"))
        return cls(Texts([(one["query_pieces"], one["query_lengths"]) for one in parts]), *columns)


@dataclass
class Pack:
    """Everything that is packed for one model. Rows of groups by repository; ``held`` ones are measured on and never trained on."""

    manifest: dict[str, Any]
    folder: dict[str, Path]
    model: str = ENCODER
    queries: Texts = field(default_factory=lambda: Texts([]))
    documents: Texts = field(default_factory=lambda: Texts([]))
    lists: Lists | None = None
    held_lists: Lists | None = None
    rows: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, parts: Sequence[Path], most: int = 0, model: str = "") -> Pack:
        """Read the parts that are here, for ``model`` or the first one whose weights are here.

        With ``most`` only so many groups to train on, spread over all repositories.
        """
        manifest = json.loads((parts[0] / "manifest.json").read_text(encoding="utf-8"))
        folder = {path.name: path for part in parts for path in sorted(part.iterdir()) if path.is_file()}
        there = [
            name
            for name in (SCORER, ENCODER)
            if set(manifest["models"].get(name, {}).get("weights", "?")) <= set(folder)
        ]
        if (model or SCORER) not in there and (model or not there):
            raise SystemExit(
                f"the weights of {'the ' + model if model else 'no model'} are here; bring all parts of one"
            )
        self = cls(manifest, folder, model or there[0])
        files = {name: one[self.model] for name, one in manifest["repositories"].items() if self.model in one}
        files = {name: one for name, one in files.items() if one["groups"] in folder}
        kept = {name: manifest["repositories"][name]["held"] for name in files}
        trained = sum(manifest["repositories"][name]["groups"] for name in files if not kept[name])
        share = min(1.0, most / max(1, trained)) if most else 1.0
        columns: dict[str, list[Any]] = {name: [] for name in ("right", "wrong", "text", "kind", "place")}
        queries, documents = [], []
        lists: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        groups = known = places = texts = 0
        for name, one in files.items():
            held = self.unpacked(one["groups"])
            queries.append((held["query_pieces"], held["query_lengths"]))
            documents.append((held["document_pieces"], held["document_lengths"]))
            columns["right"].append(held["right"] + known)
            columns["wrong"].append(np.where(held["wrong"] < 0, -1, held["wrong"].astype(np.int64) + known))
            columns["text"].append(held["text"] + texts)
            columns["kind"].append(held["kind"])
            columns["place"].append(held["place"] + places)
            count = len(held["right"])
            rows = np.arange(groups, groups + count)
            if kept[name]:
                self.held[name] = rows
            else:
                self.rows[name] = rows[: max(2, round(count * share))]
            groups, known = groups + count, known + len(held["document_lengths"])
            places, texts = places + int(held["place"].max(initial=-1)) + 1, texts + count
            if one.get("lists") in folder:
                lists[kept[name]].append(self.unpacked(one["lists"]))
        for more in (*lists[False], *lists[True]):
            documents.append((more["document_pieces"], more["document_lengths"]))
            more["documents"] = np.where(more["documents"] < 0, -1, more["documents"].astype(np.int64) + known)
            known += len(more["document_lengths"])
        self.queries, self.documents = Texts(queries), Texts(documents)
        self.columns = {name: np.concatenate(some).astype(np.int64) for name, some in columns.items()}
        self.lists, self.held_lists = Lists.joined(lists[False]), Lists.joined(lists[True])
        return self

    def unpacked(self, *names: str) -> dict[str, Any]:
        """Return the arrays of a file that may have been cut into several."""
        return unpacked(b"".join(self.folder[name].read_bytes() for name in names))

    def told(self) -> str:
        """Return a sentence about what was packed."""
        groups = sum(map(len, self.rows.values()))
        held = sum(map(len, self.held.values()))
        lists, held_lists = (0 if one is None else len(one.right) for one in (self.lists, self.held_lists))
        return (
            f"{self.model}: {groups:,} groups of {len(self.rows)} repositories, {held:,} of {len(self.held)} held out, "
            f"{len(self.documents.lengths):,} functions, {lists:,} lists, {held_lists:,} held out"
        )

    def missing(self) -> list[str]:
        """Return the names of the files of this model that are not here."""
        wanted = list(self.manifest["models"][self.model]["weights"])
        for one in self.manifest["repositories"].values():
            wanted += [name for name in one.get(self.model, {}).values() if name]
        return [name for name in wanted if name not in self.folder]

    def start(self) -> dict[str, Any]:
        """Return the weights to begin with, as float32."""
        return real_numbers(self.unpacked(*self.manifest["models"][self.model]["weights"]))

    def candidates(self, rows: Any) -> tuple[Any, Any]:
        """Return the right document and the hard negatives of groups, shape (groups, 1 + negatives), and which are there."""
        found = np.concatenate([self.columns["right"][rows][:, None], self.columns["wrong"][rows]], 1)
        return np.maximum(found, 0), found >= 0

    def drawn(self, rows: Any, hard: int, draw: Any) -> tuple[Any, Any]:
        """Return ``candidates`` with so many of the hard negatives, drawn anew."""
        found, there = self.candidates(rows)
        wrong = 1 + draw.random((len(rows), found.shape[1] - 1)).argsort(1)[:, :hard]
        columns = np.concatenate([np.zeros((len(rows), 1), np.int64), wrong], 1)
        return np.take_along_axis(found, columns, 1), np.take_along_axis(there, columns, 1)
