"""What is done above the mailbox: the outbox, the drafts, the questions they ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ui.mailbox_stage import Mailing, opened, practice
from ui.stage import INS, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import DeliveryUncertain, SubmissionRefused
from tui_mailer.domain.events import Connectivity, SyncAdvanced
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.screens.drafts import DraftsScreen
from tui_mailer.ui.screens.outbox import OutboxScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.widgets.status_line import connectivity_words, outbox_words

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


async def _uncertain(mailing: Mailing) -> None:
    mailing.outdoors.submission.faults.append(DeliveryUncertain())
    to = Address.typed("jean.durand@medecin.mssante.fr")
    await mailing.engine.writing.send(Draft(to=(to,), subject="Avis", body="Cher confrère,"))
    await mailing.engine.outbox.hurry()
    await mailing.shows("1 envoi à vérifier", "On ne sait pas si le message est parti")
    await mailing.press("v")
    await until(mailing.pilot, lambda: isinstance(mailing.app.screen, OutboxScreen))
    await mailing.shows("? incertain", "Renvoyer", "Considérer comme parti")


async def test_an_uncertain_message_is_sent_again_only_after_a_yes(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await _uncertain(mailing)
        await mailing.press("r")
        await mailing.shows("au risque d’un")
        await mailing.answer("enter")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, OutboxScreen))
        assert mailing.outdoors.submission.accepted == [], "Enter alone never agrees"
        await mailing.press("r")
        await mailing.answer("o")
        await until(mailing.pilot, lambda: len(mailing.outdoors.submission.accepted) == 1)


async def test_an_uncertain_message_that_arrived_is_only_filed(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await _uncertain(mailing)
        await mailing.press("c")
        await mailing.answer("o")
        sent = mailing.outdoors.mailbox.folders["Éléments envoyés"].messages
        await until(mailing.pilot, lambda: len(sent) == 1)
        await mailing.shows("Rien en attente")
    assert mailing.outdoors.submission.accepted == []


async def test_the_outbox_stays_on_the_message_that_was_looked_at(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        store, sent = mailing.engine._store, []
        for name in ("un", "deux", "trois"):
            to = Address.typed(f"{name}@hopital.mssante.fr")
            draft = Draft(to=(to,), subject=name, body=name)
            sent.append(await mailing.engine.writing.send(draft))
        for outgoing in sent:
            await store.set_outgoing_state(
                outgoing.id, (OutgoingState.QUEUED,), OutgoingState.SENDING
            )
        for outgoing in sent[1:]:
            await store.set_outgoing_state(
                outgoing.id, (OutgoingState.SENDING,), OutgoingState.FAILED
            )
        await mailing.press("v")
        await mailing.shows("un@hopital", "trois@hopital")
        await mailing.press("down")
        screen = mailing.app.screen
        assert isinstance(screen, OutboxScreen)
        await until(mailing.pilot, lambda: _subject(screen) == "deux")
        await store.set_outgoing_state(sent[0].id, (OutgoingState.SENDING,), OutgoingState.SENT)
        mailing.engine.outbox._changed(sent[0].id, OutgoingState.SENT)
        await until(mailing.pilot, lambda: len(screen._unsettled) == 2)
        assert _subject(screen) == "deux"


@pytest.mark.parametrize("count", [1, 7])
async def test_the_keys_of_the_outbox_are_in_sight_on_a_small_terminal(
    tmp_path: Path, count: int
) -> None:
    async with opened(practice(tmp_path), (60, 15)) as mailing:
        to = Address.typed("jean.durand@hopital.mssante.fr")
        for _ in range(count):
            mailing.outdoors.submission.faults.append(SubmissionRefused("550 5.7.1 non"))
            await mailing.engine.writing.send(Draft(to=(to,), subject="Avis", body="Bonjour,"))
            await mailing.engine.outbox.hurry()
        await until(mailing.pilot, lambda: not mailing.outdoors.submission.faults)
        await mailing.press("v")
        await mailing.shows("✕ échec", "parti pour personne", "r Renvoyer", "Échap Fermer")
        await mailing.press("end")
        await mailing.pilot.pause()
        await mailing.shows("✕ échec", "parti pour personne", "r Renvoyer", "Échap Fermer")


def _subject(screen: OutboxScreen) -> str:
    return str(screen.selected.subject) if screen.selected else ""


async def test_a_draft_is_thrown_away_only_after_a_yes(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        keeper = mailing.engine.keep_draft(Draft())
        keeper.edited(Draft(subject="À garder [/]", body="…"))
        await keeper.save()
        mailing.engine.release_draft(keeper)
        await mailing.press("b")
        await mailing.shows("À garder [/]", "(sans destinataire)")
        await mailing.press("delete")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, Question))
        await mailing.shows("Jeter le brouillon « À garder [/] » ?")
        await mailing.answer("enter")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, DraftsScreen))
        assert len(await mailing.engine.drafts()) == 1
        await mailing.press("delete")
        await mailing.answer("o")
        await mailing.shows("Aucun brouillon")
        assert list(await mailing.engine.drafts()) == []


async def test_a_draft_to_a_patient_says_so_and_shows_no_address(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        keeper = mailing.engine.keep_draft(Draft())
        keeper.edited(Draft(to=(Address.received(f"{INS}@patient.mssante.fr"),), body="…"))
        await keeper.save()
        mailing.engine.release_draft(keeper)
        await mailing.press("b")
        await mailing.shows("◆ patient 2 79 03 51 215 189 89", "(sans objet)")


def _outgoing(state: OutgoingState, *, attempt_count: int = 0, due_in_s: float = 8.0) -> Outgoing:
    return Outgoing(
        id=1,
        message_id="<1@a>",
        subject=safe_line("Avis"),
        recipients=("a@b.mssante.fr",),
        patient="",
        state=state,
        due_at=NOW + timedelta(seconds=due_in_s),
        size_bytes=1,
        attempt_count=attempt_count,
    )


@pytest.mark.parametrize(
    ("outbox", "words"),
    [
        ([], ""),
        ([_outgoing(OutgoingState.QUEUED)], "◐ part dans 8 s — u : annuler"),
        ([_outgoing(OutgoingState.QUEUED, due_in_s=-60)], "◐ 1 message en attente d’envoi — v"),
        ([_outgoing(OutgoingState.QUEUED, attempt_count=1)], "◐ 1 message en attente d’envoi"),
        ([_outgoing(OutgoingState.SENDING)], "◐ envoi en cours…"),
        ([_outgoing(OutgoingState.FAILED)] * 2, "✕ 2 envois en échec"),
        (
            [_outgoing(OutgoingState.QUEUED), _outgoing(OutgoingState.UNCERTAIN)],
            "? 1 envoi à vérifier",
        ),
    ],
)
def test_the_status_line_says_what_matters_most(outbox: list[Outgoing], words: str) -> None:
    assert outbox_words(outbox, NOW)[0].startswith(words)
    assert bool(outbox_words(outbox, NOW)[0]) == bool(words)


def test_the_status_line_counts_a_synchronisation() -> None:
    words, _ = connectivity_words(Connectivity.SYNCING, SyncAdvanced(1, 350, 4_000))
    assert words.replace("\u00a0", " ") == "◐ synchronisation 350/4 000"
    assert connectivity_words(Connectivity.OFFLINE, None)[0] == "○ hors ligne"
