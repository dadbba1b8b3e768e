"""A message that deserves a second look says so above everything, in words."""

from datetime import timedelta
from pathlib import Path

from ui.mailbox_stage import NOON, PATIENT, mail, opened, practice
from ui.stage import INS, until

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.opposition import Towards
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits

CARER = "Bonjour.\n\nCe message a été rédigé par [/]Jean PETIT, l'aidant de Dominique PAT-TROIS."


async def test_a_patients_message_under_another_name_by_a_carer(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    sender = f"Paul PETIT <{PATIENT}>"
    outdoors.mailbox.deliver(mail("Suite", sender, CARER), at=NOON + timedelta(days=1))
    async with opened(outdoors, (140, 40)) as mailing:
        traits = PatientTraits.of_label(INS, SafeText("Dominique PAT-TROIS"), NOON)
        await mailing.engine.identities.confirm(
            IdentityConfirmation(Matricule(INS), "", NOON, traits)
        )
        await mailing.press("shift+tab", "down")
        await mailing.shows("1 patient")
        await mailing.press("tab", "enter")
        await mailing.shows("Suite")
        await mailing.press("enter")
        await until(mailing.pilot, lambda: mailing.screen.reader.message is not None)
        await mailing.shows(
            "⚠ À vérifier : nom différent, écrit par un aidant.",
            "« Paul PETIT »",
            "[/]Jean PETIT",
            "◆ patient",
            f"<{PATIENT}>",
        )


async def test_a_look_alike_bears_no_patients_mark_and_is_named_one(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    sender = f"Dominique PAT-TROIS <{INS}@patient.mssante.fr.example>"
    outdoors.mailbox.deliver(mail("Urgent", sender), at=NOON + timedelta(days=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Urgent", "⚠ Dominique")
        await mailing.press("enter")
        await mailing.shows("À vérifier : fausse adresse de patient", ".fr.example")
        assert "◆ patient" not in mailing.terminal


async def test_an_opposition_is_recorded_on_the_patients_message(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.press("f6")
        assert "Opposition du patient" not in mailing.terminal
        await mailing.press("shift+tab", "down")
        await mailing.shows("1 patient")
        await mailing.press("tab", "f6")
        await mailing.shows(
            "Opposition du patient", "Dominique PAT-TROIS", "[ ] Messages au patient"
        )
        await mailing.press("down", "space")
        await mailing.shows("[x] Messages à des professionnels")
        (entry,) = await mailing.engine.patients.oppositions(INS)
        assert entry.towards is Towards.PROFESSIONALS
