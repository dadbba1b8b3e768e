"""The parser of response data: total, linear, and it raises `ProtocolBroken` only."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.imap.envelope import read_attributes, read_message
from tui_mailer.backend.imap.folders import read_folders
from tui_mailer.backend.imap.results import read_appended_uid, read_selected
from tui_mailer.backend.imap.status import Status, read_tagged
from tui_mailer.backend.imap.tokens import Value, number, parse, uid
from tui_mailer.domain.errors import ProtocolBroken

alphabet = st.sampled_from(
    [b"(", b")", b'"', b"\\", b" ", b"{3}", b"NIL", b"UID", b"1", b"ENVELOPE", b"FLAGS", b"\xe9"]
)
noise = st.one_of(st.binary(max_size=80), st.lists(alphabet, max_size=40).map(b"".join))


def spelled(value: Value) -> bytes:
    if value is None:
        return b"NIL"
    if isinstance(value, list):
        return b"(" + b" ".join(spelled(item) for item in value) + b")"
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


values: st.SearchStrategy[Value] = st.recursive(
    st.one_of(st.none(), st.binary(max_size=10)), lambda inner: st.lists(inner, max_size=4)
)


@given(st.lists(values, max_size=4))
def test_what_is_spelled_is_read_back(items: list[Value]) -> None:
    assert parse([b" ".join(spelled(item) for item in items)]) == items


@given(st.lists(noise, min_size=1, max_size=5))
def test_noise_raises_nothing_but_protocol_broken(parts: list[bytes]) -> None:
    for prefix in (b"", b"* 1 FETCH ", b"* 1 FETCH (UID 1 ENVELOPE (", b"* LIST (", b"* OK ["):
        response = (prefix + parts[0], *parts[1:])
        for read in (parse, read_attributes, read_message):
            with contextlib.suppress(ProtocolBroken):
                read(response)
        with contextlib.suppress(ProtocolBroken):
            read_folders([response])
        with contextlib.suppress(ProtocolBroken):
            read_selected([response, (b"* OK [UIDVALIDITY 1]",)])
        with contextlib.suppress(ProtocolBroken):
            read_tagged(response[0])
        Status.read(response[0])


@given(values, values, values)
def test_any_well_formed_row_is_listed(envelope: Value, structure: Value, flags: Value) -> None:
    row = b"* 1 FETCH (UID 7 ENVELOPE %b BODYSTRUCTURE %b FLAGS %b)" % (
        spelled(envelope),
        spelled(structure),
        spelled(flags),
    )
    message = read_message((row,))
    assert message is not None
    assert message.uid == 7
    assert message.received_at.tzinfo is not None


def test_literals_stand_where_they_are() -> None:
    assert parse([b"(a {3}", b'")(', b" b {0}", b"", b")"]) == [[b"a", b'")(', b"b", b""]]


def test_nil_is_none_and_the_string_nil_is_not() -> None:
    assert parse([b'NIL nil "NIL" NILS']) == [None, None, b"NIL", b"NILS"]


@pytest.mark.parametrize("data", [b"(", b")", b"())", b'"', b'"a', b'"a\\"', b'("a)', b"(" * 1001])
def test_broken_data(data: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        parse([data])


@pytest.mark.parametrize("unit", [b'"', b'\\"', b'"\\', b'"a\\" ', b"(", b"( ", b"\\", b"{1}"])
def test_time_is_linear_in_what_is_broken(unit: bytes) -> None:
    start_s = time.process_time()
    with contextlib.suppress(ProtocolBroken):
        parse([unit * (2_000_000 // len(unit))])
    assert time.process_time() - start_s < 5


@pytest.mark.parametrize("bad", [None, [], b"", b"-1", b"+1", b"1_0", b" 1", b"9" * 20, b"\xb2"])
def test_what_is_no_number(bad: Value) -> None:
    with pytest.raises(ProtocolBroken):
        number(bad)


def test_uids_go_from_one_to_four_billion() -> None:
    assert uid(b"4294967295") == 2**32 - 1
    for bad in (b"0", b"4294967296"):
        with pytest.raises(ProtocolBroken):
            uid(bad)


def test_a_status_with_a_code() -> None:
    assert Status.read(b"NO [OVERQUOTA] plein") == Status("NO", "OVERQUOTA", b"", "plein")
    assert Status.read(b"ok [uidnext 4] x") == Status("OK", "UIDNEXT", b"4", "x")
    assert Status.read(b"OK") == Status("OK")
    assert Status.read(b"OKAY then") is None


def test_the_uid_of_an_append() -> None:
    assert read_appended_uid(Status("OK", "APPENDUID", b"9 42")) == 42
    for told in (Status("OK"), Status("OK", "APPENDUID", b"9"), Status("OK", "APPENDUID", b"9 x")):
        assert read_appended_uid(told) is None
