"""The engine on servers that other operators run: folders below INBOX, shared ones, few connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from engine.test_real_actions import ids, until_settled
from engine.test_real_drafts import SOON, saved
from engine_helpers import Office, OpenOffice, letter
from mail_samples import received
from servers.dovecot import Habits
from servers.operator import Operator, operated
from servers.people import COLLEAGUE
from servers.practice import RealServers

from tui_mailer.domain.account import Endpoint, Security
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.events import ActionNotDone

pytestmark = pytest.mark.xdist_group("servers")

Operate = Callable[[Habits], Operator]
BELOW_INBOX = Habits(prefix="INBOX.", separator=".", folders={})


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
