"""Bringing a folder of the store to what the server holds: a pure plan, then its steps."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui_mailer.domain.events import FoldersChanged, MessagesChanged, SyncAdvanced
from tui_mailer.domain.folder import Folder
from tui_mailer.domain.message import Flags
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """UIDs to learn, newest first, and UIDs to forget."""

    missing: tuple[int, ...]
    vanished: tuple[int, ...]


def plan(held: Collection[int], present: Sequence[int]) -> SyncPlan:
    """Compare the UIDs `held` by the store with those `present` on the server."""
    on_server = frozenset(present)
    in_store = frozenset(held)
    return SyncPlan(
        missing=tuple(sorted(on_server - in_store, reverse=True)),
        vanished=tuple(sorted(in_store - on_server)),
    )


def changed_flags(held: Mapping[int, Flags], present: Mapping[int, Flags]) -> dict[int, Flags]:
    """Of the messages in both, those whose flags differ, with the server's flags."""
    return {uid: flags for uid, flags in present.items() if held.get(uid, flags) != flags}


async def sync_folder(
    line: Line, store: MessageStore, folder: Folder, announce: Announcer
) -> AsyncIterator[None]:
    """Make the store's rows of `folder` equal to the server's.

    Yields after each batch, and the caller may use the connection for something urgent then.
    """
    state = await line.open(folder.name, afresh=True)
    held_validity = await store.uid_validity(folder.id)
    if held_validity != state.uid_validity:
        await store.reset_folder(folder.id, state.uid_validity)
    held = await store.known_flags(folder.id)
    todo = plan(held, await line.server.uids())
    if todo.vanished:
        await store.remove_messages(folder.id, todo.vanished)
        announce(MessagesChanged(folder.id))
    async for _ in _learn(line, store, folder, todo.missing, announce):
        yield
    if held:
        await line.open(folder.name)
        changes = changed_flags(held, await line.server.flags(()))
        if await store.apply_server_flags(folder.id, changes):
            announce(MessagesChanged(folder.id))
    await store.mark_synced(folder.id)
    announce(FoldersChanged())


async def _learn(
    line: Line, store: MessageStore, folder: Folder, missing: Sequence[int], announce: Announcer
) -> AsyncIterator[None]:
    done = 0
    for start, stop in _slices(len(missing)):
        await line.open(folder.name)
        async for batch in line.server.messages(missing[start:stop]):
            await store.add_messages(folder.id, batch)
            arrived_count = sum(Flags.SEEN not in message.flags for message in batch)
            announce(MessagesChanged(folder.id, arrived_count if folder.synced else 0))
        done = stop
        announce(SyncAdvanced(folder.id, done, len(missing)))
        yield


def _slices(count: int, first: int = 50, size: int = 500) -> list[tuple[int, int]]:
    """A small first slice, so that the first page shows at once, then larger ones."""
    edges = [0, *range(first, count, size), count] if count > first else [0, count]
    return [(a, b) for a, b in pairwise(edges) if b > a]
