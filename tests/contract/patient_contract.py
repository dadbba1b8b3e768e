"""What any `MessageStore` keeps of patients: traits, oppositions; a part of its contract."""

from __future__ import annotations

from datetime import date, timedelta

from contract.message_store_contract import (
    ARCHIVE,
    HELENE,
    INBOX,
    JEANNE,
    MARC,
    NOON,
    OWNER,
    SENT,
    letter,
    patient,
    person,
    with_folders,
)

from tui_mailer.domain.datamatrix import DatamatrixIns
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import PatientsView
from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits

SCANNED = DatamatrixIns(
    HELENE, "1.2.250.1.213.1.4.8", "HELENE MARIE", "OEUVRARD", "F", date(1979, 3, 28), "51215"
)
TRAITS = PatientTraits.of_datamatrix(SCANNED, NOON)


async def confirm(store: MessageStore, traits: PatientTraits | None) -> None:
    matricule = Matricule(traits.matricule if traits else HELENE)
    await store.record_confirmation(IdentityConfirmation(matricule, "", NOON, traits), OWNER)


class PatientContract:
    async def test_the_traits_confirmed_are_kept_whole(self, store: MessageStore) -> None:
        assert await store.patient_traits(HELENE) is None
        await confirm(store, TRAITS)
        assert await store.patient_traits(HELENE) == TRAITS
        assert await store.patient_traits(MARC) is None

    async def test_a_confirmation_without_traits_keeps_those_known(
        self, store: MessageStore
    ) -> None:
        await confirm(store, TRAITS)
        await confirm(store, None)
        assert await store.patient_traits(HELENE) == TRAITS

    async def test_a_label_gives_way_to_a_datamatrix_and_never_the_other_way(
        self, store: MessageStore
    ) -> None:
        label = PatientTraits.of_label(HELENE, SafeText("Hélène PETIT"), NOON)
        await confirm(store, label)
        assert await store.patient_traits(HELENE) == label
        await confirm(store, TRAITS)
        await confirm(store, label)
        assert await store.patient_traits(HELENE) == TRAITS

    async def test_the_confirmed_name_names_the_patient_and_the_label_still_finds_him(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, sender=patient(HELENE, "Leo PETIT"))])
        (known,) = await store.find_patients("", 9)
        assert (known.name, known.name_is_confirmed) == ("Leo PETIT", False)
        await confirm(store, TRAITS)
        (known,) = await store.find_patients("", 9)
        assert (known.name, known.name_is_confirmed) == ("Helene OEUVRARD", True)
        for text in ("petit", "œuvr", "marie", "helene oeuvrard"):
            assert await store.find_patients(text, 9) == [known], text
        assert await store.find_patients("durand", 9) == []
        assert await store.patient_label(HELENE) == "Leo PETIT"
        assert await store.patient_label(MARC) == ""

    async def test_who_passes_for_a_patient_is_filed_under_none_whoever_he_copies_in(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        impostors = (f"{HELENE}@patient.mssante.fr.example", f"{HELENE}@orange.fr")
        for uid, mailbox in enumerate(impostors, start=1):
            message = letter(uid, sender=person(mailbox, "Hélène"), cc=(patient(HELENE),))
            await store.add_messages(inbox, [message])
        assert await store.count(PatientsView()) == 0
        assert [a.mailbox for a in await store.complete_address("279", 9)] == [
            f"{HELENE}@patient.mssante.fr"
        ]
        await store.add_messages(inbox, [letter(9, cc=(patient(HELENE),))])
        assert await store.count(PatientsView()) == 1

    async def test_messages_to_two_patients_are_no_copies_whatever_else_agrees(
        self, store: MessageStore
    ) -> None:
        sent, archive = await with_folders(store, SENT, ARCHIVE)
        to_helene, to_marc = (
            letter(1, sender=JEANNE, to=(patient(who),), sent_at=NOON) for who in (HELENE, MARC)
        )
        await store.add_messages(sent, [to_helene, to_marc._replace(uid=2)])
        await store.add_messages(archive, [to_helene])
        for who in (HELENE, MARC):
            assert await store.count(PatientsView(who)) == 1, who

    async def test_rows_bear_the_confirmed_name(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox,
            [
                letter(1, sender=patient(HELENE, "Leo")),
                letter(2, sender=JEANNE, to=(patient(HELENE),)),
                letter(3, sender=patient(MARC, "Marc")),
            ],
        )
        await confirm(store, TRAITS)
        rows = await store.rows(PatientsView(), 0, 9)
        assert [row.patient_name for row in rows] == ["", "Helene OEUVRARD", "Helene OEUVRARD"]
        assert rows[2].correspondent.name == "Leo"

    async def test_hostile_names_and_authors_are_kept_and_harm_nothing(
        self, store: MessageStore
    ) -> None:
        name = SafeText("Robert'); DROP TABLE patient_traits; -- [/] \ud800")
        await confirm(store, PatientTraits.of_label(HELENE, name, NOON))
        found = await store.patient_traits(HELENE)
        assert found is not None
        assert found.name.startswith("Robert'); DROP TABLE")
        entry = OppositionEntry(HELENE, Towards.PATIENT, OppositionAct.RECORDED, "\ud800'", NOON)
        await store.note_opposition(entry)
        assert len(await store.oppositions(HELENE)) == 1

    async def test_oppositions_are_kept_in_their_order_each_with_its_author(
        self, store: MessageStore
    ) -> None:
        assert await store.oppositions(HELENE) == []
        acts = (OppositionAct.RECORDED, OppositionAct.PASSED_OVER, OppositionAct.WITHDRAWN)
        entries = [
            OppositionEntry(HELENE, Towards.PROFESSIONALS, act, f"dr{number}@x.fr", NOON)
            for number, act in enumerate(acts)
        ]
        later = OppositionEntry(
            MARC, Towards.PATIENT, OppositionAct.RECORDED, OWNER, NOON + timedelta(days=1)
        )
        for entry in (*entries, later):
            await store.note_opposition(entry)
        assert await store.oppositions(HELENE) == entries
        assert await store.oppositions(MARC) == [later]
