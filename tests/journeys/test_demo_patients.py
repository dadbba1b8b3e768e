"""What a newcomer can try in the demo, by keys: each fictional patient plays a part."""

import asyncio
from pathlib import Path

import pytest

from journeys.steps import confirm_points, log_in, open_found, open_sent, write_to
from journeys.terminal import World, terminal
from tui_mailer.demo import (
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    DemoPatient,
)
from tui_mailer.demo.people import COLLEAGUE_WHO_ASKS, PATIENTS
from tui_mailer.domain.report import ReportKind
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reports import recognise

SIZE = (80, 24)
SUBJECT = "Votre bilan 4714"
UNKNOWN_POINTS = ("Femme", "1968", "Isère (38)")
LARGE_POINTS = ("Femme", "1971", "Rhône (69)")
pytestmark = pytest.mark.parametrize("world", ["demo servers"], indirect=True)


def inbox(world: World, address: str) -> list[bytes]:
    return [raw for folder, raw in world.mailbox(address) if folder == "INBOX"]


async def arrives(world: World, address: str, subject: str) -> bytes:
    async with asyncio.timeout(30):
        while True:
            for raw in await asyncio.to_thread(inbox, world, address):
                if parse(raw).subject == subject:
                    return raw
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("patient", "points", "status", "meaning", "can_activate"),
    [
        (PATIENT_UNKNOWN, UNKNOWN_POINTS, "5.1.1", "Aucune messagerie Mon espace santé", True),
        (
            PATIENT_FULL,
            ("Homme", "1953", "Puy-de-Dôme (63)"),
            "5.2.2",
            "L’espace de stockage du patient est plein.",
            False,
        ),
    ],
    ids=["unknown", "full"],
)
async def test_the_guide_names_a_patient_whose_message_comes_back(
    world: World,
    tmp_path: Path,
    patient: DemoPatient,
    points: tuple[str, str, str],
    status: str,
    meaning: str,
    can_activate: bool,
) -> None:
    async with terminal(world, tmp_path, (80, 40)) as screen:
        await log_in(screen, world)
        await screen.press("home", "enter")
        await screen.shows("Bienvenue", f"{patient.given_name} {patient.family_name}")
        await write_to(screen, patient.ins, points, SUBJECT)
        await screen.says("Un message n’a pas été distribué", SUBJECT, meaning)
        await screen.press("f2")
        await screen.says("Réponse exacte du serveur", status)
        await screen.press("escape", "escape", "escape")
        await open_sent(screen, SUBJECT, "✕ non distribué")
        await screen.says("✕ Non distribué le", meaning)
        assert ("i : texte à remettre" in screen.words) is can_activate
    assert inbox(world, patient.address) == []


async def test_too_large_comes_back_and_arrives_without_its_attachment(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "radio.pdf").write_bytes(b"%PDF-1.4\n")
    ins, address = PATIENT_TOO_LARGE.ins, PATIENT_TOO_LARGE.address
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await write_to(screen, ins, LARGE_POINTS, SUBJECT, attach=tmp_path / "radio.pdf")
        await screen.says(
            f"Un message n’a pas été distribué : « {SUBJECT} »",
            "Le message est trop volumineux : Mon espace santé accepte 25 Mo au plus.",
            "Réduisez les pièces jointes, ou envoyez-les en plusieurs messages.",
        )
        await screen.press("f2")
        await screen.says("Réponse exacte du serveur", "5.3.4")
        await screen.press("escape", "escape")
        await write_to(screen, ins, LARGE_POINTS, "Sans la radio")
        await arrives(world, address, "Sans la radio")
    assert len(inbox(world, address)) == 1


async def test_a_patient_refused_at_once_stays_in_the_outbox(world: World, tmp_path: Path) -> None:
    points = ("Homme", "1988", "Haute-Savoie (74)")
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await write_to(screen, PATIENT_REFUSED.ins, points, SUBJECT)
        await screen.says(
            "Le serveur a refusé un destinataire",
            "Aucune messagerie Mon espace santé ne correspond à cette INS.",
            "il est gardé dans les envois (touche v)",
        )
        await screen.press("escape", "v")
        await screen.says("Envois en cours", "✕ échec", "i : texte à remettre au patient")
        await screen.press("i")
        await screen.shows("Texte à remettre au patient", "Madame, Monsieur")
        await screen.press("escape", "enter")
        await screen.shows("PATIENT", PATIENT_REFUSED.address, SUBJECT, "Bonjour Monsieur,")


async def test_a_colleague_gets_the_receipt_that_she_asked_for_and_says_so(
    world: World, tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await open_found(screen, "insuline dose confirmer", "1 message", "Insuline")
        await screen.says("demande un accusé de lecture", COLLEAGUE_WHO_ASKS.address)
        await screen.answer("o")
        subject = "Lu : Insuline : nouvelle dose, à confirmer"
        raw = await arrives(world, COLLEAGUE_WHO_ASKS.address, subject)
        (report,) = recognise(raw)
        assert (report.kind, report.recipient) == (ReportKind.READ, world.account.address)
        await screen.press("escape", "escape")
        await screen.shows("Re: Lu : Insuline")
        await screen.press("home", "enter")
        await screen.says("Votre accusé de lecture est bien arrivé")


async def test_an_answer_to_a_patient_who_wrote_after_the_end_restarts_the_exchange(
    world: World, tmp_path: Path
) -> None:
    patient = PATIENTS["perrachon"]
    points = ("Homme", "1947", "Haute-Loire (43)")
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await open_found(
            screen, "de:perrachon", "3 messages · tous les dossiers", "reçu après la fin"
        )
        await screen.says("les vertiges sont revenus hier en me levant")
        await screen.press("r")
        await screen.shows(patient.address, *points)
        await screen.press("enter")
        await confirm_points(screen, points)
        await screen.press("enter")
        await screen.says("Répondre", "Échange clos depuis le", "ce message le redémarre")
        await screen.write("Bonjour Monsieur,\n")
        await screen.press("ctrl+s")
        await screen.says("Ce message le redémarre : le patient pourra de nouveau vous répondre")
        await screen.answer("o")
        async with asyncio.timeout(30):
            while not (held := await asyncio.to_thread(inbox, world, patient.address)):
                await asyncio.sleep(0.05)
        assert "Bonjour Monsieur," in held[0].decode()
