"""Drafts in the server's folder of drafts, on a real Dovecot: soon there, once, and gone when sent."""

import asyncio
import email
import email.policy
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engine.sync_stage import Ear, OtherClient
from engine_helpers import PATIENTS, Office, OpenOffice, letter
from mail_samples import received
from servers.people import COLLEAGUE, DRAFTS, PATIENT, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import CommandRefused, LineLost, SendRefused
from tui_mailer.domain.events import DraftStored, DraftTaken
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags, FolderView, MessageSummary
from tui_mailer.engine import draft_copies
from tui_mailer.engine.queued_elsewhere import SentElsewhere
from tui_mailer.engine.resuming import DraftHandedOver, DraftMarkedDeleted

INS = "279035121518989"
SOON = {"server_drafts_s": 0.04}


def on_server(servers: RealServers) -> list[bytes]:
    return [raw for folder, raw in servers.mailbox(PRACTICE.address) if folder == DRAFTS]


async def saved(office: Office, draft: Draft) -> Draft:
    """Typed in a composer that was left open or closed; here and on the server."""
    keeper = office.engine.keep_draft(draft)
    keeper.edited(replace(draft, body=draft.body + " "))
    office.events.clear()
    kept = await keeper.save()
    office.engine.release_draft(keeper)
    await office.until(lambda: DraftStored(kept.id) in office.events)
    return kept


async def drafts_view(office: Office) -> FolderView:
    await office.inbox()
    return await office.view(FolderRole.DRAFTS)


async def marked_deleted(office: Office, count: int) -> list[MessageSummary]:
    """The rows of the folder of drafts, once `count` are there and all are marked as deleted."""
    view = await drafts_view(office)
    found: list[MessageSummary] = []
    async with asyncio.timeout(20):
        while len(found) != count or any(Flags.DELETED not in row.flags for row in found):
            await asyncio.sleep(0.02)
            found = await office.rows(view)
    return found


async def test_a_draft_is_on_the_server_with_all_that_was_written(
    open_office: OpenOffice, real_servers: RealServers, tmp_path: Path
) -> None:
    office = await open_office(**SOON)
    (tmp_path / "bilan é.pdf").write_bytes(b"%PDF-1.7")
    attachment = await office.engine.writing.attach(tmp_path / "bilan é.pdf")
    draft = replace(
        letter(COLLEAGUE.address, "Avis à donner", "Cher confrère,\nœdème"),
        bcc=(Address.received("secret@cabinet.mssante.fr"),),
        attachments=(attachment,),
    )
    await saved(office, draft)
    (raw,) = on_server(real_servers)
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert (found["To"], found["Subject"]) == (COLLEAGUE.address, "Avis à donner")
    assert found["Bcc"] == "secret@cabinet.mssante.fr"
    assert [part.get_content() for part in found.iter_attachments()] == [b"%PDF-1.7"]
    assert real_servers.flags(PRACTICE.address, DRAFTS)[0] >= {r"\Draft", r"\Seen"}
    view = await drafts_view(office)
    await office.until_subjects(view, "Avis à donner")


async def test_a_newer_version_takes_the_place_of_the_older_one(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(**SOON)
    first = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    await saved(office, replace(first, body="un, deux"))
    (raw,) = on_server(real_servers)
    assert b"un, deux" in raw
    view = await drafts_view(office)
    await office.until_subjects(view, "Avis")


async def test_a_line_lost_before_the_older_version_is_removed_leaves_both_then_one(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await open_office(**SOON)
    first = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    seen: list[int] = []
    expunge = ImapServer.expunge

    async def cut(server: ImapServer, uids: list[int]) -> None:
        seen.append(len(on_server(real_servers)))
        if len(seen) == 1:
            await server.close()
            raise LineLost
        await expunge(server, uids)

    monkeypatch.setattr(ImapServer, "expunge", cut)
    await saved(office, replace(first, body="un, deux"))
    assert seen == [2, 2], "never none, and not stored a second time"
    (raw,) = on_server(real_servers)
    assert b"un, deux" in raw


async def test_a_draft_that_was_sent_leaves_the_server_and_not_before(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(**SOON, undo_send_s=3600.0)
    draft = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    view = await drafts_view(office)
    await office.until_subjects(view, "Avis")
    row = (await office.rows(view))[0]
    await office.read(row)
    outgoing = await office.engine.writing.send(draft)
    assert len(on_server(real_servers)) == 1
    with pytest.raises(DraftHandedOver):
        await office.engine.resuming.resume(row.id)
    await office.engine.outbox.hurry()
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await office.until_subjects(view)
    assert on_server(real_servers) == []


async def test_without_uidplus_versions_go_unless_another_client_marked_something(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ear(hidden={"UIDPLUS"}).install(monkeypatch)
    office = await open_office(**SOON)
    first = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    second = await saved(office, replace(first, body="un, deux"))
    (raw,) = on_server(real_servers)
    assert b"un, deux" in raw

    real_servers.deliver(PRACTICE.address, received("Ailleurs"), DRAFTS, [r"\Deleted"])
    third = await saved(office, replace(second, body="un, deux, trois"))
    await office.until_outgoing(await office.engine.writing.send(third), OutgoingState.SENT)
    assert len(on_server(real_servers)) == 3, "what another client marked is not ours to remove"
    elsewhere = await open_office(machine="autre poste")
    for at, refused in ((office, DraftHandedOver), (elsewhere, DraftMarkedDeleted)):
        for row in await marked_deleted(at, 3):
            if row.subject == "Avis":
                await at.read(row)
                with pytest.raises(refused):
                    await at.engine.resuming.resume(row.id)

    other = OtherClient(real_servers)
    (theirs,) = [row.uid for row in await marked_deleted(office, 3) if row.subject != "Avis"]
    other.expunge(DRAFTS, [theirs])
    other.close()
    await office.engine.discard_draft((await saved(office, letter(COLLEAGUE.address, "Bilan"))).id)
    await office.until_subjects(await drafts_view(office))
    assert on_server(real_servers) == [], "those that stayed go with the next"


@pytest.mark.parametrize("answer", ["nothing", "a refusal", "everything"])
async def test_without_a_search_by_header_versions_are_found_all_the_same(
    open_office: OpenOffice,
    real_servers: RealServers,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    find_header = ImapServer.find_header

    async def find(server: ImapServer, name: str, value: str) -> Sequence[int]:
        if name == "Message-ID":
            return await find_header(server, name, value)
        if answer == "a refusal":
            raise CommandRefused
        return await server.uids() if answer == "everything" else []

    monkeypatch.setattr(ImapServer, "find_header", find)
    office = await open_office(**SOON)
    first = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    (raw,) = on_server(real_servers)
    taken_over = raw.replace(b"X-Tui-Mailer-Draft", b"X-Ailleurs").replace(b"Avis", b"Ailleurs")
    real_servers.deliver(PRACTICE.address, taken_over, DRAFTS)
    second = await saved(office, replace(first, body="un, deux"))
    assert len(on_server(real_servers)) == 2
    assert b"un, deux" in on_server(real_servers)[1]
    assert b"X-Ailleurs" in on_server(real_servers)[0], "another client went on with it"
    await office.until_outgoing(await office.engine.writing.send(second), OutgoingState.SENT)
    view = await drafts_view(office)
    await office.until_subjects(view, "Ailleurs")


async def test_a_draft_discarded_while_offline_leaves_the_server_at_the_next_start(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(**SOON)
    draft = await saved(office, letter(COLLEAGUE.address, "Avis"))
    await office.close()
    offline = await open_office(start=False)
    await offline.engine.discard_draft(draft.id)
    await offline.close()
    assert len(on_server(real_servers)) == 1
    again = await open_office()
    view = await drafts_view(again)
    await again.until_subjects(view)
    assert on_server(real_servers) == []


async def test_what_was_written_before_a_crash_reaches_the_server_at_the_next_start(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    offline = await open_office(start=False)
    keeper = offline.engine.keep_draft(Draft())
    keeper.edited(letter(COLLEAGUE.address, "Avis"))
    draft = await keeper.save()
    await offline.close()
    office = await open_office()
    await office.until(lambda: DraftStored(draft.id) in office.events)
    assert b"Subject: Avis" in on_server(real_servers)[0]


async def test_our_own_copy_is_resumed_as_the_draft_it_is(
    open_office: OpenOffice,
) -> None:
    office = await open_office(**SOON)
    draft = await saved(office, letter(COLLEAGUE.address, "Avis", "un"))
    view = await drafts_view(office)
    row = await office.until_row(view, "Avis")
    await office.read(row)
    resumed = await office.engine.resuming.resume(row.id)
    assert resumed.draft == draft


async def test_another_machine_goes_on_with_the_draft_and_takes_its_place(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    here = await open_office(**SOON)
    await saved(here, letter(COLLEAGUE.address, "Avis", "un"))
    await here.close()
    there = await open_office(machine="autre poste", **SOON)
    view = await drafts_view(there)
    row = await there.until_row(view, "Avis")
    await there.read(row)
    there.events.clear()
    draft = (await there.engine.resuming.resume(row.id)).draft
    assert (draft.subject, draft.body.strip()) == ("Avis", "un")
    assert [address.mailbox for address in draft.to] == [COLLEAGUE.address]
    await there.until(lambda: DraftStored(draft.id) in there.events)
    await saved(there, replace(draft, body="un, deux"))
    (raw,) = on_server(real_servers)
    assert b"un, deux" in raw


async def taken_over(there: Office) -> Draft:
    """The draft of another machine, gone on with."""
    row = await there.until_row(await drafts_view(there), "Avis")
    await there.read(row)
    return (await there.engine.resuming.resume(row.id)).draft


async def test_another_machines_draft_is_gone_on_with_once_until_its_place_is_taken(
    open_office: OpenOffice,
) -> None:
    """The row stays for up to a minute; a second draft of it would be sent twice."""
    here = await open_office(**SOON)
    await saved(here, letter(COLLEAGUE.address, "Avis", "un"))
    await here.close()
    there = await open_office(machine="autre poste", server_drafts_s=600.0)
    first = await taken_over(there)
    keeper = there.engine.keep_draft(first)
    keeper.edited(replace(first, body="un, deux"))
    kept = await keeper.save()
    there.engine.release_draft(keeper)
    assert await taken_over(there) == kept
    assert await there.engine.drafts() == [kept]
    await there.engine.discard_draft(kept.id)
    with pytest.raises(DraftHandedOver):
        await taken_over(there)


@pytest.mark.parametrize("only_marked", [False, True])
async def test_a_draft_sent_from_another_machine_is_not_sent_from_here_unawares(
    open_office: OpenOffice,
    real_servers: RealServers,
    monkeypatch: pytest.MonkeyPatch,
    only_marked: bool,
) -> None:
    if only_marked:
        Ear(hidden={"UIDPLUS"}).install(monkeypatch)
    here = await open_office(**SOON)
    first = await saved(here, letter(COLLEAGUE.address, "Avis", "un"))
    draft = await saved(here, replace(first, body="un, deux"))
    there = await open_office(machine="autre poste", **SOON)
    await there.until_row(await drafts_view(there), "Avis")
    here.engine.look_at_drafts()
    await here.until_row(await drafts_view(here), "Avis")
    if only_marked:
        real_servers.deliver(PRACTICE.address, received("Ailleurs"), DRAFTS, [r"\Deleted"])
    assert (await here.engine.writing.review(draft)).questions == (), "it was replaced from here"

    sent = await there.engine.writing.send(await taken_over(there))
    await there.until_outgoing(sent, OutgoingState.SENT)
    async with asyncio.timeout(20):
        while not await here.engine.drafts_taken_elsewhere():
            here.engine.look_at_drafts()
            await asyncio.sleep(0.05)
    assert await here.engine.drafts() == [draft], "what was written here stays"
    with pytest.raises(SendRefused):
        await here.engine.writing.send(draft)
    questions = (await here.engine.writing.review(draft)).questions
    assert [question.code for question in questions] == ["taken_elsewhere"]
    await here.engine.writing.send(draft, questions)


async def queued_offline(open_office: OpenOffice) -> tuple[Draft, Outgoing]:
    """Written with a line, handed over without one."""
    here = await open_office(**SOON)
    draft = await saved(here, letter(COLLEAGUE.address, "Avis", "un"))
    await here.close()
    offline = await open_office(start=False, **SOON)
    outgoing = await offline.engine.writing.send(draft)
    await offline.close()
    return draft, outgoing


async def test_what_waits_here_and_was_sent_elsewhere_meanwhile_is_not_sent_twice(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    draft, outgoing = await queued_offline(open_office)
    there = await open_office(machine="autre poste", **SOON)
    sent = await there.engine.writing.send(await taken_over(there))
    await there.until_outgoing(sent, OutgoingState.SENT)
    again = await open_office(**SOON)
    change = await again.until_outgoing(outgoing, OutgoingState.FAILED)
    assert isinstance(change.error, SentElsewhere)
    reopened = await again.engine.outbox.take_back(outgoing.id)
    assert reopened is not None
    assert reopened.id == draft.id
    questions = (await again.engine.writing.review(reopened)).questions
    assert [question.code for question in questions] == ["taken_elsewhere"]
    received_by_colleague = [raw for _, raw in real_servers.mailbox(COLLEAGUE.address)]
    assert len(received_by_colleague) == 1


async def test_what_waits_here_leaves_when_nobody_took_it_or_the_user_wants_it(
    open_office: OpenOffice,
) -> None:
    _, outgoing = await queued_offline(open_office)
    again = await open_office(**SOON)
    await again.until_outgoing(outgoing, OutgoingState.SENT)
    await again.close()
    _, outgoing = await queued_offline(open_office)
    there = await open_office(machine="autre poste", **SOON)
    theirs = await taken_over(there)
    await there.until(lambda: DraftStored(theirs.id) in there.events)
    again = await open_office(**SOON)
    await again.until_outgoing(outgoing, OutgoingState.FAILED)
    assert await again.engine.outbox.retry(outgoing.id)
    await again.until_outgoing(outgoing, OutgoingState.SENT)


async def test_a_draft_changed_here_offline_after_another_machine_took_it_is_stored_and_asked_about(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    here = await open_office(**SOON)
    draft = await saved(here, letter(COLLEAGUE.address, "Avis", "un"))
    await here.close()
    there = await open_office(machine="autre poste", **SOON)
    theirs = await taken_over(there)
    await there.until(lambda: DraftStored(theirs.id) in there.events)
    again = await open_office(start=False, **SOON)
    keeper = again.engine.keep_draft(draft)
    keeper.edited(replace(draft, body="un, deux"))
    await keeper.save()
    again.engine.release_draft(keeper)
    assert await again.engine.drafts_taken_elsewhere() == frozenset(), "offline, nothing is known"
    again.engine.start()
    await again.until(lambda: DraftStored(draft.id) in again.events)
    assert DraftTaken(draft.id) in again.events
    assert await again.engine.drafts_taken_elsewhere() == {draft.id}
    assert [b"un, deux" in raw for raw in on_server(real_servers)] == [False, True]


async def test_a_draft_with_attachments_is_taken_over_whole_and_none_stays_behind(
    open_office: OpenOffice, real_servers: RealServers, tmp_path: Path
) -> None:
    here = await open_office(**SOON)
    (tmp_path / "bilan.pdf").write_bytes(b"%PDF-1.7")
    attachment = await here.engine.writing.attach(tmp_path / "bilan.pdf")
    await saved(here, replace(letter(COLLEAGUE.address, "Avis"), attachments=(attachment,)))
    await here.close()
    (tmp_path / "bilan.pdf").unlink()
    there = await open_office(machine="autre poste", **SOON)
    view = await drafts_view(there)
    old = await there.until_row(view, "Avis")
    draft = await saved(there, await taken_over(there))
    async with asyncio.timeout(20):
        while [row.id for row in await there.rows(view)] in ([], [old.id]):
            await asyncio.sleep(0.02)
    await there.until_subjects(view, "Avis")
    (raw,) = on_server(real_servers)
    stored = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.get_content() for part in stored.iter_attachments()] == [b"%PDF-1.7"]
    (kept,) = draft.attachments
    assert await there.engine.writing.attachment_content(kept) == b"%PDF-1.7"


async def test_another_clients_draft_is_a_new_draft_and_stays_where_it_is(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(
        PRACTICE.address, received("Ailleurs", body="à finir"), DRAFTS, [r"\Draft"]
    )
    office = await open_office(**SOON)
    view = await drafts_view(office)
    row = await office.until_row(view, "Ailleurs")
    await office.read(row)
    resumed = await office.engine.resuming.resume(row.id)
    assert (resumed.draft.id, resumed.draft.body) == (0, "à finir")
    await saved(office, resumed.draft)
    assert len(on_server(real_servers)) == 2


async def test_a_heavy_attachment_is_named_and_not_sent_up_each_minute(
    open_office: OpenOffice,
    real_servers: RealServers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(draft_copies, "LARGEST_WITH_ATTACHMENTS_BYTES", 10_000)
    here = await open_office(**SOON)
    (tmp_path / "écho.dcm").write_bytes(bytes(20_000))
    attachment = await here.engine.writing.attach(tmp_path / "écho.dcm")
    await saved(here, replace(letter(COLLEAGUE.address, "Avis"), attachments=(attachment,)))
    await here.close()
    assert len(on_server(real_servers)[0]) < 5_000
    there = await open_office(machine="autre poste")
    view = await drafts_view(there)
    row = await there.until_row(view, "Avis")
    await there.read(row)
    resumed = await there.engine.resuming.resume(row.id)
    assert resumed.left_out == ("écho.dcm",)
    assert resumed.draft.id == 0, "it stays there, and says so to whoever opens it next"


async def test_a_draft_to_a_patient_is_no_exchange_and_makes_no_contact(
    open_office: OpenOffice,
) -> None:
    office = await open_office(**SOON)
    to = (Address.received(PATIENT.address, "Dominique PAT-TROIS"),)
    await saved(office, replace(letter("", "Votre bilan"), to=to))
    view = await drafts_view(office)
    await office.until_subjects(view, "Votre bilan")
    assert await office.rows(PATIENTS) == []
    assert await office.engine.find_patients("") == []
    assert (await office.engine.exchange(INS)).state is ExchangeState.NONE
    assert await office.engine.reading.complete_address("pat-trois") == []

    (row,) = await office.rows(view)
    await office.engine.actions.delete([row.id])
    trash = await office.view(FolderRole.TRASH)
    await office.until_subjects(trash, "Votre bilan")
    assert await office.rows(PATIENTS) == []


async def test_drafts_stay_on_this_machine_when_told_so(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(server_drafts_s=0.0)
    keeper = office.engine.keep_draft(Draft())
    keeper.edited(letter(COLLEAGUE.address, "Avis"))
    await keeper.save()
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "Autre"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    assert on_server(real_servers) == []


async def test_the_age_of_a_copy_is_the_drafts_own(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office = await open_office(**SOON)
    before = datetime.now(UTC)
    draft = await saved(office, letter(COLLEAGUE.address, "Avis"))
    view = await drafts_view(office)
    row = await office.until_row(view, "Avis")
    assert draft.updated_at is not None
    assert abs((row.shown_at - draft.updated_at).total_seconds()) < 1
    assert before <= draft.updated_at
