"""What the practice's own software asks of the program while it is open."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WriteCall:
    """To write to a patient.

    Attributes:
        ins: as the software gave it; it proves nothing.
        attach: files for the message, absolute.
    """

    ins: str = field(repr=False)
    attach: tuple[Path, ...] = field(default=(), repr=False)
