"""The IMAP server of another operator: a Dovecot with other habits, and mailboxes of its own."""

from __future__ import annotations

import imaplib
import re
import shutil
import smtplib
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from servers.certificates import Certificates
from servers.dovecot import Dovecot, Habits, make_mail_store
from servers.folder_names import decode, quoted
from servers.guard import Guard
from servers.people import ACCOUNTS, PRACTICE, Account
from servers.ports import PortBlock

_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) "(?P<delimiter>.)" (?P<name>.+)')


class Operator:
    """Runs within `operated`."""

    def __init__(
        self, root: Path, ports: PortBlock, certificates: Certificates, habits: Habits
    ) -> None:
        self.host = "localhost"
        ends = ports.take(), ports.take()
        self.imaps_port = ends[1]
        store = make_mail_store(root, ACCOUNTS, ports.take())
        self._mail = store.mail
        self.dovecot = Dovecot(root / "dovecot", store, certificates.valid, ends, habits=habits)
        self._tls = ssl.create_default_context(cafile=certificates.ca_file)

    @contextmanager
    def logged_in(self, account: Account = PRACTICE) -> Iterator[imaplib.IMAP4_SSL]:
        """Another client of the mailbox."""
        with imaplib.IMAP4_SSL(self.host, self.imaps_port, ssl_context=self._tls) as imap:
            imap.login(account.address, account.password)
            yield imap

    def subjects(self, account: Account = PRACTICE) -> dict[str, list[str]]:
        """Folder -> subjects of its messages; empty folders are left out."""
        found: dict[str, list[str]] = {}
        with self.logged_in(account) as imap:
            for folder in _names(imap):
                imap.select(quoted(folder), readonly=True)
                _, answer = imap.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                heads = [item[1] for item in answer if isinstance(item, tuple)]
                if heads:
                    found[folder] = [head.decode()[9:].strip() for head in heads]
        return found

    def folders(self, account: Account = PRACTICE) -> list[str]:
        """The folders that hold messages, by name."""
        with self.logged_in(account) as imap:
            return _names(imap)

    def subscribed(self, account: Account = PRACTICE) -> set[str]:
        """The folders that a webmail shows."""
        with self.logged_in(account) as imap:
            return {name for name, _ in _read(imap.lsub()[1])}

    def deliver(self, raw: bytes, folder: str = "INBOX", account: Account = PRACTICE) -> None:
        """Put `raw` into a folder that is there."""
        with self.logged_in(account) as imap:
            status, words = imap.append(quoted(folder), "", "", raw)
            assert status == "OK", words

    def receive(self, raw: bytes, account: Account = PRACTICE) -> None:
        """A message arrives in the inbox, without anybody logged in."""
        with smtplib.LMTP(str(self.dovecot.lmtp)) as lmtp:
            lmtp.sendmail("a@b.mssante.fr", account.address, raw)

    def damage(self, folder: str, uid: int, account: Account = PRACTICE) -> None:
        """Empty the file of one message, as a full disk or a crash of the server may do."""
        mail = self._mail / account.address.lower() / "mail"
        (mail / "mailboxes" / folder / "dbox-Mails" / f"u.{uid}").write_bytes(b"")
        for cache in mail.rglob("dovecot.index.cache"):
            cache.unlink()


@contextmanager
def operated(certificates: Certificates, habits: Habits) -> Iterator[Operator]:
    """An operator whose server has these habits, while in the context."""
    root = Path(tempfile.mkdtemp(prefix="mss-", dir="/tmp"))
    root.chmod(0o755)
    guard = Guard('sleep 1; rm -rf "$1"', str(root))
    ports = PortBlock()
    operator = Operator(root, ports, certificates, habits)
    try:
        operator.dovecot.launch()
        operator.dovecot.wait_ready()
        yield operator
    finally:
        operator.dovecot.stop()
        ports.release()
        guard.dismiss()
        shutil.rmtree(root)


def _names(imap: imaplib.IMAP4) -> list[str]:
    found = _read(imap.list()[1])
    return [name for name, flags in found if "\\Noselect" not in flags]


def _read(lines: Sequence[object]) -> list[tuple[str, set[str]]]:
    found: list[tuple[str, set[str]]] = []
    for line in lines:
        match = _LISTED.fullmatch(line) if isinstance(line, bytes) else None
        if match is not None:
            name = decode(match["name"].decode("ascii").strip('"'))
            found.append((name, set(match["flags"].decode().split())))
    return found
