"""What Outlook packs into a winmail.dat is listed and saved as the files that it holds."""

import base64
import struct
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.mime import attachments
from tui_mailer.mime.parse import parse
from tui_mailer.mime.tnef import SIGNATURE, NotTnef, files


def attribute(identity: int, value: bytes) -> bytes:
    return (
        struct.pack("<BII", 2, identity, len(value)) + value + struct.pack("<H", sum(value) % 65536)
    )


def packed(name: str, content: bytes, long_name: str = "") -> bytes:
    written = (long_name + "\0").encode("utf-16-le")
    properties = struct.pack("<I", 1) + b"\x1f\x00\x07\x37" + struct.pack("<II", 1, len(written))
    return (
        attribute(0x00069002, b"\0" * 14)
        + attribute(0x00018010, name.encode("cp1252") + b"\0")
        + (attribute(0x00069005, properties + written) if long_name else b"")
        + attribute(0x0006800F, content)
    )


def envelope(*inside: bytes) -> bytes:
    return SIGNATURE + b"\1\0" + attribute(0x00089006, b"\0\0\1\0") + b"".join(inside)


def message(winmail: bytes, kind: str = "application/ms-tnef; name=winmail.dat") -> bytes:
    encoded = base64.encodebytes(winmail).decode()
    return (
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
        f"Bonjour\r\n--x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{encoded}\r\n--x\r\nContent-Type: application/pdf; name=b.pdf\r\n\r\nx\r\n--x--\r\n"
    ).encode()


def test_its_files_are_listed_behind_all_others_and_saved_as_they_were() -> None:
    long_name = "Compte rendu œil 2026.pdf"
    raw = message(envelope(packed("COMPTE~1.PDF", b"%PDF-1.4", long_name), packed("é.txt", b"")))

    read = parse(raw)

    assert [(a.name, a.media_type, a.size_bytes) for a in read.attachments[1:]] == [
        ("b.pdf", "application/pdf", 1),
        (long_name, "application/pdf", 8),
        ("é.txt", "application/octet-stream", 0),
    ]
    assert attachments.content(raw, 2) == b"%PDF-1.4"
    assert attachments.name(raw, 2) == long_name
    assert not [flaw for flaw in read.flaws if "Outlook" in flaw]


def test_a_text_that_is_in_it_alone_is_said_to_be_there() -> None:
    raw = message(envelope(packed("a.pdf", b"%PDF-1.4"))).replace(b"Bonjour", b"")

    assert any("Outlook" in flaw for flaw in parse(raw).flaws)


@pytest.mark.parametrize("cut", [1, 7, 20, 60])
def test_one_that_is_cut_off_is_said_to_be(cut: int) -> None:
    raw = message(
        envelope(packed("a.pdf", b"%PDF-1.4 " * 9))[:-cut],
        "application/octet-stream; name=WinMail.DAT",
    )

    read = parse(raw)

    assert len(read.attachments) == 2
    assert any("Outlook" in flaw for flaw in read.flaws)


def test_a_hostile_one_is_read_in_good_time() -> None:
    began = time.perf_counter()
    assert len(files(envelope(packed("a", b"x") * 100_000))) == 200
    files(envelope(*[attribute(0x00069002, b"")] * 100_000))
    files(envelope(attribute(0x00069005, b"\x1f\x00\x07\x37" * 500_000)))
    assert time.perf_counter() - began < 4.0


@given(st.binary(), st.integers(0, 200))
def test_no_bytes_raise_anything_else(rubbish: bytes, cut: int) -> None:
    whole = envelope(packed("a.pdf", b"x", "b.pdf"))
    for content in (rubbish, SIGNATURE + rubbish, whole[:cut] + rubbish + whole[cut:]):
        with suppress(NotTnef):
            files(content)
