"""A patient's identity: what is known, and the confirmation that sending asks for.

ECO.2.2.6 and Ref#2 §3.4.2: a patient's address is built from a *qualified* INS only, and the
sender confirms the identity that the digits show. A mailer cannot qualify an identity: the user
states that it was done in the practice's own software.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.domain.traits import PatientTraits


def called(matricule: str, name: str = "") -> SafeText:
    """A patient in a sentence, never by an address: the INS is read in groups.

    Args:
        matricule: 15 characters, of a test identity perhaps with a wrong key.
        name: the best known one, or "".
    """
    ins = f"INS {Matricule.parse(matricule, test_identities=True).grouped}"
    return safe_line(f"{name} ({ins})" if name else f"patient {ins}")


class IdentityPoint(Enum):
    """What the user confirms, one by one."""

    SEX = "sexe"
    BIRTH_YEAR = "année de naissance"
    BIRTH_DEPARTMENT = "département de naissance"
    QUALIFIED = "INS qualifiée dans le logiciel métier"


@dataclass(frozen=True, slots=True)
class IdentityConfirmation:
    """A complete confirmation, bound to one matricule and one session of the program.

    Attributes:
        shown: what the screen showed when the user confirmed, for the journal.
        confirmed_at: aware.
        traits: the name and more that stood beside the digits; they become the stored identity.
    """

    matricule: Matricule
    shown: str
    confirmed_at: datetime
    traits: PatientTraits | None = None


@dataclass(frozen=True, slots=True)
class PendingConfirmation:
    """A confirmation under way: immutable, so that a stale one cannot be completed.

    A changed matricule makes a new, empty one: nothing carries over.
    """

    matricule: Matricule
    points: frozenset[IdentityPoint] = frozenset()

    def toggle(self, point: IdentityPoint) -> "PendingConfirmation":
        """Confirm `point`, or take its confirmation back."""
        return replace(self, points=self.points ^ {point})

    @property
    def missing(self) -> tuple[IdentityPoint, ...]:
        """What is still to confirm, in the order of the screen."""
        return tuple(point for point in IdentityPoint if point not in self.points)

    def complete(
        self, shown: str, now: datetime, traits: PatientTraits | None = None
    ) -> IdentityConfirmation | None:
        """The confirmation, or None while a point is missing. `now` is aware."""
        if self.missing:
            return None
        return IdentityConfirmation(self.matricule, shown, now, traits)


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """A patient of whom this mailbox holds messages.

    Attributes:
        name: the name that the user confirmed, else the label last seen.
        last_at: the newest message, aware.
        name_is_confirmed: False for a label: the patient's own text, proves nothing.
    """

    matricule: Matricule
    name: SafeText
    unread_count: int
    last_at: datetime
    name_is_confirmed: bool = False
