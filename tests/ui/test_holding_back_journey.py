"""Holding back what the line does, by keys alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from fakes.mail_server import PIECE_BYTES, FakeSubmission
from ui.mailbox_stage import NOON, mail, opened, practice
from ui.stage import until

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.events import Connectivity, SyncAdvanced
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.widgets.status_line import connectivity_words


async def test_f8_pauses_the_synchronisation_and_resumes_it(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.press("f8")
        await mailing.shows("synchronisation suspendue — F8 : reprendre")
        outdoors.mailbox.deliver(mail("Pendant la pause"), at=NOON)
        await mailing.press("enter")
        await mailing.shows("Bonjour.")
        assert "Pendant la pause" not in mailing.terminal
        await mailing.press("escape", "f8")
        await mailing.shows("● à jour", "Pendant la pause")


async def test_escape_gives_up_a_message_that_takes_long(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.deliver(mail("Imagerie", text="x" * 3 * PIECE_BYTES))
    async with opened(outdoors) as mailing:
        outdoors.connector.pieces.clear()
        await mailing.press("end", "enter")
        await mailing.shows(
            "Chargement… Échap : arrêter.", "1,0\u00a0Mo sur 3,0\u00a0Mo", "Échap Arrêter le"
        )
        await mailing.press("escape")
        assert mailing.screen.stage == "list"
        await mailing.shows("Imagerie")
        outdoors.connector.pieces.set()
        await mailing.press("home", "enter")
        await mailing.shows("Bonjour.")
        assert mailing.engine.connectivity is Connectivity.ONLINE


class Held(FakeSubmission):
    """Takes nothing until the end of the test."""

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        await asyncio.Event().wait()
        return await super().submit(
            account, credentials, recipients, content, null_sender=null_sender
        )


async def test_a_message_on_its_way_is_stopped_and_corrected(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    outdoors.submission = Held()
    async with opened(outdoors) as mailing:
        to = Address.typed("jean.durand@medecin.mssante.fr")
        draft = Draft(to=(to,), subject="Regret", body="Cher confrère,")
        outgoing = await mailing.engine.writing.send(draft)
        await mailing.engine.outbox.hurry()
        await mailing.shows("◐ envoi en cours…")
        await mailing.press("v")
        await mailing.shows("◐ envoi en cours", "u Arrêter l’envoi")
        await mailing.press("u")
        await mailing.shows("✕ échec", "Le message n’est parti pour personne")
        kept = await mailing.engine.outbox.unsettled()
        assert [(one.id, one.state) for one in kept] == [(outgoing.id, OutgoingState.FAILED)]
        await mailing.press("u")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.shows("Cher confrère,")
    assert outdoors.submission.accepted == []


def test_the_status_line_says_how_many_of_how_many_in_which_folder() -> None:
    words, _ = connectivity_words(
        Connectivity.SYNCING, SyncAdvanced(7, 350, 4_000), folder="Éléments à ranger dans un autre"
    )
    assert words.replace("\u00a0", " ") == "◐ synchronisation : Éléments à ranger d… 350/4 000"
