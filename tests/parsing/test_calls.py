"""Definitions that are calls with a function: routes, tests, handlers, tasks, wrapped components."""

from __future__ import annotations

import pytest

from findspot.core.types import ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check

WORK = "    first();\n    second();\n    return third();\n"


def read(path: str, text: str) -> ParsedFile:
    return check(path, text.encode())


def units(path: str, text: str) -> list[str | None]:
    return [chunk.symbol for chunk in read(path, text).chunks]


def symbols(path: str, text: str) -> list[str]:
    return [symbol.qualified_name for symbol in read(path, text).symbols]


@pytest.mark.row("L03")
@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.js", "router.post('/carts/:id/close', auth, async (req, res) => {\nWORK});\n", "POST /carts/:id/close"),
        ("a.js", "app.get('/', wrap(async function (req, res) {\nWORK}));\n", "GET /"),
        ("a.js", "app.route('/carts')\n  .put((req, res) => {\nWORK});\n", "PUT /carts"),
        (
            "a.js",
            "server.route({ method: 'POST', url: '/carts', handler: (req) => {\nWORK} });\n",
            "POST /carts",
        ),
        ("a.ts", "const api = new Hono()\n  .get('/carts', (c) => {\nWORK})\n", "GET /carts"),
        ("a.js", "it.only('closes a cart', async () => {\nWORK});\n", "test: closes a cart"),
        ("a.js", "describe.each([1, 2])('%d carts', (n) => {\nWORK});\n", "test: %d carts"),
        ("a.js", "socket.on('message', (data) => {\nWORK});\n", "on: message"),
        ("a.js", "schema.pre('save', function (next) {\nWORK});\n", "pre: save"),
        ("a.rb", "get '/carts/:id' do\nWORKend\n", "GET /carts/:id"),
        ("a.rb", "RSpec.describe Cart, '#close' do\nWORKend\n", "test: Cart #close"),
        ("a.rb", "test 'closes a cart' do\nWORKend\n", "test: closes a cart"),
        ("Rakefile", "namespace :db do\n  task seed: :environment do\nWORK  end\nend\n", "rake: db:seed"),
        ("a.rb", "create_table 'carts', force: :cascade do |t|\nWORKend\n", "create_table: carts"),
        (
            "a_test.go",
            'package a\n\nfunc TestClose(t *testing.T) {\n\tt.Run("empty", func(t *testing.T) {\nWORK\t})\n}\n',
            "test: TestClose > empty",
        ),
        (
            "a.go",
            'package a\n\nfunc routes(r *Engine) {\n\tr.POST("/carts", func(c *Context) {\nWORK\t})\n}\n',
            "POST /carts",
        ),
        (
            "a.go",
            'package a\n\nfunc routes() {\n\tmux.HandleFunc("PUT /carts/{id}", guard(func(w W, r *R) {\nWORK\t}))\n}\n',
            "PUT /carts/{id}",
        ),
        (
            "a.go",
            'package a\n\nvar closeCmd = &cobra.Command{\n\tUse: "close",\n\tRun: func(c *C) {\nWORK\t},\n}\n',
            "closeCmd",
        ),
        ("a.php", "<?php\nRoute::post('/carts', function () {\nWORK});\n", "POST /carts"),
        (
            "a.php",
            "<?php\nRoute::prefix('admin')->group(function () {\nRoute::get('/carts', function () {\nWORK});\n});\n",
            "GET /admin/carts",
        ),
        ("a.php", "<?php\nit('closes a cart', function () {\nWORK})->with([1]);\n", "test: closes a cart"),
        ("a.php", "<?php\nadd_action('init', function () {\nWORK});\n", "add_action: init"),
        (
            "a.kt",
            'fun App.routes() {\n  route("/admin") {\n    get("/carts") {\nWORK    }\n  }\n}\n',
            "GET /admin/carts",
        ),
        (
            "a.kt",
            'class CartSpec : StringSpec({\n  "closes a cart" {\nWORK  }\n})\n',
            "test: CartSpec > closes a cart",
        ),
        ("a.kt", "val app = module {\nWORK}\n", "app"),
        ("a.swift", 'app.get("carts", ":id") { req in\nWORK}\n', "GET /carts/:id"),
        ("a.swift", 'describe("cart") {\nWORK}\n', "test: cart"),
        (
            "a_spec.lua",
            'describe("cart", function()\n  it("closes", function()\nWORK  end)\nend)\n',
            "test: cart > closes",
        ),
        ("a.zig", 'test "closes a cart" {\n    first();\n    second();\n}\n', "test: closes a cart"),
        ("a.jl", '@testset "cart" begin\nWORKend\n', "test: cart"),
        (
            "a_test.exs",
            'defmodule CartTest do\n  describe "close" do\n    test "empty", %{a: a} do\n      first()\n    end\n  end\nend\n',
            "test: CartTest > close",
        ),
        ("a.ex", 'defmodule Cart do\n  schema "carts" do\nWORK  end\nend\n', "schema: carts"),
        (
            "a.scala",
            'class CartSpec extends AnyFlatSpec {\n  "A cart" should "close" in {\n    first()\n    second()\n  }\n}\n',
            "test: CartSpec > A cart close",
        ),
        ("a.hs", 'spec = do\n  describe "cart" $ do\n    first\n    second\n    third\n', "test: cart"),
        (
            "A.java",
            'class A {\n  void routes() {\n    app.get("/carts", ctx -> {\n      first();\n      second();\n    });\n  }\n}\n',
            "GET /carts",
        ),
        ("a.cs", 'app.MapPost("/carts", async (Cart cart) =>\n{\n    first();\n    second();\n});\n', "POST /carts"),
        (
            "a.cs",
            "class A {\n  void M() {\n    button.Click += (s, e) =>\n    {\n      first();\n      second();\n    };\n  }\n}\n",
            "on: Click",
        ),
        ("a.cpp", 'TEST_CASE("closes a cart", "[cart]") {\n  first();\n  second();\n}\n', "test: closes a cart"),
    ],
)
def test_a_call_with_a_function_is_a_unit_with_a_name_that_people_read(path: str, text: str, name: str) -> None:
    assert name in units(path, text.replace("WORK", WORK))


@pytest.mark.row("L03")
@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.py", '@app.route("/carts", methods=["POST"])\ndef close():\n    pass\n', ["close", "POST /carts"]),
        ("a.py", '@router.get("/carts/{id}")\nasync def show():\n    pass\n', ["show", "GET /carts/{id}"]),
        ("A.java", 'class A {\n  @PostMapping("/carts")\n  void close() {}\n}\n', ["A", "A.close", "POST /carts"]),
        ("a.cs", 'class A {\n  [HttpPut("carts/{id}")]\n  void Close() {}\n}\n', ["A", "A.Close", "PUT /carts/{id}"]),
        ("a.rs", '#[get("/carts")]\nasync fn show() {}\n', ["show", "GET /carts"]),
        ("a.php", "<?php\nclass A {\n  #[Route('/carts')]\n  function show() {}\n}\n", ["A", "A.show", "ROUTE /carts"]),
        ("a.ts", "class A {\n  @Get(':id')\n  show() {\n    return 1;\n  }\n}\n", ["A", "A.show", "GET /:id"]),
    ],
)
def test_a_function_with_a_route_above_it_keeps_its_name_and_has_another(
    path: str, text: str, names: list[str]
) -> None:
    assert symbols(path, text) == names
    assert names[-1] not in units(path, text)


@pytest.mark.row("L03")
def test_a_constant_made_by_a_call_with_a_function_is_a_function() -> None:
    text = f"""
export const Panel = React.memo(forwardRef((props, ref) => {{
  first(props);
  const closeCart = useCallback(() => {{
{WORK}  }}, []);
  second();
  return <div ref={{ref}} onClick={{closeCart}} />;
}}));
const useCart = create((set) => ({{
  lines: [],
  add: (line) => set(line),
}}));
const cart = createSlice({{
  name: 'cart',
  reducers: {{
    close(state) {{
{WORK}    }},
  }},
}});
const Title = styled.h1`
  color: red;
  margin: 0;
`;
"""
    assert units("a.jsx", text) == ["Panel", "Panel.closeCart", "Panel", "useCart", "cart", "cart.close", "Title"]
    assert "useCart.add" in symbols("a.jsx", text)


def test_what_is_made_of_a_collection_is_a_value_and_no_function() -> None:
    text = f"function sum(items) {{\n  const total = items.reduce((a, b) => {{\n{WORK}  }}, 0);\n  return total;\n}}\n"
    assert symbols("a.js", text) == ["sum"]


def test_tests_are_named_by_those_around_them_and_short_ones_stay_in_their_holder() -> None:
    text = f"""describe('cart', () => {{
  it('is empty', () => {{
    first();
  }});
  it('holds v1.0', () => {{
{WORK}  }});
  function makeCart() {{
{WORK}  }}
}});
"""
    parsed = read("a.test.js", text)
    assert [(chunk.symbol, chunk.kind, chunk.span.start_line) for chunk in parsed.chunks] == [
        ("test: cart", "class", 1),
        ("test: cart > holds v1.0", "function", 5),
        ("makeCart", "function", 10),
    ]
    assert [symbol.qualified_name for symbol in parsed.symbols] == [
        "test: cart",
        "test: cart > is empty",
        "test: cart > holds v1.0",
        "makeCart",
    ]


def test_what_a_test_sets_up_is_read_with_it() -> None:
    text = f"""it('answers', (done) => {{
  const app = express();
  app.get('/', (req, res) => {{
{WORK}  }});
  class Fake {{
    run() {{
{WORK}    }}
  }}
  ask(app, done);
}});
"""
    assert units("a.js", text) == ["test: answers"]
    assert "GET /" not in symbols("a.js", text)


def test_a_call_with_a_block_inside_a_function_is_one_of_its_statements() -> None:
    text = f"def save\n  File.open('carts') do |file|\n{WORK}  end\nend\n"
    assert symbols("a.rb", text) == ["save"]


def test_a_call_that_only_opens_joins_its_first_member() -> None:
    text = f"describe('cart', () => {{\n  it('closes', () => {{\n{WORK}  }});\n}});\n"
    [chunk] = read("a.js", text).chunks
    assert (chunk.symbol, chunk.span.start_line, chunk.span.end_line) == ("test: cart > closes", 1, 7)


def test_a_function_that_is_nearly_all_of_a_call_is_not_cut_out_of_it() -> None:
    assert units("a.js", f"app.get('/', function home(req, res) {{\n{WORK}}});\n") == ["GET /"]
    assert symbols("a.js", f"app.get('/', function home(req, res) {{\n{WORK}}});\n") == ["GET /", "home"]


def test_a_chain_of_thousands_of_calls_is_a_unit_for_each() -> None:
    links = "".join(f"  .get('/carts/{number}', (c) => {{\n{WORK}  }})\n" for number in range(2_000))
    parsed = parse("a.js", f"const api = make()\n{links};\n".encode(), parsers=Parsers())
    assert parsed.chunks[-1].symbol == "GET /carts/1999"
    assert parsed.chunks[-1].text.lstrip().startswith(".get('/carts/1999'")


@pytest.mark.row("L03")
@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a_test.cpp", "TEST_F(CartTest, Closes) {\n  first();\n}\n", "CartTest.Closes"),
        ("a_test.cpp", "BOOST_AUTO_TEST_CASE(closes)\n{\n  first();\n}\n", "closes"),
        ("a.c", "void NAMED(close_cart)(double *value, int *at)\n{\n  first();\n}\n", "close_cart"),
        ("a.c", "CALL_DEFINE2(close_cart, const char __tag *, name, int, size)\n{\n\tfirst();\n}\n", "close_cart"),
        ("a.c", "START_TEST(closes)\n{\n  first();\n}\nEND_TEST\n\nSTART_TEST(opens)\n{\n}\nEND_TEST\n", "opens"),
        ("a.c", "TEST(cart, closes) {\n  first();\n}\n", "cart.closes"),
        ("a.c", "int close_cart(at, name)\n  int at;\n  char *name;\n{\n  return 0;\n}\n", "close_cart"),
        ("a.cpp", "template <> void Cart<int>::close() {\n  first();\n}\n", "Cart.close"),
    ],
)
def test_the_name_of_a_definition_stands_in_the_brackets_of_its_macro(path: str, text: str, name: str) -> None:
    assert name in units(path, text)


def test_a_constructor_in_capitals_keeps_its_name() -> None:
    assert units("a.cpp", "class ABC {\n  ABC(int given) {\n    first();\n  }\n};\n") == ["ABC", "ABC.ABC"]


def test_what_macros_define_in_one_line_are_symbols() -> None:
    text = 'static DEFINE_MUTEX(cart_lock);\nDEFINE_bool(close_carts, true, "why");\nMODULE_LICENSE("MIT");\n'
    assert symbols("a.c", text) == ["cart_lock", "close_carts"]
