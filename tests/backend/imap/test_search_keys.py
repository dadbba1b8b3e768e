"""What SEARCH is asked, and its answers in both forms."""

from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.imap.commands import segments
from tui_mailer.backend.imap.search_keys import arguments, read_esearch
from tui_mailer.domain.errors import ProtocolBroken


def test_ascii_words_are_quoted_and_name_no_charset() -> None:
    assert arguments('dit \\ "a"', (1, 9)) == ["UID", "1:9", "BODY", '"dit \\\\ \\"a\\""']


def test_days_are_written_as_the_protocol_wants_them() -> None:
    asked = arguments("bilan", (1, 9), date(2025, 3, 12), date(2026, 12, 1))
    assert asked[4:] == ["SINCE", "12-Mar-2025", "BEFORE", "1-Dec-2026"]


def test_other_words_are_literals_in_utf_8() -> None:
    assert arguments("œdème", (1, 9)) == [
        "CHARSET",
        "UTF-8",
        "UID",
        "1:9",
        "BODY",
        "œdème".encode(),
    ]


@given(st.text(max_size=60))
def test_nothing_that_is_looked_for_ends_the_command(text: str) -> None:
    asked = arguments(text, (1, 9))
    wire = b"".join(chain(*segments("A1 UID SEARCH", asked, unasked_literals=True)))
    literal = asked[-1]
    if isinstance(literal, bytes):
        assert wire.endswith(b"{%d+}\r\n" % len(literal) + literal + b"\r\n")
        wire = wire.replace(b"}\r\n" + literal, b"")
    assert wire.count(b"\r") == wire.count(b"\n") == 1
    assert b"\x00" not in wire


@pytest.mark.parametrize(
    ("line", "uids"),
    [
        (b'* ESEARCH (TAG "A1") UID ALL 2,10:12', [2, 10, 11, 12]),
        (b"* ESEARCH (TAG A1) UID", []),
        (b"* ESEARCH UID ALL 12:10", [10, 11, 12]),
        (b'* esearch (TAG "A1") UID ALL 7 MODSEQ 9', [7]),
    ],
)
def test_ranges_are_read(line: bytes, uids: list[int]) -> None:
    assert list(read_esearch((line,))) == uids


@pytest.mark.parametrize(
    "line",
    [
        b"* ESEARCH UID ALL 1:4294967295",
        b"* ESEARCH UID ALL 1:300000,300001:600000",
        b"* ESEARCH UID ALL 0",
        b"* ESEARCH UID ALL 1:*",
        b"* ESEARCH UID ALL 4294967296",
        b"* ESEARCH UID COUNT 3",
        b"* ESEARCH UID ALL 1,,2 x",
    ],
)
def test_what_no_server_may_answer_is_not_taken(line: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        read_esearch((line,))
