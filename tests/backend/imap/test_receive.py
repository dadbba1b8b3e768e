"""The splitter: the same responses whatever the chunks, and nothing above the limits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.imap.limits import Limits
from tui_mailer.backend.imap.receive import RawResponse, ResponseSplitter
from tui_mailer.domain.errors import ProtocolBroken

SMALL = Limits(line_bytes=50, literal_bytes=40, response_bytes=120, response_parts=7)


def split(
    data: bytes, cuts: tuple[int, ...] = (), limits: Limits | None = None
) -> list[RawResponse]:
    splitter = ResponseSplitter(limits)
    found: list[RawResponse] = []
    edges = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        found += splitter.feed(data[start:end])
    return found


line = st.binary(max_size=12).filter(lambda b: b"\r" not in b and b"\n" not in b and b"}" not in b)


@st.composite
def response(draw: st.DrawFn) -> tuple[bytes, RawResponse]:
    literals = draw(st.lists(st.binary(max_size=30), max_size=3))
    parts: list[bytes] = []
    for literal in literals:
        parts += [b"* " + draw(line) + b"x{%d}" % len(literal), literal]
    parts.append(b"* " + draw(line))
    wire = b"".join(p if i % 2 else p + b"\r\n" for i, p in enumerate(parts))
    return wire, tuple(parts)


@given(st.lists(response(), max_size=5), st.data())
def test_responses_are_the_same_whatever_the_chunks(
    responses: list[tuple[bytes, RawResponse]], data: st.DataObject
) -> None:
    wire = b"".join(w for w, _ in responses)
    cuts = tuple(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    assert split(wire, cuts) == [parts for _, parts in responses]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_any_bytes_split_alike_in_one_piece_and_in_many(data: bytes, cuts: list[int]) -> None:
    whole: list[RawResponse] | None
    try:
        whole = split(data, limits=SMALL)
    except ProtocolBroken:
        whole = None
    inside = tuple(min(cut, len(data)) for cut in cuts)
    if whole is None:
        with pytest.raises(ProtocolBroken):
            split(data, inside, SMALL)
    else:
        assert split(data, inside, SMALL) == whole


def test_byte_by_byte() -> None:
    data = b"* 1 FETCH (BODY[] {4}\r\n\r\n}\r x)\r\nA1 OK {3}\r\n+ {3}\r\n* OK fini {2}\r\n"
    assert split(data, tuple(range(len(data)))) == [
        (b"* 1 FETCH (BODY[] {4}", b"\r\n}\r", b" x)"),
        (b"A1 OK {3}",),
        (b"+ {3}",),
        (b"* OK fini {2}",),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 51,
        b"x" * 51 + b"\r\n",
        b"* {41}\r\n",
        b"* {2147483647}\r\n",
        b"* {0}\r\n" + b"{0}\r\n" * 4,
        b"* {40}\r\n" + b"x" * 40 + b"{40}\r\n" + b"x" * 40 + b"{40}\r\n",
    ],
)
def test_what_passes_a_limit_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        split(data, limits=SMALL)


def test_it_is_empty_only_between_responses() -> None:
    splitter = ResponseSplitter()
    assert splitter.is_empty
    for piece in (b"* 1", b" {2}\r\n", b"x"):
        splitter.feed(piece)
        assert not splitter.is_empty
    assert splitter.feed(b"y\r\n") == [(b"* 1 {2}", b"xy", b"")]
    assert splitter.is_empty
