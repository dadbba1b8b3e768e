"""The real program in a terminal, behind bad lines, and the store that it leaves when it is killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from faults.stage import BadLines
from journeys.pty_program import PtyProgram, running
from servers.people import COLLEAGUE, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.backend.store.store import EncryptedMessageStore
from tui_mailer.domain.account import Account, Endpoint

SEND, CLOSE = "\x13", "\x1b"


def write_settings(home: Path, servers: RealServers, lines: BadLines, undo_s: float) -> None:
    (home / "secret").write_text(PRACTICE.password)
    file = home / "config" / "tui-mailer" / "reglages.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"delai_annulation_s = {undo_s}\n"
        f'[[compte]]\nadresse = "{PRACTICE.address}"\n'
        f'imap_serveur = "{servers.host}"\nimap_port = {lines.imap.port}\n'
        f'smtp_serveur = "{servers.host}"\nsmtp_port = {lines.smtp.port}\n'
        f'autorites = "{servers.ca_file}"\n'
        f'secret = "command"\nsecret_commande = ["cat", "{home / "secret"}"]\n',
        encoding="utf-8",
    )


def store_directory(home: Path) -> Path:
    return home / "data" / "tui-mailer"


@asynccontextmanager
async def logged_in(home: Path, *, signalled: bool = True) -> AsyncIterator[PtyProgram]:
    is_first = not store_directory(home).exists()
    async with running(home, signalled=signalled) as program:
        if is_first:
            await program.shows("Se connecter")
            program.press(SEND)
        await program.shows("à jour")
        yield program


async def kill(program: PtyProgram) -> float:
    """SIGKILL; when."""
    program.process.kill()
    killed_at = time.monotonic()
    await program.ends()
    return killed_at


@asynccontextmanager
async def opened_store(home: Path) -> AsyncIterator[EncryptedMessageStore]:
    nowhere = Endpoint("", 0)
    opener = EncryptedStoreOpener(store_directory(home))
    store = await opener.open(Account(PRACTICE.address, nowhere, nowhere), PRACTICE.password)
    assert isinstance(store, EncryptedMessageStore)
    try:
        yield store
    finally:
        await store.close()


async def begin_message(program: PtyProgram, subject: str) -> None:
    """Open the composer and fill in all but the text."""
    program.press("e")
    await program.shows("Nouveau message")
    program.press(COLLEAGUE.address)
    await program.shows(COLLEAGUE.address)
    program.press("\t\t\t" + subject)
    await program.shows(subject)
    program.press("\t")


class Typist:
    """Types numbered words and notes when each could be read on the screen."""

    def __init__(self, program: PtyProgram, mark: str) -> None:
        self.text = ""
        self._program = program
        self._mark = mark
        self._shown_at: dict[str, float] = {}

    async def type_for(self, seconds: float, pause_s: float = 0.03) -> None:
        ends_at = time.monotonic() + seconds
        count = 0
        while time.monotonic() < ends_at:
            count += 1
            word = f"{self._mark}{count:03} "
            self._program.press(word)
            self.text += word
            await asyncio.sleep(pause_s)
            self._look()

    def _look(self) -> None:
        self._program.collect()
        picture = self._program.picture
        for word in self.text.split():
            if word in picture:
                self._shown_at.setdefault(word, time.monotonic())

    def shown_before(self, moment: float) -> list[str]:
        """The words that were on the screen by then."""
        return [word for word, at in self._shown_at.items() if at <= moment]
