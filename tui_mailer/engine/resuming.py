"""Going on with a message of the server's folder of drafts, whoever wrote it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from tui_mailer.domain.draft import Draft, DraftCopy
from tui_mailer.domain.errors import InvalidInput, MessageNotHeld
from tui_mailer.domain.events import DraftSaved
from tui_mailer.domain.message import Flags
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.announcer import Announcer
from tui_mailer.mime.draft_copy import DraftMark, read


class DraftHandedOver(InvalidInput):
    """The copy of a draft that was sent or discarded, and that the server still has."""

    what = "Ce brouillon n’en est plus un."
    meaning = "Il a été envoyé ou jeté ici ; sa copie quitte le serveur dès que possible."
    advice = "Voyez les envois (touche v) : un message qui attend peut y être repris."


class DraftMarkedDeleted(InvalidInput):
    """A draft that stands in the folder of drafts, but is marked as deleted there."""

    what = "Ce brouillon n’en est plus un."
    meaning = (
        "Il est marqué comme supprimé : envoyé, jeté ou remplacé par une version plus récente."
    )
    advice = "Cherchez-en une autre version ; le texte de celle-ci se lit encore."


class DraftTakenElsewhere(InvalidInput):
    """A draft whose copy on the server was taken by another machine or client."""

    what = "Ce brouillon a peut-être déjà été envoyé depuis un autre poste."
    meaning = (
        "Sa copie a quitté les brouillons du serveur : reprise, envoyée ou jetée ailleurs ; "
        "le texte gardé ici est entier."
    )
    advice = (
        "Avant d’envoyer, regardez dans les messages envoyés et dans les brouillons du serveur."
    )


class AttachmentsLeftOut(InvalidInput):
    """A copy on the server that was too large for its attachments."""

    what = "Des pièces jointes manquent à ce brouillon"
    meaning = "Trop volumineuses, elles sont restées sur le poste où il a été écrit."
    advice = "Joignez-les de nouveau avant d’envoyer."


@dataclass(frozen=True, slots=True)
class Resumed:
    """A draft to go on with; `left_out`: names of attachments that are not with it."""

    draft: Draft
    left_out: tuple[SafeText, ...] = ()


class Resuming:
    """Turns a message of the folder of drafts into a draft."""

    def __init__(
        self, store: MessageStore, announce: Announcer, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._announce = announce
        self._now = now

    async def resume(self, message_id: int) -> Resumed:
        """The draft that a held message is a copy of, else a new draft with what it says.

        Another machine's copy is replaced by this draft's own, and kept here for the attachments
        in it; until it is, it leads to that draft. One that lacks some stays where it is, for
        whoever opens it next to be told so; another client's stays too.

        Raises:
            MessageNotHeld: the message must be fetched first.
            DraftHandedOver: it was sent or discarded here.
            DraftMarkedDeleted: it was elsewhere, or is an older version.
        """
        content = await self._store.content(message_id)
        if content is None:
            raise MessageNotHeld
        stored = await asyncio.to_thread(read, content, message_id)
        mark = stored.mark
        if mark is not None and (copy := await self._store.draft_copy(mark.key)) is not None:
            if copy.draft is None:
                raise DraftHandedOver
            # Else this machine's store was put back to an older state.
            if DraftMark.of(copy.key, copy.draft).version >= mark.version:
                return Resumed(copy.draft)
        row = await self._store.summary(message_id)
        if row is not None and Flags.DELETED in row.flags:
            raise DraftMarkedDeleted
        draft = await self._bound(stored.draft)
        if mark is None or stored.left_out:
            return Resumed(draft, stored.left_out)
        taken = await self._store.draft_copy_replacing(str(mark))
        if taken is None:
            return Resumed(await self._take_over(draft, mark))
        if taken.draft is None:
            raise DraftHandedOver
        return Resumed(taken.draft)

    async def _bound(self, draft: Draft) -> Draft:
        """What another client wrote says nothing of a patient; what it answers does."""
        if draft.about or not draft.in_reply_to:
            return draft
        return replace(draft, about=await self._store.patient_exchanged_with(draft.in_reply_to))

    async def _take_over(self, draft: Draft, mark: DraftMark) -> Draft:
        saved = await self._store.save_draft(draft, self._now())
        await self._store.note_draft_copy(
            DraftCopy(saved.id, saved, uuid4().hex, replaces=str(mark))
        )
        self._announce(DraftSaved(saved.id))
        return saved
