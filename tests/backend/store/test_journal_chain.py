"""A journal that somebody touched with the file open before them shows where."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from contract.journal_contract import checked, entry, lines_of
from contract.message_store_contract import HELENE
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener, KeyDerivation
from tui_mailer.backend.store.connection import Sql
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.journal import (
    ChainCheck,
    ChainEnds,
    Deed,
    Fault,
    JournalEntry,
    JournalLine,
    Link,
    digest,
)

COLUMNS = [*(field.name for field in fields(JournalEntry)), "digest"]
TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'journal%'"


def without_triggers(sql: Sql) -> None:
    """What somebody who holds the passphrase can do first."""
    for (name,) in sql.execute(TRIGGERS).fetchall():
        sql.execute(f"DROP TRIGGER {name}")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal WHERE number = 2",
        "UPDATE journal SET answer = 'OK'",
        "INSERT INTO journal VALUES (9, '', '', '', '', '', 0, '', '', '', '', '')",
        "DELETE FROM journal_head",
        "UPDATE journal_head SET number = 1",
    ],
)
async def test_the_file_itself_refuses_to_change_the_journal(
    store: EncryptedMessageStore, statement: str
) -> None:
    await store.add_to_journal([entry(minute) for minute in range(3)])
    with pytest.raises(Exception, match=r"only added to|follows the one before"):
        await store._database.execute(statement)
    assert (await checked(store)).holds


async def test_a_recorded_cut_is_not_taken_back(store: EncryptedMessageStore) -> None:
    await store.add_to_journal([entry(minute) for minute in range(3)])
    await store.cut_journal(entry(9, Deed.CUT), entry(2).at)
    for statement in ("DELETE FROM journal_cut", "UPDATE journal_cut SET up_to = 3"):
        with pytest.raises(Exception, match="only added to"):
            await store._database.execute(statement)


async def tampered(store: EncryptedMessageStore, *statements: str) -> list[tuple[int, Fault]]:
    """What is found once `statements` were run on five lines without their triggers."""
    await store.add_to_journal([entry(n, patient=HELENE, detail=f"{n}") for n in range(5)])

    def work(sql: Sql) -> None:
        without_triggers(sql)
        for statement in statements:
            sql.execute(statement)

    await store._database.write(work)
    return list((await checked(store)).faults)


async def test_an_altered_line_shows(store: EncryptedMessageStore) -> None:
    faults = await tampered(store, "UPDATE journal SET patient = '' WHERE number = 3")
    assert faults == [(3, Fault.ALTERED)]


async def test_a_line_with_a_new_digest_shows_at_the_next_one(store: EncryptedMessageStore) -> None:
    await store.add_to_journal([entry(n) for n in range(2)])
    first = (await lines_of(store))[0]
    forged = digest("0" * 64, 1, entry(0, detail="autre"))
    assert forged != first.digest

    def work(sql: Sql) -> None:
        without_triggers(sql)
        sql.execute("UPDATE journal SET detail = 'autre', digest = ? WHERE number = 1", (forged,))

    await store._database.write(work)
    assert (await checked(store)).faults == ((2, Fault.ALTERED),)


async def test_a_line_taken_out_shows(store: EncryptedMessageStore) -> None:
    assert await tampered(store, "DELETE FROM journal WHERE number = 3") == [(4, Fault.MISSING)]


async def test_the_last_line_taken_off_shows(store: EncryptedMessageStore) -> None:
    assert await tampered(store, "DELETE FROM journal WHERE number = 5") == [(4, Fault.END_CHANGED)]


async def test_a_beginning_taken_out_with_a_false_record_shows(
    store: EncryptedMessageStore,
) -> None:
    faults = await tampered(
        store,
        "INSERT INTO journal_cut SELECT 5, 2, digest FROM journal WHERE number = 2",
        "DELETE FROM journal WHERE number <= 2",
    )
    assert faults == [(0, Fault.CUT_UNRECORDED)]


# --- any single change

Change = Callable[[list[JournalLine]], list[JournalLine]]


@st.composite
def changes(draw: st.DrawFn, count: int) -> tuple[str, Change]:
    """One line altered, taken out, put in, or two exchanged."""
    at = draw(st.integers(0, count - 1))
    kind = draw(st.sampled_from(["altered", "removed", "inserted", "swapped"]))
    text = draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    field = draw(st.sampled_from(COLUMNS))
    other = draw(st.integers(0, count - 1).filter(lambda n: n != at))

    def change(lines: list[JournalLine]) -> list[JournalLine]:
        match kind:
            case "removed":
                return lines[:at] + lines[at + 1 :]
            case "inserted":
                return [*lines[:at], lines[other], *lines[at:]]
            case "swapped":
                lines[at], lines[other] = lines[other], lines[at]
                return lines
            case _:
                return [*lines[:at], _altered(lines[at], field, text), *lines[at + 1 :]]

    return kind, change


def _altered(line: JournalLine, field: str, text: str) -> JournalLine:

    if field == "digest":
        return replace(line, digest=line.digest + text)
    old = getattr(line.entry, field)
    new: Any = old + 1 if isinstance(old, int) else old + text
    return replace(line, entry=replace(line.entry, **{field: new}))


def chain(count: int) -> tuple[list[JournalLine], ChainEnds]:
    """An untouched chain in memory."""
    lines: list[JournalLine] = []
    last = Link()
    for number in range(1, count + 1):
        written = entry(number, detail=f"{number}")
        last = Link(number, digest(last.digest, number, written))
        lines.append(JournalLine(number, written, last.digest))
    return lines, ChainEnds(Link(), last)


def report(lines: list[JournalLine], ends: ChainEnds) -> tuple[tuple[int, Fault], ...]:
    check = ChainCheck(ends)
    check.take(lines)
    return check.finish().faults


@given(st.data(), st.integers(2, 30))
def test_any_single_change_is_detected(data: st.DataObject, count: int) -> None:
    lines, ends = chain(count)
    assert report(lines, ends) == ()
    _kind, change = data.draw(changes(count))
    assert report(change(list(lines)), ends) != ()


@given(st.data(), st.integers(2, 20))
def test_any_single_change_renumbered_to_hide_it_is_detected(
    data: st.DataObject, count: int
) -> None:
    """Numbers made to follow one another again do not help without new digests."""
    lines, ends = chain(count)
    _kind, change = data.draw(changes(count))
    touched = [
        JournalLine(number, line.entry, line.digest)
        for number, line in enumerate(change(list(lines)), start=1)
    ]
    assert report(touched, ends) != ()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["add", "cut", "reopen"]), max_size=12))
def test_no_ordinary_life_of_a_journal_breaks_its_chain(events: list[str]) -> None:
    with TemporaryDirectory() as directory:
        asyncio.run(_live(Path(directory), events))


async def _live(directory: Path, events: list[str]) -> None:
    host = Endpoint("mail.exemple.fr", 143)
    account = Account("jeanne.martin@hopital.mssante.fr", host, host)
    opener = EncryptedStoreOpener(directory, KeyDerivation(1, 8, 1))
    store = await opener.open(account, "mot de passe")
    for minute, event in enumerate(events):
        if event == "add":
            await store.add_to_journal([entry(minute), entry(minute)])
        elif event == "cut":
            await store.cut_journal(entry(minute, Deed.CUT), entry(minute - 3).at)
        else:
            await store.close()
            store = await opener.open(account, "mot de passe")
        assert (await checked(store)).holds
    await store.close()
