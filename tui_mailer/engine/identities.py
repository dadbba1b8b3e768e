"""Which patients' identities the user has confirmed: the only way to a patient's address."""

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.journal import Deed, MessageTrace
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.ports import ExchangeStore
from tui_mailer.engine.journal import JournalKeeper


class Identities:
    """Confirmations of this session of the program; each is journalled when given."""

    def __init__(self, store: ExchangeStore, author: str, journal: JournalKeeper) -> None:
        self._store = store
        self._journal = journal
        self._author = author
        self._confirmed: set[str] = set()

    async def confirm(self, confirmation: IdentityConfirmation) -> None:
        """Journal a complete confirmation; it holds until the program ends."""
        await self._store.record_confirmation(confirmation, self._author)
        matricule = confirmation.matricule.text
        self._journal.note(
            Deed.IDENTITY_CONFIRMED,
            trace=MessageTrace(patient=matricule),
            detail=confirmation.shown,
        )
        self._confirmed.add(matricule)

    def withdraw(self, matricule: Matricule) -> None:
        """The confirmation no longer holds: the user left without writing."""
        self._confirmed.discard(matricule.text)

    async def cleared(self, matricules: tuple[str, ...], *, answered: str = "") -> frozenset[str]:
        """Of `matricules`, those that need no new confirmation.

        Confirmed in this session; or, of the patient whose message is `answered`, in an open
        exchange whose identity was confirmed before.
        """
        spared = await self.spared(matricules, answered=answered)
        return spared.union(self._confirmed.intersection(matricules))

    async def spared(self, matricules: tuple[str, ...], *, answered: str) -> frozenset[str]:
        """As `cleared`, whatever was confirmed in this session for other messages."""
        if answered in matricules:
            exchange = await self._store.exchange(answered)
            if exchange.reply_needs_no_new_confirmation:
                return frozenset((answered,))
        return frozenset()
