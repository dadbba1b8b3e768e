"""What any `Journal` promises; a test module inherits it and says how a store is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.message_store_contract import ARCHIVE, HELENE, INBOX, MARC, SENT, letter, patient

from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.journal import (
    FIRST_DIGEST,
    ChainCheck,
    ChainReport,
    Deed,
    JournalEntry,
    JournalFilter,
    JournalLine,
    Link,
    MessageTrace,
    cut_words,
    journal_time,
)
from tui_mailer.domain.ports import AccountStore
from tui_mailer.domain.safe_text import safe_line

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL = JournalFilter()


def entry(minute: int = 0, deed: Deed = Deed.READ, **texts: str) -> JournalEntry:
    """A line written `minute` minutes after noon."""
    plain = JournalEntry(
        at=journal_time(NOON + timedelta(minutes=minute)),
        account=safe_line("jeanne.martin@hopital.mssante.fr"),
        system_user=safe_line("jeanne"),
        deed=safe_line(deed.value),
    )
    changes: dict[str, Any] = {name: safe_line(text) for name, text in texts.items()}
    return replace(plain, **changes)


async def lines_of(store: AccountStore) -> list[JournalLine]:
    return list(await store.journal_slice(0, 1_000))


async def checked(store: AccountStore) -> ChainReport:
    check = ChainCheck(await store.journal_ends())
    check.take(await lines_of(store))
    return check.finish()


class JournalContract:
    async def test_lines_are_kept_as_they_were_written_and_numbered_from_1(
        self, store: AccountStore
    ) -> None:
        written = [entry(0, Deed.LOGIN, answer="OK"), entry(1, patient=HELENE, message_id="<1@x>")]
        await store.add_to_journal(written)
        await store.add_to_journal([entry(2)])
        lines = await lines_of(store)
        assert [line.number for line in lines] == [1, 2, 3]
        assert [line.entry for line in lines] == [*written, entry(2)]

    async def test_an_untouched_journal_holds(self, store: AccountStore) -> None:
        assert (await checked(store)).holds
        await store.add_to_journal([entry(minute) for minute in range(5)])
        report = await checked(store)
        assert report.holds
        assert report.line_count == 5
        assert report.last.number == 5

    async def test_equal_lines_have_different_digests(self, store: AccountStore) -> None:
        await store.add_to_journal([entry(), entry()])
        first, second = await lines_of(store)
        assert first.digest != second.digest

    async def test_lines_are_listed_newest_first_in_pages(self, store: AccountStore) -> None:
        await store.add_to_journal([entry(minute) for minute in range(10)])
        assert await store.journal_count(ALL) == 10
        page = await store.journal_rows(ALL, 2, 5)
        assert [line.number for line in page] == [8, 7, 6]

    async def test_lines_are_found_by_patient_message_deed_and_folder(
        self, store: AccountStore
    ) -> None:
        await store.add_to_journal(
            [
                entry(0, Deed.SENT, patient=HELENE, message_id="<a@x.fr>"),
                entry(1, Deed.READ, patient=MARC, message_id="<b@x.fr>"),
                entry(2, Deed.MOVED, folder="Éléments envoyés"),
            ]
        )

        async def found(text: str = "", *patients: str) -> list[int]:
            rows = await store.journal_rows(JournalFilter(text, patients), 0, 10)
            assert await store.journal_count(JournalFilter(text, patients)) == len(rows)
            return [line.number for line in rows]

        assert await found("2 79 03") == [1]
        assert await found("", MARC) == [2]
        assert await found("<B@x") == [2]
        assert await found("envoi") == [1]
        assert await found("Éléments") == [3]
        assert await found("rien de tel") == []
        assert await found("%") == []

    async def test_old_lines_leave_by_the_beginning_and_the_chain_goes_on(
        self, store: AccountStore
    ) -> None:
        await store.add_to_journal([entry(minute) for minute in range(6)])
        fourth = (await lines_of(store))[3]
        taken = await store.cut_journal(
            entry(10, Deed.CUT), journal_time(NOON + timedelta(minutes=4))
        )
        assert taken == 4
        lines = await lines_of(store)
        assert [line.number for line in lines] == [5, 6, 7]
        assert lines[-1].entry.deed == Deed.CUT.value
        assert lines[-1].entry.detail == cut_words(Link(4, fourth.digest))
        assert (await checked(store)).holds

    async def test_the_line_that_records_a_cut_may_be_cut_later(self, store: AccountStore) -> None:
        for minute in range(1, 6):
            await store.add_to_journal([entry(minute)])
            now = journal_time(NOON + timedelta(minutes=minute))
            await store.cut_journal(entry(minute, Deed.CUT), now)
            assert (await checked(store)).holds
        assert (await lines_of(store))[0].number > 5

    async def test_a_line_dated_in_the_past_keeps_the_lines_before_a_younger_one(
        self, store: AccountStore
    ) -> None:
        await store.add_to_journal([entry(1), entry(60), entry(2)])
        limit = journal_time(NOON + timedelta(minutes=30))
        assert await store.cut_journal(entry(61, Deed.CUT), limit) == 1
        assert [line.number for line in await lines_of(store)] == [2, 3, 4]

    async def test_nothing_old_means_nothing_written(self, store: AccountStore) -> None:
        assert await store.cut_journal(entry(0, Deed.CUT), journal_time(NOON)) == 0
        await store.add_to_journal([entry(5)])
        assert await store.cut_journal(entry(6, Deed.CUT), journal_time(NOON)) == 0
        assert len(await lines_of(store)) == 1

    async def test_a_new_journal_begins_with_the_digest_of_nothing(
        self, store: AccountStore
    ) -> None:
        ends = await store.journal_ends()
        assert ends.before == ends.last == Link(0, FIRST_DIGEST)
        assert ends.vouched

    async def test_the_time_of_the_newest_mail_is_the_servers(self, store: AccountStore) -> None:
        assert await store.newest_mail_at() is None
        await store.save_folders([INBOX, ARCHIVE, SENT])
        assert await store.newest_mail_at() is None
        folders = {folder.role: folder for folder in await store.folders()}
        await store.add_messages(folders[FolderRole.SENT].id, [letter(90)])
        assert await store.newest_mail_at() is None
        await store.add_messages(folders[FolderRole.ARCHIVE].id, [letter(7)])
        await store.add_messages(folders[FolderRole.INBOX].id, [letter(5), letter(3)])
        assert await store.newest_mail_at() == NOON + timedelta(minutes=7)

    async def test_messages_are_named_wherever_they_wait(self, store: AccountStore) -> None:
        inbox, archive = await _with_messages(store)
        rows = {row.uid: row.id for row in await store.summaries(range(1, 10))}
        await store.move_messages([rows[2]], archive.id)
        await store.expunge_messages([rows[3]])
        assert await store.traces(inbox.name, [1, 2, 3, 4]) == {
            1: MessageTrace("<1@exemple.fr>"),
            2: MessageTrace("<2@exemple.fr>", HELENE),
            3: MessageTrace("<3@exemple.fr>"),
        }
        assert await store.traces(archive.name, [1, 2, 3]) == {}


async def _with_messages(store: AccountStore) -> tuple[Folder, Folder]:
    await store.save_folders([INBOX, ARCHIVE])
    inbox, archive = await store.folders()
    sender = patient(HELENE, "Hélène")
    await store.add_messages(inbox.id, [letter(1), letter(2, sender=sender), letter(3)])
    return inbox, archive
