"""A stage for one screen: the real engine on the real store, and an outside that plays along."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from fakes.mail_server import FakeMailbox, FakeMailServerConnector, FakeSubmission
from textual.app import App
from textual.events import Key, MouseDown, MouseMove, MouseUp
from textual.pilot import Pilot
from textual.screen import Screen

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.secrets import Secrets
from tui_mailer.backend.store import EncryptedStoreOpener, KeyDerivation
from tui_mailer.domain.account import Account, Credentials, Endpoint
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import MailerError, Unreachable
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import MailServer, OnStep
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.engine import Engine, Outside
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile
from tui_mailer.ui.bridge import Bridge
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.unhurried import UnhurriedModal
from tui_mailer.ui.themes import DARK

# Of keys whose name is not what they write.
_CHARACTERS = {"slash": "/", "space": " "}
INS = "279035121518989"
OTHER_INS = "255081416802538"
PASSWORD = "un mot de passe long"
ACCOUNT = Account(
    "marie.martin@medecin.mssante.fr",
    Endpoint("imap.mssante.fr", 143),
    Endpoint("smtp.mssante.fr", 587),
    sender_label="Dr_Marie_MARTIN_Cabinet",
)
SIZES = [(80, 24), (140, 40)]
_OPTIONS = EngineOptions(autosave_s=0.05)
_STYLES = Path(__file__).parents[2] / "tui_mailer" / "ui" / "styles"


class Connector(FakeMailServerConnector):
    """Fails at a chosen step; `gate` holds each connection back after its first step."""

    def __init__(self) -> None:
        super().__init__(FakeMailbox(PASSWORD))
        self.fails_at: ConnectionStep | None = None
        self.error: MailerError = Unreachable()
        self.gate: asyncio.Event | None = None
        self.account: Account | None = None

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        self.account = account
        for step in (ConnectionStep.NAME, ConnectionStep.TLS):
            if step is self.fails_at:
                raise self.error
            on_step(step)
            if self.gate is not None:
                await self.gate.wait()
        server = await super().connect(account, credentials, lambda _step: None)
        on_step(ConnectionStep.LOGIN)
        return server


@dataclass
class Practice:
    """Everything outside the screens."""

    directory: Path
    connector: Connector = field(default_factory=Connector)
    submission: FakeSubmission = field(default_factory=FakeSubmission)
    secrets: Secrets = field(default_factory=Secrets)

    def __post_init__(self) -> None:
        self.book = SettingsFile(self.directory / "reglages.toml")

    def session(self) -> Session:
        return Session(self._outside, self._opener, self.book, _OPTIONS)

    async def engine(self, account: Account = ACCOUNT, **options: Any) -> Engine:
        """An engine on a store of its own; not started, so that nothing connects."""
        store = await self._opener.open(account, PASSWORD)
        return Engine(account, store, self._outside, replace(_OPTIONS, **options))

    @property
    def _opener(self) -> EncryptedStoreOpener:
        return EncryptedStoreOpener(self.directory, KeyDerivation(1, 8_192, 1))

    @property
    def _outside(self) -> Outside:
        return Outside(self.connector, self.submission, self.secrets, UserFiles())


async def receive(engine: Engine, mailbox: str, name: str, subject: str = "Bonjour") -> None:
    """Put a message from `name` into the store, as a synchronisation would."""
    store = engine._store
    await store.save_folders([RemoteFolder("INBOX", "/", FolderRole.INBOX)])
    folder = (await store.folders())[0]
    message = RemoteMessage(
        uid=len(await store.known_flags(folder.id)) + 1,
        flags=Flags.NONE,
        size_bytes=1_000,
        received_at=datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
        subject=SafeText(subject),
        sender=Address.received(mailbox, name),
        to=(Address.received(ACCOUNT.address),),
    )
    await store.add_messages(folder.id, [message])


class StageApp(App[None], inherit_bindings=False):
    """Shows the screens of a test, with the program's own styles."""

    CSS_PATH: ClassVar = [
        _STYLES / f"{name}.tcss" for name in ("base", "login", "compose", "journal")
    ]

    def __init__(self, opening: Opening | None = None) -> None:
        super().__init__()
        self.opening = opening or Opening()
        self.results: list[Any] = []
        self.round_trip_s = 0.0

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name


@asynccontextmanager
async def stage(
    screen: Screen[Any] | None,
    *,
    engine: Engine | None = None,
    size: tuple[int, int] = (80, 24),
    opening: Opening | None = None,
) -> AsyncIterator[Pilot[Any]]:
    """Run an app with `screen` on it; what the screen gives is appended to `app.results`."""
    app = StageApp(opening)
    try:
        async with app.run_test(size=size) as pilot:
            bridge = Bridge(app, engine) if engine is not None else None
            if screen is not None:
                await app.push_screen(screen, app.results.append)
            await pilot.pause()
            yield pilot
            if bridge is not None:
                bridge.close()
    finally:
        if engine is not None:
            await engine.stop()


def burst(app: App[Any], *keys: str) -> None:
    """Keys as a slow line brings them: all are there before the first is handled."""
    for key in keys:
        app.post_message(Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None)))


def clicks(app: App[Any], x: int, y: int, times: int) -> None:
    """So many clicks at one place, all there before the first is handled."""
    for event in (MouseMove, *(MouseDown, MouseUp) * times):
        button = 0 if event is MouseMove else 1
        app.post_message(event(None, x, y, 0, 0, button, False, False, False, x, y))


async def until(pilot: Pilot[Any], holds: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Wait until `holds()`; fails after `timeout_s`, long enough for a machine at work on much else."""
    async with asyncio.timeout(timeout_s):
        while not holds():
            await pilot.pause(0.01)


async def answer(pilot: Pilot[Any], *keys: str) -> None:
    """Answer the question that is on the screen, or comes there, once it could be read."""

    def could_be_read() -> bool:
        asked = pilot.app.screen
        return isinstance(asked, UnhurriedModal) and asked.accepts_keys

    await until(pilot, could_be_read)
    await pilot.press(*keys)


def text_of(screen: Screen[Any]) -> str:
    """What the screen shows, line by line."""
    return "\n".join(strip.text.rstrip() for strip in screen._compositor.render_strips())


def results(pilot: Pilot[Any]) -> list[Any]:
    """What the screens of the stage gave so far."""
    assert isinstance(pilot.app, StageApp)
    return pilot.app.results
