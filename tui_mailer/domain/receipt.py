"""Read receipts (RFC 8098): when one is asked, and who is asking.

Mon espace santé gives a receipt by itself, and the patient is asked nothing (ENS V1.3 §6): one is
asked of patients by default. A colleague would be asked by a window at each message: of colleagues
it is asked only where the user wants it.
"""

from dataclasses import dataclass
from enum import Enum

from tui_mailer.domain.address import Address


class AskReceipt(Enum):
    """Of whom a receipt is asked unless the composer says otherwise."""

    PATIENTS = "patients"
    ALWAYS = "toujours"
    NEVER = "jamais"


class AnswerReceipt(Enum):
    """What becomes of receipts asked of us."""

    ASK = "demander"
    ALWAYS = "toujours"
    NEVER = "jamais"


@dataclass(frozen=True, slots=True)
class ReceiptRequest:
    """A message asks to be told when it is read.

    Attributes:
        reply_to: the one mailbox that wants to be told (``Disposition-Notification-To``).
        return_path: where the message really came from; None when it does not say.
    """

    reply_to: Address
    return_path: Address | None

    @property
    def goes_back(self) -> bool:
        """True when the receipt would go where the message came from.

        Where it would not, it is never sent without asking (RFC 8098 §2.1): somebody else
        would learn when the message was read.
        """
        return self.return_path is not None and self.reply_to.same_mailbox(self.return_path)
