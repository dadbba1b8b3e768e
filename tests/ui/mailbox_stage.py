"""The whole program on a mail server in memory and the real encrypted store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.mail_server import FakeMailbox, FakeMailServerConnector, FakeSubmission
from textual.pilot import Pilot
from ui.stage import ACCOUNT, INS, answer, until

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.secrets import Secrets
from tui_mailer.backend.store import EncryptedStoreOpener, KeyDerivation
from tui_mailer.domain.events import Connectivity
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.engine.engine import Engine, Outside
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.mailbox import MailboxScreen

PATIENT = f"{INS}@patient.mssante.fr"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_OPTIONS = EngineOptions(undo_send_s=60.0, autosave_s=0.05, retry_first_s=0.02, retry_most_s=0.05)


@dataclass
class Outdoors:
    """The outside of one test."""

    directory: Path
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    submission: FakeSubmission = field(default_factory=FakeSubmission)
    secrets: Secrets = field(default_factory=Secrets)
    options: EngineOptions = _OPTIONS

    def __post_init__(self) -> None:
        self.connector = FakeMailServerConnector(self.mailbox)

    def session(self) -> Session:
        """A session whose sent messages can be taken back for a minute."""
        return Session(
            Outside(self.connector, self.submission, self.secrets, UserFiles()),
            EncryptedStoreOpener(self.directory / "store", KeyDerivation(1, 8_192, 1)),
            SettingsFile(self.directory / "reglages.toml"),
            self.options,
        )


def mail(
    subject: str,
    sender: str = "Jean DURAND <jean.durand@medecin.mssante.fr>",
    text: str = "Bonjour.",
    more: str = "Content-Type: text/plain; charset=utf-8",
) -> bytes:
    """A message to the practice; `more` are header lines."""
    head = f"From: {sender}\r\nTo: {ACCOUNT.address}\r\nSubject: {subject}\r\n"
    identity = f"Message-ID: <{abs(hash((subject, sender)))}@exemple.mssante.fr>\r\n"
    body = text.replace("\n", "\r\n")
    return f"{head}{identity}Date: Mon, 02 Mar 2026 10:00:00 +0100\r\n{more}\r\n\r\n{body}".encode()


def practice(directory: Path) -> Outdoors:
    """A mailbox with colleagues, one patient, and the usual folders."""
    outdoors = Outdoors(directory)
    mailbox = outdoors.mailbox
    mailbox.add_folder("Éléments envoyés", FolderRole.SENT)
    mailbox.add_folder("Labo")
    for number in range(1, 6):
        mailbox.deliver(mail(f"Lettre {number}"), at=NOON + timedelta(minutes=number))
    mailbox.deliver(mail("Ordonnance", f"Dominique PAT-TROIS <{PATIENT}>"), at=NOON)
    mailbox.deliver(mail("Bilan"), "Labo", Flags.SEEN, NOON)
    return outdoors


class Mailing:
    """The program at work, and shortcuts into it."""

    def __init__(self, pilot: Pilot[None], outdoors: Outdoors) -> None:
        self.pilot = pilot
        self.outdoors = outdoors

    @property
    def app(self) -> MailerApp:
        """The program."""
        assert isinstance(self.pilot.app, MailerApp)
        return self.pilot.app

    @property
    def engine(self) -> Engine:
        """Its engine."""
        assert self.app.engine is not None
        return self.app.engine

    @property
    def screen(self) -> MailboxScreen:
        """The mailbox, whatever is above it."""
        (found,) = [each for each in self.app.screen_stack if isinstance(each, MailboxScreen)]
        return found

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self.pilot.press(*keys)

    async def answer(self, *keys: str) -> None:
        """Answer the question that is on the screen, or comes there."""
        await answer(self.pilot, *keys)

    async def shows(self, *texts: str) -> None:
        """Wait until the terminal shows each of `texts`."""
        try:
            await until(self.pilot, lambda: all(text in self.terminal for text in texts))
        except TimeoutError:
            missing = [text for text in texts if text not in self.terminal]
            pytest.fail(f"{missing} not in\n{self.terminal}")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds."""
        await until(self.pilot, condition)

    @property
    def terminal(self) -> str:
        """What the terminal shows, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)


@asynccontextmanager
async def opened(
    outdoors: Outdoors, size: tuple[int, int] = (80, 24), *, notifications: bool = False
) -> AsyncIterator[Mailing]:
    """Log in and wait until the mailbox is in step with the server."""
    opening = Opening(
        account=ACCOUNT,
        password=outdoors.mailbox.password,
        attachments_dir=outdoors.directory,
    )
    app = MailerApp(outdoors.session(), opening)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        mailing = Mailing(pilot, outdoors)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, MailboxScreen))
        await until(pilot, lambda: mailing.engine.connectivity is Connectivity.ONLINE)
        yield mailing
