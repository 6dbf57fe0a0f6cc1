"""Which files import each other, by what they write."""

from __future__ import annotations

from findspot.retrieval.import_graph import import_neighbours, neighbours_of


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
    for path in imports:
        imported, importing = neighbours_of(path, imports)
        assert imported | importing == neighbours[path]
        assert len(importing) == importers[path]


def test_a_module_of_elixir_is_found_by_the_name_of_its_file() -> None:
    elixir: dict[str, list[str]] = {
        "lib/shop/http_client.ex": [],
        "lib/other/http_client.ex": [],
        "lib/shop/cart.ex": ["Shop.HTTPClient", "Logger"],
    }
    assert import_neighbours(elixir)[0]["lib/shop/cart.ex"] == {"lib/shop/http_client.ex"}
    assert neighbours_of("lib/shop/cart.ex", elixir)[0] == {"lib/shop/http_client.ex"}
    assert neighbours_of("lib/shop/http_client.ex", elixir)[1] == {"lib/shop/cart.ex"}
    clojure = {"src/shop/price_list.clj": [], "src/shop/cart.clj": ["shop.price-list", "clojure.string"]}
    assert neighbours_of("src/shop/cart.clj", clojure)[0] == {"src/shop/price_list.clj"}


def test_the_folder_must_agree_where_it_is_written() -> None:
    neighbours, _ = import_neighbours({"a/models.py": [], "b/models.py": [], "c/views.py": ["a.models"]})
    assert neighbours["c/views.py"] == {"a/models.py"}
