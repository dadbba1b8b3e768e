"""The program driven as a person drives it: keys in, the terminal's text out."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_helpers import cheap_derivation
from textual import events
from textual.pilot import Pilot

from tui_mailer.bootstrap import make_session
from tui_mailer.domain.account import Account
from tui_mailer.domain.call import FileAsked, WriteCall
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Places
from tui_mailer.settings.templates import TemplateFolder
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.unhurried import UnhurriedModal

_KEYS = {" ": "space", "\n": "enter"}
_BORDERS = re.compile("[\u2500-\u259f]")
_CHARACTERS = {"space": " ", "enter": "\r", "tab": "\t", "plus": "+"}
# Application, focused widget, its screen, and back to the widget that shows the outcome.
_HOPS = 4


@dataclass(frozen=True, slots=True)
class World:
    """The servers of one journey.

    Attributes:
        mailbox: what the server holds for an address, as (folder, raw message).
        deliver: puts a raw message into the inbox of the account.
        patient_answers: the patient writes back by herself.
    """

    account: Account
    password: str
    mailbox: Callable[[str], list[tuple[str, bytes]]]
    deliver: Callable[[bytes], None]
    patient_answers: bool = False


class Terminal:
    """Keys and words."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, each once what the one before it did has been drawn."""
        for key in keys:
            self._send(events.Key(key, key if len(key) == 1 else _CHARACTERS.get(key)))
            await self._settle()

    async def answer(self, key: str) -> None:
        """Answer the question that is on the terminal, once it could be read."""

        def could_be_read() -> bool:
            asked = self._pilot.app.screen
            return isinstance(asked, UnhurriedModal) and asked.accepts_keys

        await self.until(could_be_read, "a question that could be read")
        await self.press(key)

    async def write(self, text: str) -> None:
        """Type a text, key by key, as fast as a terminal brings it."""
        for character in text:
            self._send(events.Key(_KEYS.get(character, character), character))
        await self._settle()

    async def paste(self, text: str) -> None:
        """Paste a text at once."""
        self._send(events.Paste(text))
        await self._settle()

    def _send(self, event: events.Key | events.Paste) -> None:
        event.set_sender(self._pilot.app)
        self._pilot.app.post_message(event)

    async def _settle(self) -> None:
        """Let the key go from the application to the widget, and what it caused come back.

        The pilot's own `press` waits until the whole process is idle instead, which embedded
        servers at work never are.
        """
        for _hop in range(_HOPS):
            await self._pilot.pause(0)

    async def tick(self, *points: str) -> None:
        """Confirm the points of an identity, each once it could be read."""
        await asyncio.sleep(0.5)  # what a person takes at the least; keys before it do not count
        for point in points:
            await self._pilot.press("space")
            await self.shows(point)
            await self._pilot.press("down")

    async def shows(self, *texts: str, timeout_s: float = 20) -> None:
        """Wait until the terminal shows each of `texts`."""
        await self.until(
            lambda: all(text in self.text for text in texts), f"{texts} shown", timeout_s
        )

    async def says(self, *sentences: str, timeout_s: float = 20) -> None:
        """Wait until the terminal shows each of `sentences`, wherever its lines are broken."""
        await self.until(
            lambda: all(sentence in self.words for sentence in sentences),
            f"{sentences} said",
            timeout_s,
        )

    async def until(self, condition: Callable[[], bool], what: str, timeout_s: float = 20) -> None:
        """Wait until `condition` holds."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    if not self._pilot.app.is_running:
                        pytest.fail(f"the program ended before: {what}")
                    await self._pilot.pause(0.02)
        except TimeoutError:
            pytest.fail(f"never: {what}\n{self.text}")

    @property
    def words(self) -> str:
        """What the terminal shows as running text, without borders and line ends."""
        return " ".join(_BORDERS.sub(" ", self.text).split())

    @property
    def text(self) -> str:
        """What the terminal shows, line by line."""
        strips = self._pilot.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)


@asynccontextmanager
async def terminal(
    world: World, home: Path, size: tuple[int, int], *, ins: str = "", attach: tuple[Path, ...] = ()
) -> AsyncIterator[Terminal]:
    """Start the program at its login screen."""
    places = Places(home / "reglages.toml", home / "store", home / "state")
    options = EngineOptions(undo_send_s=0.5, autosave_s=0.05, retry_most_s=1.0)
    session = make_session(places, options, cheap_derivation())
    known = list(session.accounts())
    opening = Opening(
        account=known[0] if known else world.account,
        attachments_dir=home,
        call=WriteCall(ins, tuple(map(FileAsked, attach))),
        templates=TemplateFolder(places.settings_file).templates,
    )
    app = MailerApp(session, opening)
    async with app.run_test(size=size) as pilot:
        yield Terminal(pilot)
