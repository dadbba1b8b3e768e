"""Whatever bytes a terminal sends, they are read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.ui.any_bytes import lenient_decoder


@given(st.text(), st.lists(st.integers(1, 5)))
def test_utf_8_is_read_as_it_is_in_whatever_pieces(text: str, sizes: list[int]) -> None:
    decoder, data, read = lenient_decoder("utf-8")(), text.encode(), ""
    for size in sizes:
        read += decoder.decode(data[:size])
        data = data[size:]
    assert read + decoder.decode(data, True) == text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"\xe9t\xe9 ", "été "),
        (b"No\xebl\r", "Noël\r"),
        (b"\xe9\x1b[A", "é\x1b[A"),
        (b"5 \x80 l\x92\x9cuf", "5 € l’œuf"),
        (b"\x81\x9d.", "\ufffd\ufffd."),
    ],
)
def test_a_byte_of_latin_1_is_the_letter_that_was_typed(sent: bytes, read: str) -> None:
    assert lenient_decoder("utf-8")().decode(sent) == read


@given(st.lists(st.binary()))
def test_no_bytes_are_refused(pieces: list[bytes]) -> None:
    decoder = lenient_decoder("utf-8")()
    for piece in pieces:
        decoder.decode(piece)
