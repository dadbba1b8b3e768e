"""Reading a matricule INS as it is typed or pasted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.fr import nir
from unit.ins_vectors import TODAY, VALID, WRONG_KEY, matricules, with_key

from tui_mailer.domain.ins import (
    InsReading,
    Severity,
    birth_years,
    clean,
    computed_key,
    is_ins_local_part,
    read,
)

PAT_TROIS = "279035121518989"


def codes(reading: InsReading) -> list[str]:
    return [problem.code for problem in reading.problems]


def meanings(text: str) -> dict[str, tuple[str, str]]:
    return {s.label: (s.typed, s.meaning) for s in read(text, TODAY).segments}


@pytest.mark.parametrize(("text", "sex", "years", "month", "place"), VALID)
def test_every_valid_vector_is_accepted_and_explained(
    text: str, sex: str, years: tuple[int, ...], month: int | None, place: str
) -> None:
    reading = read(text, TODAY)
    assert reading.problems == ()
    assert reading.matricule is not None
    assert reading.matricule.text == text
    assert not reading.key_is_wrong
    assert reading.department is not None
    told = (reading.sex, reading.birth_years, reading.birth_month, reading.department.code)
    assert told == (sex, years, month, place)


@pytest.mark.parametrize("text", WRONG_KEY)
def test_a_wrong_key_stops_hard_in_production(text: str) -> None:
    reading = read(text, TODAY)
    assert codes(reading) == ["wrong_key"]
    assert reading.problems[0].severity is Severity.ERROR
    assert not reading.is_valid
    assert reading.matricule is None


@pytest.mark.parametrize("text", WRONG_KEY)
def test_a_wrong_key_is_a_warning_in_a_test_profile(text: str) -> None:
    reading = read(text, TODAY, test_identities=True)
    assert codes(reading) == ["wrong_key"]
    assert reading.problems[0].severity is Severity.WARNING
    assert reading.matricule is not None
    assert reading.matricule.text == text
    assert reading.key_is_wrong


@pytest.mark.parametrize("vector", VALID)
def test_a_right_key_raises_no_flag_in_a_test_profile(vector: tuple[str, ...]) -> None:
    reading = read(vector[0], TODAY, test_identities=True)
    assert reading.is_valid
    assert not reading.key_is_wrong
    assert reading.problems == ()


def test_a_test_profile_lets_nothing_else_through() -> None:
    for text in ("279035121518", "27903512151898X", "579035121518989", "2790351215189890"):
        assert not read(text, TODAY, test_identities=True).is_valid


@pytest.mark.parametrize(("right", "congruent"), [("97", "00"), ("01", "98"), ("02", "99")])
def test_a_key_outside_01_to_97_is_refused_even_when_congruent(right: str, congruent: str) -> None:
    orders = (f"1800175056{order:03}" for order in range(1, 1000))
    thirteen = next(order for order in orders if computed_key(order) == right)
    assert read(thirteen + right, TODAY).is_valid
    assert codes(read(thirteen + congruent, TODAY)) == ["wrong_key"]


def test_a_wrong_key_does_not_reveal_the_right_one() -> None:
    reading = read("279035121518988", TODAY)
    assert codes(reading) == ["wrong_key"]
    assert reading.expected_key is None
    assert "89" not in reading.problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        "2 79 03 51 215 189 89",
        "2\u00a079\u00a003\u00a051\u00a0215\u00a0189\u00a089",
        "2\u202f79\u202f03\u202f51\u202f215\u202f189\u202f89",
        "\t2\u200979\u300003 51 215\t189 89  ",
        "2.79.03.51.215.189.89",
        "2-79\u201103\u201051\u2013215\u2014189\u221289",
    ],
)
def test_what_people_put_between_the_digits_is_removed(text: str) -> None:
    reading = read(text, TODAY)
    assert reading.cleaned == PAT_TROIS
    assert reading.is_valid


def test_corsican_letters_may_be_typed_small() -> None:
    reading = read("2 84 05 2a 321 025 52", TODAY)
    assert reading.matricule is not None
    assert reading.matricule.text == "284052A32102552"


@pytest.mark.parametrize(
    ("stray", "shown"),
    [
        ("\x1b", "U+001B"),
        ("\x00", "U+0000"),
        ("\r", "U+000D"),
        ("\n", "U+000A"),
        ("\x1d", "U+001D"),
        ("\x85", "U+0085"),
        ("\u200b", "U+200B"),
        ("\u202e", "U+202E"),
        ("\ud800", "U+D800"),
        ("\u0663", "U+0663"),
        ("\uff13", "U+FF13"),
        ("²", "U+00B2"),
        ("é", "U+00E9"),
        ("/", "/"),
    ],
)
def test_any_other_character_is_named_never_dropped(stray: str, shown: str) -> None:
    reading = read(f"279{stray}035121518989", TODAY)
    assert codes(reading) == ["unexpected_character"]
    assert f"« {shown} » en position 4" in reading.problems[0].message
    assert not reading.is_valid
    assert reading.sex == "F"
    assert reading.birth_month is None


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\uff10", "\u0966"])
def test_digits_of_other_scripts_are_refused(zero: str) -> None:
    other = "".join(chr(ord(zero) + int(digit)) for digit in PAT_TROIS)
    assert codes(read(other, TODAY)) == ["unexpected_character"]
    assert not is_ins_local_part(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" - .", "empty"),
        ("2", "too_short"),
        ("27903512151", "too_short"),
        ("27903512151898", "too_short"),
        ("2790351215189", "missing_key"),
        (PAT_TROIS + "0", "too_long"),
        (PAT_TROIS * 2, "too_long"),
        ("9" + PAT_TROIS[1:13], "wrong_sex"),
        ("0" + PAT_TROIS[1:13], "wrong_sex"),
        ("5" + PAT_TROIS[1:13], "mig"),
        ("6" + PAT_TROIS[1:13], "mig"),
        ("27900", "wrong_month"),
        ("27913", "wrong_month"),
        ("27919", "wrong_month"),
        ("2790300", "wrong_department"),
        ("2790351215000", "wrong_order"),
        ("27903O1215189", "unexpected_letter"),
        ("279032C215189", "unexpected_letter"),
        ("279033A215189", "unexpected_letter"),
        ("A", "unexpected_letter"),
        ("279032A2A5189", "unexpected_letter"),
    ],
)
def test_each_fault_has_its_own_code(text: str, code: str) -> None:
    assert codes(read(text, TODAY))[0] == code


@pytest.mark.parametrize("first", "0569")
@pytest.mark.parametrize("rest", ["790351215189", "841297112345"])
def test_a_right_key_does_not_make_up_for_a_wrong_first_digit(first: str, rest: str) -> None:
    assert not read(with_key(first + rest), TODAY).is_valid


def test_thirteen_characters_show_the_key_and_complete_nothing() -> None:
    reading = read("2 79 03 51 215 189", TODAY)
    assert reading.expected_key == "89"
    assert "89" in reading.problems[0].message
    assert reading.problems[0].severity is Severity.INCOMPLETE
    assert reading.missing_count == 2
    assert reading.cleaned == "2790351215189"
    assert not reading.is_valid


def test_a_faulty_thirteen_gets_no_key() -> None:
    assert read("5790351215189", TODAY).expected_key is None
    assert read("2791351215189", TODAY).expected_key is None


def test_thirteen_characters_that_may_be_a_fund_number_are_remarked() -> None:
    for text in ("7123451234567", "8223451234567"):
        assert codes(read(text, TODAY))[-1] == "maybe_nnp"
    assert "maybe_nnp" not in codes(read("7903512151899", TODAY))
    assert "maybe_nnp" not in codes(read("1123451234567", TODAY))


@pytest.mark.parametrize(
    ("digits", "today", "years"),
    [
        ("24", date(2026, 11, 22), (1924, 2024)),
        ("26", date(2026, 1, 1), (1926, 2026)),
        ("27", date(2026, 12, 31), (1927,)),
        ("27", date(2027, 1, 1), (1927, 2027)),
        ("06", date(2026, 11, 22), (1906, 2006)),
        ("05", date(2026, 11, 22), (2005,)),
        ("79", date(2026, 11, 22), (1979,)),
        ("7", date(2026, 11, 22), ()),
    ],
)
def test_both_centuries_are_candidates_unless_future_or_too_long_ago(
    digits: str, today: date, years: tuple[int, ...]
) -> None:
    assert birth_years(digits, today) == years


@given(st.integers(0, 99), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_candidate_years_fit_the_digits_and_the_calendar(digits: int, today: date) -> None:
    years = birth_years(f"{digits:02}", today)
    assert list(years) == sorted(set(years))
    assert 1 <= len(years) <= 2
    assert all(y % 100 == digits and today.year - 120 <= y <= today.year for y in years)


def test_the_structure_is_explained_part_by_part() -> None:
    assert meanings("2 79 03 51 215 189 89") == {
        "sexe": ("2", "féminin"),
        "année": ("79", "1979"),
        "mois": ("03", "mars"),
        "département": ("51", "Marne"),
        "commune": ("215", "code 215"),
        "ordre": ("189", "naissance n° 189"),
        "clé": ("89", "juste"),
    }


def test_the_structure_follows_what_is_typed() -> None:
    assert meanings("1 24 9") == {
        "sexe": ("1", "masculin"),
        "année": ("24", "1924 ou 2024"),
        "mois": ("9", ""),
        "département": ("", ""),
        "commune": ("", ""),
        "ordre": ("", ""),
        "clé": ("", ""),
    }


def test_overseas_and_abroad_split_the_place_their_own_way() -> None:
    overseas = meanings("184129711234581")
    assert overseas["département"] == ("971", "Guadeloupe")
    assert overseas["commune"] == ("12", "code 12")
    assert meanings("1841298735")["département"] == ("987", "Polynésie française")
    abroad = meanings("178059933010817")
    assert abroad["département"] == ("99", "Étranger : Guinée")
    assert abroad["pays"] == ("330", "code 330")


def test_special_months_mean_unknown_and_a_wrong_key_is_named_in_its_part() -> None:
    assert meanings("284202B32102528")["mois"] == ("20", "inconnu")
    assert meanings("28413")["mois"] == ("13", "")
    assert meanings("279035121518988")["clé"] == ("88", "fausse")
    assert meanings("385059912345604")["sexe"] == ("3", "masculin (en cours d’immatriculation)")


def test_what_comes_after_a_stray_character_explains_nothing() -> None:
    assert "\x1b" not in "".join(typed for typed, _ in meanings("279\x1b[2J035").values())


def test_no_digit_appears_in_the_repr_of_a_reading() -> None:
    for text in (PAT_TROIS, PAT_TROIS[:13], WRONG_KEY[0]):
        reading = read(text, TODAY)
        shown = repr(reading) + repr(reading.segments)
        assert not any(character.isdigit() for character in shown)


@given(matricules)
def test_well_formed_matricules_agree_with_stdnum(text: str) -> None:
    assert nir.is_valid(text)
    reading = read(text, TODAY)
    assert reading.is_valid
    assert reading.department is not None
    assert 1 <= int(text[13:]) <= 97


@given(st.text("0123456789AB", min_size=13, max_size=16))
@example("150052012345672")
def test_nothing_is_accepted_that_stdnum_refuses(text: str) -> None:
    assert nir.is_valid(text) or not read(text, TODAY).is_valid


@given(matricules, st.integers(0, 14), st.sampled_from("0123456789"))
def test_any_single_digit_changed_is_refused(text: str, index: int, digit: str) -> None:
    changed = text[:index] + digit + text[index + 1 :]
    assert read(changed, TODAY).is_valid == (changed == text)


@given(matricules, st.integers(0, 14), st.characters())
def test_any_single_character_changed_is_refused(text: str, index: int, other: str) -> None:
    changed = text[:index] + other + text[index + 1 :]
    assert read(changed, TODAY).is_valid == (clean(changed) == text)


def test_one_corsican_letter_for_the_other_is_refused() -> None:
    assert codes(read("284052B32102552", TODAY)) == ["wrong_key"]
    assert codes(read("284052A32102579", TODAY)) == ["wrong_key"]


@given(matricules, st.integers(0, 15), st.sampled_from("0123456789"))
def test_one_digit_more_or_less_is_refused(text: str, index: int, digit: str) -> None:
    assert not read(text[:index] + digit + text[index:], TODAY).is_valid
    assert not read(text[:index] + text[index + 1 :], TODAY).is_valid or index == len(text)


@given(st.text() | st.text("0123456789AB \x1b\u00a0-", max_size=20), st.booleans())
def test_reading_never_raises_and_never_puts_a_harmful_character_in_a_message(
    text: str, tolerant: bool
) -> None:
    reading = read(text, TODAY, test_identities=tolerant)
    shown = "".join(problem.message for problem in reading.problems)
    shown += "".join(segment.typed + segment.meaning for segment in reading.segments)
    assert shown.isprintable()
    assert reading.is_valid == (reading.matricule is not None)
    assert reading.is_valid or reading.problems
    assert reading.missing_count == max(0, 15 - len(reading.cleaned))


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(matricules)
def test_every_prefix_is_only_incomplete(text: str) -> None:
    for length in range(15):
        problems = read(text[:length], TODAY).problems
        assert not any(problem.severity is Severity.ERROR for problem in problems)
        assert problems


@pytest.mark.parametrize("text", ["", "279035121518", "27903512151898", "279035121518X", "٢" * 13])
def test_no_key_is_computed_from_anything_but_thirteen_digits(text: str) -> None:
    with pytest.raises(ValueError, match="13 digits"):
        computed_key(text)
