"""Votes of past commits, and import neighbours, as pure functions."""

from __future__ import annotations

from findspot.core.ranking.commit_votes import message_votes
from findspot.core.ranking.import_graph import import_neighbours


def votes(weights: dict[str, float], commits: list[tuple[str, list[str]]]) -> dict[str, tuple[float, float]]:
    """Return the votes of commits given as (message, files)."""
    messages = [(place, words) for place, (words, _) in enumerate(commits)]
    frequencies = {term: sum(term in words.split() for _, words in messages) for term in weights}
    return message_votes(weights, messages, frequencies, 50, {at: files for at, (_, files) in enumerate(commits)})


def test_commits_like_the_query_vote_for_their_files() -> None:
    found = votes(
        {"retry": 1.0, "upload": 1.0},
        [("fix retry of upload", ["upload.py"]), ("new retry page", ["page.py"]), ("write docs", ["docs.py"])],
    )
    assert found["upload.py"] == (1.0, 1.0)
    assert 0 < found["page.py"][0] < 1
    assert "docs.py" not in found


def test_a_commit_shares_its_vote_among_its_files_and_several_commits_add_up() -> None:
    found = votes(
        {"retry": 1.0}, [("retry again now", ["a.py", "b.py", "c.py", "d.py"]), ("retry again now", ["a.py"])]
    )
    assert found["b.py"][0] == 0.5
    assert found["a.py"][0] == 1.5


def test_no_word_in_common_no_votes() -> None:
    assert votes({"absent": 1.0}, [("fix retry", ["a.py"])]) == {}
    assert votes({}, []) == {}


def test_modules_of_several_languages_meet() -> None:
    imports = {
        "shop/cart.py": ["shop.prices", "os"],
        "shop/prices.py": [],
        "web/app.ts": ["./cart/view"],
        "web/cart/view.ts": [],
        "web/cart/index.ts": ["../app"],
        "src/net/retry.rs": ["crate::net::pool::Pool"],
        "src/net/pool.rs": [],
        "pkg/__init__.py": [],
        "pkg/other.py": ["pkg"],
    }
    neighbours, importers = import_neighbours(imports)
    assert neighbours["shop/cart.py"] == {"shop/prices.py"}
    assert neighbours["shop/prices.py"] == {"shop/cart.py"}
    assert "web/cart/view.ts" in neighbours["web/app.ts"]
    assert neighbours["src/net/pool.rs"] == {"src/net/retry.rs"}
    assert neighbours["pkg/__init__.py"] == {"pkg/other.py"}
    assert importers["shop/prices.py"] == 1
    assert importers["shop/cart.py"] == 0


def test_a_module_of_elixir_is_found_by_the_name_of_its_file() -> None:
    elixir: dict[str, list[str]] = {
        "lib/shop/http_client.ex": [],
        "lib/other/http_client.ex": [],
        "lib/shop/cart.ex": ["Shop.HTTPClient", "Logger"],
    }
    assert import_neighbours(elixir)[0]["lib/shop/cart.ex"] == {"lib/shop/http_client.ex"}


def test_the_folder_must_agree_where_it_is_written() -> None:
    neighbours, _ = import_neighbours({"a/models.py": [], "b/models.py": [], "c/views.py": ["a.models"]})
    assert neighbours["c/views.py"] == {"a/models.py"}
