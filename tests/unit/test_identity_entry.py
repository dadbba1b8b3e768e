"""The search bar's text: digits or a datamatrix; rubbish never raises, contradictions are named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.datamatrix import GS, HEADER
from tui_mailer.domain.identity_entry import IdentityEntry, read_entry

TODAY = date(2026, 11, 24)
BLOCKS = {
    "S1": "279035121518989",
    "S2": "1.2.250.1.213.1.4.8",
    "S3": "DOMINIQUE MARIE-LOUISE",
    "S4": "PAT-TROIS",
    "S5": "F",
    "S6": "28-03-1979",
    "S7": "51215",
}
_VARIABLE = {"S2", "S3", "S4"}


def matrix(order: str = "1234567", separator: str = GS, **changes: str) -> str:
    blocks = {**BLOCKS, **changes}
    text = ""
    for number in order:
        name = f"S{number}"
        text += name + blocks[name] + (separator if name in _VARIABLE else "")
    return HEADER + text


def read(text: str, *, test_identities: bool = False) -> IdentityEntry:
    return read_entry(text, TODAY, test_identities=test_identities)


def codes(entry: IdentityEntry) -> list[str]:
    return [problem.code for problem in entry.contradictions]


@given(st.permutations("1234567"), st.sampled_from([GS, "^]", "\\x1d", "<GS>", "␝", " ", ""]))
def test_any_order_and_any_spelling_of_the_separator_tell_the_same(
    order: list[str], separator: str
) -> None:
    entry = read(matrix("".join(order), separator))
    assert entry.reading.is_valid
    assert entry.scanned is not None
    assert (entry.scanned.birth_name, entry.scanned.given_names, entry.scanned.birth_place) == (
        "PAT-TROIS",
        "DOMINIQUE MARIE-LOUISE",
        "51215",
    )
    assert codes(entry) == []


@given(st.text() | st.text().map(lambda text: HEADER + text) | st.text().map(lambda t: "IS0" + t))
def test_rubbish_never_raises_and_never_becomes_an_address_by_itself(text: str) -> None:
    entry = read(text)
    if entry.fault:
        assert not entry.reading.is_valid


@given(st.integers(0, 140), st.characters())
def test_one_character_changed_is_the_same_identity_or_refused_or_named(
    position: int, character: str
) -> None:
    whole = matrix()
    entry = read(whole[:position] + character + whole[position + 1 :])
    if entry.reading.matricule is not None:
        assert entry.reading.matricule.text == BLOCKS["S1"]


def test_the_full_date_settles_the_century() -> None:
    child = matrix(S1="224027511583576", S2="1.2.250.1.213.1.4.10", S6="28-02-2024", S7="75115")
    entry = read(child, test_identities=True)
    assert entry.reading.birth_years == (2024,)
    assert read("224027511583555", test_identities=True).reading.birth_years == (1924, 2024)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"S5": "M"}, "sex_differs", "masculin sur le document, féminin dans le matricule"),
        ({"S6": "28-03-1980"}, "year_differs", "1980 sur le document, 79 dans le matricule"),
        ({"S6": "28-04-1979"}, "month_differs", "avril sur le document, mars dans le matricule"),
        ({"S7": "13055"}, "department_differs", "code 13055 sur le document, Marne dans"),
    ],
)
def test_each_contradiction_is_named_with_both_sides(
    changes: dict[str, str], code: str, words: str
) -> None:
    entry = read(matrix(**changes))
    assert codes(entry) == [code]
    assert words in entry.contradictions[0].message
    assert entry.reading.is_valid


@pytest.mark.parametrize(("end", "kind"), [("10", "test"), ("11", "démonstration")])
def test_test_and_demonstration_identities_are_refused_outside_a_test_profile(
    end: str, kind: str
) -> None:
    text = matrix(S2=f"1.2.250.1.213.1.4.{end}")
    refused = read(text)
    assert not refused.reading.is_valid
    assert f"Identité de {kind}" in refused.reading.problems[0].message
    assert read(text, test_identities=True).reading.is_valid


def test_a_foreign_authority_and_a_birth_in_the_future_are_refused() -> None:
    assert not read(matrix(S2="1.2.250.1.213.1.4.2")).reading.is_valid
    assert not read(matrix(S6="28-03-2079")).reading.is_valid


def test_a_wrong_key_in_a_datamatrix_is_a_wrong_key() -> None:
    entry = read(matrix(S1="279035121518988"))
    assert [problem.code for problem in entry.reading.problems] == ["wrong_key"]
    assert not entry.reading.is_valid


def test_a_second_scan_behind_other_text_counts_alone() -> None:
    other = matrix(S1="255081416802538", S6="12-08-1955", S7="14168")
    for before in ("2 79 03 51 215 189 89", matrix(), "dup"):
        entry = read(before + other)
        assert entry.reading.cleaned == "255081416802538"
        assert codes(entry) == []


def test_a_scanner_set_to_another_keyboard_is_told_from_rubbish() -> None:
    assert "AZERTY" in read("ISà&àààààà").fault
    assert "AZERTY" not in read("Isàbelle").fault


def test_what_is_cut_short_says_what_is_missing() -> None:
    entry = read(matrix("12345"))
    assert "S6 (date de naissance) manque" in entry.fault
    assert not entry.reading.is_valid
