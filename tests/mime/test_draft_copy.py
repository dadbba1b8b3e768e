"""A draft in the server's folder of drafts: written by us, read back, written by others."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mail_samples import received

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment, ForwardedAttachment
from tui_mailer.mime.compose import compose
from tui_mailer.mime.draft_copy import MARK_HEADER, DraftMark, read, write

SENDER = Address.received("dr.martin@cabinet.mssante.fr", "Dr_Éva_MARTIN_Cabinet")
MARK = DraftMark("0123456789abcdef" * 2, 1_764_000_000_000_000)
COLLEAGUE = Address.received("dr.durand@hopital.mssante.fr")
AT = datetime(2026, 11, 24, 19, tzinfo=UTC)
DRAFT = Draft(
    to=(Address.received("279035121518989@patient.mssante.fr", "Léa"),),
    cc=(COLLEAGUE,),
    bcc=(Address.received("dr.petit@hopital.mssante.fr"),),
    subject="Résultats à relire",
    body="Bonjour,\n\nœdème",
    in_reply_to="<q@mes.fr>",
    references=("<p@mes.fr>", "<q@mes.fr>"),
    about="279035121518989",
    final=True,
    updated_at=AT,
)


def file(name: str) -> FileAttachment:
    return FileAttachment(Path("/absent"), name, "application/pdf", 5)


def test_what_was_written_comes_back() -> None:
    stored = read(write(DRAFT, MARK, sender=SENDER, contents=()), 7)
    assert stored.mark == MARK
    assert stored.draft == replace(DRAFT, updated_at=None)


def test_a_receipt_that_was_asked_for_by_hand_is_asked_for_where_the_draft_is_gone_on_with() -> (
    None
):
    asked = read(write(replace(DRAFT, asks_receipt=True), MARK, sender=SENDER, contents=()), 7)
    assert asked.draft.asks_receipt is True


def test_attachments_come_back_as_parts_of_the_copy_or_by_name() -> None:
    draft = replace(DRAFT, attachments=(file("bilan é.pdf"), file("écho\r\nX: y.dcm")))
    raw = write(draft, MARK, sender=SENDER, contents=(b"%PDF-", None))
    stored = read(raw, 7)
    assert stored.draft.attachments == (
        ForwardedAttachment(7, 0, "bilan é.pdf", "application/pdf", 5),
    )
    assert stored.left_out == ("écho X: y.dcm",)
    assert b"\r\nX:" not in raw


def test_half_an_address_keeps_no_copy_from_being_made() -> None:
    draft = replace(DRAFT, to=(Address.received("léa@"),), bcc=(Address.received(""),))
    stored = read(write(draft, MARK, sender=SENDER, contents=()), 7)
    assert (stored.draft.to, stored.draft.bcc) == ((), ())
    assert stored.draft.body == DRAFT.body


def test_another_clients_draft_is_read_without_a_mark() -> None:
    stored = read(received("Ailleurs", body="à finir"), 7)
    assert (stored.mark, stored.draft.subject, stored.draft.body) == (None, "Ailleurs", "à finir")


def test_a_mark_that_is_none_of_ours_is_no_mark() -> None:
    for mark in ("", "x" * 32 + ".1", MARK.key, f"{MARK}\t.9", f"{MARK.key}.{10**18}", "é.1"):
        raw = f"{MARK_HEADER}: {mark}\r\n".encode() + received("Ailleurs")
        assert read(raw, 7).mark is None


def test_whose_exchange_a_draft_takes_up_is_in_its_copy_and_in_no_message_that_is_sent() -> None:
    draft = replace(DRAFT, to=(COLLEAGUE,))
    resumed = read(write(draft, MARK, sender=SENDER, contents=()), 7).draft
    assert resumed.about == draft.about
    sent = compose(resumed, sender=SENDER, message_id="<a@b.fr>", date=AT, contents=())
    assert draft.about.encode() not in sent
    assert b"x-tui-mailer" not in sent.lower()


def test_what_is_no_matricule_is_nobodys_exchange() -> None:
    for about in ("", "27903512151898", f"{DRAFT.about}1", "２" * 15, "27903512151898é"):
        raw = f"X-Tui-Mailer-About: {about}\r\n".encode() + received("Ailleurs")
        assert read(raw, 7).draft.about == ""


def test_the_links_of_another_clients_draft_in_html_are_kept() -> None:
    raw = b"Content-Type: text/html\r\n\r\n<p>Voyez <a href='https://a.fr/x'>ici</a>.</p>"
    assert read(raw, 7).draft.body == "Voyez ici [1].\n\nLiens :\n[1] https://a.fr/x"
