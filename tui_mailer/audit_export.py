"""The journal as a file: what `tui-mailer audit` prints, line by line. Pure functions.

Columns, in this order, in both formats: ligne, date, compte, utilisateur, action, dossier, uid,
message_id, ins, detail, reponse, empreinte. The digest is calculated on the first eleven, as JSON
writes them: see `domain.journal`.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.journal import ChainReport, JournalLine, columns, journal_time

COLUMNS: Final = (
    "ligne",
    "date",
    "compte",
    "utilisateur",
    "action",
    "dossier",
    "uid",
    "message_id",
    "ins",
    "detail",
    "reponse",
    "empreinte",
)
# What a spreadsheet reads as a formula (OWASP, "CSV Injection").
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class CsvExport:
    """Fields between semicolons, as French spreadsheets expect them."""

    head = ";".join(COLUMNS) + "\r\n"
    foot = ""

    def row(self, line: JournalLine) -> str:
        """One line; a text that a spreadsheet would calculate gets an apostrophe before it."""
        return _csv_line(_disarmed(value) for value in _values(line))


class JsonExport:
    """One array of objects, an object a line."""

    head = "["
    foot = "\n]\n"

    def __init__(self) -> None:
        self._before = "\n"

    def row(self, line: JournalLine) -> str:
        """One line as an object, its texts as they are."""
        before, self._before = self._before, ",\n"
        fields = dict(zip(COLUMNS, _values(line), strict=True))
        return before + json.dumps(fields, ensure_ascii=False)


def verdict(report: ChainReport) -> str:
    """What is to be said of the chain, in French, without a final newline."""
    if report.holds:
        return (
            f"Journal intact : {report.line_count} lignes vérifiées.\n"
            f"À noter ailleurs : ligne {report.last.number}, empreinte {report.last.digest}"
        )
    told = [f"  - {_where(number)}{fault.value}" for number, fault in report.faults[:20]]
    more = len(report.faults) - len(told)
    told += [f"  - et {more} autres endroits"] if more > 0 else []
    return "\n".join(["Le journal a été modifié hors du programme :", *told])


class PeriodBackwards(InvalidInput):
    """An export that would be empty, and look as if nothing had been done."""

    what = "La période demandée finit avant de commencer."
    meaning = "Rien n’a été exporté."
    advice = "Vérifiez les jours donnés avec --since et --until."


@dataclass(frozen=True, slots=True)
class Period:
    """The calendar days of an export, both included; None: to the end of the journal.

    Raises:
        PeriodBackwards: the last day is before the first.
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise PeriodBackwards

    def holds(self, line: JournalLine) -> bool:
        """True for a line of these days, by the clock of this machine."""
        if line.entry.at < _day_start(self.first):
            return False
        if self.last is None or self.last == date.max:
            return True
        return line.entry.at < _day_start(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        """The days in French."""
        if self.last is None:
            return f"depuis le {self.first:%d/%m/%Y}"
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


def _day_start(day: date) -> str:
    midnight = datetime.combine(day, time.min)
    try:
        return journal_time(midnight.astimezone(UTC))
    except (OverflowError, ValueError):  # the calendar's first and last day have no other zone
        return journal_time(midnight.replace(tzinfo=UTC))


def _where(number: int) -> str:
    return f"ligne {number} : " if number else ""


def _values(line: JournalLine) -> tuple[str | int, ...]:
    return (*columns(line.number, line.entry), line.digest)


def _disarmed(value: str | int) -> str | int:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _csv_line(values: Iterable[str | int]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(values)
    return text.getvalue()
