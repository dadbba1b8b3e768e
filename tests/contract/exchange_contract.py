"""What any `MessageStore` promises about exchanges with patients: the list, and each one's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from contract.message_store_contract import (
    ARCHIVE,
    HELENE,
    INBOX,
    JEANNE,
    JUNK,
    MARC,
    NOON,
    SENT,
    letter,
    patient,
    to_send,
    with_folders,
)

from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import Aside, Flags, PatientsView, RemoteMessage
from tui_mailer.domain.patient_list import PatientFilter, Turn
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import SafeText

DRAFTS = RemoteFolder("Brouillons", "/", FolderRole.DRAFTS)
TRASH = RemoteFolder("Corbeille", "/", FolderRole.TRASH)


def received(uid: int, subject: str = "Question", matricule: str = HELENE) -> RemoteMessage:
    return letter(uid, subject, patient(matricule, "Hélène PETIT"))


def sent(uid: int, subject: str = "Réponse", matricule: str = HELENE) -> RemoteMessage:
    return letter(uid, subject, JEANNE, to=(patient(matricule),), flags=Flags.SEEN)


async def listed(
    store: MessageStore, narrowed: PatientFilter = PatientFilter.ALL
) -> dict[str, ExchangeState]:
    rows = await store.patient_rows(narrowed, 0, 100)
    assert await store.patient_count(narrowed) == len(rows)
    places = {row.id: place for place, row in enumerate(rows)}
    for row in await store.patient_rows(PatientFilter.ALL, 0, 100):
        assert await store.patient_place(narrowed, row.id) == places.get(row.id)
    return {row.id: row.exchange.state for row in rows}


class PatientListContract:
    async def test_each_patient_is_a_row_with_the_newest_message(self, store: MessageStore) -> None:
        inbox, outbox = await with_folders(store, INBOX, SENT)
        assert await store.patient_rows(PatientFilter.ALL, 0, 9) == []
        await store.add_messages(outbox, [sent(1), sent(2, matricule=MARC)])
        await store.add_messages(inbox, [received(3, "Merci"), received(4, "Encore")])
        helene, marc = await store.patient_rows(PatientFilter.ALL, 0, 9)
        assert (helene.id, helene.name, helene.message_count, helene.unread_count) == (
            HELENE,
            "Hélène PETIT",
            3,
            2,
        )
        assert (helene.last.subject, helene.last.outgoing, helene.turn) == (
            "Encore",
            False,
            Turn.OURS,
        )
        assert (marc.id, marc.unread_count, marc.turn) == (MARC, 0, Turn.PATIENTS)
        assert await store.patient_row(MARC) == marc
        assert await store.patient_row("255081416802538") is None

    async def test_pages_of_patients_join_up(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        numbers = [str(2_550_814_168_000 + n) for n in range(1, 41)]
        keyed = [f"{number}{97 - int(number) % 97:02}" for number in numbers]
        await store.add_messages(
            inbox, [received(uid, matricule=ins) for uid, ins in enumerate(keyed, 1)]
        )
        pages = [await store.patient_rows(PatientFilter.ALL, n, n + 7) for n in range(0, 40, 7)]
        assert [row.id for page in pages for row in page] == keyed[::-1]
        places = [await store.patient_place(PatientFilter.ALL, ins) for ins in keyed]
        assert places == list(range(40))[::-1]
        assert await store.patient_rows(PatientFilter.ALL, 40, 47) == []

    async def test_the_list_is_narrowed(self, store: MessageStore) -> None:
        inbox, outbox = await with_folders(store, INBOX, SENT)
        await store.add_messages(outbox, [sent(1), sent(2, "[FIN]", MARC)])
        await store.add_messages(inbox, [received(3), received(4, matricule="255081416802538")])
        ids = {row.id: row.last.id for row in await store.patient_rows(PatientFilter.ALL, 0, 9)}
        await store.change_flags([ids[HELENE]], Flags.SEEN, Flags.NONE)
        assert list(await listed(store)) == ["255081416802538", HELENE, MARC]
        assert list(await listed(store, PatientFilter.UNREAD)) == ["255081416802538"]
        assert list(await listed(store, PatientFilter.OPEN)) == [HELENE]
        assert list(await listed(store, PatientFilter.CLOSED)) == [MARC]
        assert (await listed(store))["255081416802538"] is ExchangeState.NONE

    async def test_what_is_noted_narrows_the_list_too(self, store: MessageStore) -> None:
        (outbox,) = await with_folders(store, SENT)
        await store.add_messages(outbox, [sent(1)])
        later = NOON + timedelta(hours=1)
        await store.save_exchange(Exchange(HELENE, ExchangeState.CLOSED, later, None, later))
        assert await listed(store, PatientFilter.OPEN) == {}
        assert await listed(store, PatientFilter.CLOSED) == {HELENE: ExchangeState.CLOSED}

    async def test_rows_follow_what_is_read_copied_moved_and_removed(
        self, store: MessageStore
    ) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)

        async def told() -> list[tuple[int, int, str]]:
            rows = await store.patient_rows(PatientFilter.ALL, 0, 9)
            return [(row.message_count, row.unread_count, row.last.subject) for row in rows]

        await store.add_messages(inbox, [received(1, "un"), received(2, "deux")])
        await store.add_messages(archive, [received(2, "deux")._replace(uid=9)])
        assert await told() == [(2, 2, "deux")]
        (two, one) = await store.rows(PatientsView(HELENE), 0, 9)
        await store.change_flags([two.id], Flags.SEEN, Flags.NONE)
        assert await told() == [(2, 1, "deux")]
        await store.move_messages([one.id], archive)
        assert await told() == [(2, 1, "deux")]
        await store.remove_messages(archive, [9])
        assert await told() == [(2, 2, "deux")]
        await store.remove_messages(inbox, [2])
        assert await told() == [(1, 1, "un")]
        await store.expunge_messages([one.id])
        assert await told() == []
        assert await store.patient_count(PatientFilter.ALL) == 0

    async def test_a_folder_that_vanishes_takes_its_patients(self, store: MessageStore) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        await store.add_messages(inbox, [received(1)])
        await store.add_messages(archive, [received(2), received(3, matricule=MARC)])
        await store.save_folders([INBOX])
        assert list(await listed(store)) == [HELENE]
        await store.reset_folder(inbox, 7)
        assert await listed(store) == {}

    async def test_what_patients_wrote_and_is_in_a_folder_is_to_be_filed_once(
        self, store: MessageStore
    ) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        anonymous = received(7)._replace(message_id="")
        await store.add_messages(inbox, [letter(1), received(2), sent(3), received(4), anonymous])
        rows = {str(row.subject): row.id for row in await store.rows(PatientsView(HELENE), 0, 9)}
        found = await store.messages_to_file(inbox, 9)
        assert len(found) == 3
        assert rows["Réponse"] not in found
        assert await store.messages_to_file(inbox, 1) == found[:1]
        await store.move_messages(found[:1], archive)
        assert await store.messages_to_file(inbox, 9) == found[1:]
        assert await store.messages_to_file(archive, 9) == []
        # Put back, in the same row or by another client in a new one
        await store.note_filed(found)
        await store.move_messages(found[:1], inbox)
        await store.remove_messages(inbox, [4])
        await store.add_messages(inbox, [received(4)._replace(uid=5), received(6)])
        (other,) = await store.messages_to_file(inbox, 9)
        assert other not in found

    async def test_a_draft_is_no_part_of_an_exchange(self, store: MessageStore) -> None:
        inbox, drafts = await with_folders(store, INBOX, DRAFTS)
        draft = sent(5, "pas encore parti")._replace(flags=Flags.DRAFT)
        await store.add_messages(drafts, [draft])
        assert await listed(store) == {}
        await store.add_messages(inbox, [received(1)])
        (row,) = await store.patient_rows(PatientFilter.ALL, 0, 9)
        assert (row.message_count, row.last.subject) == (1, "Question")
        assert [m.subject for m in await store.rows(PatientsView(HELENE), 0, 9)] == ["Question"]
        # A patient cannot hide a message by that flag.
        await store.add_messages(inbox, [received(2, "marqué")._replace(flags=Flags.DRAFT)])
        assert await store.count(PatientsView(HELENE)) == 2

    async def test_what_lies_in_the_bin_or_the_junk_is_marked_and_counts_for_nothing(
        self, store: MessageStore
    ) -> None:
        inbox, outbox, trash, junk = await with_folders(store, INBOX, SENT, TRASH, JUNK)

        async def told() -> tuple[int, int, str, Turn]:
            row = await store.patient_row(HELENE)
            assert row is not None
            return row.message_count, row.unread_count, str(row.last.subject), row.turn

        await store.add_messages(inbox, [received(1, "un"), received(5, "deux")])
        await store.add_messages(outbox, [sent(3)])
        await store.add_messages(junk, [received(9, "faux")])
        assert await told() == (4, 2, "deux", Turn.OURS)
        (faux, two, answer, one) = await store.rows(PatientsView(HELENE), 0, 9)
        assert [m.aside for m in (faux, two, answer, one)] == [Aside.JUNK, None, None, None]
        assert list(await listed(store, PatientFilter.NOT_READ)) == []

        await store.move_messages([two.id], trash)
        assert await told() == (4, 1, "Réponse", Turn.PATIENTS)
        assert list(await listed(store, PatientFilter.NOT_READ)) == [HELENE]
        marked = await store.rows(PatientsView(HELENE), 0, 9)
        assert [m.aside for m in marked] == [Aside.JUNK, Aside.BIN, None, None]
        # What was sent was sent, wherever its copy lies.
        await store.move_messages([answer.id], trash)
        assert await told() == (4, 1, "Réponse", Turn.PATIENTS)
        await store.move_messages([two.id], inbox)
        assert await told() == (4, 2, "deux", Turn.OURS)

    async def test_nothing_waits_where_all_that_is_left_lies_in_the_bin(
        self, store: MessageStore
    ) -> None:
        inbox, trash = await with_folders(store, INBOX, TRASH)
        await store.add_messages(inbox, [received(1), received(2, matricule=MARC)])
        await store.add_messages(trash, [received(3), received(4, matricule=MARC)])
        rows = {row.id: row for row in await store.patient_rows(PatientFilter.ALL, 0, 9)}
        await store.move_messages([rows[HELENE].last.id], trash)
        rows = {row.id: row for row in await store.patient_rows(PatientFilter.ALL, 0, 9)}
        helene, marc = rows[HELENE], rows[MARC]
        assert (marc.id, marc.unread_count, marc.turn) == (MARC, 1, Turn.OURS)
        assert (helene.id, helene.unread_count, helene.turn) == (HELENE, 0, Turn.NOBODYS)
        assert helene.last.aside is Aside.BIN

    async def test_a_folder_that_becomes_the_bin_sets_aside_what_it_holds(
        self, store: MessageStore
    ) -> None:
        (ordinary,) = await with_folders(store, replace(TRASH, role=FolderRole.ORDINARY))
        await store.add_messages(ordinary, [received(1)])
        await store.save_folders([TRASH])
        row = await store.patient_row(HELENE)
        assert row is not None
        assert (row.unread_count, row.last.aside) == (0, Aside.BIN)

    async def test_a_copy_in_the_bin_hides_no_message_that_is_elsewhere(
        self, store: MessageStore
    ) -> None:
        inbox, trash = await with_folders(store, INBOX, TRASH)
        await store.add_messages(inbox, [received(1)])
        later = NOON + timedelta(days=1)
        await store.add_messages(trash, [received(1)._replace(uid=9, received_at=later)])
        (row,) = await store.rows(PatientsView(HELENE), 0, 9)
        assert (row.folder_id, row.aside) == (inbox, None)
        await store.remove_messages(inbox, [1])
        (row,) = await store.rows(PatientsView(HELENE), 0, 9)
        assert (row.folder_id, row.aside) == (trash, Aside.BIN)

    async def test_an_end_that_waits_or_failed_is_told_and_closes_nothing(
        self, store: MessageStore
    ) -> None:
        (outbox,) = await with_folders(store, SENT)
        await store.add_messages(outbox, [sent(1)])
        ending = to_send(subject=SafeText("[FIN]"), patient=HELENE)
        queued = await store.queue(ending, b"", Draft())
        before = OutgoingState.QUEUED
        for state in (OutgoingState.SENDING, OutgoingState.FAILED, OutgoingState.UNCERTAIN):
            row = await store.patient_row(HELENE)
            assert row is not None
            assert (row.ending, row.exchange.state) == (before, ExchangeState.OPEN)
            await store.set_outgoing_state(queued.id, [before], state)
            before = state
        await store.set_outgoing_state(queued.id, [before], OutgoingState.COPY_MISSING)
        row = await store.patient_row(HELENE)
        assert row is not None
        assert row.ending is None

    async def test_nobody_waits_for_the_answer_to_a_message_that_takes_none(
        self, store: MessageStore
    ) -> None:
        (outbox,) = await with_folders(store, SENT)
        await store.queue(to_send("<1@exemple.fr>", patient=HELENE, final=True), b"", Draft())
        await store.add_messages(outbox, [sent(1)])
        row = await store.patient_row(HELENE)
        assert row is not None
        assert (row.exchange.state, row.turn) == (ExchangeState.OPEN, Turn.NOBODYS)
        await store.add_messages(outbox, [sent(2)])
        row = await store.patient_row(HELENE)
        assert row is not None
        assert row.turn is Turn.PATIENTS


class ExchangeStateContract:
    async def test_what_was_sent_last_counts_whenever_it_was_found(
        self, store: MessageStore
    ) -> None:
        (outbox,) = await with_folders(store, SENT)
        for message in (sent(5, "[FIN]"), sent(9), sent(7, "[FIN]"), sent(8), sent(2)):
            await store.add_messages(outbox, [message._replace(sent_at=message.received_at)])
        found = await store.exchange(HELENE)
        assert found.state is ExchangeState.OPEN
        assert found.since == NOON + timedelta(minutes=8)
        assert found.last_sent_at == NOON + timedelta(minutes=9)

    async def test_an_end_that_was_only_filed_again_later_ends_nothing(
        self, store: MessageStore
    ) -> None:
        outbox, archive = await with_folders(store, SENT, ARCHIVE)
        end = sent(1, "[FIN]")._replace(sent_at=NOON)
        await store.add_messages(outbox, [end, sent(2)._replace(sent_at=NOON + timedelta(hours=1))])
        again = end._replace(uid=7, received_at=NOON + timedelta(days=30))
        await store.add_messages(archive, [again])
        assert (await store.exchange(HELENE)).state is ExchangeState.OPEN

    async def test_a_date_in_the_future_is_worth_no_more_than_the_servers(
        self, store: MessageStore
    ) -> None:
        (outbox,) = await with_folders(store, SENT)
        wrong = sent(1, "[FIN]")._replace(sent_at=NOON + timedelta(days=900))
        await store.add_messages(outbox, [wrong, sent(2)])
        assert (await store.exchange(HELENE)).state is ExchangeState.OPEN

    @pytest.mark.parametrize("place", [INBOX, JUNK, DRAFTS])
    async def test_what_bears_our_name_and_was_not_sent_by_us_ends_nothing(
        self, store: MessageStore, place: RemoteFolder
    ) -> None:
        outbox, elsewhere = await with_folders(store, SENT, place)
        await store.add_messages(outbox, [sent(1)])
        await store.add_messages(elsewhere, [sent(2, "[FIN]")])
        assert (await store.exchange(HELENE)).state is ExchangeState.OPEN

    async def test_a_draft_that_was_thrown_away_was_not_sent(self, store: MessageStore) -> None:
        outbox, trash = await with_folders(store, SENT, TRASH)
        await store.add_messages(outbox, [sent(1)])
        await store.add_messages(trash, [sent(2, "[FIN]")._replace(flags=Flags.DRAFT)])
        assert (await store.exchange(HELENE)).state is ExchangeState.OPEN
        await store.add_messages(trash, [sent(3, "[FIN]")])
        assert (await store.exchange(HELENE)).state is ExchangeState.CLOSED

    async def test_what_comes_after_the_end_says_so(self, store: MessageStore) -> None:
        inbox, outbox = await with_folders(store, INBOX, SENT)
        await store.add_messages(outbox, [sent(1), sent(4, "[FIN]"), sent(8), sent(9, "FIN")])
        await store.add_messages(inbox, [received(uid, f"n° {uid}") for uid in (2, 5, 6, 10)])
        rows = await store.rows(PatientsView(HELENE), 0, 9)
        assert [row.subject for row in rows if row.after_end] == ["n° 6", "n° 5"]
