"""How one patient is drawn in the list: two lines, whatever the width."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tui_mailer.domain.patient_list import PatientSummary, Turn
from tui_mailer.ui.presenters.exchanges import TURN_WIDTH, fate_words, standing, turn_words
from tui_mailer.ui.text import cut, french_date
from tui_mailer.ui.widgets.line_list import Piece, column

ROW_HEIGHT: Final = 2
_MARGIN: Final = 5
_DATE_WIDTH: Final = 10


def draw_patient(
    patient: PatientSummary, width: int, now: datetime, *, selected: bool, all_read: bool
) -> Sequence[Sequence[Piece]]:
    """The lines of a row: who, whose turn, when; the INS, the state, the last message.

    `all_read` is False while the mailbox is being read for the first time.
    """
    mark = "▌" if selected else " "
    strength = "line--strong" if patient.unread_count else ""
    date = french_date(patient.last.shown_at, now).rjust(_DATE_WIDTH)
    name_width = width - _MARGIN - TURN_WIDTH - 3 - _DATE_WIDTH
    ours = patient.turn is Turn.OURS
    first = [
        (mark, ""),
        (_unread(patient.unread_count), "line--strong"),
        column(patient.name or "(sans nom)", name_width, strength),
        (" ", ""),
        column(turn_words(patient.turn), TURN_WIDTH, "line--strong" if ours else "line--second"),
        (f" {date} ", "line--faint"),
    ]
    ins = patient.matricule.grouped
    state = standing(patient, now, all_read=all_read)
    came_back = fate_words(patient, now)
    came_back = f" {came_back}" if came_back else ""
    arrow = "→" if patient.last.outgoing else "←"
    last = f" · {arrow} {patient.last.subject.removeprefix('Re: ') or '(sans objet)'}"
    last_width = width - _MARGIN - cell_len(ins) - 2 - cell_len(state + came_back) - 1
    second = [
        (mark.ljust(_MARGIN), ""),
        (f"{ins}  ", "line--second"),
        (state, "line--patient"),
        (came_back, "line--warning"),
        (cut(last, last_width), "line--second"),
    ]
    return [first, second]


def _unread(count: int) -> str:
    """A dot and the number, as wide as the margin has room for."""
    return (f"●{min(count, 99)}" if count else "").ljust(_MARGIN - 1)
