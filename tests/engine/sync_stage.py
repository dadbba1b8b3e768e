"""A mailbox on Dovecot seen from two sides: our synchronisation, and another client's changes."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from engine_helpers import cheap_derivation
from servers.folder_names import decode, quoted
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap import connector
from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import LineLost
from tui_mailer.domain.events import Event
from tui_mailer.domain.message import Flags, FolderView
from tui_mailer.domain.ports import MailServer
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line
from tui_mailer.engine.sync import Synchroniser

FLAGS = {
    "\\Seen": Flags.SEEN,
    "\\Flagged": Flags.FLAGGED,
    "\\Answered": Flags.ANSWERED,
    "$Forwarded": Flags.FORWARDED,
}
# A draft of ours on the server: no other client changes that flag here.
_SHOWN = {**FLAGS, "\\Draft": Flags.DRAFT}
Contents = dict[str, dict[int, tuple[str, Flags]]]
"""Subject and flags, by folder and UID."""

_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) "/" (?P<name>.+)')
_UID = re.compile(rb"UID ([0-9]+)")
_SET = re.compile(rb"FLAGS \(([^)]*)\)")


@dataclass
class Ear:
    """What our connections send; capabilities in `hidden` are not seen by them."""

    hidden: Collection[str] = ()
    commands: list[str] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ear = self

        class OverheardProtocol(GuardedProtocol):
            @property
            def capabilities(self) -> set[str]:
                return self._told - set(ear.hidden)

            @capabilities.setter
            def capabilities(self, told: set[str]) -> None:
                self._told = told

            async def execute(self, command: Any, *more: Any, **options: Any) -> Any:
                ear.commands.append(str(command).partition(" ")[2])
                return await super().execute(command, *more, **options)

        monkeypatch.setattr(connector, "GuardedProtocol", OverheardProtocol)

    def heard(self, *starts: str) -> list[str]:
        """Commands so far that begin so, all without an argument; then they are forgotten."""
        found = [c for c in self.commands if c.startswith(starts or "")]
        self.commands.clear()
        return found


class Mirror:
    """Our side: a store, a connection, and the synchronisation between them."""

    def __init__(self, servers: RealServers, directory: Path) -> None:
        endpoint = Endpoint(servers.host, servers.imaps_port, Security.TLS)
        self._account = Account(PRACTICE.address, endpoint, endpoint, ca_file=servers.ca_file)
        self._opener = EncryptedStoreOpener(directory, cheap_derivation())
        self._server: MailServer | None = None
        self.now_s = 0.0
        self.events: list[Event] = []

    async def open(self) -> None:
        store = await self._opener.open(self._account, PRACTICE.password)
        assert isinstance(store, EncryptedMessageStore)
        self.store = store
        await self.restart()

    async def restart(self) -> None:
        """A new connection, and nothing remembered but the store."""
        announce = Announcer()
        announce.subscribe(self.events.append)
        self.sync = Synchroniser(self.store, announce, now_s=lambda: self.now_s)
        await self.reconnect()

    async def reconnect(self) -> None:
        if self._server is not None:
            await self._server.close()
        credentials = Credentials(PRACTICE.address, PRACTICE.password)
        self._server = await ImapConnector().connect(self._account, credentials, lambda _step: None)
        self.line = Line(self._server)

    async def close(self) -> None:
        if self._server is not None:
            await self._server.close()
        await self.store.close()

    async def synchronise(self, most_steps: int | None = None) -> None:
        """Every folder, one after the other; cut off after so many steps if it is given."""
        steps = 0
        for folder in await self.sync.folders(self.line):
            async for _ in self.sync.folder(self.line, folder):
                steps += 1
                if most_steps is not None and steps > most_steps:
                    return

    async def synchronise_whatever_happens(self) -> None:
        """As the work connection does it: on a new line when one is lost."""
        try:
            await self.synchronise()
        except LineLost:
            # The folder that was open has been removed: the server cuts us off.
            await self.reconnect()
            await self.synchronise()

    async def contents(self) -> Contents:
        """What the store shows."""
        return {
            folder.name: {
                row.uid: (row.subject, row.flags)
                for row in await self.store.rows(FolderView(folder.id), 0, 100_000)
            }
            for folder in await self.store.folders()
        }


class OtherClient:
    """The other side: a program elsewhere that changes the mailbox."""

    def __init__(self, servers: RealServers) -> None:
        trusting = ssl.create_default_context(cafile=servers.ca_file)
        self.imap = imaplib.IMAP4_SSL(servers.host, servers.imaps_port, ssl_context=trusting)
        self.imap.login(PRACTICE.address, servers.account(PRACTICE.address).password)
        self._count = 0

    def close(self) -> None:
        self.imap.logout()

    def arrive(self, folder: str, flags: Sequence[str] = (), subject: str = "") -> None:
        self._count += 1
        head = f"From: a@b.mssante.fr\r\nSubject: {subject or self._count}\r\n\r\n"
        checked(self.imap.append(quoted(folder), f"({' '.join(flags)})", "", head.encode()))

    def change(self, folder: str, uid: int, flag: str, *, on: bool) -> None:
        with self._opened(folder):
            checked(self.imap.uid("STORE", str(uid), "+FLAGS" if on else "-FLAGS", f"({flag})"))

    def expunge(self, folder: str, uids: Sequence[int]) -> None:
        some = ",".join(map(str, uids))
        with self._opened(folder):
            checked(self.imap.uid("STORE", some, "+FLAGS.SILENT", "(\\Deleted)"))
            checked(self.imap.uid("EXPUNGE", some))

    def move(self, folder: str, uid: int, target: str) -> None:
        with self._opened(folder):
            checked(self.imap.uid("MOVE", str(uid), quoted(target)))

    def create(self, folder: str) -> None:
        checked(self.imap.create(quoted(folder)))

    def delete(self, folder: str) -> None:
        checked(self.imap.delete(quoted(folder)))

    def rename(self, folder: str, name: str) -> None:
        checked(self.imap.rename(quoted(folder), quoted(name)))

    def folders(self) -> dict[str, bool]:
        """The folders by name; True for those that hold messages."""
        found = {}
        for line in checked(self.imap.list()):
            match = _LISTED.fullmatch(line)
            assert match is not None, line
            name = match["name"].decode().strip('"')
            found[decode(name)] = b"\\Noselect" not in match["flags"]
        return found

    def contents(self) -> Contents:
        """What the server holds, which the store must show."""
        return {
            name: self._messages(name) if holds_messages else {}
            for name, holds_messages in self.folders().items()
        }

    def _messages(self, folder: str) -> dict[int, tuple[str, Flags]]:
        items = "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])"
        with self._opened(folder):
            answer = checked(self.imap.uid("FETCH", "1:*", items))
        found = {}
        for item in answer:
            if isinstance(item, tuple):
                uid, flags = _UID.search(item[0]), _SET.search(item[0])
                assert uid is not None
                assert flags is not None
                raw = item[1].decode().partition(":")[2].strip()
                subject = str(make_header(decode_header(raw)))
                found[int(uid[1])] = (subject, as_flags(flags[1].decode().split()))
        return found

    @contextmanager
    def _opened(self, folder: str) -> Iterator[None]:
        """Open for as long as it takes: who has a folder open when it is removed is cut off."""
        checked(self.imap.select(quoted(folder)))
        yield
        checked(self.imap.unselect())


def as_flags(names: Sequence[str]) -> Flags:
    flags = Flags.NONE
    for name in names:
        flags |= _SHOWN.get(name, Flags.NONE)
    return flags


def checked(answer: tuple[str, Any]) -> Any:
    status, data = answer
    assert status == "OK", data
    return data


def differences(held: Contents, present: Contents) -> Mapping[str, object]:
    """Folders whose contents differ, for the message of a failed test."""
    return {
        name: (held.get(name), present.get(name))
        for name in held.keys() | present.keys()
        if held.get(name) != present.get(name)
    }
