"""The form that a message has on the wire, wherever it is cut into pieces to be made."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.smtp import wire_form

FRAGMENTS = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\x00", b"\xff", b"\r\n.\r\n"]
)
CONTENT = st.lists(FRAGMENTS, max_size=40).map(b"".join)


@given(CONTENT, st.integers(0, 12))
def test_each_line_ends_in_crlf_whatever_ended_it(content: bytes, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire_form, "_PIECE_BYTES", piece)
        lines = wire_form.as_lines(content)
    expected = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    assert lines == (expected if expected.endswith(b"\r\n") else expected + b"\r\n")


@given(CONTENT, st.integers(0, 12))
def test_a_dot_at_the_start_of_a_line_is_doubled_and_no_other(content: bytes, piece: int) -> None:
    lines = wire_form.as_lines(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire_form, "_PIECE_BYTES", piece)
        sent = wire_form.with_dots_doubled(lines)
    assert sent == re.sub(rb"(?m)(\A|(?<=\r\n))\.", b"..", lines)
    assert b"\r\n.\r\n" not in b"\r\n" + sent
