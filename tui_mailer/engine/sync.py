"""Bringing the store to what the server holds, with as little asked as the server allows.

::

    list of folders, with their states ──nothing changed──────────────▶ done, no command
        │ something did, or not told
        ▼
    open since the last time (QRESYNC, CONDSTORE) ──told, counts agree──▶ the changes alone
        │ not told, counts disagree, mod-sequences went backwards
        ▼
    UIDs and flags of all, compared with those held

A sync point is noted only at the end: what stops half-way is done again, never passed over.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from tui_mailer.domain.errors import CommandRefused, LineLost
from tui_mailer.domain.events import FoldersChanged, MessagesChanged
from tui_mailer.domain.folder import Folder, FolderChanges, FolderState, SyncPoint
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.behind import Behind
from tui_mailer.engine.line import Line
from tui_mailer.engine.server_folders import list_again
from tui_mailer.engine.sync_plan import (
    SyncPlan,
    can_tell_changes,
    changed_flags,
    is_unchanged,
    of_changes,
    plan,
    within,
    written_out,
)
from tui_mailer.engine.sync_progress import SyncProgress
from tui_mailer.engine.unreadable import Unreadable

_COMPARE_EVERY_S: Final = 1_800.0
# New messages after which the store is tidied.
_MUCH: Final = 5_000
# One that is stored while the next is read. Small ones come on a slow line, or are looked at.
_LARGE_BATCH: Final = 400
# Some wait to be written together, while the rows of another are made and one more is read.
_STORED_AT_ONCE: Final = 6
# The last are written as they come: nothing else is left to be done meanwhile.
_LAST: Final = 4_500


class Synchroniser:
    """Keeps the folders of one store equal to the server's.

    `learnt` is called once a batch of new messages is stored. Where the server has no
    mod-sequences, all flags are compared at the first look after the program started and every
    `compare_every_s`; in between only what STATUS shows is followed.
    """

    def __init__(
        self,
        store: MessageStore,
        announce: Announcer,
        *,
        learnt: Callable[[], None] = lambda: None,
        compare_every_s: float = _COMPARE_EVERY_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._announce = announce
        self._learnt = learnt
        self._compare_every_s = compare_every_s
        self._now_s = now_s
        self._compared_at: dict[int, float] = {}
        # How many messages were there and here after the last comparison, the first look apart.
        self._counted: dict[int, tuple[int, int]] = {}
        self._told: dict[int, FolderState] = {}
        self._unreadable = Unreadable(announce, now_s)

    async def folders(self, line: Line) -> Sequence[Folder]:
        """Take over the list of folders; those that can be opened."""
        found = await list_again(line, self._store, with_states=True)
        told = {folder.name: folder.state for folder in found}
        folders = [folder for folder in await self._store.folders() if folder.selectable]
        # What is told of the folder that is open may be as old as its opening (RFC 3501 §6.3.10).
        self._told = {
            folder.id: state
            for folder in folders
            if (state := told.get(folder.name)) is not None and not line.is_open(folder.name)
        }
        self._announce(FoldersChanged())
        return folders

    def doubt(self, folder_id: int) -> None:
        """What the list said of this folder is no longer so."""
        self._told.pop(folder_id, None)

    async def folder(self, line: Line, folder: Folder) -> AsyncIterator[None]:
        """Make the store's rows of `folder` equal to the server's.

        Yields after each batch, and the caller may use the connection for something urgent then.
        """
        point = await self._store.sync_point(folder.id)
        if await self._stands_still(line, folder, point):
            return
        state, todo = await self._look(line, folder, point)
        await self._take_over(folder, todo)
        if todo.compares_all:
            self._compared_at[folder.id] = self._now_s()
        is_first = point.state is None
        async for _ in self._learn(
            line, folder, state, todo.missing, announce_arrivals=not is_first
        ):
            yield
        await self._store.mark_synced(folder.id, _reached(state, todo))
        if todo.compares_all and not is_first:
            held_count = (await self._store.sync_point(folder.id)).held_count
            self._counted[folder.id] = (state.exists, held_count)
        if len(todo.missing) >= _MUCH:
            self._store.settle(lambda: self._announce(FoldersChanged()))
        self._announce(FoldersChanged())

    # --- has anything changed?

    async def _stands_still(self, line: Line, folder: Folder, point: SyncPoint) -> bool:
        told = self._told.pop(folder.id, None)
        if point.state is None:
            return False
        if point.state.highest_modseq is None:
            if self._is_comparison_due(folder):
                return False
            if told is None and not line.is_open(folder.name):
                told = await _asked(line, folder)
        if told is None or not is_unchanged(point, told):
            return False
        return self._counts_agree(folder, told.exists, point.held_count)

    def _counts_agree(self, folder: Folder, there: int, here: int) -> bool:
        """True when nothing is missing here, nor too much, that a comparison would find.

        A server may count what it never describes: that is compared now and then only.
        """
        was_compared = self._counted.get(folder.id) == (there, here)
        return there == here or (was_compared and not self._is_comparison_due(folder))

    def _is_comparison_due(self, folder: Folder) -> bool:
        compared_at = self._compared_at.get(folder.id)
        return compared_at is None or self._now_s() - compared_at >= self._compare_every_s

    # --- what has changed?

    async def _look(
        self, line: Line, folder: Folder, point: SyncPoint
    ) -> tuple[FolderState, SyncPlan]:
        changes: FolderChanges | None = None
        if point.state is not None and can_tell_changes(point):
            state, changes = await line.open_since(folder.name, point.state)
        else:
            state = await line.open(folder.name, afresh=True)
        if await self._store.uid_validity(folder.id) != state.uid_validity:
            await self._store.reset_folder(folder.id, state.uid_validity)
            self._announce(MessagesChanged(folder.id))
        if changes is None or point.state is None:
            return state, await self._compare(line, folder, state)
        return state, await self._follow(line, folder, point.state, state, changes)

    async def _follow(
        self,
        line: Line,
        folder: Folder,
        known: FolderState,
        state: FolderState,
        changes: FolderChanges,
    ) -> SyncPlan:
        """The plan of `changes`, unless the number of messages says that they are not all."""
        known_next = known.uid_next or 1
        todo = of_changes(changes, known_next, await self._store.known_flags(folder.id, known_next))
        vanished = await self._held(folder, changes.vanished or (), known_next)
        await self._take_over(folder, SyncPlan(vanished=(*vanished, *todo.vanished)))
        held_count = (await self._store.sync_point(folder.id)).held_count
        if self._counts_agree(folder, state.exists, held_count + len(todo.missing)):
            return todo
        if changes.vanished is not None:
            return await self._compare(line, folder, state)
        # CONDSTORE alone tells new flags, not what was expunged.
        held = await self._store.known_flags(folder.id)
        return replace(plan(held, await line.server.uids()), flags=todo.flags)

    async def _held(
        self, folder: Folder, ranges: Sequence[tuple[int, int]], known_next: int
    ) -> Sequence[int]:
        uids = written_out(ranges, known_next)
        if uids is None:
            return within(await self._store.known_flags(folder.id), ranges)
        return uids

    async def _compare(self, line: Line, folder: Folder, state: FolderState) -> SyncPlan:
        """Hold everything that the server has against everything that the store holds."""
        held = await self._store.known_flags(folder.id)
        if not held:
            return replace(plan((), await line.server.uids()), compares_all=True)
        flags: Mapping[int, Flags] = await line.server.flags(())
        # A server that leaves messages out of a FETCH must not make us forget them.
        present = flags if len(flags) >= state.exists else await line.server.uids()
        todo = plan(held, present)
        return replace(todo, flags=changed_flags(held, flags), compares_all=True)

    # --- taking it over

    async def _take_over(self, folder: Folder, todo: SyncPlan) -> None:
        changed = bool(todo.vanished)
        if todo.vanished:
            await self._store.remove_messages(folder.id, todo.vanished)
        if todo.flags:
            changed |= bool(await self._store.apply_server_flags(folder.id, todo.flags))
        if changed:
            self._announce(MessagesChanged(folder.id))

    async def _learn(
        self,
        line: Line,
        folder: Folder,
        state: FolderState,
        missing: Sequence[int],
        *,
        announce_arrivals: bool,
    ) -> AsyncIterator[None]:
        if not missing:
            return
        progress = SyncProgress(self._announce, folder.id, len(missing), self._now_s)
        last = missing[max(0, len(missing) - _LAST)]

        async def store(batch: Sequence[RemoteMessage]) -> None:
            count = len(batch)
            arrived = batch if announce_arrivals else ()
            unread_count = sum(Flags.SEEN not in message.flags for message in arrived)
            more_follow = count >= _LARGE_BATCH and batch[-1].uid > last
            adding = self._store.add_messages(folder.id, batch, more_follow=more_follow)
            del batch, arrived  # several wait to be written, and the store knows what it needs
            await adding
            self._learnt()
            progress.advance(count, arrived_count=unread_count)

        try:
            async with (
                Behind(_STORED_AT_ONCE) as storing,
                aclosing(
                    self._unreadable.messages(line, folder, state.uid_validity, missing)
                ) as batches,
            ):
                async for batch in batches:
                    if len(batch) < _LARGE_BATCH:
                        await store(batch)
                    else:
                        await storing.begin(store(batch))
                    yield
                    await _open_again(line, folder, state)
        finally:
            progress.tell()


async def _asked(line: Line, folder: Folder) -> FolderState | None:
    """What STATUS says; None when it is refused, and opening the folder will tell."""
    try:
        return await line.server.folder_state(folder.name)
    except CommandRefused:
        return None


async def _open_again(line: Line, folder: Folder, state: FolderState) -> None:
    """Something urgent may have opened another folder meanwhile."""
    now = await line.open(folder.name)
    if now.uid_validity != state.uid_validity:
        # The UIDs that are still to be learnt mean other messages: begin anew.
        raise LineLost


def _reached(state: FolderState, todo: SyncPlan) -> FolderState:
    """`state`, with what arrived while it was looked at."""
    if state.uid_next is None or not todo.missing:
        return state
    return replace(state, uid_next=max(state.uid_next, todo.missing[0] + 1))
