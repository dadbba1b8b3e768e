"""Reports on real Dovecot and Postfix: what came back is tied to what was sent, and explained."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from engine_helpers import PATIENTS, Office, OpenOffice, letter
from mime import report_corpus as corpus
from servers.people import BOUNCES, COLLEAGUE, PATIENT, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import CommandRefused, LineLost, MailerError, NotDelivered
from tui_mailer.domain.events import FateLearnt
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.report import ReportKind

CAUSES = {
    "5.1.1": (Cause.NOT_FOUND, "Aucune messagerie", "www.monespacesante.fr"),
    "5.2.1": (Cause.CLOSED, "fermée", "www.monespacesante.fr"),
    "5.2.2": (Cause.FULL, "plein", "faire de la place"),
    "5.3.4": (Cause.TOO_LARGE, "25 Mo", "Réduisez"),
}


async def sent(office: Office, to: str, subject: str = "Votre bilan") -> Outgoing:
    outgoing = await office.engine.writing.send(letter(to, subject))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    return outgoing


async def told(office: Office, outgoing: Outgoing) -> FateLearnt:
    """Wait for a report on `outgoing`."""
    found: list[FateLearnt] = []

    def arrived() -> bool:
        found[:] = [
            event
            for event in office.events
            if isinstance(event, FateLearnt) and event.sent_id == outgoing.message_id
        ]
        return bool(found)

    await office.until(arrived)
    return found[-1]


@pytest.mark.parametrize("status", CAUSES)
async def test_a_message_that_bounces_later_is_explained_on_the_message_itself(
    open_office: OpenOffice, status: str
) -> None:
    office = await open_office()
    cause, meaning, advice = CAUSES[status]
    await office.confirm(BOUNCES[status].partition("@")[0])
    outgoing = await sent(office, BOUNCES[status])
    event = await told(office, outgoing)
    assert isinstance(event.error, NotDelivered)
    assert "Votre bilan" in event.error.headline
    assert meaning in event.error.meaning
    assert advice in event.error.advice
    assert status in event.error.server_words
    row = await office.until_row(PATIENTS, "Votre bilan")
    assert row.fate is not None
    assert row.fate.kind is ReportKind.NOT_DELIVERED
    (kept,) = await office.engine.reports.on(outgoing.message_id)
    assert (kept.report.cause, kept.report.status) == (cause, status)
    assert kept.report.recipient == BOUNCES[status]


async def test_a_report_that_comes_before_the_copy_names_the_message_too(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_sent_id: str) -> None:
        return None

    office = await open_office()
    monkeypatch.setattr(office.engine._store, "sent_summary", not_yet)
    await office.confirm(BOUNCES["5.1.1"].partition("@")[0])
    event = await told(office, await sent(office, BOUNCES["5.1.1"]))
    assert isinstance(event.error, NotDelivered)
    assert "« Votre bilan », au patient INS 2 60 05 88 154 002 33." in event.error.headline


async def test_a_message_that_came_back_names_its_patient_and_no_address(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    real_servers.deliver(
        PRACTICE.address,
        f"From: Yvonne MOLLARD <{BOUNCES['5.2.1']}>\r\nSubject: Bonjour\r\n\r\nx".encode(),
    )
    await office.until_row(PATIENTS, "Bonjour")
    await office.confirm(BOUNCES["5.2.1"].partition("@")[0])
    event = await told(office, await sent(office, BOUNCES["5.2.1"]))
    assert isinstance(event.error, NotDelivered)
    assert "« Votre bilan », à Yvonne MOLLARD (INS 2 77 07 63 220 829 10)." in event.error.headline
    assert "@" not in event.error.headline


async def test_a_receipt_says_that_the_patient_has_read_and_asks_for_no_reading_itself(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    await office.confirm("279035121518989")
    outgoing = await sent(office, PATIENT.address)
    row = await office.until_row(PATIENTS, "Votre bilan")
    assert row.fate is None  # never "remis" without a report
    read = corpus.receipt(
        1,
        "manual-action/MDN-sent-manually; displayed",
        "",
        ("Lu : Votre bilan", "Dominique", PATIENT.address),
        returned=False,
    ).replace(corpus.sent_id(1).encode(), outgoing.message_id.encode())
    real_servers.deliver(PRACTICE.address, read)
    event = await told(office, outgoing)
    assert event.error is None
    row = await office.until_row(PATIENTS, "Votre bilan")
    assert row.fate is not None
    assert row.fate.kind is ReportKind.READ
    receipt = await office.until_row(PATIENTS, "Lu : Votre bilan")
    assert Flags.SEEN in receipt.flags


async def test_a_report_on_a_message_that_was_never_sent_changes_nothing(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    await office.confirm("279035121518989")
    await sent(office, PATIENT.address)
    outgoing = await sent(office, COLLEAGUE.address, "Avis")
    forged = corpus.postfix(5, corpus.REFUSALS[1], PATIENT.address)
    real_servers.deliver(PRACTICE.address, forged)
    real = corpus.postfix(6, corpus.REFUSALS[0], COLLEAGUE.address)
    real = real.replace(corpus.sent_id(6).encode(), outgoing.message_id.encode())
    real_servers.deliver(PRACTICE.address, real)
    await told(office, outgoing)
    row = await office.until_row(PATIENTS, "Votre bilan")
    assert row.fate is None
    assert [e.sent_id for e in office.events if isinstance(e, FateLearnt)] == [outgoing.message_id]
    found: list[MessageSummary] = []
    async with asyncio.timeout(20):
        while len(found) < 2:
            await asyncio.sleep(0.02)
            found = [one for one in await office.rows(await office.inbox()) if one.is_from_nobody]
    told_by = [one for report in found for one in await office.engine.reports.told_by(report)]
    assert [one.sent_id for one in told_by] == [outgoing.message_id]


async def test_a_report_that_returns_a_large_message_is_read_by_its_beginning(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    outgoing = await sent(office, COLLEAGUE.address, "Avis")
    raw = corpus.exim(6, corpus.REFUSALS[3], COLLEAGUE.address) + b"x" * 900 * 1024
    raw = raw.replace(corpus.sent_id(6).encode(), outgoing.message_id.encode())
    real_servers.deliver(PRACTICE.address, raw)
    event = await told(office, outgoing)
    assert event.error is not None
    report = await office.until_row(await office.inbox(), REPORT_SUBJECT)
    assert not report.body_held


REPORT_SUBJECT = "Mail delivery failed: returning message to sender"


class Unreadable:
    """What happens to those who ask for a whole message, as long as `is_now` says so."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        is_now: Callable[[bytes], bool],
        refuse: Callable[[ImapServer], MailerError],
    ) -> None:
        self.asked: list[int] = []
        content = ImapServer.content

        async def _content(server: ImapServer, uid: int, *more: Any) -> bytes | None:
            self.asked.append(uid)
            found = await content(server, uid, *more)
            if is_now(found or b""):
                raise refuse(server)
            return found

        monkeypatch.setattr(ImapServer, "content", _content)

    async def until_asked(self) -> None:
        async with asyncio.timeout(20):
            while not self.asked:
                await asyncio.sleep(0.01)


def busy(_: ImapServer) -> MailerError:
    return CommandRefused("NO [UNAVAILABLE] Internal error occurred")


def cut(server: ImapServer) -> MailerError:
    server._line.break_off(LineLost())
    return LineLost()


async def test_a_report_that_the_server_refuses_for_a_moment_is_read_later(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await open_office(poll_s=3600.0)
    await office.confirm(BOUNCES["5.1.1"].partition("@")[0])
    is_busy = True
    unreadable = Unreadable(monkeypatch, lambda _: is_busy, busy)
    outgoing = await sent(office, BOUNCES["5.1.1"])
    await unreadable.until_asked()
    await asyncio.sleep(0.2)
    is_busy = False
    office.engine.synchronise()
    event = await told(office, outgoing)
    assert isinstance(event.error, NotDelivered)


@pytest.mark.parametrize("refuse", [busy, cut])
async def test_a_report_that_the_server_cannot_give_holds_up_no_other_one(
    open_office: OpenOffice,
    real_servers: RealServers,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[[ImapServer], MailerError],
) -> None:
    office = await open_office(poll_s=0.5, second_chance_s=0.1)
    outgoing = await sent(office, COLLEAGUE.address, "Avis")
    ours = corpus.postfix(6, corpus.REFUSALS[0], COLLEAGUE.address)
    ours = ours.replace(corpus.sent_id(6).encode(), outgoing.message_id.encode())
    damaged = corpus.postfix(5, corpus.REFUSALS[1], PATIENT.address)
    unreadable = Unreadable(monkeypatch, lambda raw: PATIENT.address.encode() in raw, refuse)
    office.engine.pause_sync()
    for raw in (damaged, ours, damaged):
        real_servers.deliver(PRACTICE.address, raw)
    office.engine.resume_sync()
    await told(office, outgoing)
    await asyncio.sleep(2)
    assert len(unreadable.asked) < 20
