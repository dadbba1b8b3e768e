"""The list of patients: one line an exchange, and what it can be narrowed to."""

from dataclasses import dataclass
from enum import Enum

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import Aside, MessageSummary
from tui_mailer.domain.safe_text import SafeText


class PatientFilter(Enum):
    """Which patients are listed; each value is its French name.

    A new member needs its condition in `backend.store.patient_list`, and nothing else.
    """

    ALL = "tous"
    UNREAD = "non lus"
    OPEN = "ouverts"
    CLOSED = "clos"
    NOT_DELIVERED = "non distribués"
    NOT_READ = "non lus par le patient"


class Turn(Enum):
    """Whose turn it is to write; each value is its French name."""

    OURS = "à vous"
    PATIENTS = "au patient"
    NOBODYS = ""


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """A row of the list of patients.

    Attributes:
        name: the confirmed one, else the label last seen, the patient's own text.
        last: the newest message, in or out.
        takes_answer: False when `last` was sent with ``X-MSS-MES: FIN`` alone (ECO.2.2.8).
        ending: where a ``[FIN]`` of the outbox stands that has not left, or None.
    """

    exchange: Exchange
    name: SafeText
    message_count: int
    unread_count: int
    last: MessageSummary
    takes_answer: bool = True
    ending: OutgoingState | None = None

    @property
    def id(self) -> str:
        """What the list knows the row by: the matricule."""
        return self.exchange.matricule

    @property
    def matricule(self) -> Matricule:
        """The patient's matricule."""
        # Official test identities have wrong keys; whether they count was decided on arrival.
        return Matricule.parse(self.exchange.matricule, test_identities=True)

    @property
    def came_back(self) -> bool:
        """True when the last message is ours and did not arrive."""
        fate = self.last.fate
        return self.last.outgoing and fate is not None and fate.kind.is_failure

    @property
    def is_ending(self) -> bool:
        """True while the message that ends the exchange is on its way."""
        return self.ending in (OutgoingState.QUEUED, OutgoingState.SENDING)

    @property
    def is_ended(self) -> bool:
        """True when the exchange is closed, or about to be."""
        return self.is_ending or self.exchange.state is ExchangeState.CLOSED

    @property
    def turn(self) -> Turn:
        """Who wrote last waits for the other, unless it came back; after the end nobody does.

        Nobody either where all that is left of the patient's lies in the bin or the junk.
        """
        aside = self.last.aside
        if aside is Aside.JUNK or (aside is Aside.BIN and not self.last.outgoing):
            return Turn.NOBODYS
        if not self.last.outgoing or self.came_back:
            return Turn.OURS
        waits = self.exchange.state is ExchangeState.OPEN and self.takes_answer
        return Turn.PATIENTS if waits else Turn.NOBODYS
