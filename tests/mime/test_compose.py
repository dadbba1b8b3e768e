from __future__ import annotations

import base64
import email
import email.policy
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.errors import InvalidAddress
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line
from tui_mailer.mime import attachments
from tui_mailer.mime.compose import compose, encoded_size, estimated_size, new_message_id
from tui_mailer.mime.parse import parse

SENDER = Address.received("dr.martin@cabinet.mssante.fr", "Dr_Éva_MARTIN_Cabinet Médical")
PATIENT = Address.received("279035121518989@patient.mssante.fr", "Léa Dupond")
DATE = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
MESSAGE_ID = "<abc@cabinet.mssante.fr>"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
HOSTILE = st.text(st.sampled_from("aé €\r\n\x00\t=?_:;,<>@\"\\'.\u2028\x85漢🙂"), max_size=120)
LABEL = TEXT | HOSTILE


def written(draft: Draft, *contents: bytes, nil: str = "", sender: Address = SENDER) -> bytes:
    return compose(
        draft, sender=sender, message_id=MESSAGE_ID, date=DATE, contents=contents, nil=nil
    )


def attached(name: str, content: bytes, media_type: str = "application/pdf") -> FileAttachment:
    return FileAttachment(Path("/nowhere"), name, media_type, len(content))


def header_lines(raw: bytes) -> list[str]:
    return raw.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def assert_fit_for_smtp(raw: bytes) -> None:
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert b"\x00" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_message_to_a_patient_has_the_headers_of_the_field() -> None:
    draft = Draft(
        to=(PATIENT,),
        subject="Résultats",
        body="Bonjour,\nvoilà.",
        in_reply_to="<q@mes.fr>",
        references=("<p@mes.fr>", "<q@mes.fr>"),
    )

    message = email.message_from_bytes(written(draft, nil="3734"), policy=email.policy.default)

    assert message["From"] == "Dr_Éva_MARTIN_Cabinet Médical <dr.martin@cabinet.mssante.fr>"
    assert message["To"] == "Léa Dupond <279035121518989@patient.mssante.fr>"
    assert message["Subject"] == "Résultats"
    assert message["Date"] == "Tue, 03 Mar 2026 14:05:00 +0000"
    assert message["Message-ID"] == MESSAGE_ID
    assert message["In-Reply-To"] == "<q@mes.fr>"
    assert message["References"].split() == ["<p@mes.fr>", "<q@mes.fr>"]
    assert message["X-MSS-NIL"] == "3734"
    assert message["MIME-Version"] == "1.0"
    assert "X-MSS-MES" not in message
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message.get_content() == "Bonjour,\r\nvoilà.\r\n"


def test_a_header_that_says_nothing_is_not_written() -> None:
    lines = header_lines(written(Draft(to=(PATIENT,))))
    names = [line.partition(":")[0] for line in lines if not line.startswith(" ")]

    assert names == [
        *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding"),
    ]


def test_the_end_of_an_exchange_is_byte_for_byte() -> None:
    raw = written(Draft(to=(PATIENT,), subject="[FIN]", body="Cordialement", final=True))

    assert b"\r\nSubject: [FIN]\r\n" in raw
    assert b"\r\nX-MSS-MES: FIN\r\n" in raw


def test_hidden_recipients_appear_nowhere() -> None:
    hidden = Address.received("confrere@hopital.mssante.fr", "Confrère")

    raw = written(Draft(to=(PATIENT,), bcc=(hidden,)))

    assert b"confrere" not in raw
    assert b"bcc" not in raw.lower()


@pytest.mark.parametrize("name", ["MARTIN, Éva", "Lefèvre", "Œuvré «Ç»", "é" * 60])
def test_thirty_accented_recipients_survive_the_journey(name: str) -> None:
    """CVE-2025-1795: the standard library encodes the commas between folded addresses."""
    crowd = tuple(Address.received(f"p{n}@cabinet.mssante.fr", f"{name} {n}") for n in range(30))

    raw = written(Draft(to=crowd, cc=crowd[::-1]))

    assert_fit_for_smtp(raw)
    assert parse(raw).to == crowd
    assert parse(raw).cc == crowd[::-1]
    other_reader = email.message_from_bytes(raw, policy=email.policy.default)
    # The standard library's reader puts a space between adjacent encoded words of a name.
    read_there = [(a.display_name, a.addr_spec) for a in other_reader["To"].addresses]
    assert [(label.replace(" ", ""), mailbox) for label, mailbox in read_there] == [
        (a.name.replace(" ", ""), a.mailbox) for a in crowd
    ]


@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "\r\n\r\n"])
def test_no_field_can_start_another_header(breaker: str) -> None:
    """CVE-2024-6923, CVE-2026-1299."""
    evil = f"a{breaker}Bcc: voleur@example.org"
    draft = Draft(
        to=(Address(PATIENT.mailbox, safe_line("x")),),
        subject=evil,
        in_reply_to=f"<{evil}>",
        references=(f"<{evil}>",),
        attachments=(attached(evil, b"x", f"text/plain{breaker}Bcc: a@b.fr"),),
    )
    sender = Address(SENDER.mailbox, SafeText(evil))  # as if it had never been made safe

    raw = written(draft, b"x", nil=evil, sender=sender)

    assert_fit_for_smtp(raw)
    message = email.message_from_bytes(raw)
    assert message["Bcc"] is None
    assert all(part["Bcc"] is None for part in message.walk())


def test_an_address_that_cannot_be_sent_to_is_refused() -> None:
    with pytest.raises(InvalidAddress):
        written(Draft(to=(Address.received("a@b.fr>\r\nBcc: <c@d.fr"),)))


def test_contents_that_are_missing_are_no_message() -> None:
    with pytest.raises(ValueError, match="shorter"):
        written(Draft(to=(PATIENT,), attachments=(attached("a.pdf", b""),)))


@pytest.mark.parametrize(
    "name",
    [
        "bilan.pdf",
        "Compte rendu d’hospitalisation – Éva.pdf",
        'guillemets "et" \\ barre.pdf',
        "漢字🙂.pdf",
        "a=?utf-8?q?b?=.pdf",
        "très " * 30 + ".pdf",
        "100%.pdf",
        "a;b=c.pdf",
    ],
)
def test_an_attachment_arrives_identical_under_its_own_name(name: str) -> None:
    content = bytes(range(256)) * 40

    raw = written(
        Draft(to=(PATIENT,), body="Voir", attachments=(attached(name, content),)), content
    )

    assert_fit_for_smtp(raw)
    (received,) = parse(raw).attachments
    assert (received.media_type, received.size_bytes) == ("application/pdf", len(content))
    assert attachments.content(raw, 0) == content
    other_reader = email.message_from_bytes(raw, policy=email.policy.default)
    (part,) = other_reader.iter_attachments()
    assert part.get_filename() == name
    assert part.get_content() == content


@pytest.mark.parametrize("stem", ["a", "é", "🙂", 'a "b" '])
def test_a_file_name_that_no_line_holds_is_cut_before_its_ending(stem: str) -> None:
    """As one sent on from a message whose sender gave it thousands of characters."""
    name = stem * 4_000 + ".pdf"
    raw = written(Draft(to=(PATIENT,), body="Voir", attachments=(attached(name, b"x"),)), b"x")
    assert_fit_for_smtp(raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    arrived = parse(raw).attachments[0].name
    assert arrived.startswith(stem * 20)
    assert arrived.endswith(".pdf")


def test_a_file_name_in_ascii_is_parsed_as_it_was() -> None:
    content = b"x"
    raw = written(Draft(attachments=(attached("a b (1).pdf", content),)), content)

    assert parse(raw).attachments[0].name == "a b (1).pdf"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"Subject: a\r\n\r\nb\r\n", "message/rfc822"),
        (b"Subject: a\n\nb\n", "application/octet-stream"),
        ("Subject: a\r\n\r\né\r\n".encode(), "application/octet-stream"),
        (b"Subject: a\r\n\r\n" + b"x" * 999, "application/octet-stream"),
    ],
)
def test_an_attached_message_is_never_encoded(content: bytes, media_type: str) -> None:
    raw = written(Draft(attachments=(attached("m.eml", content, "message/rfc822"),)), content)

    assert_fit_for_smtp(raw)
    assert parse(raw).attachments[0].media_type == media_type
    assert attachments.content(raw, 0) == content


@given(
    subject=LABEL,
    name=LABEL,
    label=LABEL,
    body=st.text(st.characters(), max_size=400),
    file_name=LABEL,
    content=st.binary(max_size=300),
)
@settings(max_examples=150, deadline=None)
@example("[FIN]", "", "", ".\r\n.\nFrom x", "a", b"")
@example("=?utf-8?q?x?=", "=?utf-8?q?x?=", "a\x00b", " \t", "=?x?=", b"")
@example("", "", "", "\x1f", "", b"")
@example("mot " * 100, "", "", "ligne " * 400, "", b"\r\n.\r\n")
def test_what_is_written_is_read_back(
    subject: str, name: str, label: str, body: str, file_name: str, content: bytes
) -> None:
    recipient = Address.received("a.b@cabinet.mssante.fr", name)
    draft = Draft(
        to=(recipient,), subject=subject, body=body, attachments=(attached(file_name, content),)
    )
    raw = written(draft, content, sender=Address.received(SENDER.mailbox, label))

    read = parse(raw)

    assert_fit_for_smtp(raw)
    assert read.to == (recipient,)
    assert read.sender == Address.received(SENDER.mailbox, label)
    assert " ".join(read.subject.split()) == " ".join(safe_line(one_line(subject)).split())
    assert blank_free(read.text) == blank_free(shown_body(body))
    assert attachments.content(raw, 0) == content
    assert read.flaws == () or "autre adresse" in read.flaws[0]


def one_line(text: str) -> str:
    controls = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
    return text.translate(controls).strip()


def shown_body(body: str) -> str:
    broken = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", body)
    return safe_block(broken.encode("utf-8", "replace").decode().expandtabs(8))


def blank_free(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


@given(st.integers(0, 5000))
def test_the_encoded_size_is_exact(size_bytes: int) -> None:
    encoded = base64.encodebytes(b"x" * size_bytes).replace(b"\n", b"\r\n")

    assert encoded_size(size_bytes) == len(encoded)


@pytest.mark.parametrize("size_bytes", [0, 1000, 3_000_000])
def test_the_estimated_size_is_close_and_not_too_small(size_bytes: int) -> None:
    content = b"x" * size_bytes
    draft = Draft(
        to=(PATIENT,) * 3,
        subject="é" * 100,
        body="Éléphant " * 500,
        attachments=(attached("é.pdf", content),),
        references=("<a@b.fr>",) * 20,
    )

    real = len(written(draft, content))

    assert real <= estimated_size(draft) <= real + 5000


def test_each_message_id_is_new_and_in_the_domain_of_its_sender() -> None:
    made = {new_message_id(SENDER.mailbox) for _ in range(100)}

    assert len(made) == 100
    assert all(one.endswith("@cabinet.mssante.fr>") for one in made)
