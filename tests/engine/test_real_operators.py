"""The engine on servers that other operators run: folders below INBOX, shared ones, few connections."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from engine.test_real_actions import ids, until_settled
from engine.test_real_drafts import SOON, saved
from engine_helpers import Office, OpenOffice, letter
from mail_samples import received
from servers.dovecot import Habits
from servers.operator import Operator, operated
from servers.people import COLLEAGUE, FULL, PATIENT
from servers.practice import RealServers

from tui_mailer.backend.imap import errors, login
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.backend.imap.status import Status
from tui_mailer.domain.account import Endpoint, Security
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import FolderKeepsAll, MailerError
from tui_mailer.domain.events import ActionNotDone, Connectivity, ConnectivityChanged
from tui_mailer.domain.message import Flags, FolderView
from tui_mailer.engine.replay import FlagsRefused, NoRoomToMove

pytestmark = pytest.mark.xdist_group("servers")

INS = "279035121518989"
Operate = Callable[[Habits], Operator]
BELOW_INBOX = Habits(prefix="INBOX.", separator=".", folders={})
# What the whole practice shares has folders with the usual names, too.
SHARED = """
namespace shared {{
  type = public
  separator = {separator}
  prefix = Partage{separator}
  location = sdbox:{place}
  subscriptions = no
  mailbox Envoyes {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Corbeille {{
    auto = subscribe
  }}
  mailbox "Echanges patient" {{
    auto = subscribe
  }}
}}
"""


def with_shared_folders(habits: Habits, place: Path) -> Habits:
    place.mkdir()
    shutil.chown(place, "mail", "mail")
    for parent in place.parents[:-2]:
        parent.chmod(0o755)
    shared = SHARED.format(separator=habits.separator, place=place)
    return replace(habits, settings=habits.settings + shared)


@pytest.fixture
def operate(real_servers: RealServers) -> Iterator[Operate]:
    """Starts the IMAP server of another operator; Postfix stays the same."""
    with ExitStack() as running:
        yield lambda habits: running.enter_context(operated(real_servers.certificates, habits))


def imap(operator: Operator) -> Endpoint:
    return Endpoint(operator.host, operator.imaps_port, Security.TLS)


def not_done(office: Office) -> list[ActionNotDone]:
    return [event for event in office.events if isinstance(event, ActionNotDone)]


async def test_folders_are_made_below_the_inbox_where_the_server_has_them_there(
    open_office: OpenOffice, operate: Operate
) -> None:
    """A new mailbox holds nothing but its inbox, which says nothing of where folders go."""
    operator = operate(BELOW_INBOX)
    for subject in ("un", "deux"):
        operator.deliver(received(subject))
    office = await open_office(imap=imap(operator), **SOON)
    inbox = await office.inbox()
    await office.until_row(inbox, "deux")
    held = await ids(office, inbox)
    await office.engine.actions.archive([held["un"]])
    await until_settled(office)
    await office.engine.actions.delete([held["deux"]])
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "Avis"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await saved(office, letter(COLLEAGUE.address, "À finir"))
    await until_settled(office)
    assert not_done(office) == []
    assert operator.subjects() == {
        "INBOX.Éléments envoyés": ["Avis"],
        "INBOX.Brouillons": ["=?utf-8?q?=C3=80_finir?="],
        "INBOX.Archives": ["un"],
        "INBOX.Corbeille": ["deux"],
    }
    # A webmail shows what is subscribed to.
    assert operator.subscribed() >= operator.subjects().keys()


@pytest.mark.parametrize("habits", [BELOW_INBOX, Habits(folders={})])
async def test_nothing_of_ours_goes_to_folders_that_others_read(
    open_office: OpenOffice, operate: Operate, short_path: Path, habits: Habits
) -> None:
    """Their names and their marks are those of our own, which are not there yet."""
    operator = operate(with_shared_folders(habits, short_path / "shared"))
    operator.deliver(received("un"))
    office = await open_office(imap=imap(operator), **SOON)
    inbox = await office.inbox()
    await office.until_row(inbox, "un")
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "Avis"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await office.engine.actions.delete(list((await ids(office, inbox)).values()))
    await until_settled(office)
    assert not_done(office) == []
    assert operator.subjects() == {
        f"{habits.prefix}Éléments envoyés": ["Avis"],
        f"{habits.prefix}Corbeille": ["un"],
    }


async def test_patients_messages_are_not_filed_in_a_folder_that_others_read(
    open_office: OpenOffice, operate: Operate, short_path: Path
) -> None:
    operator = operate(with_shared_folders(BELOW_INBOX, short_path / "shared"))
    operator.deliver(received("Question", PATIENT.address))
    office = await open_office(imap=imap(operator), file_exchanges=True)
    await office.inbox()
    await office.confirm(INS)
    outgoing = await office.engine.writing.send(letter(PATIENT.address, "Réponse"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await until_settled(office)
    (folder,) = operator.subjects()
    assert folder == "INBOX.Echanges patient"


@pytest.mark.parametrize("words", [b"", b"NO LOGIN failed."])
async def test_new_mail_comes_in_where_one_connection_is_all_that_is_allowed(
    open_office: OpenOffice, operate: Operate, monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    """Dovecot names the limit; others refuse the second login as if its password were wrong."""
    operator = operate(Habits(settings="mail_max_userip_connections = 1\n"))
    refused: list[Status] = []

    def said(status: Status) -> MailerError:
        refused.append(status)
        return errors.login_refusal(Status.read(words) or status)

    monkeypatch.setattr(login, "login_refusal", said)
    office = await open_office(imap=imap(operator), poll_s=3600.0, look_s=0.2)
    inbox = await office.inbox()
    await office.until(lambda: bool(refused))
    operator.receive(received("Bilan"))
    await office.until_row(inbox, "Bilan", timeout_s=5)
    await asyncio.sleep(1)
    assert len(refused) == 1, "a server without room is not asked each second"
    lost = {Connectivity.OFFLINE, Connectivity.REFUSED}
    told = [event for event in office.events if isinstance(event, ConnectivityChanged)]
    assert not any(event.state in lost for event in told)


async def test_what_finds_no_room_to_be_thrown_away_is_said_to_need_some(
    open_office: OpenOffice, operate: Operate
) -> None:
    """Without MOVE it is copied first, and a full mailbox has no room for that."""
    operator = operate(Habits(settings="imap_capability = IMAP4rev1 UIDPLUS IDLE\n"))
    with suppress(AssertionError):
        for number in range(12):
            operator.deliver(received(f"m{number}", body="x" * 2_000 + "\n"), account=FULL)
    office = await open_office(imap=imap(operator), login=FULL.address)
    inbox = await office.inbox()
    await office.until_row(inbox, "m1")
    held = await ids(office, inbox)
    await office.engine.actions.delete([held["m1"]])
    await office.until(lambda: bool(not_done(office)))
    (told,) = not_done(office)
    assert isinstance(told.error, NoRoomToMove)
    assert "corbeille" in told.error.explanation
    await office.until_row(inbox, "m1")


async def test_a_copy_is_looked_for_among_recent_ones_alone(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers read every message that they look at, and a folder may hold ten years."""
    searched: list[list[str | bytes]] = []
    search = ImapServer._search

    async def _search(server: ImapServer, *criteria: str | bytes) -> Sequence[int]:
        searched.append([*criteria])
        return await search(server, *criteria)

    monkeypatch.setattr(ImapServer, "_search", _search)
    office = await open_office()
    await office.inbox()
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "Avis"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    (asked,) = [criteria for criteria in searched if "Message-ID" in criteria]
    assert asked[0] == "SINCE"


TO_READ_ONLY = """
imap_capability = IMAP4rev1 UIDPLUS NAMESPACE
plugin {{
  acl = vfile:{rights}
}}
protocol imap {{
  mail_plugins = $mail_plugins acl imap_quota
}}
"""


def sharing_to_read(operate: Operate, place: Path) -> Operator:
    """What the practice shares has a letter, and may be read only."""
    rights = place / "rights"
    rights.write_text("Partage anyone lrwsikte\nPartage/* anyone lrwsikte\n")
    rights.chmod(0o644)
    habits = Habits(settings=TO_READ_ONLY.format(rights=rights))
    operator = operate(with_shared_folders(habits, place / "shared"))
    operator.deliver(received("Bilan"), "Partage/Corbeille")
    operator.dovecot.stop()
    rights.write_text("Partage anyone lrs\nPartage/* anyone lrs\n")
    operator.dovecot.launch()
    operator.dovecot.wait_ready()
    return operator


async def shared_folder(office: Office) -> FolderView:
    await office.inbox()
    (shared,) = [f for f in await office.engine.reading.folders() if f.name == "Partage/Corbeille"]
    return FolderView(shared.id)


async def test_what_may_not_be_taken_out_of_a_shared_folder_is_not_copied_and_said(
    open_office: OpenOffice, operate: Operate, short_path: Path
) -> None:
    operator = sharing_to_read(operate, short_path)
    office = await open_office(imap=imap(operator))
    shared = await shared_folder(office)
    row = await office.until_row(shared, "Bilan")
    await office.engine.actions.archive([row.id])
    await office.until(lambda: bool(not_done(office)))
    assert isinstance(not_done(office)[0].error, FolderKeepsAll)
    assert operator.subjects() == {"Partage/Corbeille": ["Bilan"]}
    await office.until_row(shared, "Bilan")


async def test_a_mark_that_a_shared_folder_does_not_keep_is_taken_back_and_said(
    open_office: OpenOffice, operate: Operate, short_path: Path
) -> None:
    """Dovecot says OK to it. Whether a message was read, it keeps."""
    operator = sharing_to_read(operate, short_path)
    office = await open_office(imap=imap(operator))
    shared = await shared_folder(office)
    row = await office.until_row(shared, "Bilan")
    await office.engine.actions.mark([row.id], ActionKind.READ)
    await until_settled(office)
    assert not_done(office) == []
    await office.engine.actions.mark([row.id], ActionKind.FLAG)
    await office.until(lambda: bool(not_done(office)))
    assert isinstance(not_done(office)[0].error, FlagsRefused)
    assert [r.flags for r in await office.rows(shared)] == [Flags.SEEN]
