"""Where a person was born, as characters 6 to 10 of a matricule tell it.

The characters keep the département *at the time of birth*, so old codes live on: 20 for Corsica
(before 1976), 75 and 78 for Seine and Seine-et-Oise (before 1968), and 91 to 96 for Algeria, Morocco
and Tunisia before their independence (DILA, fiche F33078). 91 to 95 are also départements of
Île-de-France: both readings are named wherever the year of birth leaves both open.
"""

from dataclasses import dataclass
from enum import StrEnum

from tui_mailer.domain.places.countries import COUNTRIES
from tui_mailer.domain.places.departments import MAINLAND, OVERSEAS

__all__ = ["Department", "PlaceKind", "locate", "places_agree"]

_ABROAD = "99"
_ALGERIA, _MOROCCO, _TUNISIA = "99352", "99350", "99351"

# Code -> (country of today, last year of a birth that may carry the code).
_COLONIAL: dict[str, tuple[str, int]] = {
    "91": (_ALGERIA, 1962),
    "92": (_ALGERIA, 1962),
    "93": (_ALGERIA, 1962),
    "94": (_ALGERIA, 1962),
    "95": (_MOROCCO, 1956),
    "96": (_TUNISIA, 1956),
}

# Code -> (what it was, last year of a birth that may carry it so, codes of the same places today).
_REORGANISED: dict[str, tuple[str, int, frozenset[str]]] = {
    "20": ("la Corse entière", 1975, frozenset({"2A", "2B"})),
    "75": ("l’ancien département de la Seine", 1967, frozenset({"92", "93", "94"})),
    "78": ("l’ancienne Seine-et-Oise", 1967, frozenset({"91", "92", "93", "94", "95"})),
    "985": ("Mayotte", 2011, frozenset({"976"})),
}


class PlaceKind(StrEnum):
    """What sort of place a code names."""

    MAINLAND = "métropole"
    OVERSEAS = "outre-mer"
    ABROAD = "étranger"
    FORMER = "ancien code"
    AMBIGUOUS = "deux lectures"


@dataclass(frozen=True, slots=True)
class Department:
    """A place of birth as the digits name it.

    Attributes:
        code: two characters ("51", "2A"), three overseas ("974"), five abroad ("99330", 99 and the
            country), or "99" alone while the country is not typed yet.
        name: French name, with every reading that is still open.
        kind: sort of place.
        note: a remark for whoever compares with an identity document, or an empty string.
    """

    code: str
    name: str
    kind: PlaceKind
    note: str = ""


def locate(place: str, birth_years: tuple[int, ...] = ()) -> Department | None:
    """Name the place of birth behind characters 6 to 10 of a matricule.

    Args:
        place: the characters 6 to 10 typed so far (0 to 5 of them, upper case).
        birth_years: candidate years of birth; they close a reading that none of them allows.

    Returns:
        The place, or None when too little is typed or no such place can exist ("00").
    """
    code = place[:2]
    if code == _ABROAD:
        return _abroad(place)
    if code in {"97", "98"}:
        return _overseas(place[:3], birth_years)
    if code in _COLONIAL:
        return _maybe_colonial(code, birth_years)
    if code == "20":
        return Department(
            code, "Corse (ancien code 20)", PlaceKind.FORMER, _note(code, birth_years)
        )
    if code in MAINLAND:
        return Department(code, MAINLAND[code], PlaceKind.MAINLAND, _note(code, birth_years))
    return None


def places_agree(place: str, cog: str, birth_year: int) -> bool:
    """Tell whether the digits of a matricule and the COG code of a birthplace can be the same place.

    Args:
        place: characters 6 to 10 of a matricule.
        cog: code of the birthplace in the Code officiel géographique, 5 characters (99xxx abroad).
        birth_year: the four-digit year of birth.

    Returns:
        True when both name the same département or country, today or by the codes of that year.
    """
    written, known = _code(place), _code(cog)
    if written == known:
        return True
    country, last_year = _COLONIAL.get(written, ("", 0))
    if country == known and birth_year <= last_year:
        return True
    _, last_year, heirs = _REORGANISED.get(written, ("", 0, frozenset[str]()))
    return known in heirs and birth_year <= last_year


def _code(five: str) -> str:
    """Cut five characters of a commune or country down to the code of the département."""
    length = {"97": 3, "98": 3, _ABROAD: 5}.get(five[:2], 2)
    return five[:length]


def _abroad(place: str) -> Department:
    country = place[2:5]
    if len(country) < 3:
        return Department(_ABROAD, "Étranger", PlaceKind.ABROAD)
    code = _ABROAD + country
    name = COUNTRIES.get(country)
    if name is None:
        return Department(code, f"Étranger (pays inconnu, code {code})", PlaceKind.ABROAD)
    return Department(code, f"Étranger : {name}", PlaceKind.ABROAD)


def _overseas(code: str, birth_years: tuple[int, ...]) -> Department | None:
    if len(code) < 3:
        return None
    name = OVERSEAS.get(code, f"Outre-mer (territoire inconnu, code {code})")
    return Department(code, name, PlaceKind.OVERSEAS, _note(code, birth_years))


def _maybe_colonial(code: str, birth_years: tuple[int, ...]) -> Department:
    country_code, last_year = _COLONIAL[code]
    country = COUNTRIES[country_code[2:]]
    today = MAINLAND.get(code)
    if today is None:
        return Department(code, f"{country} (ancien code {code})", PlaceKind.FORMER)
    if birth_years and min(birth_years) > last_year:
        return Department(code, today, PlaceKind.MAINLAND)
    return Department(
        code,
        f"{today}, ou {country} (ancien code {code})",
        PlaceKind.AMBIGUOUS,
        f"Jusqu’en {last_year}, le code {code} était aussi celui d’un lieu de naissance : {country}.",
    )


def _note(code: str, birth_years: tuple[int, ...]) -> str:
    former = _REORGANISED.get(code)
    if former is None or (birth_years and min(birth_years) > former[1]):
        return ""
    name, last_year, _ = former
    return f"Jusqu’en {last_year}, le code {code} désignait {name}."
