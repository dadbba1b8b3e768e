"""Reading by keys alone, at the two sizes that the program is drawn for."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.mail_server import parsed
from textual.widgets import Static
from ui.mailbox_stage import NOON, mail, opened, practice
from ui.stage import ACCOUNT, SIZES, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import SubmissionRefused, Unreachable
from tui_mailer.domain.events import Connectivity
from tui_mailer.domain.message import Flags
from tui_mailer.domain.report import KeptReport, Report, ReportKind
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.leaving import LeavingScreen
from tui_mailer.ui.screens.outbox import OutboxScreen

_WITH_FILE = """\
--x
Content-Type: text/plain; charset=utf-8

Voir la pièce jointe.
--x
Content-Type: application/pdf; name="bilan.pdf"
Content-Disposition: attachment; filename="bilan.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQ=
--x--
"""


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_is_read_and_marked_as_read(tmp_path: Path, size: tuple[int, int]) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors, size) as mailing:
        await mailing.shows("Boîte de réception", "Echanges patient", "Lettre 5", "à jour")
        assert "Ordonnance" not in mailing.terminal

        await mailing.press("down", "enter")
        await mailing.shows("Lettre 4", "<jean.durand@medecin.mssante.fr>")
        inbox = outdoors.mailbox.folders["INBOX"].messages
        await until(mailing.pilot, lambda: Flags.SEEN in inbox[4].flags)
        assert Flags.SEEN not in inbox[5].flags


async def test_exchanges_with_patients_are_grouped_under_the_inbox(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("escape", "down", "down")
        await mailing.shows("◆ patient", "Ordonnance")
        assert "Lettre 5" not in mailing.terminal
        labels = [mailing.screen.folders._entries[index].label for index in range(3)]
        assert labels == ["Boîte de réception", "Echanges patient", "Dominique PAT-TROIS"]

        await mailing.press("enter", "enter")
        await mailing.shows("◆ patient", "INS 2 79 03 51 215 189 89", "279035121518989@patient")


async def test_new_mail_appears_without_a_key_and_the_cursor_stays(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("down")
        before = mailing.screen.list.selected
        outdoors.mailbox.deliver(mail("Urgent"), at=NOON + timedelta(hours=1))
        await mailing.shows("Urgent")
        assert mailing.screen.list.selected == before
        assert mailing.screen.list.cursor == 2


async def test_an_attachment_is_saved_where_the_user_says(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    content = mail("Résultats", text=_WITH_FILE, more="Content-Type: multipart/mixed; boundary=x")
    outdoors.mailbox.deliver(content, at=NOON + timedelta(hours=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Résultats")
        await mailing.press("enter")
        await mailing.shows("bilan.pdf", "application/pdf")
        await mailing.press("s")
        await mailing.shows("Dans le dossier")
        await mailing.press("enter")
        await mailing.shows("✓ Enregistrée")
    assert (tmp_path / "bilan.pdf").read_bytes() == b"%PDF-1.4"


async def test_a_message_that_is_closed_is_said_to_be_kept_and_an_empty_one_is_not(
    tmp_path: Path,
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("e")
        await mailing.shows("Nouveau message")
        await mailing.press("escape")
        await mailing.shows("Lettre 5")
        await mailing.press("enter", "r")
        await mailing.shows("Répondre", "Re: Lettre 5")
        await mailing.press("escape")
        await mailing.shows("n Suivant")
        assert "brouillon" not in mailing.terminal
        await mailing.press("escape")
        await mailing.press("e")
        await mailing.shows("Nouveau message")
        await mailing.press(*"docteur", "escape")
        await mailing.shows("✓ brouillon gardé — b : le reprendre", "Lettre 5")


async def test_a_message_can_be_taken_back_until_it_leaves(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.engine.writing.send(_draft())
        await mailing.shows("u : annuler")
        await mailing.press("u")
        await until(mailing.pilot, lambda: mailing.app.screen is not mailing.screen)
        assert await mailing.engine.outbox.unsettled() == []
        (draft,) = await mailing.engine.drafts()
        assert draft.subject == "Avis"
    assert mailing.outdoors.submission.accepted == []


async def test_a_refused_message_says_why_and_is_sent_again_on_demand(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    outdoors.submission.faults.append(SubmissionRefused("554 5.7.1 contenu refusé"))
    async with opened(outdoors) as mailing:
        await mailing.engine.writing.send(_draft())
        await mailing.engine.outbox.hurry()
        await mailing.shows("1 envoi en échec", "Le serveur a refusé le message", "F2")
        await mailing.press("f2")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, DetailsScreen))
        await mailing.shows("554 5.7.1 contenu refusé")
        await mailing.press("escape", "v")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, OutboxScreen))
        await mailing.shows("✕ échec", "554 5.7.1")
        await mailing.press("r")
        await until(mailing.pilot, lambda: len(outdoors.submission.accepted) == 1)
    ((recipients, content),) = outdoors.submission.accepted
    assert recipients == ("jean.durand@medecin.mssante.fr",)
    assert parsed(content)["Subject"] == "Avis"


async def test_a_dead_line_changes_a_word_and_nothing_else(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        outdoors.connector.fault = Unreachable()
        mailing.engine.synchronise()
        await mailing.shows("hors ligne", "Lettre 5")
        assert mailing.screen.shown_error is None
        await mailing.press("ctrl+r")
        await mailing.shows("Le serveur ne répond pas")
        await mailing.press("escape")
        assert mailing.screen.shown_error is None
        assert mailing.screen.stage == "list", "the first Escape closes the notice only"


async def test_a_refused_password_is_replaced_from_the_mailbox(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        outdoors.mailbox.password = "le nouveau"
        outdoors.connector.fault = Unreachable()
        mailing.engine.synchronise()
        await mailing.shows("hors ligne")
        outdoors.connector.fault = None
        await mailing.shows("mot de passe refusé", "Les messages déjà reçus restent lisibles")
        await mailing.press("m", *"le", "space", *"nouvau", "enter")
        await mailing.shows("Le serveur a refusé l’identifiant")
        await mailing.press(*["backspace"] * 2, *"eau", "enter")
        await until(mailing.pilot, lambda: mailing.engine.connectivity is Connectivity.ONLINE)
        await mailing.shows("à jour")


async def test_help_lists_the_keys_of_the_screen_below(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (140, 40)) as mailing:
        await mailing.press("question_mark")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, HelpScreen))
        await mailing.shows("Boîte aux lettres", "Échanger avec un usager")
        assert mailing.terminal.count("? Aide") == 1  # of the screen below
        await mailing.press("question_mark")
        await until(mailing.pilot, lambda: mailing.app.screen is mailing.screen)


async def test_the_way_out_is_shown_where_not_all_keys_have_room(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (80, 24)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("e")
        await mailing.shows("Ctrl+S Envoyer", "Échap Fermer  F1 Aide")


async def test_in_a_low_terminal_the_help_keeps_its_title_and_its_keys(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (60, 15)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("question_mark")
        await mailing.shows("Touches · Boîte aux lettres", "Échap Fermer")
        await mailing.press("end")
        await mailing.shows("Touches · Boîte aux lettres", "Lire la réponse exacte", "Échap Fermer")


async def test_help_begins_with_the_keys_that_do_something_now(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (100, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("question_mark")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, HelpScreen))
        lines = [str(static.content) for static in mailing.app.screen.query(Static)]
        turn = lines.index("À d’autres moments")
        now, later = lines[:turn], lines[turn:]
        assert now[1:3] == ["Entrée", "Ouvrir le dossier, l’échange ou le message choisi."]
        assert "Répondre à l’expéditeur." in now
        password = "Saisir le nouveau mot de passe, quand le serveur a refusé l’ancien."
        assert password in later
        assert password not in now


def _draft() -> Draft:
    to = Address.typed("jean.durand@medecin.mssante.fr")
    return Draft(to=(to,), subject="Avis", body="Cher confrère,")


async def test_the_folder_pane_is_where_it_was_after_reading(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("escape", "down", "down", "enter", "enter")
        await mailing.shows("INS 2 79 03 51 215 189 89")
        await mailing.press("escape")
        await mailing.shows("Boîte de réception", "Echanges patient", "Ordonnance")


async def test_quitting_asks_while_a_message_waits(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.engine.writing.send(_draft())
        await mailing.press("ctrl+q")
        await mailing.shows("n’est pas encore parti", "Envoyer et quitter")
        await mailing.answer("enter")
        await until(mailing.pilot, lambda: not isinstance(mailing.app.screen, LeavingScreen))
        assert outdoors.submission.accepted == [], "Enter alone stays, and sends nothing"
        assert mailing.screen.may_take_back is not None
        await mailing.press("ctrl+q")
        await mailing.shows("Envoyer et quitter")
        await mailing.answer("e")
        await until(mailing.pilot, lambda: not mailing.app.is_running)
        assert len(outdoors.submission.accepted) == 1


async def test_the_reader_shows_the_message_that_keys_act_on_or_none(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("enter")
        await mailing.shows("Bonjour.")
        await mailing.press("escape")
        assert mailing.screen.opened is not None
        await mailing.press("down")
        await mailing.shows("Entrée ouvre le message choisi")
        assert mailing.screen.opened is None


async def test_a_message_not_opened_yet_is_fetched_to_be_answered(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("r")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.shows("Re: Lettre 5", "> Bonjour.")


async def test_a_message_that_left_is_said(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.engine.writing.send(_draft())
        await mailing.engine.outbox.hurry()
        await mailing.shows("✓ Message parti à", " : « Avis »")


async def test_one_pane_at_a_time_on_a_small_terminal(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (50, 15)) as mailing:
        await mailing.shows("Lettre 5")
        assert "Echanges patient" not in mailing.terminal
        await mailing.press("escape")
        await mailing.shows("Echanges patient")
        assert "Lettre 5" not in mailing.terminal


async def test_a_message_that_is_shown_late_does_not_take_the_place_of_the_one_opened_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outdoors = practice(tmp_path)
    for hours, subject in enumerate(("Avis", "Rappel")):
        ours = mail(subject, ACCOUNT.address)
        outdoors.mailbox.deliver(
            ours, "Éléments envoyés", Flags.SEEN, NOON + timedelta(hours=hours)
        )
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5", "Messages envoyés", "à jour")
        await mailing.press("escape", "down", "down", "down", "enter")
        for subject in ("Rappel", "Avis"):
            await mailing.press("enter")
            await mailing.shows("Bonjour.", f"{subject}  ")
            await mailing.press("escape", "down")
        screen, reports = mailing.screen, mailing.engine.reports
        asked, may_tell, on = asyncio.Event(), asyncio.Event(), reports.on

        async def slowly(sent_id: str) -> Sequence[KeptReport]:
            if not asked.is_set():
                asked.set()
                await may_tell.wait()
            return await on(sent_id)

        monkeypatch.setattr(reports, "on", slowly)
        screen.list.cursor = 0
        late = asyncio.create_task(screen.open_selected())
        await asked.wait()
        screen.list.cursor = 1
        await screen.open_selected()
        may_tell.set()
        await late
        assert screen.reader.message is not None
        assert screen.reader.message.subject == "Avis"


async def test_a_message_still_awaited_offers_nothing_that_was_reported_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        screen = mailing.screen
        words = SafeText("550 5.1.1")
        report = Report(ReportKind.NOT_DELIVERED, (), SafeText(""), server_words=words)
        screen.reports.kept = [KeptReport("<avis@exemple.mssante.fr>", report, NOON)]

        async def awaited(_message_id: int) -> None:
            return None

        monkeypatch.setattr(mailing.engine.reading, "message", awaited)
        await mailing.press("enter")
        await mailing.until(lambda: screen.stage == "reader")
        assert not screen.reports.server_words
