"""Gathers what the checks before sending need to know, and holds a draft against them."""

from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft, ForwardedAttachment
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.before_sending.finding import Context
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.engine.gate import Review, review
from tui_mailer.engine.identities import Identities
from tui_mailer.engine.patients import Patients
from tui_mailer.engine.trust import Trust
from tui_mailer.mime.headers import one_line


class Reviewing:
    """Nothing is sent here: it says what stands in the way."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        identities: Identities,
        patients: Patients,
        trust: Trust,
        signature: str = "",
    ) -> None:
        self._account = account
        self._store = store
        self._identities = identities
        self._patients = patients
        self._trust = trust
        self._signature = signature

    async def review(self, draft: Draft) -> Review:
        """Hold a draft against the rules as things stand now."""
        return review(draft, await self.context(draft))

    async def context(self, draft: Draft) -> Context:
        """What the checks need to know besides `draft`."""
        patients = patients_of(draft, self._account)
        # What spares a confirmation is a message that is here, never what a draft says of itself.
        taken_up = await self._store.summary(draft.answers) if draft.answers else None
        answered = taken_up.patient if taken_up else ""
        spared = await self._identities.spared(patients, answered=answered)
        if not answered and len(patients) == 1 and one_line(draft.subject) == END_SUBJECT:
            answered = patients[0]  # the end belongs to the exchange, as an answer does
        about = draft.about or answered or await self._patient_taken_up(draft)
        concerned = dict.fromkeys((*patients, about))
        oppositions = [await self._patients.oppositions(matricule) for matricule in concerned]
        return Context(
            self._account,
            cleared=await self._identities.cleared(patients, answered=answered),
            spared=spared,
            exchange=await self._store.exchange(patients[0]) if len(patients) == 1 else None,
            about=about,
            oppositions=tuple(entry for found in oppositions for entry in found),
            trust=await self._trust.space(),
            signature=self._signature,
            answered=taken_up.correspondent if taken_up and not taken_up.outgoing else None,
            taken=draft.id in await self._store.drafts_taken_elsewhere(),
        )

    async def patient_of_message(self, message_id: int) -> str:
        """The patient with whom a stored message was exchanged, or ""; 0 is no message."""
        summary = await self._store.summary(message_id) if message_id else None
        return summary.patient if summary else ""

    async def _patient_taken_up(self, draft: Draft) -> str:
        """The patient of the message forwarded, else of one whose attachment is sent on, or ""."""
        if patient := await self.patient_of_message(draft.forwards):
            return patient
        held = [one.message_id for one in draft.attachments if isinstance(one, ForwardedAttachment)]
        patients = [await self._patient_of_exchanged(one) for one in dict.fromkeys(held)]
        return next(filter(None, patients), "")

    async def _patient_of_exchanged(self, message_id: int) -> str:
        """As `patient_of_message`; a draft on the server was exchanged with nobody."""
        summary = await self._store.summary(message_id)
        if summary is None or not summary.patient:
            return ""
        folders = {folder.id: folder.role for folder in await self._store.folders()}
        return "" if folders.get(summary.folder_id) is FolderRole.DRAFTS else summary.patient
