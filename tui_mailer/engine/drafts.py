"""Drafts on disk a moment after the last key, whatever the screen does."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import StoreProblem
from tui_mailer.domain.events import DraftDiscarded, DraftNotSaved, DraftSaved
from tui_mailer.domain.ports import DraftStore
from tui_mailer.engine.announcer import Announcer


class DraftKeeper:
    """Saves what is being written; one `DraftKeeper` a draft on screen.

    The first change starts the clock, and later ones do not put it off: a fast typist is saved
    as often as a slow one.
    """

    def __init__(
        self,
        store: DraftStore,
        announce: Announcer,
        now: Callable[[], datetime],
        draft: Draft,
        autosave_s: float,
    ) -> None:
        self._store = store
        self._announce = announce
        self._now = now
        self._autosave_s = autosave_s
        self._draft = draft
        self._unsaved = False
        self._task: asyncio.Task[None] | None = None
        self._saving = asyncio.Lock()

    @property
    def draft(self) -> Draft:
        """The latest text, saved or not, with the id of what was saved."""
        return self._draft

    def edited(self, draft: Draft) -> None:
        """The user changed something; on disk within the autosave time."""
        self._draft = replace(draft, id=self._draft.id, updated_at=self._draft.updated_at)
        self._unsaved = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._save_soon())

    async def save(self) -> Draft:
        """Save now what is not yet saved.

        Raises:
            StoreProblem: the text stays here, unsaved, and is tried again.
        """
        async with self._saving:
            if self._unsaved:
                self._unsaved = False
                try:
                    saved = await self._store.save_draft(self._draft, self._now())
                except BaseException:
                    self._unsaved = True
                    raise
                # Keys may have come in meanwhile: only the id is taken over.
                self._draft = replace(self._draft, id=saved.id, updated_at=saved.updated_at)
                self._announce(DraftSaved(saved.id))
            return self._draft

    async def discard(self) -> None:
        """Stop saving and remove what was saved, what is being written just now included."""
        async with self._saving:
            self.stop()
            if self._draft.id:
                await self._store.discard_draft(self._draft.id)
                self._announce(DraftDiscarded(self._draft.id))

    def stop(self) -> None:
        """The draft left the screen; nothing is saved any more."""
        self._unsaved = False
        if self._task is not None:
            self._task.cancel()

    async def _save_soon(self) -> None:
        while self._unsaved:
            await asyncio.sleep(self._autosave_s)
            try:
                await self.save()
            except StoreProblem as problem:
                self._announce(DraftNotSaved(problem))
