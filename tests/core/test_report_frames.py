"""Stack frames of many languages, innermost first."""

from __future__ import annotations

import pytest

from findspot.core.report import Report, parse_report
from findspot.languages.table import FRAME_READERS

Row = tuple[str, int | None, str | None]

TRACES: dict[str, tuple[str, list[Row]]] = {
    "python": (
        'Traceback (most recent call last):\n  File "/app/main.py", line 10, in <module>\n    run()\n'
        '  File "/app/pkg/core.py", line 22, in run\n    raise ValueError("x")\nValueError: x\n',
        [("/app/pkg/core.py", 22, "run"), ("/app/main.py", 10, None)],
    ),
    "python, test runner": (
        "tests/test_a.py:12: in test_it\n    call()\nsrc/pkg/core.py:30: KeyError\n",
        [("src/pkg/core.py", 30, None), ("tests/test_a.py", 12, "test_it")],
    ),
    "python, notebook": (
        "~/pkg/io.py in read(path)\n     10 x\n---> 11     y\n     12 z\n",
        [("~/pkg/io.py", 11, "read")],
    ),
    "node": (
        "TypeError: x is not a function\n    at Store.commit (/srv/app/src/store.js:44:13)\n"
        "    at async Object.<anonymous> (file:///srv/app/src/main.ts:7:5)\n    at /srv/app/src/loop.mjs:3:1\n"
        "    at node:internal/main:1:1\n",
        [
            ("/srv/app/src/store.js", 44, "Store.commit"),
            ("/srv/app/src/main.ts", 7, None),
            ("/srv/app/src/loop.mjs", 3, None),
        ],
    ),
    "firefox": (
        "commit@http://localhost:80/js/store.js:44:13\n@/js/main.js:7:5\n",
        [("localhost:80/js/store.js", 44, "commit"), ("/js/main.js", 7, None)],
    ),
    "java": (
        "java.lang.IllegalStateException: closed\n\tat org.acme.net.Client$Pool.take(Client.java:88)\n"
        "\tat org.acme.Main.<init>(Main.java:5)\n\tat java.base/java.lang.Thread.run(Thread.java:833)\n",
        [
            ("org/acme/net/Client.java", 88, "Client.Pool.take"),
            ("org/acme/Main.java", 5, "Main.Main"),
            ("java/lang/Thread.java", 833, "Thread.run"),
        ],
    ),
    "kotlin": ("  at com.acme.AppKt.main(App.kt:3)\n", [("com/acme/App.kt", 3, "AppKt.main")]),
    "julia": (
        "ERROR: BoundsError: attempt to access 3-element Vector{Int64} at index [9]\nStacktrace:\n"
        " [1] getindex(A::Vector{Int64}, i1::Int64)\n   @ Base ./essentials.jl:13 [inlined]\n"
        " [2] #add!#5(basket::Basket{Int64}, item::Int64)\n   @ Shop ~/shop/src/basket.jl:21\n"
        " [3] top-level scope\n   @ run.jl:1\n",
        [("essentials.jl", 13, "getindex"), ("~/shop/src/basket.jl", 21, "add!"), ("run.jl", 1, None)],
    ),
    "julia, before 1.6": (
        "Stacktrace:\n [1] add!(::Basket, ::Int64) at /w/src/basket.jl:21\n [2] top-level scope at run.jl:1\n",
        [("/w/src/basket.jl", 21, "add!"), ("run.jl", 1, None)],
    ),
    "objective-c, a crash report": (
        "Last Exception Backtrace:\n0   CoreFoundation  0x1a7c5a1 __exceptionPreprocess + 236\n"
        "2   Shop            0x000000010045 -[Basket(Prices) addItem:at:] + 44 (Basket.m:31)\n"
        "3   Shop            0x000000010099 +[Store open] + 12\n",
        [("Basket.m", 31, "Basket.addItem"), ("", None, "Store.open")],
    ),
    "objective-c, lldb": (
        "* thread #1, stop reason = signal SIGABRT\n"
        '  * frame #0: 0x0000000100 Shop`-[Basket addItem:](self=0x06, _cmd="addItem:", item=nil) at Basket.m:31:5\n',
        [("Basket.m", 31, "Basket.addItem")],
    ),
    "erlang": (
        '** Reason == {badarith,[{shop_basket,total,1,[{file,"src/shop_basket.erl"},{line,12}]},\n'
        '                        {lists,map,2,[{file,"lists.erl"},{line,1239}]}]}\n'
        "    {shop_cli,'-main/1-fun-0-',2,\n",
        [("src/shop_basket.erl", 12, "shop_basket:total"), ("lists.erl", 1239, "lists:map")],
    ),
    "erlang, the shell": (
        "** exception error: bad argument\n     in function  shop_basket:total/1 (src/shop_basket.erl, line 12)\n"
        "     in call from shop_cli:main/1 (src/shop_cli.erl, line 7)\n",
        [("src/shop_basket.erl", 12, "shop_basket:total"), ("src/shop_cli.erl", 7, "shop_cli:main")],
    ),
    "go": (
        "panic: nil map\n\ngoroutine 1 [running]:\ngithub.com/acme/tool/pkg.(*Store).Put(0xc000, 0x1)\n"
        "\t/src/tool/pkg/store.go:31 +0x1d\nmain.main()\n\t/src/tool/main.go:9 +0x2\n",
        [("/src/tool/pkg/store.go", 31, "Store.Put"), ("/src/tool/main.go", 9, "main")],
    ),
    "rust": (
        "thread 'main' panicked at src/parse.rs:12:9:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n"
        "   1: acme::parse::Parser::next\n             at ./src/parse.rs:12:9\n",
        [("src/parse.rs", 12, None), ("src/parse.rs", 12, "Parser::next")],
    ),
    "lua": (
        "lua: src/cart.lua:12: attempt to index a nil value\nstack traceback:\n\tsrc/cart.lua:12: in method 'Cart:add'\n"
        "\tsrc/main.lua:3: in function <src/main.lua:1>\n\t[C]: in ?\n",
        [("src/cart.lua", 12, None), ("src/cart.lua", 12, "Cart.add"), ("src/main.lua", 3, None)],
    ),
    "elixir": (
        "** (KeyError) key :price not found\n    (shop 0.1.0) lib/shop/basket.ex:12: Shop.Basket.total/1\n"
        "    lib/shop/cli.ex:7: anonymous fn/1 in Shop.CLI.main/1\n",
        [("lib/shop/basket.ex", 12, "Shop.Basket.total"), ("lib/shop/cli.ex", 7, "Shop.CLI.main")],
    ),
    "haskell": (
        "Prelude.head: empty list\nCallStack (from HasCallStack):\n  error, called at src/Shop/Basket.hs:12:5 in shop-1:Shop.Basket\n"
        "  total, called at app/Main.hs:7:3 in main:Main\n",
        [("src/Shop/Basket.hs", 12, None), ("app/Main.hs", 7, None)],
    ),
    "zig": (
        "thread 1 panic: integer overflow\n/src/basket.zig:12:20: 0x21f3c4 in add (main)\n        return a + b;\n"
        "/src/main.zig:7:13: 0x21f0aa in main (main)\n",
        [("/src/basket.zig", 12, "add"), ("/src/main.zig", 7, "main")],
    ),
    "csharp": (
        "   at Acme.Net.Client.Send(String url) in C:\\work\\Client.cs:line 51\n   at Acme.Program.Main(String[] args)\n",
        [("C:/work/Client.cs", 51, "Acme.Net.Client.Send"), ("", None, "Acme.Program.Main")],
    ),
    "ruby": (
        "lib/acme/client.rb:12:in `block in fetch': no (RuntimeError)\n\tfrom lib/acme.rb:4:in 'Acme::Client#run'\n",
        [("lib/acme/client.rb", 12, "fetch"), ("lib/acme.rb", 4, "Acme::Client.run")],
    ),
    "php": (
        "PHP Fatal error: Uncaught E in /srv/src/Mailer.php:20\n#0 /srv/src/App.php(9): Acme\\Mailer->send('x')\n#1 {main}\n",
        [("/srv/src/Mailer.php", 20, None), ("/srv/src/App.php", 9, "Acme.Mailer.send")],
    ),
    "gdb": (
        "#0  0x00005555 in parse_item (it=0x0) at src/item.c:77\n#1  main (argc=1, argv=0x7ff) at src/main.c:5\n",
        [("src/item.c", 77, "parse_item"), ("src/main.c", 5, "main")],
    ),
    "asan": (
        "    #0 0x4f1 in acme::Pool::take(int) /w/src/pool.cc:15:3\n    #1 0x4f2 in main /w/src/main.cc:2:1\n",
        [("/w/src/pool.cc", 15, "acme::Pool::take"), ("/w/src/main.cc", 2, "main")],
    ),
    "r": (
        'Error in check(item) (from prices.R#9) : no price\n3: stop("no price") at basket.R#12\n'
        "2: total(items) at R/basket.R#21\n1: main()\n",
        [("prices.R", 9, "check"), ("basket.R", 12, "stop"), ("R/basket.R", 21, "total")],
    ),
    "r, testthat": (
        "── Error (test-basket.R:12:3): a basket survives ──\nBacktrace:\n    ▆\n"
        " 1. ├─shop::total(1) at test-basket.R:12:3\n 2. │ └─shop:::check(item) at shop/R/basket.R:21:5\n",
        [("test-basket.R", 12, None), ("test-basket.R", 12, "total"), ("shop/R/basket.R", 21, "check")],
    ),
    "dart": (
        "Unhandled exception:\nBad state: No element\n#0      List.first (dart:core-patch/growable_array.dart:344:5)\n"
        "#1      Basket.add (package:shop/src/basket.dart:12:5)\n#2      new Shop.open (package:shop/shop.dart:7)\n"
        "#3      main.<anonymous closure> (file:///w/test/basket_test.dart:9:3)\n",
        [
            ("shop/lib/src/basket.dart", 12, "Basket.add"),
            ("shop/lib/shop.dart", 7, "Shop.open"),
            ("/w/test/basket_test.dart", 9, "main"),
        ],
    ),
    "dart, test runner": (
        "  package:shop/src/basket.dart 12:5  Basket.add\n  test/basket_test.dart 9:3           main.<fn>\n",
        [("shop/lib/src/basket.dart", 12, "Basket.add"), ("test/basket_test.dart", 9, "main")],
    ),
    "ocaml": (
        'Fatal error: exception Not_found\nRaised at Stdlib__List.find in file "list.ml", line 229, characters 10-25\n'
        'Called from Shop__Basket.total.(fun) in file "src/basket.ml" (inlined), line 12, characters 4-20\n'
        'Called from Dune__exe__Main in file "bin/main.ml", lines 3-7, characters 9-21\n',
        [("list.ml", 229, "List.find"), ("src/basket.ml", 12, "Basket.total"), ("bin/main.ml", 3, "Main")],
    ),
    "clojure": (
        "Execution error (NullPointerException) at shop.basket-test/total (basket_test.clj:9).\n"
        "\tat shop.price_list$find_BANG_.invokeStatic(price_list.clj:12)\n"
        "\tat shop.basket$total$fn__123.invoke(basket.cljc:7)\n\tat clojure.lang.AFn.run(AFn.java:22)\n",
        [
            ("shop/basket_test.clj", 9, "total"),
            ("clojure/lang/AFn.java", 22, "AFn.run"),
            ("shop/price_list.clj", 12, "find!"),
            ("shop/basket.cljc", 7, "total"),
        ],
    ),
    "clojure, as data": (
        '  [shop.basket$total invokeStatic "basket.clj" 12]\n  [shop.core$_main doInvoke "core.clj" 3]\n',
        [("shop/basket.clj", 12, "total"), ("shop/core.clj", 3, "-main")],
    ),
    "perl": (
        "no price at lib/Shop/Basket.pm line 12.\n"
        "\tShop::Basket::check(Shop::Basket=HASH(0x1), 3) called at lib/Shop/Basket.pm line 21\n"
        "\tmain::run() called at /srv/bin/shop line 7\n",
        [("lib/Shop/Basket.pm", 12, None), ("lib/Shop/Basket.pm", 21, None), ("/srv/bin/shop", 7, None)],
    ),
    "powershell": (
        "Get-Total : no price\nAt C:\\my shop\\Basket.psm1:12 char:5\n+     throw 'no price'\n",
        [("C:/my shop/Basket.psm1", 12, None)],
    ),
    "powershell, stack": (
        "Get-Total: /w/shop/Basket.psm1:12\nat Get-Total<Process>, /w/shop/Basket.psm1: line 12\n"
        "at <ScriptBlock>, C:\\shop\\run.ps1: line 3\n",
        [
            ("/w/shop/Basket.psm1", 12, "Get-Total"),
            ("/w/shop/Basket.psm1", 12, "Get-Total"),
            ("C:/shop/run.ps1", 3, None),
        ],
    ),
    "solidity": (
        "Error: VM Exception while processing transaction: reverted with reason string 'not yours'\n"
        "    at Basket.add (contracts/Basket.sol:36)\n  --> src/Shop.sol:12:9:\n",
        [("contracts/Basket.sol", 36, "Basket.add"), ("src/Shop.sol", 12, None)],
    ),
    "racket": (
        "total: no price\n  context...:\n   /w/shop/basket.rkt:12:2: total\n   body of /w/shop/main.rkt\n",
        [("/w/shop/basket.rkt", 12, "total")],
    ),
    "vim": (
        "Error detected while processing /srv/vim/plugin/shop.vim:\nline   12:\nE121: Undefined variable: s:limit\n",
        [("/srv/vim/plugin/shop.vim", 12, None)],
    ),
    "swift": (
        "Store.swift:12: Fatal error: Index out of range\n0 [ra] 0x0000aa Store.load(path:) + 12 in app at /w/Sources/Store.swift:12:5\n",
        [("Store.swift", 12, None), ("/w/Sources/Store.swift", 12, "Store.load")],
    ),
}


def report_of(text: str) -> Report:
    return parse_report(text, FRAME_READERS)


@pytest.mark.parametrize("name", sorted(TRACES))
def test_frames(name: str) -> None:
    text, expected = TRACES[name]
    report = report_of(f"A job fails\n\n{text}\nSome words after it.")
    assert [(frame.path, frame.line, frame.function) for frame in report.frames] == expected
    assert [frame.depth for frame in report.frames] == sorted(frame.depth for frame in report.frames)
    assert "Some words after it" in report.prose


@pytest.mark.parametrize("name", sorted(TRACES))
def test_frames_inside_a_fence_are_trace_and_not_code(name: str) -> None:
    text, expected = TRACES[name]
    report = report_of(f"It fails\n```\n{text}```\n")
    assert len(report.frames) == len(expected)
    assert report.code == ()
    assert report.trace


def test_two_chained_tracebacks_have_two_innermost_frames() -> None:
    one = 'Traceback (most recent call last):\n  File "a.py", line 1, in a\n    x\nKeyError: 1\n'
    between = "\nDuring handling of the above exception, another exception occurred:\n" + "\n" * 8
    two = 'Traceback (most recent call last):\n  File "b.py", line 2, in b\n    y\nValueError: 2\n'
    frames = report_of(one + between + two).frames
    assert [(frame.path, frame.depth) for frame in frames] == [("a.py", 0), ("b.py", 0)]


def test_prose_holds_no_frames() -> None:
    text = "At noon we met at the house (see note 3) in main.py, which is at line 4.\nfrom x import y in z\n# 1 heading at top"
    assert report_of(text).frames == ()
