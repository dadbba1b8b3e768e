"""What the practice's own software asks of the program while it is open."""

from dataclasses import dataclass, field
from pathlib import Path

from tui_mailer.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class WriteCall:
    """To write to a patient.

    Attributes:
        ins: as the software gave it; it proves nothing.
        attach: files for the message, absolute.
    """

    ins: str = field(repr=False)
    attach: tuple[Path, ...] = field(default=(), repr=False)


class AttachedForAnother(InvalidInput):
    """Files came with one matricule, and another one was confirmed."""

    what = "Les pièces jointes demandées n’ont pas été jointes"
    meaning = "Elles accompagnaient une autre INS que celle que vous avez confirmée."
    advice = "Si elles sont bien pour cet usager, joignez-les vous-même : Ctrl+T."
