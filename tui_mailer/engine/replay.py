"""What was done to messages here, done on the server: flags, moves, removals for good.

Each run looks at what the store still holds apart from the server, so it may stop anywhere. A move
whose answer was lost is looked up at both ends before anything is moved again: no message is there
twice that has a Message-ID, and none is removed whose copy was not seen.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from tui_mailer.domain.action import PendingMove
from tui_mailer.domain.errors import CommandRefused, MessageGone, MoveUnsupported, OverQuota
from tui_mailer.domain.events import FoldersChanged, MessagesChanged
from tui_mailer.domain.folder import Folder
from tui_mailer.domain.message import Flags, MessageSummary, PendingFlags, RemoteMessage
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line
from tui_mailer.engine.not_done import NotDone
from tui_mailer.engine.same_message import identity
from tui_mailer.engine.worker import Worker

OpenAsKnown = Callable[[Line, int], Awaitable[None]]
"""Opens a folder of the store; `MessageGone` when its UIDs mean other messages now."""

# Each message of a command is a line of the journal: of more, they would hold the loop.
_BATCH: Final = 1_000


class MoveRefused(CommandRefused):
    """The server refuses a move: the folder is gone, full, or not ours to write to."""

    what = "Des messages n’ont pas pu être déplacés."
    meaning = "Ils sont revenus dans leur dossier ; aucun n’est perdu."
    advice = "Choisissez un autre dossier, ou réessayez plus tard."


class NoRoomToMove(MoveRefused):
    """The mailbox is full, and a server without MOVE copies first (RFC 6851)."""

    what = "La boîte aux lettres est pleine : ce serveur n’a plus la place d’y déplacer un message."
    advice = (
        "Videz d’abord la corbeille, puis recommencez. Si elle est vide, supprimez des messages "
        "depuis le webmail de votre opérateur."
    )


class OriginalStays(MoveRefused):
    """A copy was made where it was to go, and the server does not let it be removed here."""

    what = "Des messages ont été copiés, mais le serveur ne laisse pas les retirer de leur dossier."
    meaning = "Ils sont dans les deux dossiers ; aucun n’est perdu."
    advice = "Ce dossier est peut-être partagé : demandez le droit d’y supprimer à qui le gère."


class FlagsRefused(CommandRefused):
    """The server refuses a flag: the folder may only be read, or cannot be opened now."""

    what = "Des messages n’ont pas pu être marqués sur le serveur."
    meaning = "Ils sont de nouveau comme le serveur les connaît ; aucun n’est perdu."
    advice = "Réessayez plus tard."


class RemovalRefused(CommandRefused):
    """The server refuses to remove for good."""

    what = "Des messages n’ont pas pu être supprimés définitivement."
    meaning = "Ils sont toujours dans la corbeille du serveur."
    advice = "Réessayez plus tard."


class MessagesElsewhere(CommandRefused):
    """Another client was faster, or the server numbered its messages anew."""

    what = "Des messages n’étaient plus à leur place sur le serveur."
    meaning = (
        "Ils ont été déplacés ou supprimés depuis un autre poste, ou leur dossier a été refait ; "
        "rien n’y a été changé."
    )
    advice = "La liste se met à jour d’elle-même ; vérifiez où ils sont et ce qui est à refaire."


@dataclass(frozen=True, slots=True)
class _Found:
    """Where messages of a move in doubt are.

    Attributes:
        arrived: local id -> UID in the folder they were moved to.
        staying: local ids of those that are where they were, and there alone.
        copied: UIDs where they were of those that are at both ends.
        gone: local ids of those found nowhere.
    """

    arrived: Mapping[int, int]
    staying: Sequence[int] = field(default=())
    copied: Sequence[int] = field(default=())
    gone: Sequence[int] = field(default=())


class Replay:
    """Brings the server to what the store wants."""

    def __init__(
        self,
        store: MessageStore,
        worker: Worker,
        announce: Announcer,
        open_as_known: OpenAsKnown,
        list_folders: Callable[[], None],
    ) -> None:
        """`list_folders`: look soon at which folders there are; one may be gone, or renamed."""
        self._store = store
        self._worker = worker
        self._announce = announce
        self._open_as_known = open_as_known
        self._list_folders = list_folders
        self._not_done = NotDone(announce)

    def soon(self) -> None:
        """As soon as the line allows."""
        self._worker.do(self.run)

    async def run(self, line: Line) -> None:
        """All that waits. What is in doubt comes first: flags go where the messages are."""
        try:
            await self._run(line)
        finally:
            self._not_done.tell()

    async def _run(self, line: Line) -> None:
        for moves in _groups(await self._store.pending_moves(), in_doubt=True):
            await self._settle(line, moves)
        await self._settle_removals(line)
        await self._flags(line)
        for moves in _groups(await self._store.pending_moves(), in_doubt=False):
            for start in range(0, len(moves), _BATCH):
                await self._move(line, moves[start : start + _BATCH])
        await self._remove(line)

    # --- flags

    async def _flags(self, line: Line) -> None:
        pending = await self._store.pending_flag_changes()
        ids = {folder.name: folder.id for folder in await self._store.folders()}
        # Flags are slow, and these may be as many as a folder holds.
        for (folder, add, remove), same in await asyncio.to_thread(_by_effect, pending):
            left = same
            try:
                await self._open_as_known(line, ids.get(folder, 0))
                while left:
                    some = left[:_BATCH]
                    await line.server.change_flags([change.uid for change in some], add, remove)
                    await self._store.forget_pending([change.id for change in some])
                    left = left[_BATCH:]
            except CommandRefused as refused:
                await self._refuse_flags(ids.get(folder, 0), left, refused)

    async def _refuse_flags(
        self, folder_id: int, changes: Sequence[PendingFlags], refused: CommandRefused
    ) -> None:
        """The messages are as the server has them, as far as is known."""
        await self._store.refuse_pending([change.id for change in changes])
        self._changed(folder_id)
        self._not_done.add(len({change.uid for change in changes}), _told(refused, FlagsRefused))
        self._list_folders()

    # --- moves

    async def _move(self, line: Line, moves: Sequence[PendingMove]) -> None:
        """Move messages of one folder to another one."""
        ids = {move.place.uid: move.message_id for move in moves}
        source_id, target_id = moves[0].place.folder_id, moves[0].target_id
        try:
            target, floor = await self._prepare(line, target_id)
        except CommandRefused as refused:
            await self._give_back(moves, refused)
            return
        try:
            await self._open_as_known(line, source_id)
        except MessageGone:
            await self._forget(moves, [move.message_id for move in moves])
            return
        except CommandRefused as refused:
            await self._give_back(moves, refused)
            return
        # Some may have been taken back while the line was asked.
        wanted = frozenset(await self._store.try_move(list(ids.values()), target_id, floor))
        tried = [
            PendingMove(move.message_id, move.place, target_id, target_id, floor)
            for move in moves
            if move.message_id in wanted
        ]
        if not tried:
            return
        try:
            told = await line.server.move([move.place.uid for move in tried], target.name)
        except CommandRefused as refused:
            # Of a large batch some may have been moved before.
            await self._settle(line, tried, refused)
            return
        await self._store.move_done(target_id, {ids[uid]: new for uid, new in told.items()})
        self._changed(source_id, target_id)
        left = [move for move in tried if move.place.uid not in told]
        if left:
            await self._settle(line, left)

    async def _prepare(self, line: Line, folder_id: int) -> tuple[Folder, int]:
        """The folder to move to, made if need be, and the first UID that it has not given yet."""
        folder = next((f for f in await self._store.folders() if f.id == folder_id), None)
        if folder is None:
            raise CommandRefused
        known = await self._store.uid_validity(folder_id)
        if known is None:
            made = await line.server.create_folder(folder.name)
            if made != folder.name:
                await self._store.rename_folder(folder_id, made)
                folder = replace(folder, name=made)
        if line.is_open(folder.name):
            state = await line.open(folder.name, afresh=True)
        else:
            state = await line.server.folder_state(folder.name)
        if state.uid_validity != known:
            await self._number_anew(folder_id, state.uid_validity)
        return folder, state.uid_next or 1

    async def _number_anew(self, folder_id: int, uid_validity: int) -> None:
        """Before a message arrives there: another one may be held under the number it gets."""
        pending = await self._store.pending_moves()
        leaving = [move for move in pending if move.place.folder_id == folder_id]
        await self._forget(leaving, [move.message_id for move in leaving])
        removals = (await self._store.pending_expunges()).get(folder_id, ())
        if removals:
            self._not_done.add(len(removals), MessagesElsewhere())
        await self._store.reset_folder(folder_id, uid_validity)
        self._changed(folder_id)
        self._list_folders()

    async def _give_back(self, moves: Iterable[PendingMove], refused: CommandRefused) -> None:
        ids = [move.message_id for move in moves]
        if ids:
            await self._store.give_back(ids)
            self._changed(*{id_ for m in moves for id_ in (m.place.folder_id, m.target_id)})
            self._not_done.add(len(ids), _told(refused, MoveRefused))
            self._list_folders()

    async def _forget(self, moves: Iterable[PendingMove], message_ids: Sequence[int]) -> None:
        if message_ids:
            await self._store.forget_messages(message_ids)
            self._changed(*{id_ for m in moves for id_ in (m.place.folder_id, m.target_id)})
            self._not_done.add(len(message_ids), MessagesElsewhere())

    def _changed(self, *folder_ids: int) -> None:
        for folder_id in folder_ids:
            self._announce(MessagesChanged(folder_id))
        self._announce(FoldersChanged())

    # --- moves whose answer was lost, or did not name each message

    async def _settle(
        self, line: Line, moves: Sequence[PendingMove], refused: CommandRefused | None = None
    ) -> None:
        """Find messages that may be at either end, and note where they are.

        Those that stayed are moved later, or given back when the server `refused`. Where one end
        cannot be looked at, they stay in doubt: what was not seen proves nothing.
        """
        try:
            found = await self._find(line, moves)
        except CommandRefused:
            self._announce(FoldersChanged())
            self._list_folders()
            return
        if found.copied:
            # The copy was made and seen; the other half of the move is left to do.
            try:
                await line.server.expunge(found.copied)
            except CommandRefused as refusal:
                self._not_done.add(len(found.copied), OriginalStays(refusal.server_words))
        await self._store.move_done(moves[0].tried_id, found.arrived)
        await self._stay(line, moves, frozenset(found.staying), refused)
        await self._forget(moves, found.gone)
        self._changed(moves[0].place.folder_id, moves[0].tried_id)

    async def _stay(
        self,
        line: Line,
        moves: Sequence[PendingMove],
        message_ids: frozenset[int],
        refused: CommandRefused | None,
    ) -> None:
        staying = [move for move in moves if move.message_id in message_ids]
        if staying:
            # A copy that another client took away since may have left it marked by us, to be purged.
            with suppress(CommandRefused):
                uids = [move.place.uid for move in staying]
                await line.server.change_flags(uids, Flags.NONE, Flags.DELETED)
        if refused is None:
            await self._store.move_not_done(list(message_ids))
        else:
            await self._give_back(staying, refused)

    async def _find(self, line: Line, moves: Sequence[PendingMove]) -> _Found:
        """Look at both ends.

        Raises:
            CommandRefused: one of them is there, and cannot be opened.
        """
        places = await self._new_in(line, moves[0].tried_id, min(move.floor for move in moves))
        try:
            await self._open_as_known(line, moves[0].place.folder_id)
            uids = frozenset(await line.server.uids())
        except MessageGone:
            uids = frozenset()
        present = frozenset(move.message_id for move in moves if move.place.uid in uids)
        # Some may have been removed for good meanwhile: see `_settle_removals`.
        held = await self._store.summaries([move.message_id for move in moves])
        arrived = _arrived(held, present, places)
        left = [row.id for row in held if row.id not in arrived]
        return _Found(
            arrived,
            staying=[id_ for id_ in left if id_ in present],
            copied=[
                move.place.uid
                for move in moves
                if move.message_id in arrived and move.message_id in present
            ],
            gone=[id_ for id_ in left if id_ not in present],
        )

    async def _new_in(self, line: Line, folder_id: int, floor: int) -> dict[object, list[int]]:
        """UIDs from `floor` on in a folder, by what tells their messages apart."""
        folders = {folder.id: folder.name for folder in await self._store.folders()}
        places: dict[object, list[int]] = {}
        if folder_id in folders:
            state = await line.open(folders[folder_id], afresh=True)
            if state.uid_validity != await self._store.uid_validity(folder_id):
                await self._number_anew(folder_id, state.uid_validity)
                floor = 1
            new = [uid for uid in await line.server.uids() if uid >= floor]
            async for message in _described(line, new):
                places.setdefault(identity(message), []).append(message.uid)
        return places

    # --- removals for good

    async def _settle_removals(self, line: Line) -> None:
        """Follow what was removed while its move was in doubt to where it turned up.

        A folder that cannot be looked at leaves them in doubt.
        """
        removals = await self._store.removals_in_doubt()
        for tried_id, some in groupby(removals, key=lambda removal: removal.tried_id):
            same = list(some)
            try:
                places = await self._new_in(line, tried_id, min(one.floor for one in same))
            except CommandRefused:
                continue
            for removal in same:
                # Without a Message-ID, another one might be taken for it.
                found = places.get(identity(removal)) if removal.message_id else None
                await self._store.settle_removal(removal, found.pop(0) if found else None)

    async def _remove(self, line: Line) -> None:
        for folder_id, uids in (await self._store.pending_expunges()).items():
            left = uids
            try:
                await self._open_as_known(line, folder_id)
                while left:
                    await line.server.expunge(left[:_BATCH])
                    await self._store.forget_expunges(folder_id, left[:_BATCH])
                    left = left[_BATCH:]
            except CommandRefused as refused:
                self._not_done.add(len(left), _told(refused, RemovalRefused))
                await self._store.forget_expunges(folder_id, left)
            self._announce(FoldersChanged())


def _arrived(
    held: Iterable[MessageSummary],
    present: frozenset[int],
    places: Mapping[object, list[int]],
) -> dict[int, int]:
    """Local id -> UID in `places` of those that are in the folder they were to be moved to.

    Of several that are alike, those that left come first: one that is `present` where it was, and
    taken for arrived, is removed there. Without a Message-ID that would prove too little.
    """
    return {
        row.id: places[identity(row)].pop(0)
        for row in sorted(held, key=lambda row: row.id in present)
        if places.get(identity(row)) and (row.message_id or row.id not in present)
    }


def _told(refused: CommandRefused, usual: type[CommandRefused]) -> CommandRefused:
    """What the user is told: later is no help where the server never can, or has them elsewhere."""
    if isinstance(refused, MoveUnsupported):
        return refused
    if isinstance(refused, OverQuota) and usual is MoveRefused:
        return NoRoomToMove(refused.server_words)
    return (MessagesElsewhere if isinstance(refused, MessageGone) else usual)(refused.server_words)


def _by_effect(
    changes: Sequence[PendingFlags],
) -> Iterable[tuple[tuple[str, Flags, Flags], Sequence[PendingFlags]]]:
    """By folder and by what they add and remove in the end, folder after folder."""
    ends: dict[tuple[str, int], tuple[Flags, Flags]] = {}
    for change in changes:
        place = change.folder_name, change.uid
        add, remove = ends.get(place, (Flags.NONE, Flags.NONE))
        ends[place] = add & ~change.remove | change.add, remove & ~change.add | change.remove
    found: dict[tuple[str, Flags, Flags], list[PendingFlags]] = {}
    for change in changes:
        end = ends[change.folder_name, change.uid]
        found.setdefault((change.folder_name, *end), []).append(change)
    return sorted(found.items(), key=lambda item: item[0][0])


def _groups(moves: Iterable[PendingMove], *, in_doubt: bool) -> Iterable[Sequence[PendingMove]]:
    """Moves of one kind, by where from and where to."""
    found: dict[tuple[int, int], list[PendingMove]] = {}
    for move in moves:
        if bool(move.tried_id) is in_doubt:
            to = move.tried_id or move.target_id
            found.setdefault((move.place.folder_id, to), []).append(move)
    return found.values()


async def _described(line: Line, uids: Sequence[int]) -> AsyncIterator[RemoteMessage]:
    async for batch in line.server.messages(uids):
        for message in batch:
            yield message
