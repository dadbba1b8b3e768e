"""The journal's lines in words that a doctor reads."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Final

from tui_mailer.domain.journal import ChainReport, JournalEntry, JournalLine
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.journal_answers import has_failed
from tui_mailer.ui.text import Part, french_date, french_moment, french_number, plural
from tui_mailer.ui.widgets.line_list import Piece, column

_DATE_WIDTH: Final = 12
_DEED_WIDTH: Final = 25
# Where there is room, the longest deed is told whole.
_WIDE_DEED_WIDTH, _WIDE_FROM = 31, 100
CHECKING: Final = "vérification du journal…"

Names = Mapping[str, SafeText]
"""Matricule -> the name that this mailbox knows."""


def row(
    line: JournalLine, width: int, now: datetime, names: Names, faulty: Container[int]
) -> Sequence[Piece]:
    """When, what, about whom, and what went wrong; `width` in cells, `now` local."""
    entry = line.entry
    mark = "✕ " if line.number in faulty else "  "
    failed = has_failed(entry.answer)
    deed_width = _WIDE_DEED_WIDTH if width >= _WIDE_FROM else _DEED_WIDTH
    rest = width - len(mark) - _DATE_WIDTH - deed_width
    words = f"{entry.answer}  " if failed else ""
    return [
        (mark, "line--warning"),
        column(_when(entry.at, now), _DATE_WIDTH, "line--faint"),
        column(entry.deed, deed_width, "line--strong"),
        column(
            words + (_about(entry, names) or entry.answer), rest, "line--warning" if failed else ""
        ),
    ]


def details(line: JournalLine, now: datetime, names: Names) -> list[Part]:
    """All that a line says, one thing a line; what it leaves empty is left out."""
    entry = line.entry
    message = " · ".join(filter(None, (entry.message_id, entry.folder, _uid(entry.uid))))
    facts = [
        ("Ligne", f"{line.number} · {_moment(entry.at, now)}"),
        ("Qui", " · ".join(filter(None, (entry.account, entry.system_user)))),
        ("Quoi", " · ".join(filter(None, (entry.deed, entry.detail)))),
        ("Patient", " · ".join(filter(None, (names.get(entry.patient, ""), entry.patient)))),
        ("Message", message),
        ("Réponse", entry.answer),
    ]
    told = [(label, words) for label, words in facts if words]
    parts: list[Part] = []
    for label, words in told:
        parts += [(f"{label:<9}", "dim"), words, "\n"]
    return parts


def chain_words(report: ChainReport) -> tuple[str, str]:
    """Whether the chain holds, and the style of that sentence."""
    if report.holds:
        return (
            f"✓ journal intact : {plural(report.line_count, 'ligne vérifiée', 'lignes vérifiées')}",
            "$success",
        )
    number, fault = report.faults[0]
    where = f"ligne {french_number(number)} : " if number else ""
    more = f" (et {len(report.faults) - 1} autres)" if len(report.faults) > 1 else ""
    return f"✕ journal modifié hors du programme — {where}{fault.value}{more}", "bold $error"


def _about(entry: JournalEntry, names: Names) -> str:
    who = names.get(entry.patient) or (f"INS {entry.patient}" if entry.patient else "")
    where = entry.folder if entry.uid or not who else ""
    is_move = bool(where) and entry.detail.startswith("vers ")
    what = [f"{where} {entry.detail}"] if is_move else [entry.detail, where]
    return " · ".join(filter(None, (f"◆ {who}" if who else "", *what)))


def _uid(uid: int) -> str:
    return f"UID {uid}" if uid else ""


def _when(at: str, now: datetime) -> str:
    moment = _read(at)
    return french_date(moment, now) if moment else at


def _moment(at: str, now: datetime) -> str:
    moment = _read(at)
    return french_moment(moment, now) if moment else at


def _read(at: str) -> datetime | None:
    """The time of a line; None for one that was tampered with."""
    try:
        moment = datetime.fromisoformat(at)
        return moment if moment.tzinfo else None
    except ValueError:
        return None
