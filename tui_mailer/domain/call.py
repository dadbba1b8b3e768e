"""What the practice's own software asks of the program while it is open."""

from dataclasses import dataclass, field
from pathlib import Path

from tui_mailer.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FileAsked:
    """A file for the message, as it was when it was asked for.

    Attributes:
        path: absolute.
        stamp: of its content then (see `FileAttachment`): what is exported for the next patient may
            take its name before this message is written. "" asks for no check.
    """

    path: Path = field(repr=False)
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class WriteCall:
    """To write to a patient.

    Attributes:
        ins: as the software gave it; it proves nothing. "" for no call at all.
        attach: files for the message.
    """

    ins: str = field(default="", repr=False)
    attach: tuple[FileAsked, ...] = ()


class AttachedForAnother(InvalidInput):
    """Files came with one matricule, and another one was confirmed."""

    what = "Les pièces jointes demandées n’ont pas été jointes"
    meaning = "Elles accompagnaient une autre INS que celle que vous avez confirmée."
    advice = "Si elles sont bien pour ce patient, joignez-les vous-même : Ctrl+T."
