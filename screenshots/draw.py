"""Draws the pictures of the README from the demo: `make screenshots`.

Each picture is the program itself, driven by keys on the embedded servers. The fonts that the
exporter would have a reader's browser fetch are left out: a picture needs no network.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from textual.pilot import Pilot

from tui_mailer.bootstrap import demo_opening, make_session
from tui_mailer.demo import PATIENT_WHO_ANSWERS, DemoPractice
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Places, Settings
from tui_mailer.ui.app import MailerApp

HERE: Final = Path(__file__).parent
SIZE: Final = (142, 36)
_FETCHED: Final = re.compile(r"@font-face\s*\{[^}]*\}\s*|<!--.*?-->\s*", re.DOTALL)
_INDENTED: Final = re.compile(
    r'x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)'
)
_FETCHED_FONT: Final = "Fira Code"
_CELL_WIDTH: Final = 12.2
_LOCAL_FONTS: Final = "DejaVu Sans Mono, Menlo, Consolas"


class Artist:
    """Presses keys, waits for words, and draws what the terminal shows."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self._pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "\n": "enter"}
        await self._pilot.press(*[names.get(character, character) for character in text])

    async def shows(self, *texts: str) -> None:
        """Wait until the terminal shows each of `texts`."""

        def found() -> bool:
            strips = self._pilot.app.screen._compositor.render_strips()
            shown = "\n".join(strip.text for strip in strips)
            return all(text in shown for text in texts)

        await self._until(found)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await self._pilot.pause(0.05)

    async def draw(self, name: str) -> None:
        """Write the picture `name`."""
        await self._pilot.pause(0.3)
        picture = self._pilot.app.export_screenshot(title="tui-mailer")
        picture = _FETCHED.sub("", picture).replace(_FETCHED_FONT, _LOCAL_FONTS)
        picture = _INDENTED.sub(_unindented, picture)
        if "://" in picture.replace("http://www.w3.org/", ""):
            message = f"{name} would fetch something"
            raise ValueError(message)
        (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")


def _unindented(found: re.Match[str]) -> str:
    """The same words without the spaces before them, which some viewers leave out."""
    x, y, length, attributes, spaces = found.groups()
    shift = spaces.count("&") * _CELL_WIDTH
    return f'x="{float(x) + shift:.1f}" {y} textLength="{float(length) - shift:.1f}"{attributes}>'


@asynccontextmanager
async def practice_on_screen() -> AsyncIterator[Artist]:
    """The demo, at its login screen."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        practice = await stack.enter_async_context(DemoPractice(answer_delay_s=1.0))
        places = Places(home / "reglages.toml", home / "store", home / "state")
        session = make_session(places, EngineOptions(undo_send_s=1.0))
        app = MailerApp(session, demo_opening(practice, Settings(), places))
        yield Artist(await stack.enter_async_context(app.run_test(size=SIZE)))


async def main() -> None:
    """Draw every picture."""
    async with practice_on_screen() as artist:
        await artist.shows("Se connecter")
        await artist.draw("login")
        await artist.press("enter")
        await artist.shows("Boîte de réception", "à jour")
        await artist.press("down", "down", "down", "enter")
        await artist.shows("Date")
        await artist.draw("mailbox")
        await write_to_patient(artist)
        await draw_exchanges(artist)
        await draw_non_delivery(artist)
        await draw_lock(artist)


async def draw_lock(artist: Artist) -> None:
    """Nothing of the mail."""
    await artist.press("f9")
    await artist.shows("Écran verrouillé", "Déverrouiller")
    await artist.draw("lock")


async def draw_exchanges(artist: Artist) -> None:
    """The patients, one exchange with the answer that has come, the end of it."""
    await artist.press("home", "shift+tab", "down", "enter")
    await artist.shows("filtre : tous", "▶ à vous")
    await artist.draw("echanges-patient")
    await artist.press("home", "enter")
    await artist.shows("ouvert depuis le", "Votre bilan")
    await artist.press("enter")
    await artist.shows("Date")
    await artist.draw("echange")
    await artist.press("escape", "z")
    await artist.shows("Mettre fin aux échanges ?")
    await artist.draw("fin-echange")
    await artist.press("escape")


async def write_to_patient(artist: Artist) -> None:
    """Search, confirm, write, send."""
    await artist.press("escape", "p")
    await artist.write("2 79 03 51 215")
    await artist.draw("ins-search")
    await artist.write(" 189 89")
    await artist.shows(PATIENT_WHO_ANSWERS.address)
    await artist.press("enter")
    await asyncio.sleep(0.5)
    await artist.press("space", "down", "space", "down")
    await artist.draw("identity")
    await artist.press("space", "down", "space", "down", "enter")
    await artist.shows("Nouveau message")
    await artist.write("Votre bilan")
    await artist.press("tab")
    await artist.write(
        "Bonjour Madame,\n\nVotre bilan est rassurant ; le compte rendu est joint.\n"
        "Reprenez rendez-vous dans six mois.\n\nDr Marie Martin"
    )
    await attach_and_send(artist, "Compte rendu.pdf")
    await artist.shows("à jour")
    await asyncio.sleep(4)


async def attach_and_send(artist: Artist, name: str) -> None:
    """Type the path of a file of that name, draw the message, send it."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        path.write_bytes(b"%PDF-1.4\n" + bytes(48_000))
        await artist.press("ctrl+t")
        await artist.shows("Joindre un fichier")
        await artist.press("shift+tab")
        await artist.write(str(path))
        await artist.press("enter")
        await artist.shows("1 pièce jointe")
        await artist.draw("compose")
        await artist.press("ctrl+s")
        await artist.shows("part dans")


async def draw_non_delivery(artist: Artist) -> None:
    """A message that came back, beside its row."""
    await artist.press("escape", "slash")
    await artist.write("objet:frottis")
    await artist.press("ctrl+f")
    await artist.shows("✕ non distribué")
    await artist.press("enter")
    await artist.shows("Entrée Ouvrir")
    await artist.press("enter")
    await artist.shows("F2 : réponse exacte du serveur")
    await artist.draw("non-delivery")


if __name__ == "__main__":
    asyncio.run(main())
