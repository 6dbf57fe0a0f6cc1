"""The pack: groups and lists of all repositories, the weights to begin with, and what trains them, in parts that travel.

Every repository's files are made once, in the working folder, and laid out anew each time. A part is what one call to a
borrowed machine may bring along: at most 55 MiB, and less where the working tree travels with it.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from findspot.core.ranking.result_lists import z_scores
from findspot.evaluation.history import head_of
from findspot.inference.llama import DOCUMENT_TOKENS, QUERY_TOKENS
from findspot_training import source
from findspot_training.accelerator.groups import KINDS, Limits, flat, groups_of
from findspot_training.corpus.mirrors import find_repository
from findspot_training.corpus.pairs.rendering import for_model
from findspot_training.measure.cases import Job, job_of_others
from findspot_training.measure.heads import Head, collect, read_heads
from findspot_training.source import TrainingError, json_lines, write_whole
from findspot_training.train.encoder.encoder import Reader
from findspot_training.train.gguf_model import tensor_names

Array = npt.NDArray[Any]

MIB: Final = 2**20

LARGEST: Final = 55 * MIB
"""Bytes of a part, whatever room there is."""

LISTED: Final = 16
"""Candidates of a list: those that the model re-orders."""

SCRIPT: Final = Path(__file__).with_name("run.py")


@dataclass(frozen=True, slots=True)
class Packing:
    """The parameters of the recipe. ``held`` are those of ``repositories`` that are measured on and not trained on."""

    start: str
    topics: str
    commits: int
    documentation: int
    names: int
    runs: int
    seed: int
    call: int
    repositories: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def limits(self) -> Limits:
        """What a repository may give."""
        return Limits(self.commits, self.documentation, self.names, self.seed)


def make_groups(told: Packing, mirrors: Path, work: Path, *, jobs: int) -> None:
    """Make the groups of every repository whose mirror is there and that has none of the same numbers yet."""
    waiting = []
    for name in told.repositories:
        place = find_repository(mirrors, name)
        if place is not None and _note(work, name).get("made_of") != told.limits.made_of(head_of(place)):
            waiting.append((told, name, place, work))
    waiting.sort(key=lambda one: _size(one[2]))  # small ones first, so that there is something to pack early
    if jobs == 1 or len(waiting) < 2:
        for one in waiting:
            print(_made(one), file=sys.stderr, flush=True)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for said in pool.map(_made, waiting):
            print(said, file=sys.stderr, flush=True)


def _made(one: tuple[Packing, str, Path, Path]) -> str:
    told, name, place, work = one
    began = sum(os.times()[:4])  # processor time, of git as well, whatever else the machine does
    reader = Reader(source.vocabulary(source.model_folder()))
    made = groups_of(name, place, told.limits, for_model(), reader, told.topics)
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows)
    write_whole(work / "rows" / f"{_file(name)}.jsonl", rows)
    packed = packed_bytes(made.arrays)
    (work / f"{_file(name)}.xz").write_bytes(packed)
    seconds = sum(os.times()[:4]) - began
    note = {
        "made_of": told.limits.made_of(head_of(place)), "groups": made.kinds.total(), "commits": len(made.rows),
        "documents": len(made.arrays["document_lengths"]), "kinds": dict(sorted(made.kinds.items())),
        "languages": dict(sorted(made.languages.items())), "processor_seconds": round(seconds, 1),
    }  # fmt: skip
    write_whole(work / f"{_file(name)}.json", json.dumps(note) + "\n")
    return f"{name}: {made.kinds.total():,} groups, {len(packed) / MIB:.2f} MiB, {seconds:.0f} s of a processor"


def make_lists(told: Packing, mirrors: Path, work: Path) -> None:
    """Ask the engine with mined messages, where that was not done yet, and pack its first candidates with their order."""
    for name in told.repositories:
        target, rows = work / f"{_file(name)}.lists.xz", work / "rows" / f"{_file(name)}.jsonl"
        if name in told.held or not rows.is_file() or target.is_file():
            continue
        out = work / "heads" / _file(name)
        collect([job_of_others(name, json_lines(rows), Job(name, ()), told.runs, told.seed)], mirrors, out, "commits")
        reader = Reader(source.vocabulary(source.model_folder()))
        heads = read_heads(out) if any(path.stat().st_size for path in out.glob("*.jsonl")) else []
        target.write_bytes(packed_bytes(lists_of(heads, reader)))


def lists_of(heads: Sequence[Head], reader: Reader) -> dict[str, Array]:
    """Return the heads that have something right and something wrong among the first, as ``run.py`` reads them."""
    queries, documents, numbers, orders, rights = [], [], [], [], []
    known: dict[str, int] = {}
    for head in heads:
        read = [one for one in head.candidates if one.document is not None][:LISTED]
        if not 0 < sum(one.right for one in read) < len(read):
            continue
        row = np.full(LISTED, -1, dtype=np.int32)
        row[: len(read)] = [known.setdefault(one.document or "", len(known)) for one in read]
        order, right = np.zeros(LISTED, dtype=np.float16), np.zeros(LISTED, dtype=np.bool_)
        order[: len(read)] = z_scores([one.score for one in read])
        right[: len(read)] = [one.right for one in read]
        queries.append(reader.pieces(head.query, QUERY_TOKENS))
        numbers.append(row)
        orders.append(order)
        rights.append(right)
    documents = [reader.pieces(text, DOCUMENT_TOKENS) for text in known]
    return {
        **flat("query", queries), **flat("document", documents),
        "documents": np.array(numbers, dtype=np.int32).reshape(-1, LISTED),
        "order": np.array(orders, dtype=np.float16).reshape(-1, LISTED),
        "right": np.array(rights, dtype=np.bool_).reshape(-1, LISTED),
    }  # fmt: skip


def start_weights(path: Path) -> dict[str, Array]:
    """Return the weights of a GGUF file by the names of the original.

    Blocks of eight bits stay as they are, ``NAME.q`` with the scales ``NAME.s``: half of what half precision takes, and
    equal in every bit to what llama.cpp reads.
    """
    gguf = source.library("gguf")
    reader = gguf.GGUFReader(path)
    layers = int(reader.get_field("bert.block_count").contents())
    names = {new: old for old, new in tensor_names(layers).items()}
    found: dict[str, Array] = {}
    for tensor in reader.tensors:
        name, data = names[tensor.name], np.asarray(tensor.data)
        if tensor.tensor_type == gguf.GGMLQuantizationType.Q8_0:
            blocks = np.ascontiguousarray(data).reshape(len(data), -1, 34)
            found[f"{name}.s"] = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0]
            found[f"{name}.q"] = np.ascontiguousarray(blocks[..., 2:]).view(np.int8)
        else:
            found[name] = data.astype(np.float32).reshape([int(size) for size in reversed(tensor.shape)])
    return found


def packed_bytes(arrays: Mapping[str, Array], preset: int = 6) -> bytes:
    """Return arrays as one compressed file."""
    raw = io.BytesIO()
    np.savez(raw, allow_pickle=False, **arrays)
    return lzma.compress(raw.getvalue(), preset=preset)


def travelling(tree: Path) -> int:
    """Return the bytes of a working tree that travel: what git knows, and what it does not ignore."""
    command = ["git", "-C", str(tree), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise TrainingError(f"{tree}: no git working tree; give the one that travels with a part as --tree")
    paths = {tree / name for name in done.stdout.decode().split("\0") if name}
    return sum(path.stat().st_size for path in paths if path.is_file() and not path.is_symlink())


def lay_out(
    told: Packing, start: Mapping[str, Array], work: Path, out: Path, tree: int, held_out: str
) -> dict[str, Any]:
    """Fill ``out`` with parts of what is made, and return the manifest; raises ``TrainingError`` when nothing is.

    ``start`` are the weights to begin with, ``tree`` the bytes that travel with each part, ``held_out`` says what the names of the repositories were checked against.
    """
    repositories, files = {}, {}
    for name in told.repositories:
        note = _note(work, name)
        if not note:
            continue
        lists = work / f"{_file(name)}.lists.xz"
        repositories[name] = {
            **{key: value for key, value in note.items() if key != "made_of"}, "head": note["made_of"]["head"],
            "file": f"{_file(name)}.xz", "lists": lists.name if lists.is_file() else None, "held": name in told.held,
        }  # fmt: skip
        files[f"{_file(name)}.xz"] = work / f"{_file(name)}.xz"
        if lists.is_file():
            files[lists.name] = lists
    if not repositories:
        raise TrainingError("no repository of the recipe is there, so there is nothing to pack")
    begin = work / "start.xz"
    begin.write_bytes(packed_bytes(start, preset=0))
    files[begin.name] = begin
    totals = {
        key: dict(sum((Counter(one[key]) for one in repositories.values()), Counter()))
        for key in ("kinds", "languages")
    }
    manifest = {
        "kinds": KINDS, "config": source.settings(source.model_folder()), "start": told.start, "held_out": held_out,
        "absent": [name for name in told.repositories if name not in repositories],
        "groups": sum(one["groups"] for one in repositories.values()), "by": totals, "repositories": repositories,
        "files": {name: {"bytes": path.stat().st_size, "sha256": _digest(path)} for name, path in sorted(files.items())},
    }  # fmt: skip
    manifest["sha256"] = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    text = json.dumps(manifest, indent=1) + "\n"
    room = min(LARGEST, told.call * MIB - tree - MIB // 2) - len(text) - SCRIPT.stat().st_size
    parts = shared_out({name: path.stat().st_size for name, path in files.items()}, room)
    shutil.rmtree(out, ignore_errors=True)
    for number, names in enumerate(parts, 1):
        folder = out / f"part-{number}"
        folder.mkdir(parents=True)
        for name in names:
            shutil.copyfile(files[name], folder / name)
        if number == 1:
            shutil.copyfile(SCRIPT, folder / SCRIPT.name)
            write_whole(folder / "manifest.json", text)
    return manifest


def shared_out(sizes: Mapping[str, int], room: int) -> list[list[str]]:
    """Return the names in as few parts as come of taking the largest first; raises ``TrainingError`` when one has no room."""
    parts: list[list[str]] = []
    left: list[int] = []
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if size > room:
            raise TrainingError(f"{name} takes {size / MIB:.1f} MiB, but a part has room for {room / MIB:.1f}")
        at = next((at for at, one in enumerate(left) if one >= size), len(left))
        if at == len(left):
            parts.append([])
            left.append(room)
        parts[at].append(name)
        left[at] -= size
    return parts


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "objects").rglob("*") if path.is_file())


def _note(work: Path, name: str) -> dict[str, Any]:
    path = work / f"{_file(name)}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _file(name: str) -> str:
    return name.lower().replace("/", "+")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
