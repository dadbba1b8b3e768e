"""What is held of correspondents and patients."""

from collections.abc import Sequence
from typing import Protocol

from tui_mailer.domain.address import Address
from tui_mailer.domain.exchange import Exchange
from tui_mailer.domain.opposition import OppositionEntry
from tui_mailer.domain.patient import IdentityConfirmation, KnownPatient
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits


class PeopleStore(Protocol):
    """Who writes and is written to."""

    async def complete_address(self, text: str, limit: int) -> Sequence[Address]:
        """Addresses seen whose label or mailbox has a word that starts with `text`."""
        ...

    async def find_patients(self, text: str, limit: int) -> Sequence[KnownPatient]:
        """Patients of this mailbox by name or matricule, last exchange first; all for ""."""
        ...

    async def patient_count(self, narrowed: PatientFilter) -> int:
        """Number of patients with whom messages were exchanged."""
        ...

    async def patient_unread_count(self) -> int:
        """Number of unread messages of all exchanges."""
        ...

    async def patient_rows(
        self, narrowed: PatientFilter, start: int, stop: int
    ) -> Sequence[PatientSummary]:
        """Rows `start` to `stop` (excluded), the patient of the newest message first."""
        ...

    async def patient_place(self, narrowed: PatientFilter, matricule: str) -> int | None:
        """The index of a patient's row, None when it is not listed."""
        ...

    async def messages_to_file(self, folder_id: int, limit: int) -> Sequence[int]:
        """Local ids of messages of a folder that patients wrote, that stay there and were not filed."""
        ...

    async def note_filed(self, message_ids: Sequence[int]) -> None:
        """They were filed, and are not to be again, in whatever row they come back."""
        ...

    async def patient_row(self, matricule: str) -> PatientSummary | None:
        """One patient's row, None when no message was exchanged."""
        ...


class PatientStore(Protocol):
    """What the user confirmed or recorded of a patient."""

    async def patient_traits(self, matricule: str) -> PatientTraits | None:
        """The stored identity of a patient, None when none was confirmed."""
        ...

    async def patient_label(self, matricule: str) -> SafeText:
        """The label under which a patient was last seen, or ""."""
        ...

    async def note_opposition(self, entry: OppositionEntry) -> None:
        """Add an entry to a patient's oppositions; none is ever changed or removed."""
        ...

    async def oppositions(self, matricule: str) -> Sequence[OppositionEntry]:
        """Every entry about a patient, oldest first."""
        ...


class ExchangeStore(Protocol):
    """Exchanges with patients, and confirmations of who they are."""

    async def exchange(self, matricule: str) -> Exchange:
        """The exchange with a patient, `ExchangeState.NONE` when there is none."""
        ...

    async def patient_exchanged_with(self, message_id: str) -> str:
        """The patient with whom a message was exchanged, by its Message-ID; "" for none that is held."""
        ...

    async def save_exchange(self, exchange: Exchange) -> None:
        """Keep where an exchange stands."""
        ...

    async def record_confirmation(self, confirmation: IdentityConfirmation, author: str) -> None:
        """Journal an identity confirmation, note it on the exchange, and keep its traits.

        Traits of a label never replace those of a datamatrix.
        """
        ...
