"""Read receipts on real Dovecot and Postfix: asked, given once, refused for good."""

import asyncio
import email
import email.policy
from dataclasses import replace

import pytest
from engine_helpers import PATIENTS, Office, OpenOffice, letter
from mail_samples import received
from servers.people import COLLEAGUE, PATIENT, PRACTICE
from servers.practice import RealServers
from servers.process import wait_until

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import UnconfirmedIdentity
from tui_mailer.domain.events import OutgoingChanged
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.message import Flags
from tui_mailer.domain.receipt import AnswerReceipt, AskReceipt
from tui_mailer.domain.report import ReportKind
from tui_mailer.engine.receipts import ReceiptDue
from tui_mailer.mime.reports import recognise

INS = "279035121518989"


def asking(subject: str, sender: str = COLLEAGUE.address, came_from: str = "") -> bytes:
    head = f"Return-Path: <{came_from or sender}>\r\nDisposition-Notification-To: {sender}\r\n"
    return head.encode() + received(subject, sender=sender)


async def due(office: Office, subject: str) -> ReceiptDue | None:
    """What opening that message of the inbox would ask."""
    row = await office.until_row(await office.inbox(), subject)
    message = await office.read(row)
    row = await office.until_row(await office.inbox(), subject)
    return await office.engine.receipts.due(row, message)


async def until_sent(office: Office) -> None:
    def sent() -> bool:
        changes = [event for event in office.events if isinstance(event, OutgoingChanged)]
        return any(event.state is OutgoingState.SENT for event in changes)

    await office.until(sent)


@pytest.mark.parametrize(
    ("policy", "chosen", "to_patient", "asked"),
    [
        (AskReceipt.PATIENTS, None, True, True),
        (AskReceipt.PATIENTS, None, False, False),
        (AskReceipt.PATIENTS, False, True, False),
        (AskReceipt.NEVER, True, False, True),
        (AskReceipt.ALWAYS, None, False, True),
        (AskReceipt.NEVER, None, True, False),
    ],
)
async def test_a_receipt_is_asked_as_the_settings_or_the_composer_say(
    open_office: OpenOffice,
    real_servers: RealServers,
    policy: AskReceipt,
    chosen: bool | None,
    to_patient: bool,
    asked: bool,
) -> None:
    office = await open_office(ask_receipt=policy)
    await office.confirm(INS)
    to = PATIENT.address if to_patient else COLLEAGUE.address
    draft = replace(letter(to, "Bilan"), asks_receipt=chosen)
    await office.engine.writing.send(draft)
    raw = await asyncio.to_thread(real_servers.wait_for, to, b"Subject: Bilan")
    head = email.message_from_bytes(raw, policy=email.policy.default)
    assert head.get_all("Disposition-Notification-To") == ([PRACTICE.address] if asked else None)


async def test_a_receipt_is_given_once_and_arrives_as_one(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, asking("Avis"))
    office = await open_office()
    wanted = await due(office, "Avis")
    assert wanted is not None
    assert wanted.must_ask
    await office.engine.receipts.give(wanted, by_hand=True)
    raw = await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"Lu : Avis")
    (report,) = recognise(raw)
    assert report.kind is ReportKind.READ
    assert report.message_ids == (wanted.message.message_id,)
    assert b"Return-Path: <>" in raw
    await until_sent(office)
    await asyncio.to_thread(wait_until, lambda: is_marked(real_servers), "$MDNSent", 15.0)
    assert await due_again(office, "Avis") is None
    assert [stored.folder for stored in real_servers.mailbox(PRACTICE.address)] == ["INBOX"]


def is_marked(real_servers: RealServers) -> bool:
    (flags,) = real_servers.flags(PRACTICE.address)
    return "$mdnsent" in {flag.lower() for flag in flags}


async def due_again(office: Office, subject: str) -> ReceiptDue | None:
    row = await office.until_row(await office.inbox(), subject)
    message = await office.engine.reading.message(row.id)
    assert message is not None
    assert await office.engine.receipts.due(replace(row, flags=Flags.SEEN), message) is None
    return await office.engine.receipts.due(row, message)


async def test_a_receipt_refused_is_never_asked_again(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, asking("Avis"))
    office = await open_office()
    wanted = await due(office, "Avis")
    assert wanted is not None
    await office.engine.receipts.refuse(wanted)
    assert await due_again(office, "Avis") is None
    assert await office.engine.outbox.unsettled() == []


async def test_a_receipt_that_would_go_elsewhere_is_asked_even_when_all_are_answered(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, asking("Avis"))
    real_servers.deliver(PRACTICE.address, asking("Ailleurs", came_from="autre@ailleurs.fr"))
    office = await open_office(answer_receipt=AnswerReceipt.ALWAYS)
    back, elsewhere = await due(office, "Avis"), await due(office, "Ailleurs")
    assert back is not None
    assert not back.must_ask
    assert elsewhere is not None
    assert elsewhere.must_ask


async def test_nothing_is_due_where_receipts_are_never_given_or_would_leave_the_trust_space(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, asking("Dehors", sender="curieux@exemple.com"))
    real_servers.deliver(PRACTICE.address, asking("Avis"))
    office = await open_office()
    assert await due(office, "Dehors") is None
    await office.close()
    office = await open_office(answer_receipt=AnswerReceipt.NEVER)
    row = await office.until_row(await office.inbox(), "Avis")
    assert await office.engine.receipts.due(row, await office.read(row)) is None


async def test_a_receipt_to_a_patient_wants_an_identity_and_opens_no_exchange(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, asking("Ma question", sender=PATIENT.address))
    office = await open_office(answer_receipt=AnswerReceipt.ALWAYS)
    row = await office.until_row(PATIENTS, "Ma question")
    message = await office.read(row)
    wanted = await office.engine.receipts.due(row, message)
    assert wanted is not None
    assert (wanted.must_ask, wanted.patient) == (True, INS)
    with pytest.raises(UnconfirmedIdentity):
        await office.engine.receipts.give(wanted, by_hand=True)
    await office.confirm(INS)
    await office.engine.receipts.give(wanted, by_hand=True)
    raw = await asyncio.to_thread(real_servers.wait_for, PATIENT.address, b"Lu : Ma question")
    assert recognise(raw)
    await until_sent(office)
    assert (await office.engine.exchange(INS)).state is ExchangeState.NONE
