"""A mail server with a journal: the same port, and a line for each operation with its answer.

Nothing else in the engine has to think of the journal when it talks to the server. What only looks
whether something changed or where something is (IDLE, NOOP, STATUS, SELECT, UID lists, SEARCH) leaves
no line; a synchronisation leaves one a folder (ECO.4.1.1).
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from typing import Final

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import LoginRefused
from tui_mailer.domain.folder import FolderChanges, FolderState, RemoteFolder
from tui_mailer.domain.journal import Deed, MessageTrace
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import MailServer, MailServerConnector, OnAlert, OnBytes, OnStep
from tui_mailer.engine.journal import JournalKeeper
from tui_mailer.engine.journal_answers import DONE, answered, patient_among, refusal
from tui_mailer.mime.outline import outline

_FLAG_WORDS: Final = {
    Flags.SEEN: "lu",
    Flags.ANSWERED: "répondu",
    Flags.FLAGGED: "suivi",
    Flags.DRAFT: "brouillon",
    Flags.DELETED: "à supprimer",
    Flags.FORWARDED: "transféré",
    Flags.MDN_SENT: "accusé de lecture envoyé",
}


class JournalledConnector:
    """A `MailServerConnector` whose connections keep the journal."""

    def __init__(self, connector: MailServerConnector, journal: JournalKeeper) -> None:
        self._connector = connector
        self._journal = journal

    @property
    def on_alert(self) -> OnAlert:
        """See `MailServerConnector`."""
        return self._connector.on_alert

    @on_alert.setter
    def on_alert(self, on_alert: OnAlert) -> None:
        self._connector.on_alert = on_alert

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        """Log in; the server's yes and its no are noted, a line that fails is no answer."""
        try:
            server = await self._connector.connect(account, credentials, on_step)
        except LoginRefused as refused:
            self._journal.note(Deed.LOGIN, detail=_place(account), answer=refusal(refused))
            raise
        return self.take_over(server, account)

    def take_over(self, server: MailServer, account: Account) -> MailServer:
        """The same for a connection that is logged in."""
        self._journal.note(Deed.LOGIN, detail=_place(account), answer=DONE)
        return JournalledMailServer(server, account, self._journal)


class JournalledMailServer:
    """A `MailServer` that notes what is done on it."""

    def __init__(self, server: MailServer, account: Account, journal: JournalKeeper) -> None:
        self._server = server
        self._account = account
        self._journal = journal
        self._folder = ""
        self._is_closed = False

    # --- noted

    async def create_folder(self, name: str) -> str:
        """See `MailServer`."""
        made = name

        def note(answer: str) -> None:
            self._journal.note(Deed.FOLDER_MADE, folder=made, answer=answer)

        def answer(full_name: str) -> str:
            nonlocal made
            made = full_name
            return DONE

        return await answered(self._server.create_folder(name), note, answer)

    async def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        """See `MailServer`; one line, however many messages."""
        count, folder = 0, self._folder
        try:
            async with aclosing(self._server.messages(uids)) as batches:
                async for batch in batches:
                    count += len(batch)
                    yield batch
        finally:
            if count:
                words = f"{count} messages décrits" if count > 1 else "1 message décrit"
                self._journal.note(Deed.SYNCHRONISED, folder=folder, detail=words, answer=DONE)

    async def content(self, uid: int, on_bytes: OnBytes | None = None) -> bytes | None:
        """See `MailServer`."""
        note = await self._note_each(Deed.FETCHED, [uid])

        def answer(content: bytes | None) -> str:
            return "absent" if content is None else f"{DONE} ; {len(content)} octets"

        return await answered(self._server.content(uid, on_bytes), note, answer)

    async def beginning(self, uid: int, size_bytes: int) -> bytes | None:
        """See `MailServer`: a look at what may be a report, not a message that is read."""
        return await self._server.beginning(uid, size_bytes)

    async def change_flags(self, uids: Sequence[int], add: Flags, remove: Flags) -> None:
        """See `MailServer`."""
        note = await self._note_each(Deed.MARKED, uids, _flag_words(add, remove))
        await answered(self._server.change_flags(uids, add, remove), note)

    async def move(self, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        """See `MailServer`; where the server tells the new UID, it stands in the answer."""
        note = await self._note_each(Deed.MOVED, uids, f"vers {folder}")
        told: dict[int, str] = {}

        def answer(moved: Mapping[int, int]) -> str:
            told.update({uid: f"{DONE} ; UID {new}" for uid, new in moved.items()})
            return DONE

        return await answered(self._server.move(uids, folder), lambda a: note(a, told), answer)

    async def expunge(self, uids: Sequence[int]) -> None:
        """See `MailServer`."""
        note = await self._note_each(Deed.EXPUNGED, uids)
        await answered(self._server.expunge(uids), note)

    async def expunge_marked(self, uids: Sequence[int]) -> None:
        """See `MailServer`."""
        note = await self._note_each(Deed.EXPUNGED, uids)
        await answered(self._server.expunge_marked(uids), note)

    async def append(self, folder: str, content: bytes, flags: Flags, at: datetime) -> int | None:
        """See `MailServer`."""
        head = outline(content)
        trace = MessageTrace(head.message_id, patient_among(head.recipients, self._account))
        told: list[int] = []

        def note(answer: str) -> None:
            uid = told[0] if told else 0
            self._journal.note(Deed.COPIED, folder=folder, uid=uid, trace=trace, answer=answer)

        def answer(uid: int | None) -> str:
            told.extend([uid] if uid else [])
            return DONE

        return await answered(self._server.append(folder, content, flags, at), note, answer)

    async def close(self) -> None:
        """See `MailServer`."""
        if not self._is_closed:
            self._is_closed = True
            self._journal.note(Deed.LOGOUT, detail=_place(self._account))
        await self._server.close()

    async def _note_each(
        self, deed: Deed, uids: Sequence[int], detail: str = ""
    ) -> Callable[..., None]:
        """A line for each of `uids`, named before the operation makes them something else."""
        folder = self._folder
        traces = await self._journal.traces(folder, uids)

        def note(answer: str, told: Mapping[int, str] = {}) -> None:
            for uid in uids:
                self._journal.note(
                    deed,
                    folder=folder,
                    uid=uid,
                    trace=traces.get(uid, MessageTrace()),
                    detail=detail,
                    answer=told.get(uid, answer),
                )

        return note

    # --- looking, which leaves no line

    async def list_folders(self, *, with_states: bool = False) -> Sequence[RemoteFolder]:
        """See `MailServer`."""
        return await self._server.list_folders(with_states=with_states)

    async def open_folder(self, name: str) -> FolderState:
        """See `MailServer`."""
        state = await self._server.open_folder(name)
        self._folder = name
        return state

    async def open_since(
        self, name: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """See `MailServer`."""
        found = await self._server.open_since(name, since)
        self._folder = name
        return found

    async def folder_state(self, name: str) -> FolderState:
        """See `MailServer`."""
        return await self._server.folder_state(name)

    async def uids(self) -> Sequence[int]:
        """See `MailServer`."""
        return await self._server.uids()

    async def flags(self, uids: Sequence[int]) -> Mapping[int, Flags]:
        """See `MailServer`."""
        return await self._server.flags(uids)

    async def find_message_id(self, message_id: str, since: date | None = None) -> Sequence[int]:
        """See `MailServer`."""
        return await self._server.find_message_id(message_id, since)

    async def find_header(self, name: str, value: str) -> Sequence[int]:
        """See `MailServer`."""
        return await self._server.find_header(name, value)

    async def search_bodies(
        self,
        text: str,
        uids: tuple[int, int],
        *,
        since: date | None = None,
        before: date | None = None,
    ) -> Sequence[int]:
        """See `MailServer`."""
        return await self._server.search_bodies(text, uids, since=since, before=before)

    async def wait_for_change(self, timeout_s: float) -> bool:
        """See `MailServer`."""
        return await self._server.wait_for_change(timeout_s)

    async def keep_alive(self) -> None:
        """See `MailServer`."""
        await self._server.keep_alive()


def _place(account: Account) -> str:
    return f"serveur de courrier {account.imap.host}:{account.imap.port}"


def _flag_words(add: Flags, remove: Flags) -> str:
    words = [word for flag, word in _FLAG_WORDS.items() if flag in add]
    words += [f"non {word}" for flag, word in _FLAG_WORDS.items() if flag in remove]
    return ", ".join(words)
