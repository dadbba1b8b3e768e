"""Base64 decoded piece by piece is what the library decodes at once, or is left to it."""

import base64
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.mime import attachments
from tui_mailer.mime.base64_pieces import IrregularBase64, decoded_pieces, encoded_pieces

REGULAR = st.builds(base64.encodebytes, st.binary(max_size=300)).map(bytes.decode)


def part(payload: str) -> "Message[str, str]":
    made: Message[str, str] = Message()
    made["Content-Type"] = "application/octet-stream"
    made["Content-Transfer-Encoding"] = "Base64"
    made.set_payload(payload)
    return made


@given(st.binary(max_size=500), st.integers(1, 90), st.sampled_from(["\n", "\r\n", ""]))
def test_pieces_of_any_length_make_the_whole(content: bytes, piece: int, line_end: str) -> None:
    encoded = base64.encodebytes(content).decode().replace("\n", line_end)
    assert b"".join(decoded_pieces(encoded, piece)) == content


@given(st.binary(max_size=500), st.integers(1, 4))
def test_pieces_of_any_number_of_lines_make_the_whole(content: bytes, lines: int) -> None:
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    assert b"".join(encoded_pieces(content, lines)) == encoded


@given(
    st.lists(REGULAR | st.sampled_from(["=", "==", "====", "A", "AB", "*", "é", "\udce9", " "])),
    st.integers(1, 90),
)
def test_what_is_irregular_is_seen_or_decoded_as_the_library_does(
    fragments: list[str], piece: int
) -> None:
    encoded = "".join(fragments)
    try:
        decoded = b"".join(decoded_pieces(encoded, piece))
    except IrregularBase64:
        return
    assert decoded == part(encoded).get_payload(decode=True)


@pytest.mark.parametrize(
    "encoded", ["QQ==QQ==", "QQ==\n" * 9, "QUJD\nQ", "QU*JD", "=QUI", "QUJDé", "QUJD\udce9"]
)
@pytest.mark.parametrize("piece", [1, 4, 5, 100])
def test_the_irregular_is_left_to_the_library(encoded: str, piece: int) -> None:
    with pytest.raises(IrregularBase64):
        list(decoded_pieces(encoded, piece))


@pytest.mark.parametrize("encoded", ["QUJDRA==", "QUJDRA", "QU*JDRA==", "QU*J DRA=", "A"])
def test_a_part_holds_what_the_library_reads_and_its_size_is_told(encoded: str) -> None:
    read = part(encoded).get_payload(decode=True)
    assert attachments.part_content(part(encoded)) == read
    assert attachments.describe(0, part(encoded)).size_bytes == len(read)


@pytest.mark.parametrize(
    "encoded",
    ["QUJDRA==\nRUZH\n", "QUJDRA==RUZH", "QUJD\r\nRA==\r\nRUZH\r\n", "QQ==\nQkM=\nREVGRw"],
)
def test_what_was_encoded_in_several_pieces_is_read_to_its_end(encoded: str) -> None:
    """The library stops at the first padding, without a word."""
    assert attachments.part_content(part(encoded)) == b"ABCDEFG"
    assert attachments.describe(0, part(encoded)).size_bytes == 7


def test_what_is_cut_off_within_a_byte_is_read_up_to_there() -> None:
    """The library gives the base64 itself."""
    assert attachments.part_content(part("JVBERi0x\r\nLjQKJ")) == b"%PDF-1.4\n"


def test_a_footer_that_a_server_put_behind_is_no_part_of_a_file_and_hides_no_text() -> None:
    footer = "\r\n-- \r\nMessage sûr de la clinique\r\n"
    text = part("QUJDRA==\r\n" + footer)
    text.set_type("text/plain")

    assert attachments.part_content(part("QUJDRA==\r\n" + footer)) == b"ABCD"
    assert attachments.part_content(text).split() == [
        *(b"ABCD", b"--", b"Message", "sûr".encode(), b"de", b"la", b"clinique")
    ]


def test_a_large_attachment_is_never_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys would wait for it."""
    large = part(base64.encodebytes(b"%PDF-1.4\n" * 200_000).decode())
    monkeypatch.delattr(attachments, "_content_at_once")
    assert attachments.describe(0, large).size_bytes == 9 * 200_000
    assert len(attachments.part_content(large)) == 9 * 200_000
