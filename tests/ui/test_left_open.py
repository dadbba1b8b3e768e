"""The program left open for days: what is closed leaves nothing behind."""

import gc
from collections import Counter
from pathlib import Path

from textual.widget import Widget
from ui.mailbox_stage import Mailing, opened, practice

from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen


def detached() -> Counter[str]:
    """Widgets that are on no screen any more, and that something still holds."""
    gc.collect()
    widgets = [each for each in gc.get_objects() if isinstance(each, Widget)]
    return Counter(type(each).__name__ for each in widgets if not each.is_attached)


async def write_and_close(mailing: Mailing) -> None:
    await mailing.press("e")
    await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
    await mailing.press("x", "escape")
    await mailing.until(lambda: isinstance(mailing.app.screen, MailboxScreen))


async def test_a_composer_that_is_closed_is_held_by_nothing(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        # The last one is held for a while, by Textual and by the keys that were pressed.
        await write_and_close(mailing)
        await mailing.pilot.pause(0.5)
        before = detached()
        for _ in range(3):
            await write_and_close(mailing)
        await mailing.pilot.pause(0.5)
        assert detached() - before == Counter()
