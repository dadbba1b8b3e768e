"""What is doubtful about a received message: each reason, and what gives none."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.address import Address
from tui_mailer.domain.datamatrix import DatamatrixIns
from tui_mailer.domain.doubts import DoubtKind, doubts, written_by_carer
from tui_mailer.domain.message import ReadMessage
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.domain.traits import PatientTraits

INS = "279035121518989"
DOMAIN = "patient.mssante.fr"
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TRAITS = PatientTraits.of_datamatrix(
    DatamatrixIns(INS, "1.2.250.1.213.1.4.8", "DOMINIQUE", "PAT-TROIS", "F", date(1979, 3, 28)),
    NOW,
)
CARER_LINE = "Ce message a été rédigé par Jean PETIT, l'aidant de Dominique PAT-TROIS."


def message(
    mailbox: str = f"{INS}@{DOMAIN}",
    name: str = "Dominique PAT-TROIS",
    text: str = "Bonjour",
    reply_to: str = "",
) -> ReadMessage:
    return ReadMessage(
        subject=safe_line("Question"),
        sender=Address.received(mailbox, name),
        reply_to=(Address.received(reply_to),) if reply_to else (),
        to=(),
        cc=(),
        sent_at=None,
        message_id="",
        references=(),
        text=safe_block(text),
    )


def kinds(found: ReadMessage, traits: PatientTraits | None = TRAITS) -> list[DoubtKind]:
    return [doubt.kind for doubt in doubts(found, traits, DOMAIN)]


@pytest.mark.parametrize("name", ["Dominique PAT-TROIS", "pat trois, dominique", ""])
def test_a_patient_under_the_stored_name_raises_no_doubt(name: str) -> None:
    assert kinds(message(name=name)) == []


def test_another_name_than_the_stored_one_is_doubtful() -> None:
    assert kinds(message(name="Paul PETIT")) == [DoubtKind.OTHER_NAME]


def test_without_a_stored_name_or_with_another_patients_none_is_compared() -> None:
    assert kinds(message(name="Paul PETIT"), None) == []
    assert kinds(message(name="Paul"), replace(TRAITS, matricule="180017505600301")) == []


@pytest.mark.parametrize(
    "mailbox",
    [f"{INS}@patient.mssante.fr.example", f"{INS}@patìent.mssante.fr", f"{INS}@orange.fr"],
)
def test_a_look_alike_is_doubtful_whatever_its_name(mailbox: str) -> None:
    assert kinds(message(mailbox)) == [DoubtKind.LOOK_ALIKE]


def test_a_reply_directed_elsewhere_is_doubtful_and_one_directed_home_is_not() -> None:
    elsewhere = message(reply_to="x@medecin.mssante.fr")
    assert kinds(elsewhere) == [DoubtKind.REPLY_ELSEWHERE]
    assert kinds(message(reply_to=f"{INS}@PATIENT.mssante.fr")) == []


@pytest.mark.parametrize(
    "text",
    [
        f"Bonjour\n\n{CARER_LINE}",
        f"Bonjour\n\n{CARER_LINE}\n \n",
        "Bonjour\n" + CARER_LINE.replace("'", "’"),
        "Bonjour\n" + CARER_LINE.replace("l'aidant", "l'aidante"),
        "Bonjour\nCe message a été rédigé par Jean PETIT,\nl'aidant de Dominique\nPAT-TROIS.",
        "Bonjour\n" + CARER_LINE.replace("é", "e\u0301"),
        f"Bonjour\n{CARER_LINE}\n\n> Bonjour Madame\n> votre bilan",
    ],
)
def test_a_carer_is_named(text: str) -> None:
    (doubt,) = doubts(message(text=text), TRAITS, DOMAIN)
    assert (doubt.kind, doubt.carer) == (DoubtKind.CARER, "Jean PETIT")


@pytest.mark.parametrize(
    "text",
    [
        "Je suis l'aidant de ma mère.",
        f"> {CARER_LINE}",
        f"{CARER_LINE}\n" + "Puis un long texte qui n’a rien à voir. " * 20,
        "Ce message a été rédigé par , l'aidant de X.",
    ],
)
def test_other_words_name_no_carer(text: str) -> None:
    assert written_by_carer(text) == ""


def test_a_colleague_has_no_carer() -> None:
    assert kinds(message("dr@medecin.mssante.fr", "Dr", CARER_LINE)) == []


def test_the_test_mailbox_of_the_patients_domain_is_an_address_like_another() -> None:
    assert kinds(message(f"reponse.automatique-test@{DOMAIN}", "Robot", CARER_LINE)) == []


def test_the_doubts_come_the_gravest_first() -> None:
    found = message(name="Paul", text=CARER_LINE, reply_to="x@medecin.mssante.fr")
    assert kinds(found) == [DoubtKind.REPLY_ELSEWHERE, DoubtKind.OTHER_NAME, DoubtKind.CARER]


@given(st.text(), st.text(), st.text())
def test_nothing_received_fails(mailbox: str, name: str, text: str) -> None:
    doubts(message(mailbox, name, text), TRAITS, DOMAIN)


@given(st.integers(0, 40))
def test_a_hostile_body_takes_no_time(count: int) -> None:
    written_by_carer("Ce message a été rédigé par a, l'aidant de " * count)
