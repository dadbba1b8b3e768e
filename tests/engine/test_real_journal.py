"""The journal on real Dovecot and Postfix: what the servers answered stands in it."""

import asyncio

import pytest
from engine_helpers import Office, OpenOffice, letter
from mail_samples import received
from servers.people import COLLEAGUE, FULL, PATIENT, PRACTICE, UNKNOWN_PATIENT
from servers.practice import RealServers

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.journal import Deed, JournalEntry, JournalFilter

pytestmark = pytest.mark.xdist_group("servers")

INS = "279035121518989"


async def until_lines(office: Office, deed: Deed, count: int = 1) -> list[JournalEntry]:
    """Wait for `count` lines of a deed; oldest first."""
    async with asyncio.timeout(20):
        while True:
            await office.engine.journal.flush()
            rows = await office.engine.journal.rows(JournalFilter(), 0, 1_000)
            found = [line.entry for line in reversed(rows) if line.entry.deed == deed.value]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


async def test_a_day_of_work_leaves_its_trace_with_the_servers_answers(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("Bilan", sender=PATIENT.address))
    office = await open_office(poll_s=3600.0)
    actions = office.engine.actions
    row = await office.until_row(await office.inbox(), "Bilan")
    await office.read(row)
    await actions.mark([row.id], ActionKind.FLAG)
    await until_lines(office, Deed.MARKED)
    await actions.delete([row.id])
    await until_lines(office, Deed.MOVED)
    await office.until_row(await office.view(FolderRole.TRASH), "Bilan")
    await actions.expunge([row.id])

    trash = await office.folder(FolderRole.TRASH)
    (marked,) = await until_lines(office, Deed.MARKED)
    (moved,) = await until_lines(office, Deed.MOVED)
    (removed,) = await until_lines(office, Deed.EXPUNGED)
    (fetched,) = await until_lines(office, Deed.FETCHED)
    (read,) = await until_lines(office, Deed.READ)
    assert (marked.folder, marked.uid, marked.detail, marked.answer) == (
        "INBOX",
        row.uid,
        "suivi",
        "OK",
    )
    assert (moved.folder, moved.uid, moved.detail) == ("INBOX", row.uid, f"vers {trash.name}")
    assert moved.answer == f"OK ; UID {removed.uid}"
    assert (removed.folder, removed.answer) == (trash.name, "OK")
    for line in (fetched, read, marked, moved, removed):
        assert (line.message_id, line.patient) == (row.message_id, INS)
    assert all(line.answer == "OK" for line in await until_lines(office, Deed.LOGIN, 3))
    assert (await office.engine.journal.check()).holds


async def test_sending_notes_postfix_s_words_its_refusals_and_the_end_of_an_exchange(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office()
    await office.confirm(INS)
    for draft in (letter(PATIENT.address, "Votre bilan"), letter(PATIENT.address, END_SUBJECT)):
        review = await office.engine.writing.review(draft)
        outgoing = await office.engine.writing.send(draft, review.questions)
        await office.until_outgoing(outgoing, OutgoingState.SENT)
    first, last = await until_lines(office, Deed.SENT, 2)
    assert first.patient == last.patient == INS
    assert first.message_id != last.message_id
    assert first.answer.startswith("2")
    assert "queued as" in first.answer
    (ended,) = await until_lines(office, Deed.EXCHANGE_ENDED)
    assert ended.message_id == last.message_id
    copies = await until_lines(office, Deed.COPIED, 2)
    assert [copy.message_id for copy in copies] == [first.message_id, last.message_id]
    assert all(copy.uid > 0 and copy.answer == "OK" for copy in copies)

    await office.confirm(UNKNOWN_PATIENT[:15])
    outgoing = await office.engine.writing.send(letter(UNKNOWN_PATIENT, "Bilan"))
    await office.until_outgoing(outgoing, OutgoingState.FAILED)
    refused = (await until_lines(office, Deed.SENT, 3))[-1]
    assert refused.answer.startswith(f"refusé : {UNKNOWN_PATIENT} : 550 5.1.1")
    assert "bilan" not in str(await until_lines(office, Deed.SENT, 3)).lower()
    assert real_servers.mailbox(COLLEAGUE.address) == []


async def test_a_copy_that_dovecot_refuses_is_noted_as_refused(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(login=FULL.address)
    draft = letter(COLLEAGUE.address, "Pleine", "x" * 40_000)
    outgoing = await office.engine.writing.send(draft)
    (line, *_) = await until_lines(office, Deed.COPIED)
    assert line.message_id == outgoing.message_id
    assert line.answer.startswith("refusé : ")
    assert await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"Pleine")
