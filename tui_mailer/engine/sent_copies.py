"""The copy of each sent message in the folder of sent messages, retried until it is there."""

from datetime import timedelta
from typing import Final

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import CommandRefused, OverQuota
from tui_mailer.domain.events import OutgoingChanged
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.filing import exchanges_folder, exchanges_folder_to_make
from tui_mailer.engine.line import Line
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.engine.server_folders import folder_with_role, list_again
from tui_mailer.engine.worker import Worker

_FOLDER_TO_CREATE: Final = "Éléments envoyés"
# Nothing was there before it was due. To look further back, some servers read every message.
_CLOCKS_DIFFER: Final = timedelta(days=2)


class CopyRefused(CommandRefused):
    """The server takes no copy now, or has no folder for it."""

    what = "La copie d’un message envoyé n’a pas pu être rangée sur le serveur."
    meaning = "Le message est bien parti ; sa copie est gardée ici."
    advice = "Ne le renvoyez pas : la copie sera rangée dès que le serveur la prendra."


class SentCopies:
    """Stores copies on the server, each once, and flags what was answered."""

    def __init__(
        self,
        store: MessageStore,
        worker: Worker,
        mailbox: Mailbox,
        announce: Announcer,
        *,
        file_exchanges: bool = False,
    ) -> None:
        """`file_exchanges`: what was sent to patients has a folder of its own."""
        self._store = store
        self._worker = worker
        self._mailbox = mailbox
        self._announce = announce
        self._file_exchanges = file_exchanges

    def store_missing(self) -> None:
        """Store every copy that is missing."""
        self._worker.do(self._store_missing)

    async def _store_missing(self, line: Line) -> None:
        missing = [
            outgoing
            for outgoing in await self._store.outbox()
            if outgoing.state is OutgoingState.COPY_MISSING
        ]
        for outgoing in missing:
            # Another one may fit where this one did not.
            try:
                folder = await self._folder_for(line, outgoing)
                await self._store_copy(line, folder, outgoing)
            except CommandRefused as refused:
                await self._keep_waiting(outgoing, _told(refused))
            else:
                self._mailbox.sync_named(folder)

    async def _folder_for(self, line: Line, outgoing: Outgoing) -> str:
        if self._file_exchanges and outgoing.patient:
            return await self._exchanges_folder(line)
        return await folder_with_role(line, self._store, FolderRole.SENT, _FOLDER_TO_CREATE)

    async def _store_copy(self, line: Line, folder: str, outgoing: Outgoing) -> None:
        await line.open(folder, afresh=True)
        # An earlier attempt, or the server itself, may have stored it already.
        since = outgoing.due_at.date() - _CLOCKS_DIFFER
        if not await line.server.find_message_id(outgoing.message_id, since):
            content = await self._store.outgoing_content(outgoing.id)
            await line.server.append(folder, content, Flags.SEEN, outgoing.due_at)
        # Before the last state: a crash in between repeats this, and harms nothing.
        await self._flag_origin(outgoing.answers, Flags.ANSWERED)
        await self._flag_origin(outgoing.forwards, Flags.FORWARDED)
        await self._store.set_outgoing_state(
            outgoing.id, (OutgoingState.COPY_MISSING,), OutgoingState.SENT
        )
        self._announce(OutgoingChanged(outgoing.id, OutgoingState.SENT))

    async def _keep_waiting(self, outgoing: Outgoing, refused: CommandRefused) -> None:
        await self._store.set_outgoing_state(
            outgoing.id,
            (OutgoingState.COPY_MISSING,),
            OutgoingState.COPY_MISSING,
            explanation=refused.explanation,
            server_words=refused.server_words,
        )
        self._announce(OutgoingChanged(outgoing.id, OutgoingState.COPY_MISSING, refused))

    async def _flag_origin(self, message_id: int, flag: Flags) -> None:
        summary = await self._store.summary(message_id) if message_id else None
        if summary is not None:
            await self._mailbox.change_flags([summary], flag, Flags.NONE)

    async def _exchanges_folder(self, line: Line) -> str:
        folders = await self._store.folders()
        if folder := exchanges_folder(folders):
            return folder.name
        made = await line.server.create_folder(exchanges_folder_to_make(folders).name)
        await list_again(line, self._store)
        return made


def _told(refused: CommandRefused) -> CommandRefused:
    """What the user is told; a full mailbox has an advice of its own."""
    return refused if isinstance(refused, OverQuota) else CopyRefused(refused.server_words)
