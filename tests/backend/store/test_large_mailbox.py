"""Costs stay what they are when the mailbox grows; counted in SQLite's own steps, not in time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from backend.store.handling import added
from contract.message_store_contract import (
    ARCHIVE,
    HELENE,
    INBOX,
    JEANNE,
    JUNK,
    SENT,
    letter,
    patient,
    with_folders,
)

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.rows import summary
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.folder import RemoteFolder
from tui_mailer.domain.message import (
    Flags,
    FolderView,
    ListView,
    MessageSummary,
    PatientsView,
    RemoteMessage,
    SearchView,
)
from tui_mailer.domain.patient_list import PatientFilter
from tui_mailer.domain.search import parse

MANY = 10_000
_PLAIN = {PatientFilter.ALL, PatientFilter.UNREAD}
_STEPS_A_TICK = 100


class Meter:
    """Counts the steps that a connection of the store takes."""

    def __init__(self) -> None:
        self.ticks = 0

    def tick(self) -> int:
        self.ticks += 1
        return 0

    def install(self, sql: Sql) -> None:
        sql.set_progress_handler(self.tick, _STEPS_A_TICK)

    def taken(self) -> int:
        taken, self.ticks = self.ticks * _STEPS_A_TICK, 0
        return taken


@pytest.fixture
async def meter(store: EncryptedMessageStore, monkeypatch: pytest.MonkeyPatch) -> Meter:
    # SQLite calls one handler: here it is the meter, and no group is broken off.
    connection = "tui_mailer.backend.store.connection"
    monkeypatch.setattr(f"{connection}._giving_way", lambda _, work, sql: work(sql))
    meter = Meter()
    database: Database = store._database
    await database.write(meter.install)
    await database.read(meter.install)
    return meter


def patients_letters(first: int, count: int, message_id: str = "") -> Sequence[RemoteMessage]:
    return [
        letter(uid, sender=patient(HELENE), message_id=message_id or f"<{uid}@x>", size_bytes=9)
        for uid in range(first, first + count)
    ]


@pytest.mark.parametrize("message_id", ["", "<toujours le même@x>"])
@pytest.mark.parametrize("place", [INBOX, JUNK])
async def test_adding_to_a_full_mailbox_costs_what_it_costs_in_an_empty_one(
    store: EncryptedMessageStore, meter: Meter, message_id: str, place: RemoteFolder
) -> None:
    (inbox,) = await with_folders(store, place)
    meter.taken()
    await added(store, inbox, patients_letters(1, 200, message_id))
    in_empty = meter.taken()
    await added(store, inbox, patients_letters(1_000, MANY, message_id))
    meter.taken()
    await added(store, inbox, patients_letters(50_000, 200, message_id))
    assert meter.taken() < 2 * in_empty


@pytest.mark.parametrize("message_id", ["", "<toujours le même@x>"])
@pytest.mark.parametrize("place", [INBOX, JUNK])
async def test_many_that_come_at_once_and_go_cost_as_much_each_as_few(
    store: EncryptedMessageStore, meter: Meter, message_id: str, place: RemoteFolder
) -> None:
    inbox, archive, junk = await with_folders(store, INBOX, ARCHIVE, JUNK)
    await added(store, archive, patients_letters(1, 1))
    folder = {INBOX: inbox, JUNK: junk}[place]
    taken = []
    for first, count in ((1, 200), (1_000, 4_000)):
        letters = patients_letters(first, count, message_id)
        meter.taken()
        await added(store, folder, letters)
        coming = meter.taken()
        await store.remove_messages(folder, [letter.uid for letter in letters])
        taken.append((coming / count, meter.taken() / count))
    few, many = taken
    assert many[0] < 2 * few[0]
    assert many[1] < 2 * few[1]


@pytest.mark.parametrize("message_id", ["", "<toujours le même@x>"])
async def test_setting_aside_in_a_full_mailbox_costs_what_it_costs_in_an_empty_one(
    store: EncryptedMessageStore, meter: Meter, message_id: str
) -> None:
    inbox, junk = await with_folders(store, INBOX, JUNK)
    taken = []
    for first, count in ((1, 200), (1_000, MANY)):
        await added(store, inbox, patients_letters(first, count, message_id))
        newest = [row.id for row in await store.rows(FolderView(inbox), 0, 100)]
        meter.taken()
        await store.move_messages(newest, junk)
        await store.move_messages(newest[:50], inbox)
        row = await store.patient_row(HELENE)
        assert row is not None
        taken.append(meter.taken())
    assert taken[1] < 2 * taken[0]


@pytest.mark.parametrize("kind", ["folder", "without patients", "patients", "one patient"])
async def test_both_ends_of_a_long_list_are_near(
    store: EncryptedMessageStore, meter: Meter, kind: str
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    if kind == "without patients":
        await added(store, inbox, [letter(uid) for uid in range(MANY)])
    else:
        await added(store, inbox, patients_letters(0, MANY))
    views: dict[str, ListView] = {
        "folder": FolderView(inbox),
        "without patients": FolderView(inbox, with_patients=False),
        "patients": PatientsView(),
        "one patient": PatientsView(HELENE),
    }
    view = views[kind]
    count = await store.count(view)
    assert count == MANY
    meter.taken()
    await store.count(view)
    counting = meter.taken()
    for start in (0, MANY - 50):
        rows = await store.rows(view, start, start + 50)
        assert len(rows) == 50
        assert meter.taken() - counting < 10_000
        assert await store.place_in(view, rows[0].id) == start
        assert meter.taken() < 10 * MANY
    assert counting <= 1_000


@pytest.mark.parametrize(
    "typed", ["bilan", "du", "objet:bilan de:durand", "pj:non", "après:2020", '"dr paul durand"']
)
async def test_the_first_hits_are_near_whatever_their_number(
    store: EncryptedMessageStore, meter: Meter, typed: str
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    view = SearchView(parse(typed, date(2026, 3, 10)))
    taken = []
    for first, count in ((0, 1_000), (1_000, MANY)):
        await added(store, inbox, [letter(uid) for uid in range(first, first + count)])
        meter.taken()
        assert len(await store.rows(view, 0, 50)) == 50
        taken.append(meter.taken())
    assert taken[1] <= taken[0] + 1_000


async def test_a_search_within_a_folder_looks_at_each_hit_once(
    store: EncryptedMessageStore, meter: Meter
) -> None:
    inbox, archive = await with_folders(store, INBOX, ARCHIVE)
    await added(store, inbox, [letter(uid) for uid in range(MANY)])
    await added(store, archive, [letter(uid) for uid in range(10)])
    view = SearchView(parse("bilan", date(2026, 3, 10)), FolderView(archive))
    meter.taken()
    assert len(await store.rows(view, 0, 50)) == 10
    assert meter.taken() < 25 * MANY


PATIENTS = [f"{n}{97 - n % 97:02}" for n in range(2_550_814_168_001, 2_550_814_168_201)]


def exchanges(rounds: int) -> Sequence[RemoteMessage]:
    """`rounds` messages from each of 200 patients, and as many answers; each tenth was ended."""
    found = []
    for number in range(rounds):
        for index, matricule in enumerate(PATIENTS):
            uid = 1 + (number * len(PATIENTS) + index) * 2
            subject = "[FIN]" if number == rounds - 1 and not index % 10 else "Réponse"
            found.append(letter(uid, sender=patient(matricule)))
            found.append(letter(uid + 1, subject, JEANNE, to=(patient(matricule),)))
    return found


@pytest.mark.parametrize("narrowed", PatientFilter)
async def test_a_page_of_patients_costs_the_same_whatever_they_wrote(
    store: EncryptedMessageStore, meter: Meter, narrowed: PatientFilter
) -> None:
    (sent,) = await with_folders(store, SENT)
    taken = []
    for rounds in (1, 20):
        await added(store, sent, exchanges(rounds))
        meter.taken()
        count = await store.patient_count(narrowed)
        for start in (0, count - 10):
            page = await store.patient_rows(narrowed, start, start + 10)
            assert len(page) == min(10, count)
        await store.find_patients("", 10)
        taken.append(meter.taken())
    assert taken[1] <= taken[0] * 1.5 + 1_000
    # Ten rows are looked at closely, not two hundred.
    assert taken[1] < (10_000 if narrowed in _PLAIN else 60_000)


async def test_rows_of_a_whole_folder_do_not_hold_the_loop(
    store: EncryptedMessageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await added(store, inbox, [letter(uid) for uid in range(1, 10)])
    threads: list[threading.Thread] = []

    def noting(row: tuple[Any, ...]) -> MessageSummary:
        threads.append(threading.current_thread())
        return summary(row)

    monkeypatch.setattr("tui_mailer.backend.store.moves.summary", noting)
    assert len(await store.summaries(range(1, 10))) == len(threads) == 9
    assert threading.main_thread() not in threads


async def test_where_an_exchange_stands_costs_the_same_however_long_it_is(
    store: EncryptedMessageStore, meter: Meter
) -> None:
    (sent,) = await with_folders(store, SENT)
    await added(
        store,
        sent,
        [letter(uid, "Réponse", JEANNE, to=(patient(HELENE),)) for uid in range(1, MANY)],
    )
    meter.taken()
    assert (await store.exchange(HELENE)).state is ExchangeState.OPEN
    assert meter.taken() <= 500


async def test_what_the_server_found_joins_without_a_look_at_the_index_for_each_message(
    store: EncryptedMessageStore, meter: Meter
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await added(store, inbox, [letter(uid, "Bilan") for uid in range(1, MANY + 1)])
    everything = tuple(await store.held_ids(inbox, range(1, MANY + 1)))
    view = SearchView(parse("lithiase bilan", date(2026, 3, 10)), None, (everything, ()))
    meter.taken()
    assert await store.count(view) == 1_000
    assert meter.taken() < 40 * MANY


async def test_what_is_to_be_filed_is_found_without_a_look_at_the_whole_inbox(
    store: EncryptedMessageStore, meter: Meter
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await added(store, inbox, patients_letters(1, 50))
    meter.taken()
    assert len(await store.messages_to_file(inbox, 500)) == 50
    in_small = meter.taken()
    await added(store, inbox, [letter(uid) for uid in range(1_000, 1_000 + MANY)])
    meter.taken()
    assert len(await store.messages_to_file(inbox, 500)) == 50
    assert meter.taken() <= 2 * in_small


async def test_a_flag_changed_elsewhere_costs_the_same_in_a_full_mailbox(
    store: EncryptedMessageStore, meter: Meter
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    taken = []
    for first, count in ((1, 100), (1_000, MANY)):
        await added(store, inbox, [letter(uid) for uid in range(first, first + count)])
        meter.taken()
        assert await store.apply_server_flags(inbox, {first: Flags.FLAGGED}) == 1
        taken.append(meter.taken())
    assert taken[1] <= taken[0] + 2 * _STEPS_A_TICK
