"""What this practice knows of a patient: the stored identity, and the oppositions recorded."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards, in_force
from tui_mailer.domain.ports import PatientStore
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits


class Patients:
    """Kept in the encrypted store; every entry bears its author and time."""

    def __init__(self, store: PatientStore, author: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._author = author
        self._now = now

    async def traits(self, matricule: str) -> PatientTraits | None:
        """The stored identity, None when none was confirmed; "" is nobody's."""
        return await self._store.patient_traits(matricule) if matricule else None

    async def best_known(self, matricule: str) -> PatientTraits | None:
        """The stored identity, else the label last seen as what it is: unconfirmed."""
        traits, label = await self.traits(matricule), await self.label(matricule)
        if traits is None and label:
            return PatientTraits.of_label(matricule, label, self._now())
        return traits

    async def label(self, matricule: str) -> SafeText:
        """The From label last seen of a patient, or ""; it proves nothing."""
        return await self._store.patient_label(matricule)

    async def oppositions(self, matricule: str) -> Sequence[OppositionEntry]:
        """The oppositions in force, each as it was recorded."""
        return in_force(await self._store.oppositions(matricule)) if matricule else ()

    async def oppose(self, matricule: str, towards: Towards) -> None:
        """Record that the patient does not want such messages."""
        await self._note(matricule, towards, OppositionAct.RECORDED)

    async def withdraw_opposition(self, matricule: str, towards: Towards) -> None:
        """The patient wants such messages again."""
        await self._note(matricule, towards, OppositionAct.WITHDRAWN)

    async def pass_over(self, opposition: OppositionEntry) -> None:
        """The sender was warned of an opposition and sends all the same."""
        await self._note(opposition.matricule, opposition.towards, OppositionAct.PASSED_OVER)

    async def _note(self, matricule: str, towards: Towards, act: OppositionAct) -> None:
        entry = OppositionEntry(matricule, towards, act, self._author, self._now())
        await self._store.note_opposition(entry)
