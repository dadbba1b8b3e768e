"""Exchanges with patients: the list of them, and where each one stands."""

from collections.abc import Sequence

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ending import end_draft
from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.domain.ports import MessageStore

# What lies there was not sent by us: see the store's `sent_to_patient`.
_TELL_NOTHING = frozenset({FolderRole.INBOX, FolderRole.DRAFTS, FolderRole.JUNK})


class AlreadyEnded(InvalidInput):
    """There is no exchange to end any more."""

    what = "Cet échange est déjà clos."
    meaning = "Le patient ne peut pas répondre à vos messages ; rien n’est à envoyer."
    advice = "Pour le redémarrer, écrivez au patient (p)."


class AlreadyEnding(InvalidInput):
    """The message that ends the exchange waits in the outbox."""

    what = "La fin de cet échange est déjà en attente d’envoi."
    meaning = "L’échange sera clos quand elle sera partie."
    advice = "Regardez les envois (v) ; u l’annule tant qu’elle n’est pas partie."


class Exchanges:
    """What the screens show of exchanges; the store alone is asked."""

    def __init__(self, account: Account, store: MessageStore) -> None:
        self._account = account
        self._store = store

    async def count(self, narrowed: PatientFilter = PatientFilter.ALL) -> int:
        """Number of patients with whom messages were exchanged."""
        return await self._store.patient_count(narrowed)

    async def unread_count(self) -> int:
        """Number of unread messages of all exchanges."""
        return await self._store.patient_unread_count()

    async def rows(
        self, narrowed: PatientFilter, start: int, stop: int
    ) -> Sequence[PatientSummary]:
        """Rows `start` to `stop` (excluded), the patient of the newest message first."""
        return await self._store.patient_rows(narrowed, start, stop)

    async def place(self, narrowed: PatientFilter, matricule: str) -> int | None:
        """The index of a patient's row, None when it is not listed."""
        return await self._store.patient_place(narrowed, matricule)

    async def row(self, matricule: str) -> PatientSummary | None:
        """One patient's row, None when no message was exchanged."""
        return await self._store.patient_row(matricule)

    async def are_all_known(self) -> bool:
        """False while a folder that may hold what was sent was never read to its end."""
        folders = await self._store.folders()
        telling = [f for f in folders if f.selectable and f.role not in _TELL_NOTHING]
        return bool(telling) and all(folder.synced for folder in telling)

    async def ending(self, matricule: str) -> Draft:
        """The message that ends an exchange; it leaves as any other, by `writing.send`.

        Raises:
            AlreadyEnded: the exchange is closed.
            AlreadyEnding: its end has not left yet.
        """
        row = await self.row(matricule)
        if row is not None and row.is_ending:
            raise AlreadyEnding
        if (await self._store.exchange(matricule)).state is ExchangeState.CLOSED:
            raise AlreadyEnded
        known = Matricule.parse(matricule, test_identities=self._account.test_identities)
        mailbox = known.address(self._account.patient_domain)
        return end_draft(Address.received(mailbox, row.name if row else ""))
