"""An office behind bad lines, and what must hold once they are good again."""

import asyncio
import email
import email.policy
import time
from collections import Counter
from dataclasses import dataclass

from engine.sync_stage import Contents, OtherClient, differences
from engine_helpers import Office
from faults.overheard import Overheard
from faults.proxy import BadLine
from servers.people import ACCOUNTS
from servers.practice import RealServers

from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.smtp.line import Patience
from tui_mailer.domain.events import Connectivity
from tui_mailer.domain.message import FolderView

# Long enough for loaded servers, short enough to wait for.
IMPATIENT = Deadlines(connect_s=3.0, silence_s=1.0, command_s=10.0, goodbye_s=0.2)
HURRIED = Patience(reply_s=1.0, end_of_data_s=1.0)


@dataclass(frozen=True, slots=True)
class BadLines:
    """The lines to both servers, and what our side says on them."""

    imap: BadLine
    smtp: BadLine
    overheard: Overheard


async def held(office: Office) -> Contents:
    """What the store shows: subject and flags, by folder and UID."""
    store = office.engine._store
    found: Contents = {}
    for folder in await store.folders():
        rows = await store.rows(FolderView(folder.id), 0, 10_000)
        assert len({row.uid for row in rows}) == len(rows), "a row is there twice"
        found[folder.name] = {row.uid: (row.subject, row.flags) for row in rows}
    return found


async def is_settled(office: Office) -> bool:
    """True when the server has all that was done here, and everything was looked at."""
    store = office.engine._store
    return (
        office.engine.connectivity is Connectivity.ONLINE
        and not await store.pending_moves()
        and not await store.pending_expunges()
        and not await store.removals_in_doubt()
        and not await store.pending_flag_changes()
    )


async def until_equal(office: Office, servers: RealServers, timeout_s: float = 20) -> None:
    """Wait until the store equals the server."""
    other = await asyncio.to_thread(OtherClient, servers)
    try:
        ends_at = time.monotonic() + timeout_s
        while not await _is_equal(office, other):
            if time.monotonic() > ends_at:
                present = await asyncio.to_thread(other.contents)
                state = office.engine.connectivity
                raise AssertionError(f"{state}: {differences(await held(office), present)}")
            await asyncio.sleep(0.1)
    finally:
        await asyncio.to_thread(other.close)


async def _is_equal(office: Office, other: OtherClient) -> bool:
    if not await is_settled(office):
        return False
    present = await asyncio.to_thread(other.contents)
    return await is_settled(office) and not differences(await held(office), present)


def everywhere(servers: RealServers) -> Counter[tuple[str, str, str]]:
    """(address, folder, subject) of all mail on the servers, with how often it is there."""
    return Counter(
        (person.address, stored.folder, subject_of(stored.raw))
        for person in ACCOUNTS
        for stored in servers.mailbox(person.address)
    )


def subject_of(raw: bytes) -> str:
    return str(email.message_from_bytes(raw, policy=email.policy.default)["Subject"])
