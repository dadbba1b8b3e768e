from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.errors import AttachmentUnreadable
from tui_mailer.mime import attachments
from tui_mailer.mime.attachments import list_attachments
from tui_mailer.mime.draft_copy import read as read_draft
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reply import forward
from tui_mailer.mime.save_names import MAX_NAME_BYTES, save_name


def with_part(*headers: str, content: str = "x") -> bytes:
    part = "\r\n".join((*headers, "", content))
    return f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{part}\r\n--b--\r\n".encode()


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (('Content-Disposition: attachment; filename="a b.pdf"',), "a b.pdf"),
        (("Content-Disposition: attachment; filename=a.pdf",), "a.pdf"),
        (("Content-Disposition: attachment; filename*=utf-8'fr'%C3%A9cho.pdf",), "écho.pdf"),
        (("Content-Disposition: attachment; filename*=iso-8859-1''%E9cho.pdf",), "écho.pdf"),
        (
            ("Content-Disposition: attachment; filename*0*=utf-8''%C3%A9; filename*1=cho.pdf",),
            "écho.pdf",
        ),
        (
            ("Content-Disposition: attachment; filename=\"_.pdf\"; filename*=utf-8''%C3%A9.pdf",),
            "é.pdf",
        ),
        (('Content-Disposition: attachment; filename="=?utf-8?q?=C3=A9cho.pdf?="',), "écho.pdf"),
        (('Content-Disposition: attachment; filename="écho.pdf"',), "écho.pdf"),
        (('Content-Type: application/pdf; name="a.pdf"',), "a.pdf"),
        (("Content-Type: application/pdf",), "piece-jointe.pdf"),
        (("Content-Type: message/rfc822", "", "Subject: a"), "piece-jointe.eml"),
        (("Content-Type: x/y", "Content-Disposition: attachment"), "piece-jointe"),
        (('Content-Disposition: attachment; filename="a\x1b[2J.pdf"',), "a␛[2J.pdf"),
        (
            ("Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEfdp.exe",),
            "a‹U+202E›fdp.exe",
        ),
        (("Content-Disposition: attachment; filename*=x''%ff",), "ÿ"),
        (("Content-Disposition: attachment; filename*=punycode''abc",), "abc"),
    ],
)
def test_a_name_is_shown_as_its_sender_meant_it(headers: tuple[str, ...], name: str) -> None:
    (found,) = list_attachments(with_part(*headers))

    assert found.name == name


@pytest.mark.parametrize(
    ("headers", "listed"),
    [
        (("Content-Type: text/plain",), False),
        (("Content-Type: text/html",), False),
        (("Content-Type: text/plain", "Content-Disposition: inline"), False),
        (("Content-Type: text/plain", "Content-Disposition: attachment"), True),
        (("Content-Type: text/plain; name=a.txt",), True),
        (("Content-Type: text/calendar",), True),
        (("Content-Type: image/png", "Content-ID: <x>"), True),
    ],
)
def test_a_file_is_an_attachment_and_a_text_is_not(headers: tuple[str, ...], listed: bool) -> None:
    assert bool(list_attachments(with_part(*headers))) is listed


@pytest.mark.parametrize(
    ("encoding", "content", "decoded"),
    [
        ("base64", "JVBERg==", b"%PDF"),
        ("base64", "JVBE\r\nRg", b"%PDF"),
        ("BASE64", "JVBERg==", b"%PDF"),
        ("base64 ", "JVBERg==", b"%PDF"),
        ("base64 (MIME)", "JVBERg==", b"%PDF"),
        ('"base64"', "JVBERg==", b"%PDF"),
        ("Quoted-Printable;", "=C3=A9=\r\nt", "ét".encode()),
        ("quoted-printable", "=C3=A9=\r\nt", "ét".encode()),
        ("7bit", "abc", b"abc"),
        ("x-unknown", "abc", b"abc"),
        ("x-uuencode", "begin 644 a\r\n#86)C\r\n`\r\nend\r\n", b"abc"),
    ],
)
def test_the_content_is_decoded(encoding: str, content: str, decoded: bytes) -> None:
    raw = with_part(
        "Content-Type: application/pdf",
        f"Content-Transfer-Encoding: {encoding}",
        content=content,
    )

    assert attachments.content(raw, 0) == decoded
    assert list_attachments(raw)[0].size_bytes == len(decoded)


def test_an_attached_message_is_given_whole() -> None:
    raw = with_part("Content-Type: message/rfc822", "", "Subject: a", "To: b@c.fr")

    assert attachments.content(raw, 0) == b"Subject: a\r\nTo: b@c.fr\r\n\r\nx"


WITHIN = (
    "Subject: Résultat\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    "--i\r\nContent-Type: text/plain\r\n\r\nVoici\r\n"
    "--i\r\nContent-Type: application/pdf; name=bilan.pdf\r\n\r\n%PDF\r\n"
    "--i\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <l>\r\n\r\nx\r\n--i--\r\n"
)


def test_the_files_of_an_attached_message_are_listed_behind_and_sent_on_with_it_alone() -> None:
    raw = with_part("Content-Type: message/rfc822; name=a.eml", content=WITHIN)

    listed = list_attachments(raw)

    assert [(a.index, a.name, a.inside) for a in listed] == [
        (0, "a.eml", False),
        (1, "bilan.pdf", True),
    ]
    assert attachments.content(raw, 1) == b"%PDF"
    assert [a.name for a in forward(parse(raw), 7).attachments] == ["a.eml"]
    assert [a.name for a in read_draft(raw, 7).draft.attachments] == ["a.eml"]


def test_messages_within_messages_are_looked_into_two_deep() -> None:
    content = WITHIN
    for level in range(4):
        content = (
            f"Content-Type: multipart/mixed; boundary=l{level}\r\n\r\n--l{level}\r\n"
            f"Content-Type: message/rfc822; name={level}.eml\r\n\r\n{content}\r\n--l{level}--\r\n"
        )

    assert [a.name for a in list_attachments(content.encode())] == ["3.eml", "2.eml", "1.eml"]


def test_what_a_report_brings_back_is_not_listed_file_by_file() -> None:
    raw = with_part("Content-Type: message/rfc822; name=a.eml", content=WITHIN)

    assert (
        len(
            list_attachments(
                raw.replace(b"multipart/mixed; boundary=b", b"multipart/report; boundary=b")
            )
        )
        == 1
    )


def test_an_attached_message_keeps_the_accents_in_the_names_of_its_own_files() -> None:
    """The library would encode the header that holds one, and no reader knew the file's type."""
    inner = (
        "Subject: Résultat\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n"
        'Content-Type: application/pdf; name="Écho.pdf"\r\n\r\n%PDF\r\n--i--\r\n'
    )
    raw = with_part("Content-Type: message/rfc822", content=inner)

    assert attachments.content(raw, 0) == inner.encode()
    assert [a.name for a in list_attachments(raw)] == ["piece-jointe.eml", "Écho.pdf"]
    assert [a.name for a in list_attachments(attachments.content(raw, 0))] == ["Écho.pdf"]


@pytest.mark.parametrize(
    ("encoding", "content", "held"),
    [
        ("base64", "U3ViamVj\r\ndDogYQoKeA==", b"Subject: a\n\nx"),
        ("quoted-printable", "Subject: a\r\n\r\n=C3=A9", "Subject: a\r\n\r\né".encode()),
        ("base64", "Subject: a\r\n\r\nx y z", b"Subject: a\r\n\r\nx y z"),
    ],
)
def test_an_attached_message_is_decoded_where_its_sender_encoded_it(
    encoding: str, content: str, held: bytes
) -> None:
    """RFC 2046 §5.2.1 forbids it, and what is saved would be no message."""
    raw = with_part(
        "Content-Type: message/rfc822", f"Content-Transfer-Encoding: {encoding}", content=content
    )

    assert attachments.content(raw, 0) == held


@pytest.mark.parametrize("index", [-1, 1, 99])
@pytest.mark.parametrize("ask", [attachments.content, attachments.name])
def test_an_attachment_that_is_not_there_is_told(ask: object, index: int) -> None:
    assert callable(ask)
    with pytest.raises(AttachmentUnreadable):
        ask(with_part("Content-Type: application/pdf"), index)


@pytest.mark.parametrize(
    ("wanted", "safe"),
    [
        ("bilan.pdf", "bilan.pdf"),
        ("Écho cœur – Éva.pdf", "Écho cœur – Éva.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\evil.exe", "evil.exe"),
        ("C:\\x\\evil.exe", "evil.exe"),
        ("..", "piece-jointe"),
        ("", "piece-jointe"),
        (" . ", "piece-jointe"),
        ("\u200b\u202e", "piece-jointe"),
        ("-rf.pdf", "rf.pdf"),
        (".bashrc", "bashrc"),
        ("~root", "root"),
        ("a\nb\0c\x1bd.pdf", "abcd.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("a. . .", "a"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("lpt1.pdf", "_lpt1.pdf"),
        ("console.pdf", "console.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("é" * 300 + ".pdf", "é" * 98 + ".pdf"),
        ("a" * 300, "a" * 200),
        ("a." + "b" * 300, ("a." + "b" * 300)[:200]),
    ],
)
def test_a_name_to_save_under_is_harmless(wanted: str, safe: str) -> None:
    assert save_name(wanted) == safe


@given(st.text(st.characters()) | st.text(st.sampled_from("./\\ -~\0\n\u202eaéCON:(2)")))
def test_any_name_becomes_a_file_name_and_stays_one(wanted: str) -> None:
    name = save_name(wanted)

    assert 0 < len(name.encode()) <= MAX_NAME_BYTES
    assert not set(name) & set('/\\\0<>:"|?*')
    assert name[0] not in " .-~"
    assert name[-1] not in " ."
    assert not any(unicodedata.category(c)[0] == "C" for c in name)
