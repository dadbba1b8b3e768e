"""Read receipts on the screen: the question names where the receipt would go, and is put once."""

from datetime import timedelta
from pathlib import Path

from ui.mailbox_stage import NOON, mail, opened, practice

from tui_mailer.mime.reports import recognise

WRITER = "jean.durand@medecin.mssante.fr"


def asking(came_from: str) -> bytes:
    """A colleague's message that asks for a receipt."""
    lines = (f"Disposition-Notification-To: {WRITER}", f"Return-Path: <{came_from}>")
    return mail("Avis", more="\r\n".join((*lines, "Content-Type: text/plain; charset=utf-8")))


async def test_a_receipt_that_would_go_elsewhere_names_both_and_no_is_remembered(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.deliver(asking("autre@labo.mssante.fr"), at=NOON + timedelta(hours=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Avis")
        await mailing.press("home", "enter")
        await mailing.shows("autre@labo.mssante.fr", WRITER, "demande un accusé")
        await mailing.answer("n")
        await mailing.press("escape")
        await mailing.press("enter")
        await mailing.shows("Bonjour.")
        assert "demande un accusé" not in mailing.terminal
        assert outdoors.submission.accepted == []


async def test_a_receipt_leaves_after_a_yes_and_cannot_be_taken_for_a_message(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.deliver(asking(WRITER), at=NOON + timedelta(hours=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Avis")
        await mailing.press("home", "enter")
        await mailing.shows("demande un accusé")
        await mailing.answer("o")
        await mailing.until(lambda: bool(outdoors.submission.accepted))
        assert mailing.screen.may_take_back is None
    ((recipients, content),) = outdoors.submission.accepted
    assert recipients == (WRITER,)
    assert recognise(content)


async def test_the_composer_says_whether_a_receipt_is_asked(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.press("e")
        await mailing.shows("Nouveau message")
        assert "accusé de lecture demandé" not in mailing.terminal
        await mailing.press("ctrl+r")
        await mailing.shows("Nouveau message · accusé de lecture demandé")
        await mailing.press("ctrl+r")
        await mailing.until(lambda: "accusé de lecture demandé" not in mailing.terminal)
