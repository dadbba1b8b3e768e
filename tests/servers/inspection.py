"""Looking into mailboxes with the standard library, so that tests need not trust our own client."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from servers.folder_names import decode, quoted
from servers.people import SPECIAL_USE, Account

_LIST = re.compile(rb'\((?P<flags>[^)]*)\) "/" (?P<name>.+)')
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")


class Stored(NamedTuple):
    """A message as the server keeps it: its folder, and its bytes with CRLF."""

    folder: str
    raw: bytes


class Inspector:
    """Reads, adds and removes mail as the owner of a mailbox, over implicit TLS."""

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self._port = port
        self._tls = tls

    def messages(self, account: Account) -> list[Stored]:
        """Every message of every folder, oldest first within a folder; marks nothing as read."""
        with self._logged_in(account) as imap:
            return [
                Stored(folder, raw) for folder in _folders(imap) for raw in _fetched(imap, folder)
            ]

    def folders(self, account: Account) -> dict[str, set[str]]:
        """The folders by name, each with its attributes."""
        with self._logged_in(account) as imap:
            return _folders(imap)

    def flags(self, account: Account, folder: str) -> list[set[str]]:
        """The flags of each message of `folder`, in order."""
        with self._logged_in(account) as imap:
            imap.select(quoted(folder), readonly=True)
            lines = _checked(imap.uid("FETCH", "1:*", "(FLAGS)"))
            found = [_FLAGS.search(line) for line in lines if isinstance(line, bytes)]
            return [set(match[1].decode().split()) for match in found if match]

    def append(self, account: Account, raw: bytes, folder: str, flags: Sequence[str]) -> None:
        """Store `raw` in `folder`, which is created when missing.

        Raises:
            imaplib.IMAP4.error: the server refused it, for a full mailbox for example.
        """
        with self._logged_in(account) as imap:
            if folder not in _folders(imap):
                _checked(imap.create(quoted(folder)))
            _checked(imap.append(quoted(folder), f"({' '.join(flags)})", "", raw))

    def accepts(self, account: Account) -> bool:
        """True when the server takes the account's password."""
        try:
            with self._logged_in(account):
                return True
        except imaplib.IMAP4.error:
            return False

    def empty(self, account: Account) -> None:
        """Remove every message, and every folder that was not there at first."""
        with self._logged_in(account) as imap:
            for folder, attributes in sorted(_folders(imap).items(), reverse=True):
                if attributes.isdisjoint({r"\Noselect", r"\NonExistent"}):
                    _checked(imap.select(quoted(folder)))
                    imap.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
                    _checked(imap.close())  # CLOSE expunges
                if folder not in ("INBOX", *SPECIAL_USE):
                    _checked(imap.delete(quoted(folder)))

    @contextmanager
    def _logged_in(self, account: Account) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL("localhost", self._port, ssl_context=self._tls, timeout=20) as imap:
            imap.login(account.address, account.password)
            yield imap


def _folders(imap: imaplib.IMAP4) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in _checked(imap.list()):
        match = _LIST.fullmatch(line) if isinstance(line, bytes) else None
        if match is None:
            raise AssertionError(f"unreadable LIST answer {line!r}")
        name = re.sub(
            r"\\(.)", r"\1", match["name"].decode("ascii").removeprefix('"').removesuffix('"')
        )
        found[decode(name)] = set(match["flags"].decode("ascii").split())
    return found


def _fetched(imap: imaplib.IMAP4, folder: str) -> list[bytes]:
    _checked(imap.select(quoted(folder), readonly=True))
    answer = _checked(imap.uid("FETCH", "1:*", "(BODY.PEEK[])"))
    return [item[1] for item in answer if isinstance(item, tuple)]


def _checked(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status, *data)
    return data
