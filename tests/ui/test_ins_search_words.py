"""What the search says, at every stage, in its own words."""

from datetime import UTC, date, datetime

import pytest
from ui.stage import INS

from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.identity_entry import IdentityEntry
from tui_mailer.domain.ins import Matricule, read
from tui_mailer.domain.patient import IdentityPoint
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits, TraitsSource
from tui_mailer.ui.presenters import identity
from tui_mailer.ui.presenters.identity import ConfirmedPatient, Tone

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def said(text: str, *, found_count: int = 0, test_identities: bool = False) -> identity.Status:
    reading = read(text, TODAY, test_identities=test_identities)
    return identity.status(IdentityEntry(reading), text, found_count)


def test_what_is_missing_is_counted() -> None:
    status = said("2 79 03 51 215")
    assert status.tone is Tone.INCOMPLETE
    assert "Il manque 5 caractères" in status.text


def test_thirteen_characters_show_the_key_without_taking_it() -> None:
    status = said(INS[:13])
    assert status.tone is Tone.WARNING
    assert "Clé calculée : 89" in status.text
    assert "Comparez" in status.text


def test_a_wrong_key_is_named_as_such() -> None:
    status = said(INS[:13] + "88")
    assert status.tone is Tone.WRONG
    assert "La clé 88 est fausse" in status.text


def test_a_wrong_key_is_a_visible_warning_for_test_identities() -> None:
    status = said("224027511583555", test_identities=True)
    assert status.tone is Tone.WARNING
    assert "Clé fausse" in status.text


def test_letters_alone_are_a_name() -> None:
    assert "Aucun patient de ce nom" in said("Dupont").text
    assert said("Dupont", found_count=1).text.startswith("1 patient de cette boîte")
    assert said("Dupont", found_count=2).text.startswith("2 patients de cette boîte")


def test_a_letter_among_digits_has_its_own_sentence() -> None:
    status = said("27903512l5")
    assert status.tone is Tone.WRONG
    assert "« L »" in status.text


@pytest.mark.parametrize(
    ("ins", "sex", "years", "month", "department"),
    [
        (INS, "Femme", "1979", "mars", "Marne (51)"),
        ("284052A32102552", "Femme", "1984", "mai", "Corse-du-Sud (2A)"),
        ("284202B32102528", "Femme", "1984", "inconnu", "Haute-Corse (2B)"),
        ("146026322000196", "Homme", "1946", "février", "Puy-de-Dôme (63)"),
    ],
)
def test_the_points_to_confirm_are_in_words(
    ins: str, sex: str, years: str, month: str, department: str
) -> None:
    reading = read(ins, TODAY)
    assert identity.point_value(IdentityPoint.SEX, reading) == sex
    assert identity.point_value(IdentityPoint.BIRTH_YEAR, reading) == f"{years} (mois : {month})"
    assert identity.point_value(IdentityPoint.BIRTH_DEPARTMENT, reading) == department


def test_both_years_are_shown_when_the_century_is_open() -> None:
    assert identity.years(read("224027511583555", TODAY, test_identities=True)) == "1924 ou 2024"


def test_the_journal_gets_what_the_screen_showed() -> None:
    told = identity.shown(read(INS, TODAY), "patient.mssante.fr")
    assert f"{INS}@patient.mssante.fr" in told
    assert "Femme" in told
    assert "1979" in told
    assert "Marne" in told


def test_digits_are_grouped_as_far_as_they_go() -> None:
    assert identity.grouped("") == ""
    assert identity.grouped("2790") == "2 79 0"
    assert identity.grouped(INS) == Matricule(INS).grouped


def test_a_closed_exchange_says_that_writing_restarts_it() -> None:
    since = datetime(2026, 3, 3, tzinfo=UTC)
    closed = Exchange(INS, ExchangeState.CLOSED, since)
    assert "écrire le redémarre" in identity.exchange_line(closed, "3 mars")
    opened = Exchange(INS, ExchangeState.OPEN, since)
    assert identity.exchange_line(opened, "3 mars") == "Échange ouvert depuis le 3 mars."


def test_no_first_message_is_claimed_while_the_mailbox_is_still_being_read() -> None:
    unknown, opened = Exchange(INS), Exchange(INS, ExchangeState.OPEN)
    assert identity.exchange_line(unknown, "").startswith("Premier message")
    told = identity.exchange_line(unknown, "", all_read=False)
    assert told == "Boîte encore en cours de lecture : un échange passé peut manquer."
    assert "ouvert" in identity.exchange_line(opened, "3 mars", all_read=False)


def test_the_banner_says_sex_and_birth() -> None:
    banner = identity.banner(ConfirmedPatient(Matricule(INS)), read(INS, TODAY), TODAY)
    assert (banner.sex, banner.birth) == ("Femme", "mars 1979, Marne (51)")


def test_the_banner_recalls_that_a_minors_address_is_the_minors_own() -> None:
    child = Matricule("224027511583555", key_is_wrong=True)
    reading = read(child.text, TODAY, test_identities=True)
    caution = identity.banner(ConfirmedPatient(child), reading, TODAY).caution
    assert caution.startswith("Né(e) en 2024 ?")
    born = PatientTraits(
        child.text, SafeText("Léo"), TraitsSource.DATAMATRIX, NOW, birth_date=date(2024, 2, 28)
    )
    known = identity.banner(ConfirmedPatient(child, born), reading, TODAY)
    assert (
        known.caution == "Patient mineur : cette adresse est la sienne, jamais celle d’un parent."
    )
    assert known.birth.startswith("28 février 2024")
    adult = identity.banner(ConfirmedPatient(Matricule(INS)), read(INS, TODAY), TODAY)
    assert adult.caution == ""
