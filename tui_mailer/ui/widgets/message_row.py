"""How one message is drawn in the list: on one line where there is room, else on two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.marks import unmarked
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.subject import shown_subject
from tui_mailer.ui.presenters.exchanges import AFTER_END, ASIDE_WORDS
from tui_mailer.ui.presenters.fate import short_words
from tui_mailer.ui.text import cut, french_date, french_size
from tui_mailer.ui.widgets.line_list import Piece, column

ONE_LINE_FROM: Final = 72
_SIZE_FROM: Final = 84
_DATE_WIDTH: Final = 10
_SIZE_WIDTH: Final = 7
_PATIENT: Final = "◆ patient "
_AFTER_END: Final = f"◆ {AFTER_END} "


@dataclass(frozen=True, slots=True)
class RowStyle:
    """What the rows of a list have in common: the time now, and who is a patient."""

    now: datetime
    patient_domain: str


def row_height(width: int) -> int:
    """Lines a row takes in a list `width` cells wide."""
    return 1 if width >= ONE_LINE_FROM else 2


def draw_row(
    message: MessageSummary, width: int, style: RowStyle, *, selected: bool, ticked: bool = False
) -> Sequence[Sequence[Piece]]:
    """The lines of a row, each `width` cells at most."""
    if row_height(width) == 2:
        return _two_lines(message, width, style, selected=selected, ticked=ticked)
    return [_one_line(message, width, style, selected=selected, ticked=ticked)]


def _one_line(
    message: MessageSummary, width: int, style: RowStyle, *, selected: bool, ticked: bool = False
) -> list[Piece]:
    strength = _strength(message)
    size_width = _SIZE_WIDTH + 1 if width >= _SIZE_FROM else 0
    free = width - 5 - 3 - 1 - _DATE_WIDTH - size_width - 2
    who_width = min(30, free * 2 // 5)
    pieces = [
        *_marks(message, selected=selected, ticked=ticked),
        column(_who(message, style), who_width, strength),
        ("  ", ""),
        *_subject(message, free - who_width, strength, style),
        *_attachment(message),
        (" ", ""),
        column(_right(french_date(message.shown_at, style.now), _DATE_WIDTH), _DATE_WIDTH),
    ]
    if size_width:
        size = _right(french_size(message.size_bytes), _SIZE_WIDTH)
        pieces += [(" ", ""), column(size, _SIZE_WIDTH, "line--faint")]
    return pieces


def _two_lines(
    message: MessageSummary, width: int, style: RowStyle, *, selected: bool, ticked: bool = False
) -> list[list[Piece]]:
    strength = _strength(message)
    date = french_date(message.shown_at, style.now)
    first = [
        *_marks(message, selected=selected, ticked=ticked),
        column(_who(message, style), width - 5 - 3 - cell_len(date), strength),
        ("  ", ""),
        (date, "line--faint"),
        (" ", ""),
    ]
    # Where room is short, the size is told of what takes room.
    heavy = f"PJ {french_size(message.size_bytes)}" if message.has_attachment else ""
    second = [
        ("▌    " if selected else "     ", ""),
        *_subject(message, width - 5 - 3 - cell_len(heavy), "line--second", style),
        ("  ", ""),
        (heavy, "line--faint"),
        (" ", ""),
    ]
    return [first, second]


def _marks(message: MessageSummary, *, selected: bool, ticked: bool) -> list[Piece]:
    # A tick takes the place of the dot: what is unread is bold too.
    unread = "●" if Flags.SEEN not in message.flags else " "
    flag = "⚑" if Flags.FLAGGED in message.flags else " "
    if Flags.ANSWERED in message.flags:
        answer = "↩"
    elif Flags.FORWARDED in message.flags:
        answer = "→"
    else:
        answer = " "
    return [
        ("▌" if selected else " ", ""),
        ("✓" if ticked else unread, "line--strong"),
        (answer, "line--faint"),
        (flag, "line--strong"),
        (" ", ""),
    ]


def _strength(message: MessageSummary) -> str:
    return "" if Flags.SEEN in message.flags else "line--strong"


def _who(message: MessageSummary, style: RowStyle) -> str:
    address = message.correspondent
    if message.patient_name and address.matricule(style.patient_domain) == message.patient:
        return f"À {message.patient_name}" if message.outgoing else message.patient_name
    # The field's labels are written with underscores: Dr_Claire_MARTIN_Cabinet.
    name = unmarked(address.name).replace("_", " ") or address.mailbox or "(inconnu)"
    if address.passes_for_patient(style.patient_domain):
        name = f"⚠ {name}"
    return f"À {name}" if message.outgoing else name


def _subject(message: MessageSummary, width: int, strength: str, style: RowStyle) -> list[Piece]:
    subject = shown_subject(message.subject) or "(sans objet)"
    if message.outgoing and message.patient and subject == END_SUBJECT:
        subject = f"{END_SUBJECT} fin des échanges"
    pieces = []
    for words, mark_style in _subject_marks(message, style):
        mark = cut(words, min(width, cell_len(words)))
        pieces.append((mark, mark_style))
        width -= cell_len(mark)
    return [*pieces, column(subject, width, strength)]


def _subject_marks(message: MessageSummary, style: RowStyle) -> list[Piece]:
    """Before the subject: that it is a patient's, and what became of a message of ours."""
    marks: list[Piece] = []
    if message.patient:
        marks.append((_AFTER_END if message.after_end else _PATIENT, "line--patient"))
    if Flags.DELETED in message.flags:
        marks.append(("supprimé  ", "line--warning"))
    if message.aside is not None:
        marks.append((f"{ASIDE_WORDS[message.aside]}  ", "line--warning"))
    if message.fate is not None:
        words = short_words(message.fate, style.now) + "  "
        marks.append((words, "line--warning" if message.fate.kind.is_failure else "line--second"))
    return marks


def _attachment(message: MessageSummary) -> list[Piece]:
    return [(" ", ""), ("PJ" if message.has_attachment else "  ", "line--faint")]


def _right(text: str, width: int) -> str:
    return " " * max(0, width - cell_len(text)) + text
