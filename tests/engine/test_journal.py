"""The journal as the engine keeps it, on a server in memory and the real encrypted store."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, COLLEAGUE, INS, PATIENT, World, letter, opened, until_online
from engine_helpers import Office
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.account import Credentials
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import StoreFull
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.journal import Deed, JournalEntry, JournalFilter, JournalLine
from tui_mailer.engine.journal import Author, JournalKeeper

ALL = JournalFilter()


async def lines(office: Office, *deeds: Deed, chosen: JournalFilter = ALL) -> list[JournalEntry]:
    """What the journal holds, oldest first; of `deeds` only, when given."""
    await office.engine.journal.flush()
    rows = await office.engine.journal.rows(chosen, 0, 10_000)
    values = {deed.value for deed in deeds}
    return [line.entry for line in reversed(rows) if not deeds or line.entry.deed in values]


async def until_line(office: Office, deed: Deed, count: int = 1) -> list[JournalEntry]:
    """Wait until there are `count` lines of a deed."""
    async with asyncio.timeout(10):
        while len(found := await lines(office, deed)) < count:
            await asyncio.sleep(0.01)
    return found


async def test_who_when_and_where_stand_on_each_line(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world) as office:
        await until_online(office)
        await until_line(office, Deed.LOGIN, 3)
        for line in await lines(office):
            assert line.account == ACCOUNT.address
            assert datetime.fromisoformat(line.at).utcoffset() == timedelta(0)
        places = {line.detail: line.answer for line in await lines(office, Deed.LOGIN)}
        assert places == {
            "serveur de courrier imap.mssante.fr:143": "OK",
            "serveur d’envoi smtp.mssante.fr:587": "OK",
        }
        assert (await lines(office))[0].deed == Deed.OPENED.value


async def test_a_refused_password_is_noted_with_the_server_s_words(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world, start=False) as office:
        await world.secrets.remember(ACCOUNT, Credentials(ACCOUNT.address, "faux"))
        office.engine.start()
        (line, *_) = await until_line(office, Deed.LOGIN)
        assert line.answer == "refusé : NO [AUTHENTICATIONFAILED] refused"
        assert "faux" not in str(await lines(office))


async def test_a_synchronisation_is_one_line_a_folder(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(40):
        world.mailbox.deliver(letter(f"Lettre {number}"))
    async with opened(world) as office:
        await until_online(office)
        (line,) = await lines(office, Deed.SYNCHRONISED)
        assert (line.folder, line.detail, line.answer) == ("INBOX", "40 messages décrits", "OK")
        assert len(await lines(office)) < 10


async def test_reading_is_noted_once_and_so_is_loading_from_the_server(tmp_path: Path) -> None:
    world = World(tmp_path)
    content = letter("Compte rendu", f"Dominique <{PATIENT}>")
    uid = world.mailbox.deliver(content)
    async with opened(world) as office:
        row = await office.until_row(await office.inbox(), "Compte rendu")
        await office.read(row)
        (loaded,) = await lines(office, Deed.FETCHED)
        assert (loaded.folder, loaded.uid, loaded.patient) == ("INBOX", uid, INS)
        assert loaded.message_id == row.message_id
        assert loaded.answer == f"OK ; {len(content)} octets"
        (read,) = await lines(office, Deed.READ)
        assert (read.folder, read.uid, read.message_id) == ("INBOX", uid, row.message_id)
        await office.engine.reading.source(row.id)
        assert len(await lines(office, Deed.SOURCE_READ)) == 1


async def test_marking_moving_and_removing_are_noted_when_the_server_has_done_them(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    uid = world.mailbox.deliver(letter("Bilan"))
    world.mailbox.add_folder("Corbeille", FolderRole.TRASH)
    async with opened(world) as office:
        row = await office.until_row(await office.inbox(), "Bilan")
        await office.engine.actions.mark([row.id], ActionKind.FLAG)
        (marked,) = await until_line(office, Deed.MARKED)
        assert (marked.uid, marked.detail, marked.answer) == (uid, "suivi", "OK")
        await office.engine.actions.delete([row.id])
        (moved,) = await until_line(office, Deed.MOVED)
        assert (moved.folder, moved.uid, moved.detail) == ("INBOX", uid, "vers Corbeille")
        assert moved.answer.startswith("OK")
        await office.until_row(await office.view(FolderRole.TRASH), "Bilan")
        await office.engine.actions.expunge([row.id])
        (removed,) = await until_line(office, Deed.EXPUNGED)
        assert removed.folder == "Corbeille"
        for line in (marked, moved, removed):
            assert line.message_id == row.message_id


async def test_a_sent_message_is_noted_without_its_subject_and_so_is_its_copy(
    tmp_path: Path,
) -> None:
    async with opened(World(tmp_path)) as office:
        await until_online(office)
        await office.confirm(INS)
        to = (Address.received(PATIENT), Address.received(COLLEAGUE))
        draft = Draft(to=to, subject="Dépistage positif", body="Corps secret")
        outgoing = await _send_now(office, draft)
        (sent,) = await lines(office, Deed.SENT)
        assert (sent.message_id, sent.patient) == (outgoing.message_id, INS)
        assert sent.detail == "2 destinataires"
        assert sent.answer
        (copied,) = await lines(office, Deed.COPIED)
        assert (copied.message_id, copied.patient) == (outgoing.message_id, INS)
        assert copied.uid > 0
        everything = str(await lines(office))
        for secret in ("positif", "secret", "Bonjour"):
            assert secret not in everything


async def test_the_end_of_an_exchange_is_a_line_of_its_own(tmp_path: Path) -> None:
    async with opened(World(tmp_path)) as office:
        await until_online(office)
        await office.confirm(INS)
        await _send_now(office, Draft(to=(Address.received(PATIENT),), subject=END_SUBJECT))
        (ended,) = await lines(office, Deed.EXCHANGE_ENDED)
        assert ended.patient == INS


async def _send_now(office: Office, draft: Draft) -> Outgoing:
    questions = (await office.engine.writing.review(draft)).questions
    outgoing = await office.engine.writing.send(draft, questions)
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    return outgoing


async def test_a_confirmed_identity_is_noted_with_what_was_shown(tmp_path: Path) -> None:
    async with opened(World(tmp_path), start=False) as office:
        await office.confirm(INS)
        (line,) = await lines(office, Deed.IDENTITY_CONFIRMED)
        assert (line.patient, line.detail) == (INS, "Femme, 1979, Marne")


async def test_a_saved_attachment_is_noted_without_its_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    head = b"From: jean.durand@medecin.mssante.fr\r\nSubject: PJ\r\nMessage-ID: <pj@x.fr>\r\n"
    part = b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="VIH.pdf"'
    world.mailbox.deliver(head + part + b"\r\n\r\n%PDF-1.4\r\n")
    async with opened(world) as office:
        row = await office.until_row(await office.inbox(), "PJ")
        await office.read(row)
        await office.engine.reading.save_attachment(row.id, 0, tmp_path)
        (line,) = await lines(office, Deed.ATTACHMENT_SAVED)
        assert (line.message_id, line.detail) == ("<pj@x.fr>", "pièce jointe n° 1")
        assert "VIH" not in str(await lines(office))


# --- keeping it


class _FullJournal:
    """A journal on a disk that is full until `room` is set."""

    def __init__(self) -> None:
        self.room = False
        self.written: list[JournalEntry] = []

    async def add_to_journal(self, entries: Sequence[JournalEntry]) -> None:
        await asyncio.sleep(0)
        if not self.room:
            raise StoreFull
        self.written += entries


def keeper(journal: _FullJournal) -> JournalKeeper:
    author = Author("a@b.mssante.fr", "marie")
    return JournalKeeper(journal, author, lambda: datetime.now(UTC))  # type: ignore[arg-type]  # (writes alone are tried)


async def test_lines_wait_in_order_while_the_disk_is_full() -> None:
    journal = _FullJournal()
    journals = keeper(journal)
    journals.note(Deed.READ, detail="1")
    with pytest.raises(StoreFull):
        await journals.flush()
    journals.note(Deed.READ, detail="2")
    journal.room = True
    await journals.flush()
    assert [line.detail for line in journal.written] == ["1", "2"]
    assert {line.system_user for line in journal.written} == {"marie"}


async def test_a_line_noted_while_others_are_written_is_kept_once() -> None:
    journal = _FullJournal()
    journal.room = True
    journals = keeper(journal)
    for number in range(50):
        journals.note(Deed.READ, detail=str(number))
        if number % 3 == 0:
            flushing = asyncio.create_task(journals.flush())
            await asyncio.sleep(0)
            journals.note(Deed.READ, detail=f"{number} bis")
            await flushing
    await journals.flush()
    details = [line.detail for line in journal.written]
    assert len(details) == len(set(details)) == 50 + 17


async def test_a_hostile_text_becomes_safe_before_it_is_kept() -> None:
    journal = _FullJournal()
    journal.room = True
    journals = keeper(journal)
    journals.note(Deed.MOVED, folder="a\x1b[2Jb\ud800", answer="NO\r\nnon\x07")
    await journals.flush()
    (line,) = journal.written
    assert line.folder == "a␛[2Jb‹U+D800›"
    assert line.answer == "NO · non␇"


async def test_what_was_noted_is_on_disk_when_the_program_ends(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world, start=False) as office:
        for number in range(1_200):
            office.engine.journal.note(Deed.READ, detail=str(number))
    async with opened(world, start=False) as office:
        read = await lines(office, Deed.READ)
        assert [line.detail for line in read] == [str(number) for number in range(1_200)]
        assert (await office.engine.journal.check()).holds


async def test_lines_older_than_the_months_kept_leave_and_the_chain_holds(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clock.offset = timedelta(days=-400)
    async with opened(world, start=False) as office:
        office.engine.journal.note(Deed.READ, detail="il y a plus d’un an")
    world.clock.offset = timedelta(days=-10)
    async with opened(world, start=False) as office:
        office.engine.journal.note(Deed.READ, detail="la semaine dernière")
    world.clock.offset = timedelta()
    async with opened(world) as office:
        await until_line(office, Deed.CUT)
        assert [line.detail for line in await lines(office, Deed.READ)] == ["la semaine dernière"]
        assert (await office.engine.journal.check()).holds


async def test_a_clock_far_ahead_takes_nothing_out(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world, start=False) as office:
        office.engine.journal.note(Deed.READ)
    world.clock.offset = timedelta(days=20_000)
    async with opened(world, start=False) as office:
        assert await office.engine.journal.cut(6) == 0
        assert len(await lines(office, Deed.READ)) == 1


async def test_a_clock_that_stays_far_ahead_takes_nothing_out_though_it_writes_lines(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.mailbox.deliver(letter("du matin"), at=datetime.now(UTC))
    async with opened(world, start=False) as office:
        office.engine.journal.note(Deed.READ)
    async with opened(world) as office:
        await until_online(office)
    world.clock.offset = timedelta(days=2_000)
    for _ in range(2):
        async with opened(world) as office:
            await until_online(office)
            await office.engine.journal.flush()
            assert await office.engine.journal.cut(6) == 0
            assert len(await lines(office, Deed.READ)) == 1


async def test_a_line_touched_in_the_file_shows_in_the_check(tmp_path: Path) -> None:
    async with opened(World(tmp_path), start=False) as office:
        for _ in range(3):
            office.engine.journal.note(Deed.READ)
        await office.engine.journal.flush()

        def alter(sql: object) -> None:
            sql.execute("DROP TRIGGER journal_unchanged")  # type: ignore[attr-defined]  # (raw)
            sql.execute("UPDATE journal SET uid = 7 WHERE number = 2")  # type: ignore[attr-defined]

        await office.engine._store._database.write(alter)  # type: ignore[attr-defined]  # (raw)
        report = await office.engine.journal.check()
        assert [number for number, _ in report.faults] == [2]
        listed: list[JournalLine] = []
        await office.engine.journal.check(listed.extend)
        assert [line.number for line in listed] == [1, 2, 3]


async def test_a_message_refused_is_noted_with_the_recipient_s_refusal(tmp_path: Path) -> None:
    world = World(tmp_path, submission=FakeSubmission(unknown=frozenset({COLLEAGUE})))
    async with opened(world) as office:
        await until_online(office)
        draft = Draft(to=(Address.received(COLLEAGUE),), subject="x", body="y")
        outgoing = await office.engine.writing.send(draft)
        await office.until_outgoing(outgoing, OutgoingState.FAILED)
        (line,) = await lines(office, Deed.SENT)
        assert line.answer.startswith("refusé : jean.durand@medecin.mssante.fr : 550")
