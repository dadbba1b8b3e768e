"""The answer of `tui-mailer ins`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.ins_vectors import TODAY, VALID, WRONG_KEY

from tui_mailer.ins_command import as_json, describe, exit_code, render

KEYS = [
    "valid",
    "matricule",
    "sex",
    "birth_years",
    "birth_month",
    "birth_department",
    "address",
    "errors",
]


def test_a_valid_matricule_is_described_whole() -> None:
    fields = describe("2 79 03 51 215 189 89", TODAY)
    assert json.loads(as_json(fields)) == {
        "valid": True,
        "matricule": "279035121518989",
        "sex": "F",
        "birth_years": [1979],
        "birth_month": 3,
        "birth_department": {"code": "51", "name": "Marne"},
        "address": "279035121518989@patient.mssante.fr",
        "errors": [],
    }
    assert exit_code(fields) == 0


@pytest.mark.parametrize(("text", "sex", "years", "month", "place"), VALID)
def test_every_valid_vector_exits_with_0(
    text: str, sex: str, years: tuple[int, ...], month: int | None, place: str
) -> None:
    fields = describe(text, TODAY)
    assert exit_code(fields) == 0
    assert (fields["sex"], fields["birth_years"]) == (sex, list(years))
    assert fields["birth_month"] == month
    assert fields["birth_department"] is not None
    assert fields["birth_department"]["code"] == place
    assert fields["address"] == f"{text}@patient.mssante.fr"


@pytest.mark.parametrize("text", WRONG_KEY)
def test_a_wrong_key_exits_with_1_and_gives_no_address(text: str) -> None:
    fields = describe(text, TODAY)
    assert exit_code(fields) == 1
    assert fields["matricule"] == text
    assert fields["address"] is None
    assert [error["code"] for error in fields["errors"]] == ["wrong_key"]


@pytest.mark.parametrize("text", WRONG_KEY)
def test_a_test_profile_accepts_published_samples_and_says_so(text: str) -> None:
    fields = describe(text, TODAY, test_identities=True)
    assert exit_code(fields) == 0
    assert fields["errors"] == []
    assert "identité de test" in render(text, TODAY, test_identities=True)


def test_two_centuries_are_both_told() -> None:
    assert describe(WRONG_KEY[0], TODAY)["birth_years"] == [1924, 2024]


@pytest.mark.parametrize("text", ["", "2790351215189", "27903512151898900", "bonjour", "é" * 15])
def test_no_matricule_without_fifteen_characters(text: str) -> None:
    fields = describe(text, TODAY)
    assert exit_code(fields) == 1
    assert fields["matricule"] is None
    assert fields["errors"]


def test_the_profile_chooses_the_domain() -> None:
    assert describe("279035121518989", TODAY, "patient.example")["address"] == (
        "279035121518989@patient.example"
    )


@given(st.text(), st.booleans())
def test_any_text_is_answered_by_one_harmless_line_of_json(text: str, tolerant: bool) -> None:
    fields = describe(text, TODAY, test_identities=tolerant)
    line = as_json(fields)
    assert line.isascii()
    assert line.isprintable()
    assert list(json.loads(line)) == KEYS
    assert fields["valid"] == (exit_code(fields) == 0) == (fields["address"] is not None)
    assert fields["valid"] == (not fields["errors"])
    assert render(text, TODAY, test_identities=tolerant).replace("\n", "").isprintable()


def test_people_read_one_fact_a_line() -> None:
    assert render("284202B32102528", TODAY).splitlines() == [
        "Matricule INS : 2 84 20 2B 321 025 28",
        "Sexe : féminin",
        "Année de naissance : 1984",
        "Mois de naissance : inconnu",
        "Lieu de naissance : Haute-Corse (2B)",
        "Adresse : 284202B32102528@patient.mssante.fr",
    ]


def test_people_read_the_note_on_an_old_code() -> None:
    assert "Jusqu’en 1975" in render("150052012345672", TODAY)


def test_people_read_what_is_wrong_and_the_text_is_not_echoed() -> None:
    shown = render("\x1b[2J279035121518", TODAY)
    assert shown.startswith("Ce matricule INS n’est pas valable :\n  - ")
    assert "\x1b" not in shown
    assert "279" not in shown
