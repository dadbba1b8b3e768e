"""What the user types to find messages, read into a query.

``bilan`` looks everywhere · ``"compte rendu"`` these words in this order · ``de:`` ``à:``
``objet:`` ``corps:`` ``patient:`` (name or INS) · ``pj:`` an attachment's name, ``pj:oui`` or
``pj:non`` · ``date:`` ``avant:`` ``après:`` a day, a month or a year (12/03/2026, 12/03, 03/2026,
2026, hier). All that is asked for must hold. Accents and case do not count, nor blanks in an INS.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Final

from tui_mailer.domain.accents import without_accents

LONGEST_TYPED: Final = 500
"""Characters that are read; what comes after is named as ignored."""
_MOST_TERMS: Final = 24


class SearchField(Enum):
    """Where a term is looked for."""

    ANYWHERE = "anywhere"
    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    BODY = "body"
    ATTACHMENT = "attachment"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """Something to be found, as it was typed.

    Attributes:
        text: has a letter or a digit.
        whole: typed between quotes: whole words in this order; else the last word may go on.
    """

    text: str
    field: SearchField = SearchField.ANYWHERE
    whole: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Conditions that must all hold.

    Attributes:
        with_attachment: None when it does not matter.
        since: the first day.
        before: the day after the last one.
        ignored: what could not be read, as it was typed.
    """

    terms: tuple[SearchTerm, ...] = ()
    with_attachment: bool | None = None
    since: date | None = None
    before: date | None = None
    ignored: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to look for."""
        return self == SearchQuery(ignored=self.ignored)


_FIELDS: Final = {
    "de": SearchField.FROM,
    "a": SearchField.TO,
    "objet": SearchField.SUBJECT,
    "corps": SearchField.BODY,
    "pj": SearchField.ATTACHMENT,
    "patient": SearchField.PATIENT,
}
_DATES: Final = frozenset({"date", "avant", "apres"})
_WHETHER: Final = {"oui": True, "non": False}
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„«»", '"'))
# An INS as it is printed, with any blanks between its groups; after `patient:` also its beginning.
_PRINTED_INS: Final = re.compile(
    r"(?<!\w)[1-478]\s*[0-9]{2}\s*[0-9]{2}\s*(?:[0-9]{2}|2[AB])\s*[0-9]{3}\s*[0-9]{3}(?:\s*[0-9]{2})?(?!\w)"
    r"|(?<=patient:)\s*[1-478](?:\s+(?:[0-9]{1,3}|2[AB])){1,6}(?!\w)",
    re.IGNORECASE,
)
# As French is typed, with a blank before the colon; what stands between quotes is left alone.
_APART: Final = re.compile(
    r"(?<!\w)(de|à|objet|corps|pj|patient|date|avant|après|apres)\s+:|\"[^\"]*\"?", re.IGNORECASE
)
_PIECE: Final = re.compile(r'(?:([^\W\d_]{1,10}):)?(?:"([^"]*)"?|([^\s"]*))')


@dataclass(frozen=True, slots=True)
class _Piece:
    """``operator:value``; `operator` is "" for bare words."""

    operator: str
    value: str
    quoted: bool


def parse(text: str, today: date) -> SearchQuery:
    """Read what was typed; total, never raises. `today` tells the year of ``12/03``.

    An operator without its value, as while typing, asks for nothing.
    """
    query = SearchQuery()
    for piece in _pieces(text[:LONGEST_TYPED]):
        if piece.operator in _DATES:
            query = _with_date(query, piece, today)
        elif piece.operator == "pj" and not piece.quoted and _bare(piece.value) in _WHETHER:
            query = replace(query, with_attachment=_WHETHER[_bare(piece.value)])
        elif any(map(str.isalnum, piece.value)):
            query = _with_term(query, piece)
    rest = text[LONGEST_TYPED:].strip()
    return replace(query, ignored=(*query.ignored, rest)) if rest else query


def _pieces(text: str) -> Iterator[_Piece]:
    """Operators may stand apart from their colon and from their value: ``de : durand``."""
    waiting = ""
    written = unicodedata.normalize("NFC", text).translate(_QUOTES)
    written = _APART.sub(lambda found: f"{found[1]}:" if found[1] else found[0], written)
    for found in _PIECE.finditer(_PRINTED_INS.sub(_in_one_word, written)):
        if not found[0]:
            continue
        name = _bare(found[1] or "")
        quoted = found[2] is not None
        value = found[2] if found[2] is not None else found[3]
        if name in _FIELDS or name in _DATES:
            waiting = name
        elif name:
            value = f"{found[1]}:{value}"
        if value:
            yield _Piece(waiting, value.strip(), quoted)
            waiting = ""


def _in_one_word(found: re.Match[str]) -> str:
    return "".join(found[0].split())


def _bare(text: str) -> str:
    """Without accents and case."""
    return without_accents(text.casefold())


def _with_term(query: SearchQuery, piece: _Piece) -> SearchQuery:
    if len(query.terms) >= _MOST_TERMS:
        return replace(query, ignored=(*query.ignored, piece.value))
    field = _FIELDS.get(piece.operator, SearchField.ANYWHERE)
    return replace(query, terms=(*query.terms, SearchTerm(piece.value, field, piece.quoted)))


# --- dates

_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?", re.ASCII)
_MONTH: Final = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_YEARS: Final = range(1900, 2200)
_A_DAY: Final = timedelta(days=1)
_DAYS_AGO: Final = {"aujourd'hui": 0, "aujourdhui": 0, "hier": 1, "avant-hier": 2}


def _with_date(query: SearchQuery, piece: _Piece, today: date) -> SearchQuery:
    period = _period(_bare(piece.value).replace("’", "'").strip(), today)
    if period is None:
        return replace(query, ignored=(*query.ignored, piece.value))
    first, after = period
    since = {"date": first, "apres": after}.get(piece.operator)
    before = {"date": after, "avant": first}.get(piece.operator)
    return replace(
        query,
        since=max(filter(None, (query.since, since)), default=None),
        before=min(filter(None, (query.before, before)), default=None),
    )


def _period(text: str, today: date) -> tuple[date, date] | None:
    """The first day of what `text` names, and the day after its last; None when it names none."""
    if text in _DAYS_AGO:
        return _one_day(today - _DAYS_AGO[text] * _A_DAY)
    try:
        if found := _ISO.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            return _one_day(_day(year, month, int(found[3]))) if found[3] else _month(year, month)
        if found := _MONTH.fullmatch(text):
            return _month(int(found[2]), int(found[1]))
        if found := _DAY.fullmatch(text):
            return _one_day(_french_day(int(found[1]), int(found[2]), found[3], today))
        if _YEAR.fullmatch(text):
            return _day(int(text), 1, 1), _day(int(text) + 1, 1, 1)
    except ValueError:
        pass
    return None


def _day(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise ValueError
    return date(year, month, day)


def _one_day(day: date) -> tuple[date, date]:
    return day, day + _A_DAY


def _month(year: int, month: int) -> tuple[date, date]:
    first = _day(year, month, 1)
    return first, (first + 31 * _A_DAY).replace(day=1)


def _french_day(day: int, month: int, year: str | None, today: date) -> date:
    """A day; without a year, the last one that was."""
    if year is not None:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for back in range(9):
        try:
            found = _day(today.year - back, month, day)
        except ValueError:
            continue  # 29 February
        if found <= today:
            return found
    raise ValueError
