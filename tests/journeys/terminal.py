"""The program driven as a person drives it: keys in, the terminal's text out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_helpers import cheap_derivation
from textual.pilot import Pilot

from tui_mailer.bootstrap import make_session
from tui_mailer.domain.account import Account
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Places
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening

_KEYS = {" ": "space", "\n": "enter"}


@dataclass(frozen=True, slots=True)
class World:
    """The servers of one journey.

    Attributes:
        mailbox: what the server holds for an address, as (folder, raw message).
    """

    account: Account
    password: str
    mailbox: Callable[[str], list[tuple[str, bytes]]]


class Terminal:
    """Keys and words."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self._pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type a text, key by key."""
        await self._pilot.press(*[_KEYS.get(character, character) for character in text])

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

    async def until(self, condition: Callable[[], bool], what: str, timeout_s: float = 20) -> None:
        """Wait until `condition` holds."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._pilot.pause(0.02)
        except TimeoutError:
            pytest.fail(f"never: {what}\n{self.text}")

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
        compose_ins=ins,
        attach=attach,
    )
    app = MailerApp(session, opening)
    async with app.run_test(size=size) as pilot:
        yield Terminal(pilot)
