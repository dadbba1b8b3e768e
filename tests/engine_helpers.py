"""An engine at work, for tests: wait for what it announces, look at what it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tui_mailer.backend.store.keys import KeyDerivation
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.events import BodyArrived, Event, FoldersChanged, OutgoingChanged
from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import (
    FolderView,
    ListView,
    MessageSummary,
    PatientsView,
    ReadMessage,
)
from tui_mailer.domain.patient import IdentityPoint, PendingConfirmation
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.session import Session


def cheap_derivation() -> KeyDerivation:
    """Argon2id at its cheapest: tests open hundreds of stores."""
    return KeyDerivation(time_cost=1, memory_kib=64, parallelism=1)


class Office:
    """An engine, what it announced, and conditions to wait for."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self.session = session
        self.engine = engine
        self.events: list[Event] = []
        self._news = asyncio.Event()
        engine.subscribe(self._hear)
        self._closed = False

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self.engine.stop()

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20) -> None:
        """Wait until `condition` holds; it is looked at after each announcement."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_row(
        self, view: ListView, subject: str, timeout_s: float = 20
    ) -> MessageSummary:
        """Wait for a row of that subject in a list."""
        async with asyncio.timeout(timeout_s):
            while True:
                self._news.clear()
                for row in await self.rows(view):
                    if row.subject == subject:
                        return row
                await self._news.wait()

    async def until_subjects(self, view: ListView, *subjects: str, timeout_s: float = 20) -> None:
        """Wait until a list shows just these."""
        async with asyncio.timeout(timeout_s):
            while True:
                self._news.clear()
                if sorted(await self.subjects(view)) == sorted(subjects):
                    return
                await self._news.wait()

    async def until_outgoing(self, outgoing: Outgoing, *states: OutgoingState) -> OutgoingChanged:
        """Wait for a message of the outbox to reach one of `states`."""
        found: list[OutgoingChanged] = []

        def reached() -> bool:
            found[:] = [
                event
                for event in self.events
                if isinstance(event, OutgoingChanged)
                and event.outgoing_id == outgoing.id
                and event.state in states
            ]
            return bool(found)

        await self.until(reached)
        return found[-1]

    async def inbox(self) -> FolderView:
        """The inbox, once the server's folders are known."""
        await self.until(lambda: any(isinstance(event, FoldersChanged) for event in self.events))
        return await self.view(FolderRole.INBOX)

    async def read(self, row: MessageSummary) -> ReadMessage:
        """Fetch a message and read it."""
        await self.engine.reading.request(row.id)
        await self.until(lambda: BodyArrived(row.id) in self.events)
        message = await self.engine.reading.message(row.id)
        assert message is not None
        return message

    async def folder(self, role: FolderRole) -> Folder:
        return next(f for f in await self.engine.reading.folders() if f.role is role)

    async def view(self, role: FolderRole, *, with_patients: bool = True) -> FolderView:
        return FolderView((await self.folder(role)).id, with_patients)

    async def rows(self, view: ListView) -> list[MessageSummary]:
        return list(await self.engine.reading.rows(view, 0, 500))

    async def subjects(self, view: ListView) -> list[str]:
        return [row.subject for row in await self.rows(view)]

    async def confirm(self, ins: str) -> None:
        pending = PendingConfirmation(Matricule.parse(ins))
        for point in IdentityPoint:
            pending = pending.toggle(point)
        confirmation = pending.complete("Femme, 1979, Marne", datetime.now(UTC))
        assert confirmation is not None
        await self.engine.identities.confirm(confirmation)


OpenOffice = Callable[..., Awaitable[Office]]
"""Opens an office; keyword arguments are `EngineOptions`, and `start` to leave it unstarted."""


def letter(to: str, subject: str, body: str = "Bonjour,\n") -> Draft:
    return Draft(to=(Address.received(to),), subject=subject, body=body)


PATIENTS = PatientsView()
