"""The copy of each sent message in the folder of sent messages, retried until it is there."""

from typing import Final

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import CommandRefused
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
        if not missing:
            return
        for outgoing in missing:
            if self._file_exchanges and outgoing.patient:
                folder = await self._exchanges_folder(line)
            else:
                folder = await folder_with_role(
                    line, self._store, FolderRole.SENT, _FOLDER_TO_CREATE
                )
            await self._store_copy(line, folder, outgoing)
            self._mailbox.sync_named(folder)

    async def _store_copy(self, line: Line, folder: str, outgoing: Outgoing) -> None:
        await line.open(folder, afresh=True)
        try:
            # An earlier attempt, or the server itself, may have stored it already.
            if not await line.server.find_message_id(outgoing.message_id):
                content = await self._store.outgoing_content(outgoing.id)
                await line.server.append(folder, content, Flags.SEEN, outgoing.due_at)
        except CommandRefused as refused:
            await self._keep_waiting(outgoing, refused)
            return
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
