"""The matricule as a value, and the address made from it."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.ins_vectors import VALID, WRONG_KEY, matricules

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.ins import InvalidIns, Matricule, is_ins_local_part


def test_the_address_is_the_ins_at_the_patient_domain() -> None:
    matricule = Matricule.parse("2 79 03 51 215 189 89")
    assert matricule.address() == "279035121518989@patient.mssante.fr"
    assert matricule.address("patient.test.example") == "279035121518989@patient.test.example"


def test_corsican_letters_are_upper_case_in_the_address() -> None:
    assert Matricule.parse("284052a32102552").address() == "284052A32102552@patient.mssante.fr"


def test_groups_are_those_of_the_printed_number() -> None:
    assert Matricule.parse("279035121518989").grouped == "2 79 03 51 215 189 89"
    assert Matricule.parse("284052A32102552").grouped == "2 84 05 2A 321 025 52"


@given(matricules)
def test_parsing_the_groups_gives_the_matricule_back(text: str) -> None:
    matricule = Matricule.parse(text)
    assert Matricule.parse(matricule.grouped) == matricule == Matricule.parse(text.lower())


@pytest.mark.parametrize(
    "text", ["", "2790351215189", "279035121518988", "579035121518989", "\x1b79035121518989"]
)
def test_anything_else_is_refused_with_its_problems(text: str) -> None:
    with pytest.raises(InvalidIns) as refused:
        Matricule.parse(text)
    assert refused.value.problems
    assert refused.value.problems[0].message in refused.value.explanation
    assert isinstance(refused.value, InvalidInput)


@pytest.mark.parametrize("text", ["2 79 03 51 215 189 89", "284052a32102552", WRONG_KEY[0], "27"])
def test_no_wrong_value_can_be_made_directly_either(text: str) -> None:
    with pytest.raises(InvalidIns):
        Matricule(text)


@pytest.mark.parametrize("text", WRONG_KEY)
def test_test_identities_are_flagged(text: str) -> None:
    matricule = Matricule.parse(text, test_identities=True)
    assert matricule.key_is_wrong
    assert matricule.text == text
    with pytest.raises(InvalidIns):
        Matricule.parse(text)


def test_the_flag_cannot_be_set_on_a_right_key_nor_excuse_another_fault() -> None:
    with pytest.raises(InvalidIns):
        Matricule("279035121518989", key_is_wrong=True)
    with pytest.raises(InvalidIns):
        Matricule("579035121518989", key_is_wrong=True)
    assert not Matricule.parse("279035121518989", test_identities=True).key_is_wrong


def test_an_ins_cannot_slip_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    matricule = Matricule.parse("279035121518989")
    with caplog.at_level(logging.INFO):
        logging.getLogger("any").info("%s %r %s", matricule, matricule, [matricule])
    assert "279" not in caplog.text
    assert "Matricule(•••)" in caplog.text
    with pytest.raises(InvalidIns) as refused:
        Matricule.parse("279035121518988")
    assert not any(character.isdigit() for character in repr(refused.value) + str(refused.value))


@pytest.mark.parametrize("vector", VALID)
def test_a_local_part_is_an_ins_in_either_case(vector: tuple[str, ...]) -> None:
    assert is_ins_local_part(vector[0])
    assert is_ins_local_part(vector[0].lower())


@pytest.mark.parametrize(
    "text",
    [
        "reponse.automatique-test",
        "",
        "2 79 03 51 215 189 89",
        "2.79.03.51.215.189.89",
        "2790351215189",
        "279035121518988",
        "２７９０３５１２１５１８９８９",
    ],
)
def test_other_local_parts_are_no_ins(text: str) -> None:
    assert not is_ins_local_part(text)


def test_a_wrong_key_is_an_ins_local_part_in_a_test_profile_only() -> None:
    assert is_ins_local_part(WRONG_KEY[0], test_identities=True)
    assert not is_ins_local_part(WRONG_KEY[0])
    assert not is_ins_local_part("279035121518", test_identities=True)


@given(st.text())
def test_any_local_part_gets_an_answer(text: str) -> None:
    assert is_ins_local_part(text) in {True, False}
