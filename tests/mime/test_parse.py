from __future__ import annotations

import email.message
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_mailer.domain.address import Address
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.mime import attachments
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reports import recognise


def message(*headers: str, body: str = "Bonjour") -> bytes:
    return "\r\n".join((*headers, "", body)).encode("utf-8", "surrogateescape")


def multipart(kind: str, *parts: str, boundary: str = "b") -> bytes:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return message(f'Content-Type: multipart/{kind}; boundary="{boundary}"', body=body)


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nEn texte"
HTML = 'Content-Type: text/html; charset=utf-8\r\n\r\n<p>En <a href="https://a.fr/">HTML</a></p>'
PDF = (
    "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="bilan.pdf"\r\n\r\nJVBERg=='
)


def test_an_ordinary_message_is_read_without_a_flaw() -> None:
    raw = message(
        "From: =?utf-8?q?Dr_=C3=89va_MARTIN?= <eva@cabinet.mssante.fr>",
        'To: <279035121518989@patient.mssante.fr>, "DURAND, Luc" <luc@hopital.mssante.fr>',
        "Cc: secretariat@cabinet.mssante.fr (Secrétariat)",
        "Reply-To: accueil@cabinet.mssante.fr",
        "Subject: =?iso-8859-1?q?R=E9sultats?= du =?utf-8?b?Y8WTdXI=?=",
        "Date: Tue, 3 Mar 2026 14:05:00 +0100",
        "Message-ID: <un@cabinet.mssante.fr>",
        "In-Reply-To: <zero@cabinet.mssante.fr>",
        "References: <a@b.fr>\r\n <zero@cabinet.mssante.fr>",
        "X-MSS-MES: FIN",
        "Content-Type: text/plain; charset=utf-8",
        body="Bonjour,\r\n\r\ntout va bien.\r\n",
    )

    read = parse(raw)

    assert read.sender == Address.received("eva@cabinet.mssante.fr", "Dr Éva MARTIN")
    assert read.to == (
        Address.received("279035121518989@patient.mssante.fr"),
        Address.received("luc@hopital.mssante.fr", "DURAND, Luc"),
    )
    assert read.cc == (Address.received("secretariat@cabinet.mssante.fr", "Secrétariat"),)
    assert read.reply_to == (Address.received("accueil@cabinet.mssante.fr"),)
    assert read.subject == "Résultats du cœur"
    assert read.sent_at == datetime(2026, 3, 3, 14, 5, tzinfo=timezone(timedelta(hours=1)))
    assert read.message_id == "<un@cabinet.mssante.fr>"
    assert read.references == ("<a@b.fr>", "<zero@cabinet.mssante.fr>")
    assert read.mss_mes == "FIN"
    assert read.text == "Bonjour,\n\ntout va bien."
    assert (read.was_html, read.links, read.attachments, read.flaws) == (False, (), (), ())


def test_the_plain_form_is_preferred_and_html_is_the_other_choice() -> None:
    assert parse(multipart("alternative", PLAIN, HTML)).text == "En texte"
    html_only = parse(multipart("alternative", HTML))

    assert (html_only.text, html_only.was_html) == ("En HTML [1]", True)
    assert [link.host for link in html_only.links] == ["a.fr"]


@pytest.mark.parametrize(
    "stub", [" \r\n", "Votre messagerie ne sait pas montrer le HTML.", "This is an HTML message"]
)
def test_a_plain_form_that_says_nothing_gives_way_to_html(stub: str) -> None:
    empty = f"Content-Type: text/plain\r\n\r\n{stub}"

    assert parse(multipart("alternative", empty, HTML)).text == "En HTML [1]"
    assert parse(multipart("alternative", HTML, empty)).text == "En HTML [1]"


def html(content: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\r\n\r\n{content}"


@pytest.mark.parametrize(
    ("look", "read"),
    [
        ("Dose : <s>10 mg</s> 1 mg", "Dose : [barré : 10 mg] 1 mg"),
        ("1 <span style='text-decoration:line-through'>2</span>", "1 [barré : 2]"),
        ("10<sup>9</sup>/L", "10⁹/L"),
        ("5 <span style='font-family:Symbol'>m</span>g", "5 µg"),
        ("<table><tr><td>K<td><td>5,9<tr><td>Na<td>140</table>", "K   ·    5,9\nNa  140"),
    ],
)
def test_html_that_says_more_than_its_words_is_read_instead_of_the_plain_form(
    look: str, read: str
) -> None:
    """Programs make the plain form of the words alone: 109/L, and a dose that was struck out."""
    assert parse(multipart("alternative", PLAIN, html(f"<p>{look}</p>"))).text == read
    assert parse(multipart("alternative", html(f"<p>{look}</p>"), PLAIN)).text == read


def test_a_short_plain_form_beside_a_long_letter_is_none() -> None:
    stub = "Content-Type: text/plain\r\n\r\nVotre logiciel ne peut pas afficher ce message."
    letter = "<style>" + "p{}" * 500 + "</style>" + "<p>Cher confrère, voici le bilan.</p>" * 20

    assert parse(multipart("alternative", stub, html(letter))).text.startswith("Cher confrère")


def test_a_plain_form_stays_preferred_beside_html_as_long_as_it_is() -> None:
    letter = "Cher confrère,\r\n\r\nvoici le bilan.\r\n" * 5
    look = "<style>" + "p{}" * 500 + "</style><div><p>" + letter + "</p><table><tr><td>Logo</table>"
    plain = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{letter}"

    assert not parse(multipart("alternative", plain, html(look))).was_html


def test_all_texts_of_a_mixed_message_are_read_and_links_are_numbered_through() -> None:
    read = parse(multipart("mixed", PLAIN, HTML, PDF, HTML))

    assert read.text == "En texte\n\nEn HTML [1]\n\nEn HTML [2]"
    assert [link.number for link in read.links] == [1, 2]
    assert [(a.index, a.name, a.media_type, a.size_bytes) for a in read.attachments] == [
        (0, "bilan.pdf", "application/pdf", 4)
    ]


def test_columns_made_of_tabs_stay_columns() -> None:
    table = "Examen\tAvant\tActuel\r\nPotassium\t\t5,9\r\nNa\t140\r\n"

    assert parse(f"From: a@b.fr\r\n\r\n{table}".encode()).text.split("\n") == [
        "Examen  Avant   Actuel",
        "Potassium               5,9",
        "Na      140",
    ]


def test_an_image_of_the_form_not_shown_is_still_an_attachment() -> None:
    image = "Content-Type: image/png\r\nContent-ID: <x>\r\n\r\nxx"
    related = (
        'Content-Type: multipart/related; boundary="r"\r\n\r\n'
        f"--r\r\n{HTML}\r\n--r\r\n{image}\r\n--r--\r\n"
    )

    read = parse(multipart("alternative", PLAIN, related))

    assert read.text == "En texte"
    assert [a.name for a in read.attachments] == ["piece-jointe.png"]


@pytest.mark.parametrize(
    "headers",
    [
        'Content-Type: text/plain; name="resultat.hpr"',
        "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: inline",
        "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt",
        "Content-Type: text/html; name=a.html",
    ],
)
def test_a_message_that_is_one_named_text_is_read(headers: str) -> None:
    read = parse(f"From: a@b.fr\r\nMIME-Version: 1.0\r\n{headers}\r\n\r\nINR 2,5\r\n".encode())

    assert read.text == "INR 2,5"
    assert len(read.attachments) == 1


def test_a_named_text_is_read_where_there_is_no_other_and_an_attached_one_is_not() -> None:
    named = "Content-Type: text/plain; name=a.txt\r\n\r\nINR 2,5"
    attached = "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nAutre"

    assert parse(multipart("mixed", named, PDF, attached)).text == "INR 2,5"
    assert parse(multipart("mixed", PLAIN, named)).text == "En texte"
    assert parse(multipart("mixed", attached, PDF)).text == ""


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "est chiffrée"),
        ("application/x-pkcs7-mime; name=smime.p7m", "est chiffrée"),
        ("application/pkcs7-mime; smime-type=signed-data", "signature S/MIME"),
        ('multipart/encrypted; boundary="e"', "est chiffrée"),
        ("application/ms-tnef; name=x.dat", "propre à Outlook"),
        ("application/octet-stream; name=WINMAIL.DAT", "propre à Outlook"),
        ("text/calendar; method=REQUEST", "invitation d’agenda"),
        ("message/external-body; access-type=URL", "resté ailleurs"),
        ("message/partial; id=a; number=1; total=2", "morceau"),
    ],
)
def test_what_is_not_opened_is_said(part: str, said: str) -> None:
    read = parse(multipart("mixed", f"Content-Type: {part}\r\n\r\nx"))

    assert any(said in flaw for flaw in read.flaws)


@pytest.mark.parametrize(
    "part",
    [
        "application/pkcs7-signature; name=smime.p7s",
        "text/calendar",
        "application/zip",
        "message/rfc822\r\n\r\nContent-Type: application/pkcs7-mime",
    ],
)
def test_what_goes_with_a_text_that_is_read_needs_no_word(part: str) -> None:
    alone = parse(multipart("mixed", PLAIN)).flaws

    assert parse(multipart("mixed", PLAIN, f"Content-Type: {part}\r\n\r\nx")).flaws == alone


def test_a_message_sent_on_whole_is_read_where_there_is_no_other_text() -> None:
    inner = (
        "Content-Type: message/rfc822\r\n\r\nFrom: Labo <labo@b.fr>\r\nSubject: INR\r\n"
        "Date: Tue, 3 Mar 2026 14:05:00 +0100\r\n\r\nINR 2,5"
    )

    read = parse(multipart("mixed", inner))

    assert read.text == (
        "---------- Message joint ----------\nDe : Labo labo@b.fr\n"
        "Date : Tue, 3 Mar 2026 14:05:00 +0100\nObjet : INR\n\nINR 2,5"
    )
    assert [a.media_type for a in read.attachments] == ["message/rfc822"]


def test_a_message_within_messages_is_read_as_deep_as_it_is() -> None:
    deep = "Content-Type: message/rfc822\r\n\r\n" * 30 + "Subject: x\r\n\r\nau fond"

    assert parse(deep.encode()).text.endswith("Objet : x\n\nau fond")


def test_an_attached_message_is_no_text_of_this_one() -> None:
    inner = "Content-Type: message/rfc822\r\n\r\nSubject: autre\r\n\r\nAutre texte"

    read = parse(multipart("mixed", PLAIN, inner))

    assert read.text == "En texte"
    assert [(a.name, a.media_type) for a in read.attachments] == [
        ("piece-jointe.eml", "message/rfc822")
    ]


ODD_CHARSETS = [
    b"charset*=utf-8''x",
    b"charset=idna",
    b"charset=punycode",
    b"charset=undefined",
    b"charset=cp037",
    b"charset=unicode_escape",
    b'charset="a\0b"',
]


@pytest.mark.parametrize("odd", ODD_CHARSETS)
@pytest.mark.parametrize("encoding", [b"8bit", b"base64", b"quoted-printable"])
@pytest.mark.parametrize("media_type", [b"text/plain", b"application/pdf"])
def test_a_charset_that_no_reader_bears_hides_no_message(
    odd: bytes, encoding: bytes, media_type: bytes
) -> None:
    """The library decodes 8-bit content by it, and raises whatever the codec raises."""
    part = (
        b"Content-Type: " + media_type + b"; " + odd + b"\r\nContent-Transfer-Encoding: " + encoding
    )
    content = b"\r\n\r\nR\xc3\xa9sultat QUJD\xe9"
    whole = (
        b"From: a@b.fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n"
        b"--X\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n--X\r\n"
        + part
        + content
        + b"\r\n--X--\r\n"
    )
    assert "Bonjour" in parse(whole).text
    assert not recognise(whole)
    assert parse(b"From: a@b.fr\r\n" + part + content).sender.mailbox == "a@b.fr"
    for attachment in parse(whole).attachments:
        assert attachments.content(whole, attachment.index) == email.message_from_bytes(
            part + content
        ).get_payload(decode=True)


@pytest.mark.parametrize(
    ("charset", "content", "text", "true_charset"),
    [
        ("utf-8", "œ".encode(), "œ", True),
        ("iso-8859-15", b"\xa4\xbd", "€œ", True),
        ("iso-8859-1", b"\x80\x9c", "€œ", True),
        ("utf-8", b"\xe9t\xe9", "été", False),
        ("us-ascii", "été".encode(), "été", False),
        ("iso-8859-1", "≤ 5 µg".encode(), "≤ 5 µg", False),
        ("windows-1252", "± 2".encode(), "± 2", False),
        ("iso-8859-15", "été".encode(), "été", False),
        ("utf-8", "≤ 5 µg, ".encode() + b"\xe9t\xe9", "≤ 5 µg, été", False),
        ("utf-8", "5 µg ± 1 ".encode() + "é".encode()[:1], "5 µg ± 1 Ã", False),
        ("x-inconnu", "été".encode(), "été", False),
        ("punycode", b"abc", "abc", False),
        ("hex", b"6162", "6162", False),
        ("unicode_escape", b"\\x1b[2J", "\\x1b[2J", False),
        ("utf-7", b"+ABs-[2J", "␛[2J", True),
        ("iso-2022-jp", b"\x1b$B4A;z\x1b(B", "漢字", True),
    ],
)
def test_a_wrong_charset_never_hides_the_text(
    charset: str, content: bytes, text: str, true_charset: bool
) -> None:
    head = f"From: a@b.fr\r\nDate: Tue, 3 Mar 2026 14:05:00 +0100\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"

    read = parse(head.encode() + content)

    assert read.text == text
    assert bool(read.flaws) is not true_charset


@pytest.mark.parametrize(
    "meta",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">',
        "<META CHARSET='iso-8859-15' />",
    ],
)
def test_the_charset_that_html_names_itself_is_believed_where_the_header_names_none(
    meta: str,
) -> None:
    head = (
        b"From: a@b.fr\r\nDate: Tue, 3 Mar 2026 14:05:00 +0100\r\nContent-Type: text/html\r\n\r\n"
    )

    read = parse(head + f"<html><head>{meta}</head><p>5 € réglés".encode("iso-8859-15"))

    assert (read.text, read.flaws) == ("5 € réglés", ())


@pytest.mark.parametrize("charset", ["utf-8", "x-inconnu", "utf-16"])
def test_the_mark_that_windows_puts_before_a_text_is_no_part_of_it(charset: str) -> None:
    content = "\ufeffINR".encode("utf-16-le" if charset == "utf-16" else "utf-8")

    assert parse(
        f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + content
    ).text == ("INR")


@pytest.mark.parametrize(
    ("headers", "flaw"),
    [
        (("To: a@b.fr",), "pas d’expéditeur"),
        (("From: ",), "pas d’expéditeur"),
        (("From: a@b.fr", "From: c@d.fr"), "plusieurs expéditeurs"),
        (("From: a@b.fr, c@d.fr",), "plusieurs expéditeurs"),
        (('From: "dr@mssante.fr" <voleur@e.example>',), "une autre adresse que la sienne"),
        (("Date: hier",), "date d’envoi"),
        (("Date: Tue, 3 Mar 9999 14:05:00 -2359",), "date d’envoi"),
        (("Date: Tue, 3 Mar 2026 14:05:00 +99999999",), "date d’envoi"),
        (("To: " + "a@b.fr," * 10_000,), "Plus de 1000 adresses"),
        (("Subject: " + "x" * 300_000,), "démesurés"),
        (("X: y",) * 600, "démesurés"),
        (("Content-Type: multipart/mixed",), "délimitation"),
        (('Content-Type: multipart/mixed; boundary="x"',), "délimitation"),
    ],
)
def test_what_is_wrong_is_said_and_the_message_shown(headers: tuple[str, ...], flaw: str) -> None:
    read = parse(message(*headers, body="Texte visible"))

    assert any(flaw in found for found in read.flaws), read.flaws
    assert "Texte visible" in read.text


def test_an_own_address_in_the_name_is_no_deception() -> None:
    read = parse(message('From: "a@b.fr" <a@b.fr>', "Date: Tue, 3 Mar 2026 14:05:00 +0100"))

    assert read.flaws == ()


def test_a_date_without_a_zone_is_utc() -> None:
    read = parse(message("Date: Tue, 3 Mar 2026 14:05:00 -0000"))

    assert read.sent_at == datetime(2026, 3, 3, 14, 5, tzinfo=UTC)


def test_one_answered_message_stands_in_for_missing_references() -> None:
    assert parse(message("In-Reply-To: <a@b.fr>")).references == ("<a@b.fr>",)
    assert parse(message("In-Reply-To: <a@b.fr> <c@d.fr>")).references == ()


def test_references_in_a_circle_are_listed_once() -> None:
    read = parse(message("References: " + "<a@b.fr> <c@d.fr> " * 500))

    assert read.references == ("<a@b.fr>", "<c@d.fr>")


@pytest.mark.parametrize(
    "payload",
    ["\x1b[2J", "\x1b]0;x\x07", "\x9b6n", "\u202e", "\u200b", "\x00", "\x7f", "\x08", "\x1bP"],
)
def test_no_field_brings_in_what_a_terminal_obeys(payload: str) -> None:
    words = "".join(f"={byte:02X}" for byte in payload.encode())
    encoded = f"=?utf-8?q?a{words}b?="
    entities = "".join(f"&#{ord(c)};" for c in payload)
    html = f"<p>{payload}{entities}</p><a href='http://x/{payload}'>l</a><img alt='{payload}'>"
    raw = multipart(
        "mixed",
        f"Content-Type: text/plain; charset=utf-8\r\n\r\na{payload}b",
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}",
        f"Content-Type: application/x{payload}; name*=utf-8''a{words.replace('=', '%')}b\r\n\r\nx",
    )
    headers = "\r\n".join(f"{name}: {encoded} <a@b.fr>" for name in ("From", "To", "Cc"))
    more = "\r\n".join(
        f"{name}: a{payload}b {encoded}"
        for name in ("Subject", "Reply-To", "Message-ID", "X-MSS-MES", "References")
    )

    read = parse(f"{headers}\r\n{more}\r\n".encode() + raw)

    shown = [read.subject, read.mss_mes, read.message_id, *read.references, *read.flaws]
    for one in (read.sender, *read.to, *read.cc, *read.reply_to):
        shown += [one.mailbox, one.name]
    for link in read.links:
        shown += [link.target, link.host]
    for attachment in read.attachments:
        shown += [attachment.name, attachment.media_type]
    assert all(text == safe_line(text) for text in shown)
    assert read.text == safe_block(read.text)
    assert payload not in read.text


@pytest.mark.parametrize("name", ["=?utf-8?q?a=40b.fr=00?=", "=?utf-8?b?YUBiLmZyCg==?="])
def test_an_encoded_word_is_no_address(name: str) -> None:
    """Mailsploit: a NUL or a newline in an encoded word cuts the address elsewhere."""
    read = parse(message(f"From: {name} <vrai@e.example>"))

    assert read.sender.mailbox == "vrai@e.example"


def within(seconds: float, raw: bytes) -> None:
    began = time.perf_counter()
    parse(raw)
    assert time.perf_counter() - began < seconds


BOMBS = {
    "parts": multipart("mixed", *[PLAIN] * 10_000),
    "depth": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200)
    ),
    "depth of 20,000": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(20_000)
    ),
    "messages within messages": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "same boundary": multipart(
        "mixed", *['Content-Type: multipart/mixed; boundary="b"\r\n\r\n'] * 900
    ),
    "header of 1 MB": message("Subject: " + "=?utf-8?q?a?= " * 70_000),
    "header of one word": message("To: " + "(" * 500_000),
    "semicolons": message("To: " + ";" * 200_000),
    "quotes": message("To: " + '"' * 200_000),
    "angles": message("To: " + "<" * 250_000),
    "backslashes": message("To: " + '"' + "\\" * 200_000),
    "recipients": message("To: " + "a@b.fr, " * 30_000),
    "groups": message("To: " + "a:" * 100_000),
    "headers": message(*["X: y"] * 100_000),
    "header names": message("From: a@b.fr\r\n" * 50_000),
    "parameters": message("Content-Type: text/plain" + '; a="' * 200_000),
    "file name": message("Content-Type: x/y" + "".join(f"; name*{n}=a" for n in range(50_000))),
    "references": message("References: " + "<a@b.fr>" * 30_000),
    "ids": message("Message-ID: " + "<" * 250_000),
    "lines": b"\r\n" * 2_000_000,
    "one line": b"x" * 5_000_000,
    "uuencode": message("Content-Transfer-Encoding: x-uuencode", body="begin 644 a\r\n" * 50_000),
    "base64": message("Content-Transfer-Encoding: base64", body="A=" * 1_000_000),
    "quoted": message("Content-Transfer-Encoding: quoted-printable", body="=" * 2_000_000),
    "delivery status": message(
        "Content-Type: message/delivery-status", body="A: b\r\n\r\n" * 20_000
    ),
    "nested html": message("Content-Type: text/html", body="<div><table><tr><td>" * 50_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_read_in_good_time(bomb: bytes) -> None:
    within(8.0, bomb)


@pytest.mark.parametrize("bomb", ["parts", "depth", "messages within messages"])
def test_a_structure_beyond_the_limits_is_shown_as_source(bomb: str) -> None:
    read = parse(b"Subject: objet\r\n" + BOMBS[bomb])

    assert read.subject == "objet"
    assert any("structure anormale" in flaw for flaw in read.flaws)
    assert "Content-Type" in read.text
    assert read.attachments == ()


ODD_BYTES = st.binary(max_size=400) | st.lists(
    st.sampled_from(
        [
            *(
                b"From: ",
                b"To: a@b.fr",
                b"Subject: =?utf-8?b?",
                b"?=",
                b"\r\n",
                b"\n",
                b"\r",
                b"\r\n\r\n",
            ),
            *(
                b"Content-Type: multipart/mixed; boundary=x",
                b"Content-Type: text/html",
                b"--x",
                b"--x--",
            ),
            *(
                b"Content-Type: message/rfc822",
                b"Content-Transfer-Encoding: base64",
                b"; charset=\xff",
            ),
            *(
                b"Content-Type: message/delivery-status",
                b'; name*0*="',
                b"<a href=",
                b"\x00",
                b"\xe9",
                b"(",
            ),
            *(
                b"Content-Disposition: attachment; filename*=''%",
                b"Date: ",
                b"2026",
                b"<>",
                b" ",
                b"\t",
            ),
            *(
                b"Content-Transfer-Encoding: uuencode",
                b"begin 644 x",
                b"=?punycode?q?a?=",
                b"=?hex?b?a?=",
            ),
        ]
    ),
    max_size=40,
).map(b"".join)


@given(ODD_BYTES)
@settings(max_examples=400, deadline=None)
def test_no_bytes_make_reading_fail(raw: bytes) -> None:
    read = parse(raw)

    assert read.text == safe_block(read.text)
    assert read.subject == safe_line(read.subject)


def test_a_message_written_by_the_standard_library_is_read() -> None:
    made = email.message.EmailMessage()
    made["From"] = "Éva <a@b.fr>"
    made["Subject"] = "Cœur " * 40
    made["Date"] = "Tue, 3 Mar 2026 14:05:00 +0100"
    made.set_content("Bonjour\nà vous")
    made.add_attachment(b"x" * 10, maintype="image", subtype="png", filename="échographie " * 9)

    read = parse(made.as_bytes())

    assert read.sender.name == "Éva"
    assert read.subject == ("Cœur " * 40).strip()
    assert read.text == "Bonjour\nà vous"
    assert read.attachments[0].name == ("échographie " * 9).strip()
    assert read.flaws == ()
