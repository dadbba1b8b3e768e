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
        server_drafts_s: a draft is on the server at most this long after the last key, when the
            line allows; 0: drafts stay on this machine.
        poll_s: folders that no IDLE watches are looked at this often.
        idle_renewal_s: an IDLE is renewed before servers drop it (RFC 2177: 29 minutes).
        look_s: the inbox is looked at this often where no IDLE watches it.
        ask_receipt: of whom a read receipt is asked, unless the composer says otherwise.
        answer_receipt: what becomes of receipts asked of us.
        inbox_shows_patients: list messages with patients in the inbox too.
        file_exchanges: keep messages with patients in a folder of the server of their own.
        patient_limit_bytes: what Mon espace santé takes, encoded (ENS V1.3 §6: 25 Mo).
        white_list: file of the national white list (XML), None: domains are judged by their ending.
        journal_months: lines of the journal are kept this long (ECO.4.1.2: 6 at the least).
        signature: stands under new messages, answers and messages sent on; may have several lines.
        retry_first_s, retry_most_s: bounds of the pause between two attempts of a lost line.
        second_chance_s: what lost the line again and again is left alone this long, then longer.
        secret_retry_s: a command that gave no password or token is run again after that.
        keep_alive_s: an unused line is asked this often whether it lives.
        pulse_s: how often the program looks whether the computer has slept.
    """

    undo_send_s: float = 10.0
    autosave_s: float = 2.0
    server_drafts_s: float = 60.0
    poll_s: float = 300.0
    idle_renewal_s: float = 1_500.0
    look_s: float = 60.0
    inbox_shows_patients: bool = False
    file_exchanges: bool = False
    ask_receipt: AskReceipt = AskReceipt.PATIENTS
    answer_receipt: AnswerReceipt = AnswerReceipt.ASK
    patient_limit_bytes: int = 25_000_000
    journal_months: int = 12
    signature: str = ""
    retry_first_s: float = 1.0
    retry_most_s: float = 10.0
    white_list: Path | None = None
    second_chance_s: float = 5.0
    secret_retry_s: float = 60.0
    keep_alive_s: float = 60.0
    pulse_s: float = 5.0
