"""Words in bodies that were never read here are found by the server, a real Dovecot."""

import asyncio
from datetime import date
from typing import Any

import pytest
from engine_helpers import Office, OpenOffice
from mail_samples import received
from servers.people import PATIENT, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import CommandRefused, LineLost
from tui_mailer.domain.events import BodyArrived, Connectivity, ConnectivityChanged
from tui_mailer.domain.message import FolderView, PatientsView, SearchView
from tui_mailer.domain.search import parse
from tui_mailer.domain.server_search import SearchStage
from tui_mailer.engine import server_search

TODAY = date(2026, 11, 24)


@pytest.fixture
def mailbox(real_servers: RealServers, account: Account) -> None:
    def put(subject: str, body: str, folder: str = "INBOX", **more: str) -> None:
        real_servers.deliver(PRACTICE.address, received(subject, body=body, **more), folder)

    assert account.address == PRACTICE.address
    put("Avis un", "une lithiase du rein")
    put("Avis deux", "rien de tel")
    put("Avis trois", "un œdème")
    put("Réponse", "une lithiase", sender=PATIENT.address)
    put("Ancien", "une lithiase", folder="Labo")


async def until_online(office: Office) -> None:
    online = ConnectivityChanged(Connectivity.ONLINE)
    await office.until(lambda: online in office.events)


async def asked(
    office: Office, typed: str, within: FolderView | PatientsView | None = None
) -> tuple[SearchStage, list[str]]:
    """How the server's part ends, and what the list shows then."""
    search = office.engine.server_search
    view = SearchView(parse(typed, TODAY), within)
    search.begin(view)
    await office.until(
        lambda: search.hits is not None and search.hits.stage is not SearchStage.ASKING
    )
    assert search.hits is not None
    joined = SearchView(view.query, within, search.hits.found)
    return search.hits.stage, sorted(await office.subjects(joined))


@pytest.mark.usefixtures("mailbox")
async def test_what_was_never_read_here_is_found(open_office: OpenOffice) -> None:
    office = await open_office()
    await until_online(office)
    assert await office.subjects(SearchView(parse("lithiase", TODAY))) == []
    assert await asked(office, "lithiase") == (
        SearchStage.DONE,
        ["Ancien", "Avis un", "Réponse"],
    )
    assert await asked(office, "lithiase objet:avis") == (SearchStage.DONE, ["Avis un"])
    assert await asked(office, "lithiase", PatientsView()) == (SearchStage.DONE, ["Réponse"])
    assert (await asked(office, "corps:œdème"))[1] == ["Avis trois"]
    assert (await asked(office, "trois œdème"))[1] == ["Avis trois"]
    assert (await asked(office, "deux œdème"))[1] == []
    inbox = await office.inbox()
    within = FolderView(inbox.folder_id)
    assert (await asked(office, '"une lithiase du rein"', within))[1] == ["Avis un"]
    assert office.engine.connectivity is Connectivity.ONLINE


@pytest.mark.usefixtures("mailbox")
async def test_a_large_folder_is_asked_piece_by_piece_and_reading_goes_before(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_search, "_MESSAGES_AT_ONCE", 1)
    office = await open_office()
    await until_online(office)
    row = await office.until_row(await office.inbox(), "Avis deux")
    pieces: list[tuple[int, int]] = []
    read_after: list[int] = []
    search, content = ImapServer.search_bodies, ImapServer.content

    async def heard(server: ImapServer, text: str, uids: tuple[int, int], **days: Any) -> Any:
        pieces.append(uids)
        if len(pieces) == 1:
            await office.engine.reading.request(row.id)
        return await search(server, text, uids, **days)

    async def read(server: ImapServer, uid: int, *more: Any) -> bytes | None:
        read_after.append(len(pieces))
        return await content(server, uid, *more)

    monkeypatch.setattr(ImapServer, "search_bodies", heard)
    monkeypatch.setattr(ImapServer, "content", read)
    found = await asked(office, "lithiase", FolderView(row.folder_id))
    assert found == (SearchStage.DONE, ["Avis un", "Réponse"])
    assert [first - pieces[-1][0] for first, _ in pieces] == [3, 2, 1, 0]
    await office.until(lambda: BodyArrived(row.id) in office.events)
    assert read_after == [1], "a message to be read waits for one question at most"


@pytest.mark.usefixtures("mailbox")
async def test_a_new_search_takes_the_place_of_the_old_one_on_the_same_line(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await open_office()
    await until_online(office)
    asking, go_on = asyncio.Event(), asyncio.Event()
    typed: list[str] = []
    search = ImapServer.search_bodies

    async def slow(server: ImapServer, text: str, uids: tuple[int, int], **days: Any) -> Any:
        typed.append(text)
        asking.set()
        await go_on.wait()
        return await search(server, text, uids, **days)

    monkeypatch.setattr(ImapServer, "search_bodies", slow)
    office.engine.server_search.begin(SearchView(parse("rien", TODAY)))
    await asking.wait()
    office.events.clear()
    go_on_later = asyncio.get_running_loop().call_soon(go_on.set)
    assert (await asked(office, "lithiase"))[1] == ["Ancien", "Avis un", "Réponse"]
    go_on_later.cancel()
    assert typed.count("rien") == 1
    assert not [event for event in office.events if isinstance(event, ConnectivityChanged)]


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize(
    ("fault", "stage"),
    [(LineLost(), SearchStage.OFFLINE), (CommandRefused("NO [BADCHARSET]"), SearchStage.REFUSED)],
)
async def test_a_server_that_cannot_answer_is_asked_once(
    open_office: OpenOffice,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    stage: SearchStage,
) -> None:
    office = await open_office()
    await until_online(office)
    view = await office.inbox()

    async def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(ImapServer, "search_bodies", broken)
    assert (await asked(office, "lithiase", FolderView(view.folder_id)))[0] is stage
    office.events.clear()
    office.engine.synchronise()
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)


@pytest.mark.usefixtures("mailbox")
async def test_offline_nothing_is_asked_and_that_is_known(open_office: OpenOffice) -> None:
    office = await open_office()
    await until_online(office)
    await office.close()
    offline = await open_office(start=False)
    assert (await asked(offline, "lithiase"))[0] is SearchStage.OFFLINE
