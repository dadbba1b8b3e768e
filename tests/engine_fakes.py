"""An engine on a mail server in memory and the real encrypted store, for tests of its faults."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine_helpers import Office, cheap_derivation
from fakes.mail_server import FakeMailbox, FakeMailServerConnector, FakeSubmission

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.secrets import Secrets
from tui_mailer.backend.store import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Credentials, Endpoint
from tui_mailer.domain.events import Connectivity, ConnectivityChanged, Event, OutgoingChanged
from tui_mailer.domain.ports import SecretSource
from tui_mailer.engine.engine import Engine, Outside
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile

ACCOUNT = Account(
    "marie.martin@medecin.mssante.fr",
    Endpoint("imap.mssante.fr", 143),
    Endpoint("smtp.mssante.fr", 587),
)
COLLEAGUE = "jean.durand@medecin.mssante.fr"
INS = "279035121518989"
PATIENT = f"{INS}@patient.mssante.fr"


class Clock:
    """The wall clock, moved by hand."""

    def __init__(self) -> None:
        self.offset = datetime.now(UTC) - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class World:
    """What is outside of the engine; a test replaces what it wants to see fail."""

    directory: Path
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    submission: Any = field(default_factory=FakeSubmission)
    secrets: SecretSource = field(default_factory=Secrets)
    clock: Clock = field(default_factory=Clock)
    connector: Any = None

    def __post_init__(self) -> None:
        self.connector = self.connector or FakeMailServerConnector(self.mailbox)

    def session(self, options: EngineOptions) -> Session:
        outside = Outside(self.connector, self.submission, self.secrets, UserFiles(), self.clock)
        return Session(
            outside,
            EncryptedStoreOpener(self.directory / "store", cheap_derivation()),
            SettingsFile(self.directory / "reglages.toml"),
            options,
        )


def letter(subject: str, sender: str = COLLEAGUE, to: str = ACCOUNT.address) -> bytes:
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
    identity = f"Message-ID: <{abs(hash((subject, sender)))}@exemple.mssante.fr>\r\n"
    date = "Date: Mon, 02 Mar 2026 10:00:00 +0100\r\n"
    plain = "Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour.\r\n"
    return (head + identity + date + plain).encode()


@asynccontextmanager
async def opened(
    world: World, *, start: bool = True, account: Account = ACCOUNT, **options: Any
) -> AsyncIterator[Office]:
    """An office on `world`; other keyword arguments are `EngineOptions`."""
    quick = {"undo_send_s": 0.0, "autosave_s": 0.02, "retry_first_s": 0.01, "retry_most_s": 0.02}
    session = world.session(EngineOptions(**{**quick, **options}))
    engine: Engine = await session.open(account, world.mailbox.password)
    office = Office(session, engine)
    try:
        if start:
            engine.start()
        yield office
    finally:
        await office.close()


def is_online(event: Event) -> bool:
    return isinstance(event, ConnectivityChanged) and event.state is Connectivity.ONLINE


async def until_online(office: Office) -> None:
    """Wait until all folders were looked at."""
    await office.until(lambda: any(map(is_online, office.events)))


def states(office: Office) -> list[str]:
    """The states that messages of the outbox went through."""
    return [event.state.value for event in office.events if isinstance(event, OutgoingChanged)]


def secret(world: World) -> Credentials:
    return Credentials(ACCOUNT.address, world.mailbox.password)
