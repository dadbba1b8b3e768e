"""Words and people of what came by the thousand: written after it, known before anything is looked for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from backend.store.handling import allow_pages, found, until_tidy
from contract.message_store_contract import (
    DURAND,
    HELENE,
    INBOX,
    JUNK,
    ids_by_uid,
    letter,
    patient,
    person,
    with_folders,
)

from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener
from tui_mailer.backend.store.follow_up import follow_up, is_behind
from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import RemoteMessage

MANY = 1_000
ROY = person("claire.roy@x.mssante.fr", "Claire ROY")
PAUL = person("paul@x.mssante.fr", "Paul")


async def lags(store: EncryptedMessageStore) -> bool:
    return await store._database.read(is_behind)


def letters(*special: RemoteMessage) -> Sequence[RemoteMessage]:
    known = {message.uid: message for message in special}
    return [known.get(uid) or letter(uid, f"Bilan {uid:06}") for uid in range(1, MANY + 1)]


async def test_many_are_listed_before_they_are_followed_up_and_few_are_not(
    store: EncryptedMessageStore,
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, letters())
    assert await lags(store)
    await until_tidy(store)
    assert not await lags(store)
    await store.add_messages(inbox, [letter(MANY + 1)])
    assert not await lags(store)


async def test_what_is_searched_or_completed_is_known_at_once(store: EncryptedMessageStore) -> None:
    inbox, other = await with_folders(store, INBOX, JUNK)
    await store.add_messages(inbox, letters(letter(7, "Cœur", ROY), letter(8, "ﬁèvre")))
    assert await lags(store)
    assert await found(store, "000123") == [123]
    await store.add_messages(other, letters())
    assert await lags(store)
    assert await store.complete_address("roy", 5) == [ROY]
    assert await found(store, "coeur") == [7]
    assert await found(store, "fievre") == [8]


async def test_a_patient_is_found_by_the_name_in_what_has_just_come(
    store: EncryptedMessageStore,
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, letters(letter(5, "Bonjour", patient(HELENE, "Hélène PETIT"))))
    assert await lags(store)
    (known,) = await store.find_patients("petit", 5)
    assert known.name == "Hélène PETIT"


async def test_what_was_opened_before_its_turn_is_found_by_its_body_after_it(
    store: EncryptedMessageStore,
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, letters())
    held = await ids_by_uid(store, inbox)
    assert await lags(store)
    await store.save_content(held[3], b"...", "bilan de créatinine", ["ecg.pdf"])
    await store.remove_messages(inbox, [4])
    await until_tidy(store)
    assert await found(store, "creatinine bilan 000003 durand") == [3]
    assert await found(store, "pj:ecg") == [3]
    assert await found(store, "corps:bilan") == [3]
    assert await found(store, "000004") == []
    assert await found(store, "000005") == [5]
    indexed = "SELECT count(*) FROM message_text WHERE message_text MATCH 'bilan'"
    assert await store._database.fetch_all(indexed) == [(MANY - 1,)]


async def test_what_was_not_followed_up_is_the_next_time(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    first = await opener.open(account, passphrase)
    (inbox,) = await with_folders(first, INBOX)
    await first.add_messages(inbox, letters(letter(7, "Bilan", ROY)))
    await first.close()
    again = await opener.open(account, passphrase)
    assert await lags(again)
    assert await found(again, "000123") == [123]
    assert await again.complete_address("roy", 5) == [ROY]
    await again.close()


async def test_a_full_disk_hides_nothing_that_was_known(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(MANY + 1, "Vieux", ROY)])
    await store.add_messages(inbox, letters())
    await allow_pages(store, 1)
    assert await found(store, "vieux") == [MANY + 1]
    assert await store.complete_address("roy", 5) == [ROY]
    await allow_pages(store, 1_000_000)
    assert await found(store, "000123") == [123]


async def test_it_is_told_when_all_is_done(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, letters())
    told: list[bool] = []
    store.settle(lambda: told.append(True))
    await until_tidy(store)
    assert told == [True]
    assert not await lags(store)


async def test_each_piece_takes_up_where_the_last_one_ended(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, letters())
    for _ in range(3):
        assert await store._database.write(lambda sql: follow_up(sql, store._owner, 400))
    assert not await store._database.write(lambda sql: follow_up(sql, store._owner, 400))
    assert await found(store, "000001") == [1]
    (uses,) = await store._database.fetch_one(
        "SELECT use_count FROM contact WHERE mailbox_key = ?", (DURAND.mailbox,)
    ) or (0,)
    assert uses == MANY


@pytest.mark.parametrize(
    ("message", "known"),
    [
        (letter(1, sender=PAUL, to=(ROY, DURAND)), {PAUL.mailbox, ROY.mailbox, DURAND.mailbox}),
        (letter(1, sender=PAUL, to=(), cc=(), bcc=()), {PAUL.mailbox}),
        (
            letter(1, sender=PAUL, to=(ROY,), cc=(person("a@x.mssante.fr", "A  b\tc"),)),
            {PAUL.mailbox, ROY.mailbox, "a@x.mssante.fr"},
        ),
        # Not its last word alone: that would be another mailbox.
        (letter(1, sender=PAUL, to=(ROY, person('"jean dr@x"@y.fr'))), {PAUL.mailbox, ROY.mailbox}),
        (letter(1, sender=PAUL, to=(ROY, person("dr durand@x.fr"))), {PAUL.mailbox, ROY.mailbox}),
        (
            letter(1, sender=PAUL, to=tuple(person(f"u{n}@x.mssante.fr") for n in range(51))),
            {PAUL.mailbox},
        ),
    ],
    ids=["several", "nobody", "label", "quoted", "space", "circular"],
)
async def test_all_people_of_a_message_are_met(
    store: EncryptedMessageStore, message: RemoteMessage, known: set[str]
) -> None:
    inbox, drafts = await with_folders(
        store, INBOX, RemoteFolder("Brouillons", "/", FolderRole.DRAFTS)
    )
    await store.add_messages(inbox, [message])
    await store.add_messages(drafts, [letter(9, to=(person("plus.tard@x.mssante.fr"),))])
    met = {address.mailbox for address in await store.complete_address("", 100)}
    assert met == known


def test_a_label_holds_no_sign_that_parts_people() -> None:
    forged = Address.received("a@x.fr", "A\nB\tb@y.fr")
    assert not {"\n", "\t"} & set(forged.name + forged.mailbox)
