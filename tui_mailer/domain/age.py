"""Whether somebody is under age: the address of a child's Mon espace santé is the child's own.

A parent is never written to in place of the child (ENS V1.3 §2). An INS tells a month and two digits
of the year: it may leave the question open.
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum

MAJORITY_YEARS = 18


class Minority(Enum):
    """What is known of somebody's age."""

    NO = "no"
    POSSIBLE = "possible"
    YES = "yes"


def minority(
    years: Sequence[int], month: int | None, today: date, birth_date: date | None = None
) -> Minority:
    """Say whether a person is under 18.

    Args:
        years: candidate years of birth.
        month: of birth, None when unknown.
        today: local day.
        birth_date: the full date, where it is known: it settles the question.
    """
    if birth_date is not None:
        return Minority.YES if _is_minor(birth_date, today) else Minority.NO
    first_month, last_month = (month, month) if month else (1, 12)
    certain = [_is_minor(date(year, first_month, 1), today) for year in years]
    possible = [_is_minor(date(year, last_month, 28), today) for year in years]
    if certain and all(certain):
        return Minority.YES
    return Minority.POSSIBLE if any(possible) else Minority.NO


def _is_minor(born: date, today: date) -> bool:
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday) < MAJORITY_YEARS
