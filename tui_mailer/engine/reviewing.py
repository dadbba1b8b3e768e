"""Gathers what the checks before sending need to know, and holds a draft against them."""

from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.before_sending.finding import Context
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.engine.gate import Review, review
from tui_mailer.engine.identities import Identities


class Reviewing:
    """Nothing is sent here: it says what stands in the way."""

    def __init__(self, account: Account, store: MessageStore, identities: Identities) -> None:
        self._account = account
        self._store = store
        self._identities = identities

    async def review(self, draft: Draft) -> Review:
        """Hold a draft against the rules as things stand now."""
        return review(draft, await self._context(draft))

    async def _context(self, draft: Draft) -> Context:
        patients = patients_of(draft, self._account)
        answered = await self._patient_answered(draft)
        return Context(
            self._account,
            cleared=await self._identities.cleared(patients, answered=answered),
            exchange=await self._store.exchange(patients[0]) if len(patients) == 1 else None,
        )

    async def _patient_answered(self, draft: Draft) -> str:
        """The patient with whom the message answered was exchanged, or ""."""
        summary = await self._store.summary(draft.answers) if draft.answers else None
        return summary.patient if summary else ""
