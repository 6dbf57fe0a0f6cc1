"""Questions, symbols, paths and traces against a real index: what comes first, and why."""

from __future__ import annotations

import threading

import pytest

from findspot.config import Settings
from findspot.core.filters import Filter
from findspot.core.ranking.weights import similarity_floor
from findspot.errors import Cancelled
from findspot.indexing.prepare import Preparer
from findspot.inference.static import StaticEmbedder
from findspot.retrieval.overlay import Overlay
from findspot.retrieval.results import Ranked
from findspot.retrieval.searcher import Searcher
from findspot.storage.store import IndexStore
from tests.retrieval.conftest import FILES, Index, prepare


@pytest.fixture
def searcher(store: IndexStore, embedder: StaticEmbedder) -> Searcher:
    return Searcher(store, embedder)


def places(found: list[Ranked]) -> list[tuple[str, str | None]]:
    return [(one.row.path, one.symbol) for one in found]


@pytest.mark.parametrize(
    ("query", "path", "symbol"),
    [
        ("put a failed upload back into the queue", "src/upload/scheduler.py", "schedule_retry"),
        ("how long until the next attempt", "src/upload/scheduler.py", "RetryPolicy.next_delay"),
        ("escaping of html characters", "src/report/render.py", "escape_html"),
        ("next_delay", "src/upload/scheduler.py", "RetryPolicy.next_delay"),
        ("RetryPolicy.backoff", "src/upload/scheduler.py", "RetryPolicy.backoff"),
        ("RetryPolicy#backoff()", "src/upload/scheduler.py", "RetryPolicy.backoff"),
        ("def render_page", "src/report/render.py", "render_page"),
        ("class Store", "web/store.ts", "Store"),
        ("Queue", "src/upload/queue.py", "Queue"),
        ("src/upload/queue.py:10", "src/upload/queue.py", "Queue.push"),
        ("Error: x\n    at Store.apply (/srv/app/web/store.ts:6:5)\n", "web/store.ts", "Store.apply"),
    ],
)
def test_the_first_answer(searcher: Searcher, query: str, path: str, symbol: str) -> None:
    assert places(searcher.search(query))[0] == (path, symbol)


def test_a_path_leads_to_its_file(searcher: Searcher) -> None:
    assert {one.row.path for one in searcher.search("queue.py", top_k=3)} == {"src/upload/queue.py"}
    assert searcher.search("src/report")[0].row.path == "src/report/render.py"


def test_tests_and_docs_come_after_the_code_unless_they_are_asked_for(searcher: Searcher) -> None:
    question = "retry policy next delay of an upload"
    found = [one.row.path for one in searcher.search(question, top_k=30)]
    assert found[0] == "src/upload/scheduler.py"
    assert {"tests/test_scheduler.py", "docs/guide.md"} <= set(found)
    assert searcher.search(f"test of the {question}")[0].row.path == "tests/test_scheduler.py"


def test_scores_fall_and_every_answer_has_evidence(searcher: Searcher) -> None:
    found = searcher.search("put a failed upload back into the queue")
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.evidence for one in found)
    kinds = {evidence.kind for one in found for evidence in one.evidence}
    assert {"lexical", "dense", "prior"} <= kinds
    lexical = next(evidence for evidence in found[0].evidence if evidence.kind == "lexical")
    assert "upload" in lexical.detail
    assert "queue" in lexical.detail


def test_meaning_counts_for_a_pasted_report(store: IndexStore, embedder: StaticEmbedder) -> None:
    report = "Uploads are never tried again\n\nAfter a failure the item is lost.\n\nI expected another attempt."
    found = Searcher(store, embedder).search(report)
    assert found[0].row.path == "src/upload/scheduler.py"
    assert "dense" in {evidence.kind for evidence in found[0].evidence}


def test_a_mention_is_evidence(searcher: Searcher) -> None:
    first = searcher.search("RetryPolicy.backoff")[0]
    assert ("mention", "names RetryPolicy.backoff") in {(one.kind, one.detail) for one in first.evidence}


def test_the_same_question_has_the_same_answer(store: IndexStore, embedder: StaticEmbedder) -> None:
    answers = [Searcher(store, embedder).search("upload queue item delay") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


def test_nothing_in_common_gives_nothing(searcher: Searcher) -> None:
    assert searcher.search("zzyzx qwrtp") == []
    assert searcher.search("") == []
    assert searcher.search("...") == []


def test_without_an_embedder_words_still_find(store: IndexStore) -> None:
    found = Searcher(store, None).search("put a failed upload back into the queue")
    assert places(found)[0] == ("src/upload/scheduler.py", "schedule_retry")
    assert all(evidence.kind != "dense" for one in found for evidence in one.evidence)


def test_stop_stops(searcher: Searcher) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        searcher.search("upload", stop=stop)


@pytest.mark.row("V24")
@pytest.mark.parametrize("query", ["upload retry delay", "Queue", "src/upload/queue.py", "RetryPolicy.next_delay"])
def test_a_scope_holds_whatever_is_asked(searcher: Searcher, query: str) -> None:
    assert all(one.row.path.startswith("tests/") for one in searcher.search(query, scope=["tests"]))
    assert {one.row.path for one in searcher.search(query, scope=["docs/guide.md"])} <= {"docs/guide.md"}


@pytest.mark.row("V27")
def test_a_scope_never_costs_results(index: Index, embedder: StaticEmbedder) -> None:
    """A frequent word fills any list of candidates with what lies outside the scope."""
    body = "def handler_{0}(request):\n    return request.session\n"
    files = {f"app/part{number}.py": body.format(number) for number in range(400)}
    files |= {f"small/part{number}.py": body.format(f"small_{number}") for number in range(12)}
    searcher = Searcher(index(files), embedder)
    for query in ("request session", "session", "where is the request handled"):
        assert len(searcher.search(query, top_k=12, scope=["small"])) == 12
        assert len(searcher.search(query, top_k=300)) == 300


def test_a_long_definition_is_one_answer_with_its_whole_span(index: Index, embedder: StaticEmbedder) -> None:
    lines = [f"    total += compute_tariff(zone_{number}, weight={number})" for number in range(400)]
    text = "def price_list(zones):\n    total = 0\n" + "\n".join(lines) + "\n    return total\n"
    store = index({"pricing.py": text, "other.py": "def compute_tariff(zone, weight):\n    return weight\n"})
    assert sum(row.symbol == "price_list" for row in store.chunks_of("pricing.py")) > 1
    found = [one for one in Searcher(store, embedder).search("tariff of zone_399") if one.symbol == "price_list"]
    assert len(found) == 1
    assert (found[0].span.start_line, found[0].span.end_line) == (1, 403)


def test_two_definitions_of_one_name_are_two_answers(index: Index, embedder: StaticEmbedder) -> None:
    text = "class A:\n    @property\n    def size(self):\n        return 1\n\n    @size.setter\n    def size(self, value):\n        self.n = value\n"
    found = Searcher(index({"a.py": text}), embedder).search("A.size")
    assert [one.symbol for one in found].count("A.size") == 2


def test_one_file_does_not_fill_the_list(index: Index, embedder: StaticEmbedder) -> None:
    crowd = "\n".join(f"def parse_header_{number}(header):\n    return header\n" for number in range(30))
    files = {"crowd.py": crowd, "one.py": "def parse_header_line(header):\n    return header.split()\n"}
    found = Searcher(index(files), embedder).search("parse header", top_k=10)
    assert "one.py" in {one.row.path for one in found}
    assert len(found) == 10


def overlay_of(preparer: Preparer, embedder: StaticEmbedder, path: str, text: str) -> Overlay:
    file = prepare(preparer, path, text)
    vectors = embedder.embed_documents([chunk.static_text for chunk in file.chunks])
    return Overlay.of([file], {c.content_hash: v for c, v in zip(file.chunks, vectors, strict=True)})


@pytest.mark.row("B04")
def test_unsaved_text_takes_the_place_of_the_file(
    searcher: Searcher, preparer: Preparer, embedder: StaticEmbedder
) -> None:
    path = "src/report/render.py"
    text = FILES[path].replace("escape_html", "sanitise_markup")
    overlay = overlay_of(preparer, embedder, path, text)
    assert places(searcher.search("sanitise_markup", overlay=overlay))[0] == (path, "sanitise_markup")
    assert (path, "escape_html") not in places(searcher.search("escape_html", overlay=overlay))
    question = "replace the characters that mean something in HTML"
    assert places(searcher.search(question, overlay=overlay))[0] == (path, "sanitise_markup")
    assert places(searcher.search(f"{path}:10", overlay=overlay))[0] == (path, "sanitise_markup")
    assert searcher.search("sanitise_markup", overlay=overlay, scope=["web"]) == []
    assert ("src/upload/queue.py", "Queue.push") in places(searcher.search("push item delay", overlay=overlay))


@pytest.mark.row("B04")
def test_an_emptied_buffer_hides_its_file(searcher: Searcher, preparer: Preparer, embedder: StaticEmbedder) -> None:
    overlay = overlay_of(preparer, embedder, "src/report/render.py", "")
    paths = {one.row.path for one in searcher.search("escape html characters render page", overlay=overlay)}
    assert "src/report/render.py" not in paths


def test_the_span_covers_comment_definition_and_nested_functions(index: Index, embedder: StaticEmbedder) -> None:
    steps = "\n".join(f"\tstep{number}(value{number})" for number in range(300))
    text = f"package p\n\n// Loop reads keys.\nfunc Loop() {{\n{steps}\n\tinner := func() {{ twist() }}\n\tinner()\n{steps}\n}}\n"
    found = Searcher(index({"p/loop.go": text}), embedder).search("Loop", top_k=3)[0]
    assert (found.symbol, found.span.start_line, found.span.end_line) == ("Loop", 3, 607)


@pytest.mark.row("V27")
@pytest.mark.parametrize("most", [4_000, 10], ids=["compared exactly", "widened"])
def test_a_filter_never_costs_results(
    index: Index, embedder: StaticEmbedder, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies outside of a filter fills no list of candidates: of words, of neighbours by meaning, of names."""
    monkeypatch.setattr("findspot.storage.hits.EXACT_SCOPE", most)
    body = "def handler_{0}(request):\n    return request.session\n"
    files = {f"app/part{number}.py": body.format(number) for number in range(400)}
    files |= {f"app/deep/part{number}.js": f"function handler{number}(request) {{}}\n" for number in range(12)}
    files |= {f"tests/test_part{number}.py": body.format(f"test_{number}") for number in range(12)}
    searcher = Searcher(index(files), embedder)
    wanted = {
        Filter(types=("js",)): "app/deep/",
        Filter(globs=("*.js",)): "app/deep/",
        Filter(not_types=("py",)): "app/deep/",
        Filter(only=("tests",)): "tests/",
        Filter(ignored=("/app/",)): "tests/",
        Filter(globs=("!/app/part*",), only=("code",)): "app/deep/",
    }
    for query in ("request session", "handler of a request", "where is the request handled"):
        for filters, folder in wanted.items():
            found = {one.row.path for one in searcher.search(query, top_k=12, filters=filters)}
            assert len(found) == 12, (query, filters)
            assert all(path.startswith(folder) for path in found), (query, filters)
    inside = searcher.search(
        "request session", top_k=30, scope=["app"], filters=Filter(types=("py", "js"), max_depth=1)
    )
    assert len(inside) == 30
    assert {one.row.path.rpartition("/")[0] for one in inside} == {"app"}


@pytest.mark.row("V27")
def test_an_excluded_folder_never_costs_results(index: Index, embedder: StaticEmbedder) -> None:
    body = "def handler_{0}(request):\n    return request.session\n"
    files = {f"inner/part{number}.py": body.format(number) for number in range(900)}
    files |= {f"small/part{number}.py": body.format(f"small_{number}") for number in range(12)}
    found = Searcher(index(files), embedder).search("request session", top_k=12, exclude=["inner"])
    assert len(found) == 12


def test_a_name_that_many_files_have_is_told_by_the_scope(index: Index, embedder: StaticEmbedder) -> None:
    files = {f"part{number}/views.py": f"def view_{number}():\n    return {number}\n" for number in range(40)}
    searcher = Searcher(index(files), embedder)
    assert searcher.search("views.py", scope=["part7"])[0].exact
    assert searcher.search("views.py", filters=Filter(globs=("part7/*",)))[0].exact
    assert not searcher.search("views.py")[0].exact


def test_without_a_filter_no_path_is_judged(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = searcher.search("upload retry delay", scope=["src"])

    def never(*_: object) -> bool:
        raise AssertionError("a path was judged")

    monkeypatch.setattr("findspot.retrieval.filtering.PathTest.__call__", never)
    assert searcher.search("upload retry delay", scope=["src"], filters=Filter()) == plain


@pytest.mark.row("V10")
def test_the_threshold_is_asked_of_what_is_found_by_meaning_alone(searcher: Searcher) -> None:
    def cosines(threshold: float, query: str = "solicited meeting") -> list[float]:
        found = searcher.search(query, top_k=50, threshold=threshold)
        return [item.score for one in found for item in one.evidence if item.kind == "dense"]

    every = cosines(0.0)
    assert len(every) > len(cosines(0.2))
    middle = sorted(every)[len(every) // 2] + 1e-4
    assert all(cosine > middle for cosine in cosines(middle))
    assert cosines(1.0) == []
    assert searcher.search("upload retry", threshold=1.0)  # words need no similarity


@pytest.mark.row("V10")
def test_the_usual_threshold_is_the_floor_that_was_measured() -> None:
    assert similarity_floor(0.26, Settings().threshold) == 0.26
    assert (similarity_floor(0.26, 0.1), similarity_floor(0.26, 0.0)) == (0.13, 0.0)
    assert (similarity_floor(0.26, 0.25), similarity_floor(0.26, 0.5)) == (0.26, 0.5)
