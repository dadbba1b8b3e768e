"""The engine on real Dovecot and Postfix, without a screen: write, send, find again, fail well."""

import asyncio
import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engine_helpers import PATIENTS, OpenOffice, letter
from mail_samples import received
from servers.people import (
    COLLEAGUE,
    FULL,
    OTHER_PATIENT,
    PATIENT,
    PRACTICE,
    SENT,
    UNKNOWN_PATIENT,
)
from servers.practice import RealServers

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import (
    AttachmentUnreadable,
    OverQuota,
    RecipientsRefused,
    SendRefused,
    UnconfirmedIdentity,
)
from tui_mailer.domain.events import OutgoingChanged
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.message import Flags
from tui_mailer.domain.safe_text import safe_line

INS = "279035121518989"


async def test_a_message_to_a_confirmed_patient_arrives_whole_and_is_found_again(
    open_office: OpenOffice, real_servers: RealServers, tmp_path: Path
) -> None:
    office = await open_office()
    engine = office.engine
    content = b"%PDF-1.4\n" + bytes(range(256)) * 400
    (tmp_path / "bilan é.pdf").write_bytes(content)
    attachment = await engine.writing.attach(tmp_path / "bilan é.pdf")
    draft = replace(letter(PATIENT.address, "Votre bilan"), attachments=(attachment,))
    await office.confirm(INS)
    outgoing = await engine.writing.send(draft)
    await office.until_outgoing(outgoing, OutgoingState.SENT)

    raw = real_servers.wait_for(PATIENT.address, b"Votre bilan")
    arrived = email.message_from_bytes(raw, policy=email.policy.default)
    assert arrived["To"] == PATIENT.address
    assert "Dr_Marie_MARTIN_Cabinet Martin" in str(arrived["From"])
    parts = list(arrived.iter_attachments())
    assert [part.get_filename() for part in parts] == ["bilan é.pdf"]
    assert parts[0].get_content() == content
    assert [folder for folder, _ in real_servers.mailbox(PRACTICE.address)] == [SENT]
    row = await office.until_row(PATIENTS, "Votre bilan")
    assert (row.patient, row.outgoing, row.has_attachment) == (INS, True, True)
    assert (await engine.exchange(INS)).state is ExchangeState.OPEN


async def test_nothing_leaves_for_a_patient_nobody_confirmed(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    with pytest.raises(UnconfirmedIdentity):
        await office.engine.writing.send(letter(PATIENT.address, "Votre bilan"))
    assert await office.engine.outbox.waiting_count() == 0
    assert real_servers.mailbox(PATIENT.address) == []


async def test_the_confirmation_of_one_patient_is_worth_nothing_for_another(
    open_office: OpenOffice,
) -> None:
    office = await open_office()
    await office.confirm("180017505600301")
    with pytest.raises(UnconfirmedIdentity):
        await office.engine.writing.send(letter(PATIENT.address, "Votre bilan"))


async def test_two_patients_in_the_queue_leave_for_neither(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    """However they came there: each is confirmed, the message is for one."""
    office = await open_office()
    both = (PATIENT.address, OTHER_PATIENT.address)
    for address in both:
        await office.confirm(address.partition("@")[0])
    draft = letter(PATIENT.address, "Votre bilan")
    now = datetime.now(UTC)
    queued = Outgoing(
        0, "<deux@x.fr>", safe_line("Votre bilan"), both, both[0][:15], OutgoingState.QUEUED, now, 9
    )
    queued = await office.engine.outbox.add(queued, b"Subject: x\r\n\r\n", draft)
    changed = await office.until_outgoing(queued, OutgoingState.FAILED)
    assert isinstance(changed.error, UnconfirmedIdentity)
    assert [real_servers.mailbox(address) for address in both] == [[], []]


async def test_a_refused_recipient_is_named_and_nobody_gets_anything(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    await office.confirm("154079612345687")
    draft = letter(UNKNOWN_PATIENT, "Votre bilan", "À garder")
    draft = replace(draft, cc=letter(COLLEAGUE.address, "").to)
    review = await office.engine.writing.review(draft)
    outgoing = await office.engine.writing.send(draft, answered=review.questions)
    changed = await office.until_outgoing(outgoing, OutgoingState.FAILED)
    assert isinstance(changed.error, RecipientsRefused)
    assert list(changed.error.refusals) == [UNKNOWN_PATIENT]
    assert "Aucune messagerie Mon espace santé" in changed.error.explanation
    assert "www.monespacesante.fr" in changed.error.advice
    assert "personne" in changed.error.meaning
    assert real_servers.mailbox(COLLEAGUE.address) == []
    back = await office.engine.outbox.take_back(outgoing.id)
    assert back is not None
    assert back.body == "À garder"
    assert [kept.body for kept in await office.engine.drafts()] == ["À garder"]


async def test_an_unanswered_question_stops_the_message(open_office: OpenOffice) -> None:
    office = await open_office()
    with pytest.raises(SendRefused):
        await office.engine.writing.send(letter(COLLEAGUE.address, ""))


async def test_a_message_is_taken_back_while_it_waits(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(undo_send_s=3600.0)
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "Regret"))
    back = await office.engine.outbox.take_back(outgoing.id)
    assert back is not None
    assert back.subject == "Regret"
    assert await office.engine.outbox.waiting_count() == 0
    assert real_servers.mailbox(COLLEAGUE.address) == []


async def test_a_vanished_attachment_stops_the_message(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    office = await open_office()
    path = tmp_path / "bilan.pdf"
    path.write_bytes(b"%PDF-")
    attachment = await office.engine.writing.attach(path)
    path.unlink()
    draft = replace(letter(COLLEAGUE.address, "Bilan"), attachments=(attachment,))
    with pytest.raises(AttachmentUnreadable) as refused:
        await office.engine.writing.send(draft)
    assert "bilan.pdf" in refused.value.explanation


async def test_a_reply_carries_the_thread_and_marks_what_it_answers(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("Avis cardiologique"))
    office = await open_office()
    inbox = await office.inbox()
    row = await office.until_row(inbox, "Avis cardiologique")
    await office.read(row)
    draft = await office.engine.writing.reply(row.id, to_all=False)
    outgoing = await office.engine.writing.send(replace(draft, body=f"Merci.{draft.body}"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    raw = real_servers.wait_for(COLLEAGUE.address, b"Avis cardiologique")
    arrived = email.message_from_bytes(raw)
    assert arrived["Subject"] == "Re: Avis cardiologique"
    assert arrived["In-Reply-To"] == row.message_id
    assert row.message_id in arrived["References"]
    answered = await office.engine.reading.summary(row.id)
    assert answered is not None
    assert Flags.ANSWERED in answered.flags


async def test_a_full_mailbox_keeps_the_copy_here_and_says_so(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(login=FULL.address)
    draft = letter(COLLEAGUE.address, "Long", "x" * 40_000)
    outgoing = await office.engine.writing.send(draft)
    await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"Long")
    await office.until(
        lambda: any(
            isinstance(event, OutgoingChanged) and isinstance(event.error, OverQuota)
            for event in office.events
        )
    )
    kept = await office.engine.outbox.unsettled()
    assert [(item.id, item.state) for item in kept] == [(outgoing.id, OutgoingState.COPY_MISSING)]
    assert "pleine" in kept[0].explanation
