"""A FETCH response as a row of the list: subjects, people, dates, attachments."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.imap.dates import read_date
from tui_mailer.backend.imap.envelope import read_message
from tui_mailer.backend.imap.structure import has_attachment
from tui_mailer.backend.imap.tokens import parse
from tui_mailer.backend.imap.words import header_text
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.safe_text import safe_line


def row(envelope: bytes, more: bytes = b"") -> RemoteMessage:
    message = read_message((b"* 3 FETCH (UID 7 " + more + b" ENVELOPE " + envelope + b")",))
    assert message is not None
    return message


def test_a_whole_row() -> None:
    message = row(
        b'("Sun, 22 Nov 2026 11:00:00 +0100" "=?utf-8?q?R=C3=A9sultats?=" '
        b'(("=?iso-8859-1?Q?Dr_=C9lodie?=" NIL "dr.martin" "cabinet.fr")) NIL NIL '
        b'((NIL NIL "279035121518989" "patient.mssante.fr")(NIL NIL "b" "c.fr")) '
        b'((NIL NIL "groupe" NIL)(NIL NIL "d" "e.fr")(NIL NIL NIL NIL)) NIL '
        b'"texte <a@b> <c@d>" "<e@f>")',
        b'FLAGS (\\Seen) RFC822.SIZE 42 INTERNALDATE " 2-Nov-2026 12:00:00 +0000"',
    )
    assert message.uid == 7
    assert message.flags is Flags.SEEN
    assert message.size_bytes == 42
    assert message.received_at == datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert message.sent_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert message.subject == "Résultats"
    assert (message.sender.name, message.sender.mailbox) == ("Dr Élodie", "dr.martin@cabinet.fr")
    assert [a.mailbox for a in message.to] == ["279035121518989@patient.mssante.fr", "b@c.fr"]
    assert [a.mailbox for a in message.cc] == ["d@e.fr"]
    assert (message.in_reply_to, message.message_id) == ("<a@b>", "<e@f>")


@pytest.mark.parametrize("envelope", [b"NIL", b"()", b"(NIL)", b"((()) ((() ())))", b'"x"'])
def test_a_broken_envelope_is_a_row_all_the_same(envelope: bytes) -> None:
    message = row(envelope)
    assert message.subject == ""
    assert message.sender.mailbox == ""
    assert message.received_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert message.sent_at is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"dose * 2 fois * jour", "dose * 2 fois * jour"),
        (b"=?UTF-8?B?w4lsb2RpZQ==?=", "Élodie"),
        (b"=?UTF-8?B?w4lsb2RpZQ?=", "Élodie"),
        (b"=?utf-8?q?un?= =?utf-8?q?_deux?= trois", "un deux trois"),
        (b"=?utf-8?q?=C3?=\r\n =?utf-8?q?=A9?=", "é"),
        (b"=?utf-8?q?=C3?= =?UTF8?q?=A9?=", "é"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8*fr?q?=C3=A9?=", "é"),
        (b"=?iso-8859-1?Q?l=92=E9t=E9_=9C?=", "l’été œ"),
        (b"=?x-inconnu?Q?=E9?=", "é"),
        (b"=?unicode_escape?Q?=5Cu0041?=", "\\u0041"),
        (b"=?utf-8?Q?=E9?=", "é"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("brut é UTF-8".encode(), "brut é UTF-8"),
        ("brut é latin".encode("latin-1"), "brut é latin"),
        (b"replie\r\n ici", "replie ici"),
    ],
)
def test_header_text(raw: bytes, text: str) -> None:
    assert header_text(raw) == text


@given(st.one_of(st.binary(), st.binary().map(lambda b: b"=?utf-7?q?" + b + b"?= =?x?b?" + b)))
def test_any_header_has_a_text_that_is_safe_once_cleaned(raw: bytes) -> None:
    text = safe_line(header_text(raw))
    assert safe_line(text) == text


def test_a_subject_cannot_reach_the_terminal() -> None:
    message = row(b'(NIL "=?utf-8?q?=1B[2J=00?=" ((NIL NIL "a\x1b" "b\x07")) NIL NIL NIL)')
    assert message.subject == "␛[2J␀"
    assert message.sender.mailbox == "a␛@b␇"


def test_a_mailbox_is_not_decoded() -> None:
    message = row(b'(NIL NIL ((NIL NIL "=?utf-8?q?dr.martin?=" "x.fr")))')
    assert message.sender.mailbox == "=?utf-8?q?dr.martin?=@x.fr"


@pytest.mark.parametrize("raw", [b"=?", b"=?a?q?", b"=?a?q?x?= ", b"=?utf-8?q?=41?=", b" =?= "])
def test_a_long_hostile_header_takes_no_time(raw: bytes) -> None:
    start_s = time.process_time()
    text = header_text(raw * (1_000_000 // len(raw)))
    assert time.process_time() - start_s < 0.5
    assert len(text) < 5_000


def test_ten_thousand_recipients_are_a_row() -> None:
    many = b"".join(b'(NIL NIL "p%d" "x.fr")' % n for n in range(10_000))
    message = row(b"(NIL NIL NIL NIL NIL (" + many + b"))")
    assert len(message.to) == 500


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Sun, 22 Nov 2026 11:00:00 +0100", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        (b"22 Nov 2026 11:00:00 -0330", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        (b"22-Nov-2026 11:00:00 +0000", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (b"Sun, 22 Nov 2026 11:00:00 +0000 (UTC)", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (b"Sun, 22 Nov 2026 11:00:00 +0000 (GMT+00:00)", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (b"Sun, 22 Nov 2026 11:00:00 -0000", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (b"Sun, 22 Nov 2026 11:00 GMT", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        (b"Sat, 31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"31-Dec-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_dates(raw: bytes, expected: datetime) -> None:
    assert read_date(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        b"",
        b"hier",
        b"32 Nov 2026 11:00:00 +0100",
        b"22 Nov 0001 00:00:00 +0100",
        b"22 Nov 9999 00:00:00 +0100",
        b"22 Nov 2026 25:00:00 +0100",
        b"22 Nov 2026 11:60:00 +0100",
        b"29 Feb 2026 11:00:00 +0100",
        b"22 Nov 2026 11:00:00 +9900",
        b"22 Xyz 2026 11:00:00 +0100",
        b"1" * 10_000,
    ],
)
def test_what_is_no_date(raw: bytes | None) -> None:
    assert read_date(raw) is None


@given(st.binary(max_size=60))
def test_any_date_is_aware_or_none(raw: bytes) -> None:
    date = read_date(raw)
    assert date is None or date.astimezone(timezone(timedelta(hours=14))).tzinfo is not None


TEXT = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL NIL NIL NIL)'
HTML = '("TEXT" "HTML" NIL NIL NIL "7BIT" 1 1)'


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (TEXT, False),
        (f'({TEXT}{HTML} "ALTERNATIVE")', False),
        (f'({TEXT}("APPLICATION" "PDF" ("NAME" "cr.pdf") NIL NIL "BASE64" 9) "MIXED")', True),
        (f'({TEXT}("APPLICATION" "PDF" NIL NIL NIL "BASE64" 9) "MIXED")', False),
        ('("APPLICATION" "ZIP" NIL NIL NIL "BASE64" 9 NIL ("attachment" NIL) NIL)', True),
        (
            '("APPLICATION" "ZIP" NIL NIL NIL "BASE64" 9 NIL ("inline" ("FILENAME*0*" "x")) NIL)',
            True,
        ),
        ('("TEXT" "CSV" NIL NIL NIL "7BIT" 1 1 NIL ("ATTACHMENT" ("FILENAME" "a.csv")))', True),
        ('("TEXT" "PLAIN" ("NAME" "note.txt") NIL NIL "7BIT" 1 1 NIL ("inline" NIL))', False),
        (
            (
                f'({TEXT}("APPLICATION" "PKCS7-SIGNATURE" ("NAME" "smime.p7s") NIL NIL "BASE64" 9 NIL'
                ' ("attachment" ("FILENAME" "smime.p7s"))) "SIGNED")'
            ),
            False,
        ),
        (f'({HTML}("IMAGE" "PNG" ("NAME" "logo.png") "<1>" NIL "BASE64" 9) "RELATED")', False),
        (f'({HTML}("IMAGE" "PNG" NIL NIL NIL "BASE64" 9 NIL ("inline" NIL)) "MIXED")', False),
        (f'({TEXT}("IMAGE" "PNG" ("NAME" "radio.png") NIL NIL "BASE64" 9) "MIXED")', True),
        (
            '("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 9 NIL NIL 1 NIL ("attachment" NIL))',
            True,
        ),
        (f'(({TEXT}{HTML} "ALTERNATIVE")("AUDIO" "MP3" ("name" "a") NIL NIL "X" 1) "MIXED")', True),
        ("NIL", False),
        ("()", False),
        ('("TEXT")', False),
        ("((((()))))", False),
    ],
)
def test_attachments(structure: str, expected: bool) -> None:
    (value,) = parse([structure.encode()])
    assert has_attachment(value) is expected


def test_a_deep_structure_takes_no_recursion() -> None:
    (value,) = parse([b"(" * 900 + TEXT.encode() + b' "MIXED")' * 900])
    assert not has_attachment(value)
