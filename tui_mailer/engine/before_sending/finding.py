"""What a check may look at, and what it may find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.exchange import Exchange
from tui_mailer.domain.opposition import OppositionEntry
from tui_mailer.domain.trust import TrustSpace


@dataclass(frozen=True, slots=True)
class Refusal:
    """The message cannot leave as it is; `text` is a French sentence that says what to change."""

    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the user is asked before sending; only "yes" lets the message leave.

    Attributes:
        code: stable name, for the journal and the tests.
        text: the French question; it may hold SafeText, never other text from outside.
        yes, no: French labels of the two answers.
        instead: label of a third answer, "" for none: the message is to end the exchange.
    """

    code: str
    text: str
    yes: str = "Envoyer"
    no: str = "Revenir au message"
    instead: str = ""


Finding = Refusal | Question


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks know besides the draft; gathered once, by whoever asks for a review.

    Attributes:
        account: written from.
        cleared: matricules whose identity was confirmed, be it for another message of this session.
        exchange: with the one patient written to; None without one, or with several.
        about: the patient with whom the message answered or forwarded was exchanged, or "".
        oppositions: those in force, of the patients written to and of `about`.
        trust: which domains may be written to.
        signature: what stands under every message, or "".
        answered: who wrote the message answered; None without one, or when it is ours.
        taken: another machine went on with the draft, sent it or threw it away.
        spared: matricules that need no confirmation for this very message: it answers them.
    """

    account: Account
    cleared: frozenset[str] = frozenset()
    exchange: Exchange | None = None
    about: str = ""
    oppositions: tuple[OppositionEntry, ...] = ()
    trust: TrustSpace = field(default_factory=TrustSpace)
    signature: str = ""
    answered: Address | None = None
    taken: bool = False
    spared: frozenset[str] = frozenset()


Check = Callable[[Draft, Context], Iterable[Finding]]
