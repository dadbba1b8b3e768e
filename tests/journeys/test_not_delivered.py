"""Messages to patients that come back, by keys on real Postfix: one journey for each cause."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers.people import BOUNCES, PRACTICE, SENT, UNKNOWN_PATIENT
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.steps import log_in, write_to
from journeys.terminal import Terminal, terminal
from tui_mailer.domain.ins import Matricule
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reports import recognise

SUBJECT = "Votre bilan 4713"


@dataclass(frozen=True, slots=True)
class Return:
    """What one cause looks like.

    Attributes:
        points: sex, year and place of birth that are confirmed before.
        meaning, advice: of the French explanation.
        words: of the server, one key away.
        can_activate: the patient could mend it alone.
    """

    points: tuple[str, str, str]
    meaning: str
    advice: str
    words: str
    can_activate: bool = False


RETURNS = {
    "5.1.1": Return(
        ("Femme", "1960", "Vosges (88)"),
        "Aucune messagerie Mon espace santé ne correspond à cette INS.",
        "Vérifiez l’INS dans votre logiciel métier.",
        "Patient inconnu",
        can_activate=True,
    ),
    "5.2.1": Return(
        ("Femme", "1977", "Puy-de-Dôme (63)"),
        "La messagerie Mon espace santé de ce patient est fermée ou n’a pas été ouverte.",
        "Le patient peut activer Mon espace santé sur www.monespacesante.fr",
        "Messagerie non ouverte par le patient",
        can_activate=True,
    ),
    "5.2.2": Return(
        ("Homme", "1946", "Puy-de-Dôme (63)"),
        "L’espace de stockage du patient est plein.",
        "Demandez-lui de faire de la place, puis envoyez de nouveau.",
        "Espace de stockage plein",
    ),
    "5.3.4": Return(
        ("Homme", "1978", "Étranger : Guinée (99330)"),
        "Le message est trop volumineux : Mon espace santé accepte 25 Mo au plus.",
        "Réduisez les pièces jointes, ou envoyez-les en plusieurs messages.",
        "Message trop volumineux",
    ),
}


async def show_patients(screen: Terminal) -> None:
    """From the inbox to the list of patients."""
    await screen.press("escape", "down", "enter")
    await screen.shows("filtre : tous")


async def narrow_to_not_delivered(screen: Terminal) -> None:
    """Choose that filter; its number of patients is one."""
    await screen.press("w")
    await screen.shows("Patients à montrer", "1  non distribués")
    await screen.press(*["down"] * 4, "enter")
    await screen.shows("1 patient — filtre : non distribués")


@pytest.mark.parametrize("status", RETURNS)
async def test_what_comes_back_from_a_patient_is_explained_where_it_is_looked_for(
    real_servers: RealServers, tmp_path: Path, status: str
) -> None:
    world, expected = real_world(real_servers), RETURNS[status]
    ins = BOUNCES[status].partition("@")[0]
    patient = f"patient INS {Matricule.parse(ins).grouped}"
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await write_to(screen, ins, expected.points, SUBJECT)

        # said aloud, the server's words one key away
        await screen.says(
            f"Un message n’a pas été distribué : « {SUBJECT} », au {patient}.",
            expected.meaning,
            expected.advice,
        )
        await screen.press("f2")
        await screen.says("Réponse exacte du serveur", status, expected.words)
        await screen.press("escape", "escape")
        await screen.until(lambda: "⚠" not in screen.text, "the notice closed")

        # explained on the report as well, which nobody answers
        await screen.press("home", "enter")
        await screen.says(f"Concerne votre message « {SUBJECT} »", "✕ Non distribué le")
        await screen.says(f" : {patient}", expected.meaning, expected.advice)
        assert "Répondre" not in screen.text
        assert ("i : texte à remettre" in screen.text) is expected.can_activate
        await screen.press("escape")
        await screen.shows("Entrée Ouvrir")

        # found by the filter, marked in the exchange, explained on the message
        await show_patients(screen)
        await narrow_to_not_delivered(screen)
        await screen.shows("▶ à vous", "ouvert ✕ non distribué")
        await screen.press("home", "enter")
        await screen.shows(" · ✕ non distribué", "✕ non distribué  Votre bilan")
        await screen.press("home", "enter")
        await screen.says("✕ Non distribué le", f" : {patient}", expected.meaning, expected.advice)
        await screen.press("f2")
        await screen.says("Réponse exacte du serveur", status, expected.words)
        await screen.press("escape")
        await screen.until(lambda: "Réponse exacte" not in screen.text, "the words closed")
        await screen.press("i")
        if expected.can_activate:
            await screen.says("Texte à remettre au patient", "www.monespacesante.fr")
        else:
            await screen.press("escape", "escape")
            await screen.shows("filtre : non distribués")
    await asyncio.to_thread(check_server, real_servers, status)


def check_server(servers: RealServers, status: str) -> None:
    """One copy among the sent, and one report that names it, whole."""
    held = servers.mailbox(PRACTICE.address)
    sent = [parse(stored.raw) for stored in held if stored.folder == SENT]
    (copy,) = [message for message in sent if message.subject == SUBJECT]
    assert [address.mailbox for address in copy.to] == [BOUNCES[status]]
    reports = [report for stored in held for report in recognise(stored.raw)]
    (report,) = [one for one in reports if copy.message_id in one.message_ids]
    assert (report.status, report.recipient) == (status, BOUNCES[status])


async def test_a_refusal_at_once_keeps_the_message_and_offers_the_patients_sheet(
    real_servers: RealServers, tmp_path: Path
) -> None:
    world = real_world(real_servers)
    points = ("Homme", "1954", "Tunisie (ancien code 96)")
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await write_to(screen, UNKNOWN_PATIENT.partition("@")[0], points, SUBJECT)
        await screen.says(
            "Le serveur a refusé un destinataire : patient INS 1 54 07 96 123 456 87.",
            "Aucune messagerie Mon espace santé ne correspond à cette INS.",
            "Le message n’est parti pour personne ; il est gardé dans les envois (touche v).",
            "1 envoi en échec",
        )
        await screen.press("f2")
        await screen.says("550 5.1.1", "Recipient address rejected")
        await screen.press("escape", "escape", "v")

        # from the outbox: why, what to hand over, and once more in vain
        await screen.says(
            "Envois en cours",
            "✕ échec",
            "Aucune messagerie Mon espace santé ne correspond à cette INS.",
            "www.monespacesante.fr",
            "Réponse du serveur : ",
            "F2 : réponse exacte du serveur · i : texte à remettre au patient",
        )
        await screen.press("f2")
        await screen.says("Réponse exacte du serveur", "User unknown in virtual mailbox table")
        await screen.press("escape")
        await screen.until(lambda: "Réponse exacte" not in screen.text, "the words closed")
        await screen.press("i")
        await screen.shows("Texte à remettre au patient", "Madame, Monsieur")
        await screen.press("s")
        await screen.says("✓ Enregistré")
        await screen.press("escape")
        await screen.until(lambda: "Madame, Monsieur" not in screen.text, "the sheet closed")
        before = refusals(real_servers)
        await screen.press("r")
        await screen.until(lambda: refusals(real_servers) > before, "refused once more")
        await screen.says("✕ échec", "i : texte à remettre au patient")

        # taken up again: as it was written, and changed
        await screen.press("enter")
        await screen.shows("PATIENT", UNKNOWN_PATIENT, SUBJECT, "Bonjour Monsieur,")
        await screen.press("end")
        await screen.write(" à reprendre.")
        await screen.shows("à reprendre.")
        await screen.press("escape")
        await screen.shows("Avis cardiologique", "Entrée Ouvrir")
        assert "en échec" not in screen.text
        assert "⚠" not in screen.text
        await screen.press("b")
        await screen.shows("Brouillons", SUBJECT)
    sheet = (tmp_path / "activer-mon-espace-sante.txt").read_text(encoding="utf-8")
    assert "www.monespacesante.fr" in sheet
    assert SUBJECT not in sheet
    held = real_servers.mailbox(PRACTICE.address)
    assert SENT not in [stored.folder for stored in held]


def refusals(servers: RealServers) -> int:
    """How often Postfix has refused that patient."""
    lines = servers.logs().splitlines()
    return sum("reject: RCPT" in line and UNKNOWN_PATIENT in line for line in lines)
