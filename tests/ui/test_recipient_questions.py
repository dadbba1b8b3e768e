"""What is asked or refused about recipients, on the screen, before anything is queued."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from ui.stage import INS, OTHER_INS, Practice, answer, receive, results, stage, text_of, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import FolderView
from tui_mailer.domain.opposition import OppositionAct, Towards
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.question import Question

PAUL = Address.received("paul.bernard@medecin.mssante.fr", "Dr Paul BERNARD")
PATIENT = Address.received(f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS")
OTHER = Address.received(f"{OTHER_INS}@patient.mssante.fr")
BANNER = PatientBanner(
    Matricule(INS), SafeText("Dominique PAT-TROIS"), "Femme", "mars 1979, Marne (51)"
)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    found = await Practice(tmp_path / "store").engine()
    for ins in (INS, OTHER_INS):
        await found.identities.confirm(IdentityConfirmation(Matricule(ins), "", NOW))
    return found


def words(screen: Screen[Any]) -> str:
    """What the screen shows as running text, without borders."""
    return " ".join(re.sub("[\u2500-\u259f]", " ", text_of(screen)).split())


@asynccontextmanager
async def sending(
    engine: Engine, draft: Draft, patient: PatientBanner | None = BANNER
) -> AsyncIterator[tuple[Pilot[Any], ComposeScreen]]:
    """The composer, once Ctrl+S was pressed."""
    screen = ComposeScreen(engine, draft, patient)
    async with stage(screen, engine=engine) as pilot:
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, Question) or screen.shown_error or results(pilot),
        )
        await pilot.pause()
        yield pilot, screen


async def test_an_opposition_warns_and_passing_over_it_is_recorded(engine: Engine) -> None:
    await engine.patients.oppose(INS, Towards.PATIENT)
    draft = Draft(to=(PATIENT,), subject="Bilan", body="Bonjour")
    async with sending(engine, draft) as (pilot, _):
        assert "s’oppose à recevoir" in words(pilot.app.screen)
        await answer(pilot, "o")
        await until(pilot, lambda: results(pilot))
        acts = [entry.act for entry in await engine._store.oppositions(INS)]
        assert acts == [OppositionAct.RECORDED, OppositionAct.PASSED_OVER]
        assert len(await engine._store.outbox()) == 1


async def test_an_opposition_heeded_leaves_the_message_and_records_nothing(engine: Engine) -> None:
    await engine.patients.oppose(INS, Towards.PATIENT)
    draft = Draft(to=(PATIENT,), subject="Bilan", body="Bonjour")
    async with sending(engine, draft) as (pilot, screen):
        await answer(pilot, "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert await engine._store.outbox() == []
        assert len(await engine._store.oppositions(INS)) == 1


async def test_an_opposition_withdrawn_asks_nothing(engine: Engine) -> None:
    await engine.patients.oppose(INS, Towards.PATIENT)
    await engine.patients.withdraw_opposition(INS, Towards.PATIENT)
    async with sending(engine, Draft(to=(PATIENT,), subject="Bilan", body="B")) as (pilot, _):
        await until(pilot, lambda: results(pilot))


async def test_a_patient_with_a_professional_is_asked_about(engine: Engine) -> None:
    draft = Draft(to=(PATIENT,), cc=(PAUL,), subject="Bilan", body="Bonjour")
    async with sending(engine, draft) as (pilot, _):
        assert "chacun lira le message" in words(pilot.app.screen)
        await answer(pilot, "n")
        assert await engine._store.outbox() == []


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (Draft(to=(PATIENT, OTHER), subject="S"), "qu’un seul patient"),
        (Draft(to=(PATIENT,), cc=(OTHER,), subject="S"), "qu’un seul patient"),
        (Draft(to=(PAUL,), bcc=(PATIENT, OTHER), subject="S"), "qu’un seul patient"),
        (Draft(to=(PAUL,), bcc=(PATIENT,), subject="S"), "copie cachée"),
        (Draft(to=(PATIENT, Address.received("x@orange.fr")), subject="S"), "espace de confiance"),
    ],
)
async def test_what_may_never_leave_is_refused_and_queued_nowhere(
    engine: Engine, draft: Draft, sentence: str
) -> None:
    async with sending(engine, draft) as (pilot, screen):
        assert sentence in words(screen)
        assert not isinstance(pilot.app.screen, Question)
        assert await engine._store.outbox() == []


async def test_a_patients_message_is_not_sent_on_to_another_patient(engine: Engine) -> None:
    await receive(engine, str(OTHER.mailbox), "Paulette")
    (folder,) = await engine.reading.folders()
    (row,) = await engine.reading.rows(FolderView(folder.id), 0, 9)
    for draft in (
        Draft(to=(PATIENT,), subject="Tr", forwards=row.id),
        Draft(to=(PATIENT,), subject="Re", answers=row.id),
    ):
        review = await engine.writing.review(draft)
        assert any("un autre patient" in refusal for refusal in review.refusals)
    async with sending(engine, Draft(to=(PATIENT,), subject="Tr", forwards=row.id)) as (_, screen):
        assert "reprend un échange avec un autre patient" in words(screen)


async def test_the_rule_that_judges_recipients_is_named_while_one_writes(engine: Engine) -> None:
    async with stage(ComposeScreen(engine, Draft()), engine=engine) as pilot:
        await until(pilot, lambda: "Sans liste blanche MSSanté" in words(pilot.app.screen))
