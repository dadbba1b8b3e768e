"""What comes back after a message has left, by keys: not delivered, and what to hand the patient."""

from pathlib import Path

import pytest
from servers.people import BOUNCES

from journeys.steps import log_in, open_sent, write_to
from journeys.terminal import World, terminal
from tui_mailer.demo import PATIENT_CLOSED
from tui_mailer.demo.people import PRACTICE

SUBJECT = "Votre bilan 4711"


def closed_patient(world: World) -> tuple[str, tuple[str, str, str]]:
    """The INS of a patient whose messaging is closed, and what to confirm about him."""
    if world.account.sender_label == PRACTICE.label:
        return PATIENT_CLOSED.ins, ("Homme", "1968", "Loire (42)")
    return BOUNCES["5.2.1"].partition("@")[0], ("Femme", "1977", "Puy-de-Dôme (63)")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_a_closed_account_is_explained_and_the_patient_gets_a_sheet(
    world: World, size: tuple[int, int], tmp_path: Path
) -> None:
    ins, points = closed_patient(world)
    async with terminal(world, tmp_path, size) as screen:
        await log_in(screen, world)
        await write_to(screen, ins, points, SUBJECT)

        # said aloud, with the server's words one key away
        await screen.says("Un message n’a pas été distribué", SUBJECT, "www.monespacesante.fr")
        await screen.press("f2")
        await screen.shows("Réponse exacte du serveur", "5.2.1")
        await screen.press("escape", "escape")

        # shown on the message, where it was written
        await open_sent(screen, SUBJECT)
        await screen.says("✕ Non distribué", "fermée ou")
        await screen.press("f2")
        await screen.shows("Réponse exacte du serveur", "5.2.1")
        await screen.press("escape", "i")
        await screen.shows("Texte à remettre au patient", "Madame, Monsieur")
        await screen.press("s")
        await screen.says("Enregistré")
        await screen.press("escape", "escape")
        await screen.shows("✕ non distribué")
    sheet = (tmp_path / "activer-mon-espace-sante.txt").read_text(encoding="utf-8")
    assert "www.monespacesante.fr" in sheet
    assert SUBJECT not in sheet
