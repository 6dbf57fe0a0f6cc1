"""What a user starts: a cold index, the command on an up-to-date index, the language server and what it takes."""

from __future__ import annotations

import shutil
import subprocess
import time

from benchmarks.agent_client import AgentClient
from benchmarks.installed import installed_size
from benchmarks.language_client import LanguageClient
from benchmarks.measure import MEMORY_KIND, Budget, Line, Samples, Stopwatch, folder_size, tree_memory
from benchmarks.peers import PlainBm25
from benchmarks.workplace import Workplace


def index(place: Workplace) -> list[Line]:
    """Index from nothing, in turns with the plain BM25; memory in a run of its own, since looking costs time."""
    peak = place.index(place.cache, watch=True)
    mine, bm25 = Stopwatch(), Stopwatch()
    for number in range(place.repetitions.index):
        cache = place.folder / f"cold-{number}"
        with mine.lap():
            place.index(cache)
        shutil.rmtree(cache)
        with bm25.lap():
            plain = PlainBm25(place.repo)
    with place.engine() as engine:
        status = engine.status()
    return [
        Line(
            "cold index",
            "findspot",
            "s",
            mine.samples("s"),
            (Budget("p50", 10),),
            f"{status.files:,} files, {status.chunks:,} chunks; {mine.processor_note('s')}",
        ),
        Line("cold index", "bm25", "s", bm25.samples("s"), note=f"{plain.chunks:,} chunks, in memory, one process"),
        Line("cold index", "ripgrep", "s", None, note="has no index"),
        Line(
            "cold index, peak memory",
            "findspot",
            "MB",
            Samples((peak,)),
            (Budget("max", 600),),
            f"{MEMORY_KIND} of all processes",
        ),
    ]


def size(place: Workplace) -> list[Line]:
    """Look at what lies on the disk."""
    place.ensure_index()
    with place.engine() as engine:
        index_dir = engine.config.index_dir(engine.root)
    megabytes, distributions = installed_size()
    return [
        Line("index on disk", "findspot", "MB", Samples((folder_size(index_dir),))),
        Line(
            "installed size",
            "findspot",
            "MB",
            Samples((megabytes,)),
            (Budget("max", 330),),
            f"{distributions} distributions, no extras, as pip installed them",
        ),
    ]


def command(place: Workplace) -> list[Line]:
    """Run ``findspot QUESTION`` as a shell would, in turns with ``rg``."""
    place.ensure_index()
    mine, ripgrep = Stopwatch(), Stopwatch()
    asked = [question.text for question in place.questions.short if "\n" not in question.text]
    for number in range(-1, place.repetitions.commands):
        text = asked[number % len(asked)]
        run = [*place.command, "--root", str(place.repo), "--", text]
        watch = mine if number >= 0 else Stopwatch()  # the first run may still have to compile bytecode
        with watch.lap():
            done = subprocess.run(run, env=dict(place.environ()), capture_output=True, check=False)
        assert done.returncode in {0, 1}, done.stderr.decode(errors="replace")
        with (ripgrep if number >= 0 else Stopwatch()).lap():
            place.ripgrep.search(text)
    missing = place.ripgrep.missing()
    return [
        Line(
            "command, up-to-date index",
            "findspot",
            "s",
            mine.samples("s"),
            (Budget("p50", 0.5),),
            f"with its refresh; {mine.processor_note('s')}",
        ),
        Line("command, up-to-date index", "ripgrep", "s", None if missing else ripgrep.samples("s"), note=missing),
    ]


def server(place: Workplace) -> list[Line]:
    """Start the language server, wait for the first answer, and see what it takes when nobody asks."""
    place.ensure_index()
    searched, localized = _memory_at_rest(place)  # comes first: this server may still have to compile bytecode
    first = Stopwatch()
    complete = 0
    for number in range(place.repetitions.servers):
        question = place.questions.short[number % len(place.questions.short)]
        started = time.perf_counter()
        with LanguageClient([*place.command, "lsp"], place.environ()) as client:
            client.start(place.repo)
            answer = client.request("findspot/search", {"query": question.text})
            first.seconds.append(time.perf_counter() - started)
            complete += bool(answer["status"]["complete"])
            client.stop()
    note = f"{MEMORY_KIND} of all processes"
    return [
        Line(
            "server, start to first answer",
            "findspot",
            "s",
            first.samples("s"),
            (Budget("p50", 1.0),),
            f"from the start of the process; complete in {complete} of {len(first.seconds)}",
        ),
        Line("server at rest, memory", "findspot", "MB", Samples((searched,)), (Budget("max", 250),), note),
        Line(
            "server at rest after localize",
            "findspot",
            "MB",
            Samples((localized,)),
            (Budget("max", 250),),
            f"{note}; the model is loaded",
        ),
    ]


def agents(place: Workplace) -> list[Line]:
    """Start the server for agents and wait for the first answer of ``find_code``."""
    place.ensure_index()
    command = [*place.command, "mcp", "--root", str(place.repo)]
    first, memory = Stopwatch(), list[float]()
    for number in range(-1, place.repetitions.servers):
        question = place.questions.short[number % len(place.questions.short)]
        watch = first if number >= 0 else Stopwatch()  # the first run may still have to compile bytecode
        started = time.perf_counter()
        with AgentClient(command, place.environ()) as client:
            client.start()
            client.call("find_code", query=question.text)
            watch.seconds.append(time.perf_counter() - started)
            memory.append(tree_memory(client.pid))
    note = "from the start of the process; no other server of this user runs"
    return [
        Line("agents, start to first answer", "findspot", "s", first.samples("s"), (Budget("p50", 1.0),), note),
        Line("server for agents, memory", "findspot", "MB", Samples(tuple(memory[1:])), note=MEMORY_KIND),
    ]


def _memory_at_rest(place: Workplace) -> tuple[float, float]:
    """Return the memory in MB of an idle server after some searches, and after one localize on top."""
    with LanguageClient([*place.command, "lsp"], place.environ()) as client:
        client.start(place.repo)
        for question in place.questions.short[:10]:
            client.request("findspot/search", {"query": question.text})
        time.sleep(place.repetitions.rest_seconds)
        searched = tree_memory(client.pid)
        client.request("findspot/localize", {"text": place.questions.issues[0].text})
        time.sleep(place.repetitions.rest_seconds)
        localized = tree_memory(client.pid)
        client.stop()
    return searched, localized
