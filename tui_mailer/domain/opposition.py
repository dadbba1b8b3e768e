"""A patient's opposition to messages of this kind (MSS/va1.20 and va1.22).

It is recorded, and may be withdrawn; it warns before sending, and the sender may pass over it
knowingly. Each of these is one entry with its author and time, and entries are only added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Towards(Enum):
    """Whom the messages go to that the patient does not want."""

    PATIENT = "patient"
    PROFESSIONALS = "professionals"


class OppositionAct(Enum):
    """What was done."""

    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True)
class OppositionEntry:
    """One thing done about the opposition of a patient; `noted_at` is aware."""

    matricule: str = field(repr=False)
    towards: Towards
    act: OppositionAct
    author: str
    noted_at: datetime


def in_force(entries: Iterable[OppositionEntry]) -> tuple[OppositionEntry, ...]:
    """Of a patient's `entries`, oldest first, those by which an opposition stands now."""
    standing: dict[Towards, OppositionEntry] = {}
    for entry in entries:
        if entry.act is OppositionAct.RECORDED:
            standing[entry.towards] = entry
        elif entry.act is OppositionAct.WITHDRAWN:
            standing.pop(entry.towards, None)
    return tuple(standing.values())
