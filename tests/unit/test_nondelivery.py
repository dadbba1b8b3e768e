"""Why a message was not delivered, and what to do: the code first, then the words."""

import pytest

from tui_mailer.domain.nondelivery import ACTIVATION_SITE, Cause, cause_of, explain, status_in
from tui_mailer.domain.report import is_machine, is_report_subject


@pytest.mark.parametrize(
    ("status", "words", "cause"),
    [
        ("5.1.1", "La messagerie est fermée", Cause.NOT_FOUND),
        ("5.0.0", "La messagerie est fermée", Cause.CLOSED),
        ("", "messagerie non activee", Cause.CLOSED),
        ("", "Le patient n’a pas activé son espace", Cause.CLOSED),
        ("", "Patient non trouvé", Cause.NOT_FOUND),
        ("", "L’usager est introuvable", Cause.NOT_FOUND),
        ("", "Cette adresse est invalide", Cause.INVALID_ADDRESS),
        ("", "Message trop volumineux (limite : 25 Mo)", Cause.TOO_LARGE),
        ("5.2.3", "", Cause.TOO_LARGE),
        ("", "552 Quota exceeded (mailbox for user is full)", Cause.FULL),
        ("5.7.26", "unauthenticated", Cause.REFUSED),
        ("5.7.1", "Boîte aux lettres pleine", Cause.FULL),
        ("4.4.1", "connection timed out", Cause.UNKNOWN),
        ("", "", Cause.UNKNOWN),
    ],
)
def test_the_code_names_the_cause_else_the_words_do(status: str, words: str, cause: Cause) -> None:
    assert cause_of(status, words) is cause


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("to_patient", [True, False])
def test_each_cause_says_what_happened_and_what_to_do(cause: Cause, to_patient: bool) -> None:
    told = explain(cause, to_patient=to_patient)
    assert told.what.endswith(".")
    assert told.advice.endswith(".")
    assert (ACTIVATION_SITE in told.advice) == (to_patient and cause.patient_can_activate)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("550-5.2.1 closed", "5.2.1"),
        ("host 192.0.2.7 said 550", ""),
        ("version 5.1.1.7", ""),
    ],
)
def test_a_code_is_found_among_the_words(text: str, status: str) -> None:
    assert status_in(text) == status


def test_servers_and_their_subjects_are_known_people_and_theirs_are_not() -> None:
    assert is_machine("Mailer-Daemon@relais.fr")
    assert not is_machine("dr.postmaster@cabinet.fr")
    assert is_report_subject("Message non distribué")
    assert is_report_subject("[KO Intégration système !][12] XDM/1.0/DDM+Bilan")
    assert not is_report_subject("Re: Message non distribué")
    assert not is_report_subject("Résultats non distribués au secrétariat")
