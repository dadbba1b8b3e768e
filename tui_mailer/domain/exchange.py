"""An exchange between a mailbox and a patient.

    none ──ordinary message sent──▶ open ──[FIN] sent──▶ closed
                                     ▲                      │
                                     └──ordinary message────┘

Only what was really sent moves the state; what is received never does (ENS V1.3 §7).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

END_SUBJECT: Final = "[FIN]"
"""Ends an exchange: byte for byte, with its brackets, and nothing else (ENS V1.3 §7)."""


class ExchangeState(Enum):
    """Where an exchange stands."""

    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exchange with one patient.

    Attributes:
        matricule: 15 characters.
        since: when it last changed state, aware; None for `NONE`.
        confirmed_at: the last complete confirmation of this identity, aware, or None.
        last_sent_at: when something was last sent, aware; None for `NONE`.
    """

    matricule: str
    state: ExchangeState = ExchangeState.NONE
    since: datetime | None = None
    confirmed_at: datetime | None = None
    last_sent_at: datetime | None = None

    def after_sending(self, subject: str, sent_at: datetime) -> "Exchange":
        """The exchange once a message with this subject was accepted by the server."""
        state = ExchangeState.CLOSED if subject == END_SUBJECT else ExchangeState.OPEN
        since = self.since if state is self.state else sent_at
        return Exchange(self.matricule, state, since, self.confirmed_at, sent_at)

    @property
    def reply_needs_no_new_confirmation(self) -> bool:
        """True within an open exchange whose identity was confirmed before."""
        return self.state is ExchangeState.OPEN and self.confirmed_at is not None
