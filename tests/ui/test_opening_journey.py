"""Keys typed while another screen is about to open do nothing in the mailbox."""

from pathlib import Path

import pytest
from fakes.mail_server import PIECE_BYTES
from ui.mailbox_stage import Mailing, mail, opened, practice
from ui.stage import burst

from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.ui import arrival, flows
from tui_mailer.ui.screens.choose_folder import ChooseFolderScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen

_READ = ("enter",)
_IN_LIST = ()


async def opened_once(mailing: Mailing, screen: type[object]) -> None:
    """`screen` is open above the mailbox, nothing else is, and no message was touched."""
    await mailing.until(lambda: isinstance(mailing.app.screen, screen))
    await mailing.pilot.pause(0.1)
    above = [type(each) for each in mailing.app.screen_stack]
    assert above[above.index(MailboxScreen) + 1 :] == [screen]
    assert mailing.engine.actions.last is None


@pytest.mark.parametrize(
    ("before", "keys", "screen"),
    [
        (_IN_LIST, "ed", ComposeScreen),
        (_IN_LIST, "rd'accord", ComposeScreen),
        (_READ, "rd'accord", ComposeScreen),
        (_READ, "afly", ComposeScreen),
        (_READ, "tdo", ComposeScreen),
        (_IN_LIST, "pdfly", InsSearchScreen),
        (_IN_LIST, "or", ChooseFolderScreen),
        (_IN_LIST, "oed", ChooseFolderScreen),
        (_READ, "xdr", DetailsScreen),
    ],
)
async def test_what_is_typed_at_once_after_a_key_that_opens_touches_no_message(
    tmp_path: Path, before: tuple[str, ...], keys: str, screen: type[object]
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        await mailing.press(*before)
        if before:
            await mailing.shows("Bonjour.")
        chosen = mailing.screen.list.selected
        burst(mailing.app, *keys)
        await opened_once(mailing, screen)
        selected = mailing.screen.list.selected  # read meanwhile, and its body held
        assert chosen is not None
        assert selected is not None
        assert selected.id == chosen.id
        assert Flags.FLAGGED not in {
            flag
            for message in mailing.outdoors.mailbox.folders["INBOX"].messages.values()
            for flag in message.flags
        }


async def test_the_mailbox_hears_its_keys_again_once_the_screen_is_left(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.add_folder("Corbeille", FolderRole.TRASH)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        burst(mailing.app, *"ed")
        await opened_once(mailing, ComposeScreen)
        await mailing.press("escape")
        await mailing.until(lambda: mailing.app.screen is mailing.screen)
        await mailing.until(lambda: not mailing.screen.is_opening)
        await mailing.press("d")
        await mailing.until(lambda: mailing.engine.actions.last is not None)


async def awaiting_a_reply(mailing: Mailing) -> None:
    """A reply was asked for to a message that the line does not bring."""
    mailing.outdoors.connector.pieces.clear()
    await mailing.press("end", "r")
    await mailing.until(lambda: arrival.is_awaited(mailing.app))


async def test_a_reply_to_a_message_that_takes_long_is_given_up_with_escape(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.deliver(mail("Imagerie", text="x" * 3 * PIECE_BYTES))
    async with opened(outdoors) as mailing:
        await awaiting_a_reply(mailing)
        await mailing.shows("Échap Arrêter le chargement")
        await mailing.press("d", "f", "up")
        assert mailing.engine.actions.last is None
        assert "Imagerie" in str(mailing.screen.target and mailing.screen.target.subject)
        await mailing.press("escape")
        await mailing.until(lambda: not flows.is_under_way(mailing.app))
        outdoors.connector.pieces.set()
        assert mailing.screen.shown_error is None
        assert "Échap Arrêter le chargement" not in mailing.terminal
        await mailing.press("home", "enter")
        await mailing.shows("Bonjour.")
        assert mailing.app.screen is mailing.screen


async def test_a_reply_to_a_message_that_takes_long_opens_when_it_has_come(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.deliver(mail("Imagerie", text="x" * 3 * PIECE_BYTES))
    async with opened(outdoors) as mailing:
        await awaiting_a_reply(mailing)
        await mailing.press("d", "r")
        outdoors.connector.pieces.set()
        await opened_once(mailing, ComposeScreen)
