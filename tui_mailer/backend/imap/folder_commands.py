"""The folders of a connection: list, make, look at, open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from aioimaplib import aioimaplib

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.errors import accepted, refusal
from tui_mailer.backend.imap.exchange import Answer
from tui_mailer.backend.imap.folders import read_folders
from tui_mailer.backend.imap.limits import Allowance
from tui_mailer.backend.imap.namespaces import Namespaces, read_namespaces
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.results import Selected, read_selected
from tui_mailer.backend.imap.states import (
    ChangesRead,
    of_this_folder,
    read_states,
    status_items,
)
from tui_mailer.backend.slices import in_slices
from tui_mailer.domain.errors import CommandRefused, ConnectionProblem
from tui_mailer.domain.folder import FolderChanges, FolderState, RemoteFolder

_NOTHING_OPEN: Final = Selected(FolderState(uid_validity=0, uid_next=None, exists=0))
_CHANGE_BYTES: Final = 80
# A SELECT that tells changes may tell one for each message of a folder whose size is not known yet.
_MOST_CHANGES: Final = Allowance.for_messages(500_000, 0)

_Raw = TypeVar("_Raw")
_Read = TypeVar("_Read")


class FolderCommands:
    """The folders' part of `ImapServer`."""

    def __init__(self, line: GuardedProtocol) -> None:
        """`line` is logged in."""
        self._line = line
        self._selected = _NOTHING_OPEN
        # As the server spells them: some spell names as no one should.
        self._wire_names: dict[str, str] = {}
        self._known_namespaces: Namespaces | None = None

    async def list_folders(self, *, with_states: bool = False) -> Sequence[RemoteFolder]:
        """All folders, names decoded, roles by attribute, else by name."""
        has, wanted = self._line.capabilities, list[str]()
        if {"SPECIAL-USE", "LIST-EXTENDED"} <= has:
            wanted.append("SPECIAL-USE")  # RFC 6154 §2
        if with_states and "LIST-STATUS" in has:
            wanted.append(f"STATUS {self._status_items()}")  # RFC 5819
        returned = ["RETURN", f"({' '.join(wanted)})"] if wanted else []
        answer: Answer = await self._line.simple_command("LIST", '""', '"*"', *returned)
        responses = accepted(answer).responses
        namespaces = await self._namespaces()
        listed = self._sane(lambda raw: read_folders(raw, namespaces), responses)
        states = self._sane(read_states, responses)
        self._wire_names = {item.folder.name: item.wire_name for item in listed}
        return [replace(item.folder, state=states.get(item.folder.name)) for item in listed]

    async def create_folder(self, name: str) -> str:
        """Create a folder of the user's own; one that exists already is no error. Its full name.

        Some servers have all of them below the inbox, and refuse a name that is not, or give it to
        everybody.
        """
        placed = (await self._namespaces()).placed(name)
        if placed != name and name in {folder.name for folder in await self.list_folders()}:
            return name  # others' folders are where they are
        name = placed
        answer: Answer = await self._line.simple_command("CREATE", self._spelled(name))
        if answer.result == "OK":
            # Webmails show no other ones. Refused, it is there all the same.
            await self._line.run("SUBSCRIBE", self._spelled(name))
        if answer.result == "OK" or answer.status.code == "ALREADYEXISTS":
            return name
        # Before RFC 5530 servers said so in words only.
        folders = await self.list_folders()
        if name in {folder.name for folder in folders}:
            return name
        below = next((f"INBOX{folder.delimiter}" for folder in folders if folder.delimiter), "")
        if "NAMESPACE" in self._line.capabilities or not below or name.startswith(below):
            raise refusal(answer.status)
        return await self.create_folder(below + name)

    async def _namespaces(self) -> Namespaces:
        """Asked for once a connection, and only where it is needed."""
        if self._known_namespaces is None:
            self._known_namespaces = Namespaces()
            if "NAMESPACE" in self._line.capabilities:
                answer = await self._line.run("NAMESPACE")
                self._known_namespaces = self._sane(read_namespaces, answer.responses)
        return self._known_namespaces

    async def folder_state(self, name: str) -> FolderState:
        """STATUS `name`: its state, without opening it."""
        items = self._status_items()
        answer: Answer = await self._line.simple_command("STATUS", self._spelled(name), items)
        states = self._sane(read_states, accepted(answer).responses)
        if name not in states:
            # A folder whose name is spelled in two ways, or a server that answers nothing.
            raise CommandRefused
        return states[name]

    async def open_folder(self, name: str) -> FolderState:
        """SELECT `name`; the methods of messages act on it."""
        await self._select(name, *(["(CONDSTORE)"] if self._tells_modseq else []))
        return self._selected.state

    async def open_since(
        self, name: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """As `open_folder`, with all that changed after `since`.

        In one command with QRESYNC (RFC 7162 §3.2.5); with CONDSTORE alone a second one asks for
        the changed flags, unless nothing changed.
        """
        if since.highest_modseq is None:
            return await self.open_folder(name), None
        if "QRESYNC" in self._line.enabled:
            responses = await self._select(name, f"(QRESYNC ({_known(since)}))")
            state = self._selected.state
            if not _follows(state, since):
                return state, None
            return state, await self._changes(responses, tells_vanished=True)
        state = await self.open_folder(name)
        if state == replace(since, unseen=None):
            return state, FolderChanges({}, vanished=())
        if not _follows(state, since):
            return state, None
        return state, await self._changed_flags(since.highest_modseq)

    async def _changed_flags(self, modseq: int) -> FolderChanges:
        allowance = Allowance.for_messages(self._selected.state.exists, _CHANGE_BYTES)
        wanted = ("1:*", "(UID FLAGS)", f"(CHANGEDSINCE {modseq})")
        answer = await self._line.run("FETCH", *wanted, prefix="UID", allowance=allowance)
        return await self._changes(accepted(answer).responses, tells_vanished=False)

    async def _changes(
        self, responses: Sequence[RawResponse], *, tells_vanished: bool
    ) -> FolderChanges:
        changes = ChangesRead()
        async for response in in_slices(responses):
            self._sane(changes.take, response)
        return FolderChanges(changes.flags, changes.vanished if tells_vanished else None)

    async def _select(self, name: str, *parameters: str) -> Sequence[RawResponse]:
        """SELECT; what it told of the folder it opened."""
        answer = await self._line.run(
            "SELECT", self._spelled(name), *parameters, allowance=_MOST_CHANGES
        )
        if answer.result != "OK":
            # No folder is open after a NO (RFC 3501 §6.3.1).
            self._line.state = aioimaplib.AUTH
            raise refusal(answer.status)
        self._line.state = aioimaplib.SELECTED
        responses = of_this_folder(answer.responses)
        self._selected = self._sane(read_selected, responses)
        if not self._tells_modseq:
            # Said without CONDSTORE (RFC 7162 §3.1), it is no promise: STATUS does not say it.
            self._selected = self._selected.without_modseq()
        return responses

    @property
    def _tells_modseq(self) -> bool:
        return not self._line.capabilities.isdisjoint({"CONDSTORE", "QRESYNC"})

    def _status_items(self) -> str:
        return status_items(with_modseq=self._tells_modseq)

    def _spelled(self, name: str) -> str:
        return names.quoted(self._wire_names.get(name, names.encode(name)))

    def _sane(self, read: Callable[[_Raw], _Read], raw: _Raw) -> _Read:
        """What `read` makes of `raw`; a server that talks nonsense is not listened to further."""
        try:
            return read(raw)
        except ConnectionProblem as error:
            self._line.break_off(error)
            raise


def _known(since: FolderState) -> str:
    """What QRESYNC is told of what we hold: UIDVALIDITY, mod-sequence, the UIDs given out."""
    known = f"{since.uid_validity} {since.highest_modseq}"
    last = (since.uid_next or 1) - 1
    return f"{known} 1:{last}" if last else known


def _follows(state: FolderState, since: FolderState) -> bool:
    """True when `state` is a later one of the same numbering; False for a server that forgot."""
    if state.uid_validity != since.uid_validity or state.highest_modseq is None:
        return False
    return state.highest_modseq >= (since.highest_modseq or 0)
