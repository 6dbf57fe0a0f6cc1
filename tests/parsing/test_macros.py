"""C, C++, Objective-C and CUDA with macros that only a preprocessor knows."""

from __future__ import annotations

import pytest

from findspot.parsing.chunker import parse
from findspot.parsing.macros import without_macros
from findspot.parsing.parsers import Parsers

HEADER = b"""#pragma once
#define LIB_EXPORT __attribute__((visibility("default")))

namespace lib {

class LIB_EXPORT Cache {
 public:
  LIB_DEPRECATED("use put") int get(int key) LIB_LOCKS_EXCLUDED(mutex_);
  LIB_INLINE void LIB_NOEXCEPT_IF(true) put(int key) {
    if (key == MAX_KEY) return;
    size_ = LIB_NEXT(key);
  }
};

LIB_INLINE void Cache::clear() {
  size_ = 0;
}

}  // namespace lib
"""


def names(path: str, source: bytes) -> list[tuple[str, str | None]]:
    parsed = parse(path, source, parsers=Parsers())
    return [(chunk.kind, chunk.symbol) for chunk in parsed.chunks if chunk.symbol]


def test_a_class_behind_an_export_macro_keeps_its_name_and_its_methods() -> None:
    found = names("cache.hpp", HEADER)
    assert ("class", "lib.Cache") in found
    assert ("method", "lib.Cache.put") in found
    assert ("method", "lib.Cache.clear") in found


def test_the_text_of_a_chunk_has_its_macros() -> None:
    parsed = parse("cache.hpp", HEADER, parsers=Parsers())
    put = next(chunk for chunk in parsed.chunks if chunk.symbol == "lib.Cache.put")
    assert "LIB_NOEXCEPT_IF(true) put(int key)" in put.text
    assert "LIB_NEXT(key)" in put.text


def test_a_file_that_reads_better_as_it_is_stays_so() -> None:
    source = b"typedef struct { int x; } BIG_TYPE;\nBIG_TYPE make(void) {\n  BIG_TYPE made = {0};\n  return made;\n}\n"
    assert ("function", "make") in names("make.c", source)
    broken = source + b"int broken( {\n"
    assert ("function", "make") in names("make.c", broken)


@pytest.mark.parametrize(
    ("source", "blanked"),
    [
        (b"class A_B C {};", b"class     C {};"),
        (b"A_B(x, (y)) int f();", b"            int f();"),
        (b"int f() A_B;\n", None),
        (b"int f() A_B\n{", b"int f()    \n{"),
        (b"#define A_B int\n", None),
        (b"x = A_B y;", None),
        (b"return A_B (z) + q;", None),
        (b"int plain;", None),
    ],
)
def test_what_is_blanked(source: bytes, blanked: bytes | None) -> None:
    found = without_macros(source)
    assert found == blanked
    assert found is None or len(found) == len(source)


def test_a_long_line_of_macros_takes_no_time_to_speak_of() -> None:
    source = b"A_B(" * 50_000 + b"\n" + b"A_B x " * 50_000
    assert without_macros(source) is not None


def test_a_specifier_in_small_letters_hides_neither_name_nor_class() -> None:
    source = b"""namespace lib {
lib_warn_unused lib_inline error_code reader::next(V &visitor) noexcept {
  return 1;
}
lib_inline reader::reader(parser &given) : held(given) {
}
}
"""
    names = [symbol.qualified_name for symbol in parse("reader.cpp", source, parsers=Parsers()).symbols]
    assert names == ["lib", "lib.reader.next", "lib.reader.reader"]


def test_an_enumeration_of_objective_c_has_the_name_in_its_macro() -> None:
    source = b"typedef NS_OPTIONS(NSUInteger, ShopFlags) {\n    ShopFlagOpen NS_SWIFT_NAME(open) = 1 << 0,\n};\n"
    assert ("class", "ShopFlags") in names("flags.m", b"#import <Shop/Shop.h>\n" + source)


def test_a_declaration_of_objective_c_keeps_its_name_before_what_says_its_availability() -> None:
    source = b'@interface Basket : NSObject\n- (void)pay API_DEPRECATED("use pay:", macos(10.1, 10.2));\n- (void)empty;\n@end\n'
    parsed = parse("basket.m", source, parsers=Parsers())
    assert [symbol.qualified_name for symbol in parsed.symbols] == ["Basket", "Basket.pay", "Basket.empty"]


def test_a_kernel_and_its_launch_are_a_definition_and_a_call() -> None:
    source = b"__global__ void __launch_bounds__(64) scale(float* x) {}\nvoid run() { scale<<<size(1), 64>>>(x); }\n"
    parsed = parse("scale.cu", source, parsers=Parsers())
    assert [(chunk.symbol, chunk.text.split("(")[0]) for chunk in parsed.chunks] == [
        ("scale", "__global__ void __launch_bounds__"),
        ("run", "void run"),
    ]
    assert [reference.name for reference in parsed.references] == ["scale", "size"]
    launch = b"void run() {\n  scale<<<1, 64>>>(x);\n  gpu::add<float><<<1, 64>>>(x);\n}\n"
    parsed = parse("run.cu", launch, parsers=Parsers())
    assert [reference.name for reference in parsed.references] == ["scale", "add"]
