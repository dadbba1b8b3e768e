"""A message that waits for the line, and whose draft another machine may have sent meanwhile.

Its copy stands in the server's folder of drafts until the message has left. Gone from there, and not
by our doing, it was gone on with elsewhere.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from tui_mailer.domain.draft import DraftCopy
from tui_mailer.domain.errors import CommandRefused, MailerError
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.draft_versions import is_gone, versions_of
from tui_mailer.engine.line import Line
from tui_mailer.engine.waiting import happens_within
from tui_mailer.engine.worker import Worker

# The line for reading comes back together with the one for sending, or is not to be waited for.
_PATIENCE_S: Final = 20.0


class SentElsewhere(MailerError):
    """A message that waited, and that another machine may have sent meanwhile."""

    what = "Un message en attente a peut-être déjà été envoyé depuis un autre poste."
    meaning = (
        "Son brouillon a quitté le serveur : repris, envoyé ou jeté ailleurs. D’ici, il n’est parti "
        "pour personne ; il est gardé dans les envois (touche v)."
    )
    advice = (
        "Regardez dans les messages envoyés et dans les brouillons du serveur : « r » l’envoie "
        "d’ici quand même, « u » le rouvre."
    )


class QueuedElsewhere:
    """Asks the server, where it can be asked."""

    def __init__(self, store: MessageStore, worker: Worker) -> None:
        self._store = store
        self._worker = worker
        self._wanted: Mapping[int, DraftCopy] = {}
        self._taken: set[int] = set()
        self._is_known = asyncio.Event()

    async def among(self, outgoing_ids: Iterable[int]) -> frozenset[int]:
        """Those of `outgoing_ids` that another machine took; none when it cannot be known now."""
        found = {each: await self._store.draft_copy_of_outgoing(each) for each in outgoing_ids}
        self._wanted = {each: copy for each, copy in found.items() if copy is not None}
        self._taken.clear()
        self._is_known.clear()
        if self._wanted:
            self._worker.do(self._look)
            await happens_within(self._is_known, _PATIENCE_S)
        return frozenset(self._taken)

    async def _look(self, line: Line) -> None:
        wanted: Mapping[int, DraftCopy] = {}
        while wanted is not self._wanted:  # something else may be asked meanwhile
            wanted = self._wanted
            with suppress(CommandRefused):  # it cannot be known
                await self._look_in_drafts(line, wanted)
        self._is_known.set()

    async def _look_in_drafts(self, line: Line, wanted: Mapping[int, DraftCopy]) -> None:
        folders = await self._store.folders()
        drafts = [f.name for f in folders if f.role is FolderRole.DRAFTS and f.selectable]
        if not drafts:
            return
        await line.open(drafts[0], afresh=True)
        for outgoing_id, copy in wanted.items():
            if await is_gone(line, await versions_of(line, copy)):
                await self._store.note_draft_copy(replace(copy, taken=True))
                self._taken.add(outgoing_id)
