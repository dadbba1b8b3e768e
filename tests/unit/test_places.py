"""Places of birth behind the digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.places import PlaceKind, locate, places_agree


@pytest.mark.parametrize(
    ("place", "code", "name", "kind"),
    [
        ("51215", "51", "Marne", PlaceKind.MAINLAND),
        ("01004", "01", "Ain", PlaceKind.MAINLAND),
        ("69123", "69", "Rhône", PlaceKind.MAINLAND),
        ("2A004", "2A", "Corse-du-Sud", PlaceKind.MAINLAND),
        ("2B033", "2B", "Haute-Corse", PlaceKind.MAINLAND),
        ("20004", "20", "Corse (ancien code 20)", PlaceKind.FORMER),
        ("97105", "971", "Guadeloupe", PlaceKind.OVERSEAS),
        ("97209", "972", "Martinique", PlaceKind.OVERSEAS),
        ("97302", "973", "Guyane", PlaceKind.OVERSEAS),
        ("97411", "974", "La Réunion", PlaceKind.OVERSEAS),
        ("97502", "975", "Saint-Pierre-et-Miquelon", PlaceKind.OVERSEAS),
        ("97611", "976", "Mayotte", PlaceKind.OVERSEAS),
        ("98735", "987", "Polynésie française", PlaceKind.OVERSEAS),
        ("98818", "988", "Nouvelle-Calédonie", PlaceKind.OVERSEAS),
        ("99330", "99330", "Étranger : Guinée", PlaceKind.ABROAD),
        ("99109", "99109", "Étranger : Allemagne", PlaceKind.ABROAD),
        ("99352", "99352", "Étranger : Algérie", PlaceKind.ABROAD),
        ("99351", "99351", "Étranger : Tunisie", PlaceKind.ABROAD),
        ("96123", "96", "Tunisie (ancien code 96)", PlaceKind.FORMER),
    ],
)
def test_a_place_is_named(place: str, code: str, name: str, kind: PlaceKind) -> None:
    found = locate(place)
    assert found is not None
    assert (found.code, found.name, found.kind) == (code, name, kind)


@pytest.mark.parametrize(
    ("code", "ile_de_france", "country", "last_year"),
    [
        ("91", "Essonne", "Algérie", 1962),
        ("92", "Hauts-de-Seine", "Algérie", 1962),
        ("93", "Seine-Saint-Denis", "Algérie", 1962),
        ("94", "Val-de-Marne", "Algérie", 1962),
        ("95", "Val-d'Oise", "Maroc", 1956),
    ],
)
def test_both_readings_of_91_to_95_are_named_while_both_are_open(
    code: str, ile_de_france: str, country: str, last_year: int
) -> None:
    for years in ((), (last_year,), (1924, 2024)):
        found = locate(code + "123", years)
        assert found is not None
        assert found.kind is PlaceKind.AMBIGUOUS
        assert ile_de_france in found.name
        assert country in found.name
    later = locate(code + "123", (last_year + 1,))
    assert later is not None
    assert later.name == ile_de_france


def test_old_codes_of_paris_and_versailles_are_noted_for_old_births_only() -> None:
    for code, word in (("75", "Seine"), ("78", "Seine-et-Oise"), ("20", "Corse")):
        old, young = locate(code + "001", (1950,)), locate(code + "001", (1980,))
        assert old is not None
        assert young is not None
        assert word in old.note
        assert young.note == ""


def test_unknown_countries_and_territories_are_said_to_be_unknown() -> None:
    country, territory = locate("99988"), locate("97901")
    assert country is not None
    assert territory is not None
    assert country.name == "Étranger (pays inconnu, code 99988)"
    assert territory.name == "Outre-mer (territoire inconnu, code 979)"


@pytest.mark.parametrize("place", ["", "5", "00123", "97", "98", "2C123", "3A123", "AB"])
def test_too_little_or_nonsense_is_no_place(place: str) -> None:
    assert locate(place) is None


def test_abroad_is_known_before_the_country_is_typed() -> None:
    for place in ("99", "991", "9910"):
        found = locate(place)
        assert found is not None
        assert (found.code, found.name) == ("99", "Étranger")


@given(st.integers(1, 99), st.integers(0, 999))
def test_every_code_from_01_to_99_is_a_place(department: int, commune: int) -> None:
    found = locate(f"{department:02}{commune:03}")
    assert found is not None
    assert found.name


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    found = locate(text)
    assert found is None or found.name


@pytest.mark.parametrize(
    ("place", "cog", "year", "agree"),
    [
        ("51215", "51215", 1979, True),
        ("51215", "51454", 1979, True),
        ("51215", "52215", 1979, False),
        ("97112", "97105", 1984, True),
        ("97112", "97212", 1984, False),
        ("99330", "99330", 1978, True),
        ("99330", "99341", 1978, False),
        ("2A321", "2A004", 1984, True),
        ("2A321", "2B004", 1984, False),
        ("20123", "2A004", 1950, True),
        ("20123", "2A004", 1980, False),
        ("75012", "92012", 1950, True),
        ("75012", "92012", 1970, False),
        ("78012", "95012", 1967, True),
        ("92001", "99352", 1950, True),
        ("92001", "92012", 1970, True),
        ("92001", "99352", 1980, False),
        ("95001", "99350", 1950, True),
        ("96001", "99351", 1950, True),
        ("98511", "97611", 1990, True),
    ],
)
def test_digits_and_birthplace_agree_by_the_codes_of_the_day(
    place: str, cog: str, year: int, agree: bool
) -> None:
    assert places_agree(place, cog, year) is agree
