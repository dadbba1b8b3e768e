"""What the user may set of the engine's behaviour."""

from dataclasses import dataclass
from pathlib import Path

from tui_mailer.domain.receipt import AnswerReceipt, AskReceipt


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Durations in seconds, sizes in bytes.

    Attributes:
        undo_send_s: time to take a message back before it leaves.
        autosave_s: a draft is on disk at most this long after the last key.
        poll_s: folders that no IDLE watches are looked at this often.
        idle_renewal_s: an IDLE is renewed before servers drop it (RFC 2177: 29 minutes).
        ask_receipt: of whom a read receipt is asked, unless the composer says otherwise.
        answer_receipt: what becomes of receipts asked of us.
        inbox_shows_patients: list messages with patients in the inbox too.
        patient_limit_bytes: what Mon espace santé takes, encoded (ENS V1.3 §6: 25 Mo).
        white_list: file of the national white list (XML), None: domains are judged by their ending.
        retry_first_s, retry_most_s: bounds of the pause between two attempts of a lost line.
    """

    undo_send_s: float = 10.0
    autosave_s: float = 2.0
    poll_s: float = 300.0
    idle_renewal_s: float = 1_500.0
    inbox_shows_patients: bool = False
    ask_receipt: AskReceipt = AskReceipt.PATIENTS
    answer_receipt: AnswerReceipt = AnswerReceipt.ASK
    patient_limit_bytes: int = 25_000_000
    retry_first_s: float = 1.0
    retry_most_s: float = 10.0
    white_list: Path | None = None
