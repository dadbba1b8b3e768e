"""Where an exchange stands, in words."""

from datetime import datetime
from typing import Final

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.message import Aside
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary, Turn
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.presenters.fate import short_words
from tui_mailer.ui.text import french_day, plural

_ENDINGS: Final = {
    OutgoingState.QUEUED: "fin en attente",
    OutgoingState.SENDING: "fin en cours",
    OutgoingState.FAILED: "fin non partie",
    OutgoingState.UNCERTAIN: "fin à vérifier",
}
_TURN_MARKS: Final = {Turn.OURS: "▶", Turn.PATIENTS: "▷", Turn.NOBODYS: ""}
TURN_WIDTH: Final = 12
AFTER_END: Final = "reçu après la fin"
STILL_READING: Final = "boîte encore en cours de lecture"
ASIDE_WORDS: Final = {Aside.BIN: "corbeille", Aside.JUNK: "indésirable"}
END_TAKEN_BACK: Final = safe_line("↶ annulé : l’échange reste ouvert")


def state_words(exchange: Exchange, now: datetime, *, all_read: bool = True) -> str:
    """One or a few words: "ouvert", "clos le 3 sept.", "jamais écrit".

    `all_read` as in `opened_words`.
    """
    match exchange.state:
        case ExchangeState.OPEN:
            return "ouvert"
        case ExchangeState.CLOSED:
            return f"clos le {french_day(exchange.since, now)}" if exchange.since else "clos"
        case ExchangeState.NONE:
            return "jamais écrit" if all_read else "lecture en cours"


def standing(
    patient: PatientSummary, now: datetime, *, at_length: bool = False, all_read: bool = True
) -> str:
    """The state, and the end that is under way or stuck: it counts once it was really sent.

    `all_read` as in `opened_words`.
    """
    exchange = patient.exchange
    words = state_words(exchange, now, all_read=all_read)
    if at_length and exchange.state is ExchangeState.OPEN and exchange.since:
        words += f" depuis le {french_day(exchange.since, now)}"
    return f"{words}, {_ENDINGS[patient.ending]}" if patient.ending in _ENDINGS else words


def turn_words(turn: Turn) -> str:
    """A mark and the words; "" when nobody waits."""
    return f"{_TURN_MARKS[turn]} {turn.value}".strip()


def fate_words(patient: PatientSummary, now: datetime) -> str:
    """That the last message of ours came back: "✕ non distribué"; else ""."""
    fate = patient.last.fate
    return short_words(fate, now) if fate is not None and patient.came_back else ""


def opened_words(patient: PatientSummary, now: datetime, *, all_read: bool = True) -> str:
    """What stands above an exchange, under the patient's name.

    `all_read` is False while the mailbox is being read for the first time: who seems to have been
    written to never may have been.
    """
    if patient.exchange.state is ExchangeState.NONE and not all_read:
        return STILL_READING
    parts = [
        standing(patient, now, at_length=True),
        fate_words(patient, now) or turn_words(patient.turn),
        AFTER_END if patient.last.after_end else "",
    ]
    return " · ".join(part for part in parts if part)


def list_words(narrowed: PatientFilter, count: int, *, all_read: bool = True) -> str:
    """What stands above the list of patients; `all_read` as in `opened_words`."""
    words = f"{plural(count, 'patient')} — filtre : {narrowed.value}"
    return words if all_read else f"{words}\n  {STILL_READING}"
