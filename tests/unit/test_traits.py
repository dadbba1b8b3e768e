"""The stored identity of a patient: what it is made of, and which labels agree with it."""

from datetime import UTC, date, datetime

import pytest

from tui_mailer.domain.age import Minority, minority
from tui_mailer.domain.datamatrix import DatamatrixIns
from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards, in_force
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import NameAgreement, PatientTraits

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
INS = "279035121518989"
SCANNED = DatamatrixIns(
    INS, "1.2.250.1.213.1.4.8", "HELENE MARIE-LOUISE", "ŒUVRARD", "F", date(1979, 3, 28), "51215"
)
TRAITS = PatientTraits.of_datamatrix(SCANNED, NOW)
SEEN = PatientTraits.of_label(INS, SafeText("Hélène ŒUVRARD"), NOW)


def test_the_first_given_name_and_the_birth_name_are_shown() -> None:
    assert TRAITS.name == "Helene ŒUVRARD"


def test_no_trait_shows_in_a_log() -> None:
    assert "ŒUVRARD" not in repr(TRAITS)
    assert INS not in repr(entry(Towards.PATIENT, OppositionAct.RECORDED))


@pytest.mark.parametrize(
    ("label", "agreement"),
    [
        ("Hélène ŒUVRARD", NameAgreement.SAME),
        ("oeuvrard helene", NameAgreement.SAME),
        ("Mme Marie Œuvrard", NameAgreement.SAME),
        ("ŒUVRARD-PETIT Hélène", NameAgreement.SAME),
        ("", NameAgreement.SAME),
        ("…", NameAgreement.SAME),
        ("Mme Œuvrard", NameAgreement.SAME),
        ("H. ŒUVRARD", NameAgreement.SAME),
        ("Hélène", NameAgreement.SAME),
        ("MARIELOUISE Œuvrard", NameAgreement.SAME),
        ("P. ŒUVRARD", NameAgreement.OTHER_GIVEN_NAME),
        ("Hélène PETIT", NameAgreement.OTHER_FAMILY_NAME),
        ("Paul Œuvrard", NameAgreement.OTHER_GIVEN_NAME),
        ("Paul PETIT", NameAgreement.OTHER_PERSON),
        ("Service de la facturation", NameAgreement.OTHER_PERSON),
    ],
)
def test_a_label_is_compared_with_strict_traits(label: str, agreement: NameAgreement) -> None:
    assert TRAITS.agreement(label) is agreement


@pytest.mark.parametrize(
    ("label", "agreement"),
    [
        ("Œuvrard Hélène", NameAgreement.SAME),
        ("Mme Hélène ŒUVRARD", NameAgreement.SAME),
        ("ŒUVRARD", NameAgreement.SAME),
        ("Hélène PETIT", NameAgreement.PARTLY),
        ("Paul PETIT", NameAgreement.OTHER_PERSON),
    ],
)
def test_a_label_is_compared_with_a_confirmed_label(label: str, agreement: NameAgreement) -> None:
    assert SEEN.agreement(label) is agreement


def test_a_label_never_takes_the_place_of_a_datamatrix() -> None:
    assert TRAITS.outranks(SEEN)
    assert TRAITS.outranks(TRAITS)
    assert SEEN.outranks(None)
    assert SEEN.outranks(SEEN)
    assert not SEEN.outranks(TRAITS)


@pytest.mark.parametrize(
    ("years", "month", "born", "expected"),
    [
        ((1979,), 3, None, Minority.NO),
        ((2010,), 3, None, Minority.YES),
        ((1924, 2024), 2, None, Minority.POSSIBLE),
        ((1924, 2024), 2, date(2024, 2, 28), Minority.YES),
        ((1924, 2024), 2, date(1924, 2, 28), Minority.NO),
        ((2008,), 11, None, Minority.POSSIBLE),
        ((2008,), 12, None, Minority.YES),
        ((2008,), 10, None, Minority.NO),
        ((2008,), None, None, Minority.POSSIBLE),
        ((2008,), 11, date(2008, 11, 24), Minority.NO),
        ((2008,), 11, date(2008, 11, 25), Minority.YES),
        ((2008,), 2, date(2008, 2, 29), Minority.NO),
        ((), None, None, Minority.NO),
    ],
)
def test_a_minor_is_told_from_what_is_known(
    years: tuple[int, ...], month: int | None, born: date | None, expected: Minority
) -> None:
    assert minority(years, month, TODAY, born) is expected


def entry(towards: Towards, act: OppositionAct) -> OppositionEntry:
    return OppositionEntry(INS, towards, act, "dr@x.fr", NOW)


def test_an_opposition_stands_until_it_is_withdrawn_and_passing_over_it_does_not() -> None:
    recorded = entry(Towards.PATIENT, OppositionAct.RECORDED)
    passed = entry(Towards.PATIENT, OppositionAct.PASSED_OVER)
    withdrawn = entry(Towards.PATIENT, OppositionAct.WITHDRAWN)
    other = entry(Towards.PROFESSIONALS, OppositionAct.RECORDED)
    assert in_force([]) == ()
    assert in_force([recorded, passed]) == (recorded,)
    assert in_force([recorded, other, withdrawn]) == (other,)
    assert in_force([withdrawn, recorded]) == (recorded,)
