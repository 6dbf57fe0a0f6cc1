"""No input at all makes ``parse`` raise or break the rules of chunks (I-9, I-10)."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from findspot.parsing.decoding import Decoded, decode_source
from findspot.parsing.parsers import Parsers
from tests.parsing.rules import check

SAMPLES = {
    path.name: path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "data" / "languages").iterdir())
    if path.suffix != ".outline"
}
PARSERS = Parsers()
NAMES = st.sampled_from(sorted(SAMPLES))
SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """Pieces of samples of any language, cut anywhere and joined by anything."""
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        sample = SAMPLES[draw(NAMES)]
        start = draw(st.integers(0, len(sample)))
        pieces.append(sample[start : draw(st.integers(start, len(sample)))])
        pieces.append(
            draw(st.sampled_from([b"", b"\n", b"\r\n", b"{", b"}", b'"', b"/*", b"\t", b"\xc3", "é\u2028".encode()]))
        )
    return b"".join(pieces)


@SETTINGS
@given(name=NAMES, source=mangled())
def test_pieces_of_code_in_any_language(name: str, source: bytes) -> None:
    check(name, source, PARSERS)


@SETTINGS
@given(name=st.one_of(NAMES, st.just("a.txt"), st.just("a")), source=st.binary(max_size=400))
def test_any_bytes(name: str, source: bytes) -> None:
    check(name, source, PARSERS)


@SETTINGS
@given(name=NAMES, text=st.text(max_size=300))
def test_any_text(name: str, text: str) -> None:
    check(name, text.encode("utf-8", "replace"), PARSERS)


@SETTINGS
@given(data=st.data(), name=NAMES)
def test_a_sample_with_a_few_bytes_changed(data: st.DataObject, name: str) -> None:
    source = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(source) - 1))
        source[position : position + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    check(name, bytes(source), PARSERS)


@SETTINGS
@given(source=st.binary(max_size=200))
def test_decoding_twice_changes_nothing(source: bytes) -> None:
    once = decode_source(source).text
    if once is not None:
        assert decode_source(once) == Decoded(once)
