"""The real servers of the tests, in one object: IMAP, submission, patients, tokens, bounces."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from servers import programs
from servers.certificates import Certificate, Certificates, make_certificates
from servers.dovecot import Dovecot, make_mail_store
from servers.guard import Guard
from servers.inspection import Inspector, Stored
from servers.people import ACCOUNTS, Account
from servers.ports import DISTANT_LOOPBACK, PortBlock
from servers.postfix import Postfix
from servers.process import wait_until
from servers.programs import ServersUnavailable
from servers.tokens import IntrospectionServer, Tokens

__all__ = ["RealServers", "ServersUnavailable", "Stored"]

_MESSAGE_SIZE_LIMIT_BYTES = 30 * 1024 * 1024


class RealServers:
    """Dovecot and Postfix for one practice, from entering the context until leaving it.

    `choose` picks the certificate that all listeners show, the valid one if not given.
    """

    host = "localhost"
    distant_host = DISTANT_LOOPBACK
    """The same listeners at an address that Dovecot does not trust: no login in clear there."""
    accounts = ACCOUNTS

    def __init__(
        self,
        choose: Callable[[Certificates], Certificate] = lambda made: made.valid,
        message_size_limit_bytes: int = _MESSAGE_SIZE_LIMIT_BYTES,
    ) -> None:
        programs.check()
        # A short path: the name of a Unix socket has 107 bytes at most.
        self._root = Path(tempfile.mkdtemp(prefix="mss-", dir="/tmp"))
        self._root.chmod(0o755)
        self._people = {account.address.lower(): account for account in ACCOUNTS}
        self._guard = Guard('sleep 1; rm -rf "$1"', str(self._root))  # once the servers have ended
        self._block = PortBlock()
        take = self._block.take
        self.imap_port, self.imaps_port = take(), take()
        self.client_certificate_imap_port, self.client_certificate_imaps_port = take(), take()
        self.smtp_port, self.smtps_port = take(), take()
        self.certificates = make_certificates(self._root)
        self.ca_file = self.certificates.ca_file
        self.tokens = Tokens()
        self._introspection_port = take()
        self._configure(choose(self.certificates), message_size_limit_bytes)
        self._inspector = Inspector(self.imaps_port, _trusting_any())

    def _configure(self, certificate: Certificate, message_size_limit_bytes: int) -> None:
        self._mail_store = store = make_mail_store(self._root, ACCOUNTS, self._introspection_port)
        self._dovecot = Dovecot(
            self._root / "dovecot", store, certificate, (self.imap_port, self.imaps_port)
        )
        self._strict_dovecot = Dovecot(
            self._root / "strict",
            store,
            certificate,
            (self.client_certificate_imap_port, self.client_certificate_imaps_port),
            client_ca=self.ca_file,
        )
        self._postfix = Postfix(
            self._root / "postfix",
            certificate,
            (self.smtp_port, self.smtps_port),
            lmtp=self._dovecot.lmtp,
            auth=self._dovecot.auth,
            message_size_limit_bytes=message_size_limit_bytes,
        )

    def __enter__(self) -> Self:
        self._introspection = IntrospectionServer(self.tokens, self._introspection_port)
        servers = (self._dovecot, self._strict_dovecot, self._postfix)
        try:
            for server in servers:
                server.launch()
            for server in servers:
                server.wait_ready()
        except BaseException as error:
            error.add_note(self.logs())
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_smtp()
        self.stop_imap()
        self._introspection.close()
        self._block.release()
        self._guard.dismiss()
        shutil.rmtree(self._root)

    def sessions(self) -> list[int]:
        """The sessions that the processes of the running servers belong to."""
        servers = (self._dovecot, self._strict_dovecot, self._postfix)
        return [server.session for server in servers if server.session is not None]

    def stop_imap(self) -> None:
        """Stop Dovecot (logins to Postfix fail too); its mail is kept."""
        self._strict_dovecot.stop()
        self._dovecot.stop()

    def start_imap(self) -> None:
        """Start Dovecot again, on the same ports."""
        for server in (self._dovecot, self._strict_dovecot):
            server.launch()
            server.wait_ready()

    def stop_smtp(self) -> None:
        """Stop Postfix; its queue is kept."""
        self._postfix.stop()

    def start_smtp(self) -> None:
        """Start Postfix again, on the same ports."""
        self._postfix.launch()
        self._postfix.wait_ready()

    def change_password(self, address: str, password: str) -> None:
        """Let `address` log in with `password` alone, to Dovecot and Postfix."""
        account = replace(self.account(address), password=password)
        self._people[address.lower()] = account
        self._mail_store.change(account)
        # Dovecot looks at the list once a second.
        wait_until(lambda: self._inspector.accepts(account), "the new password taken", 10.0)

    def account(self, address: str) -> Account:
        """With its present password."""
        return self._people[address.lower()]

    def kick(self, address: str) -> None:
        """Cut off the IMAP connections of `address`."""
        self._dovecot.kick(address)

    def mailbox(self, address: str) -> list[Stored]:
        """All the mail of `address` as (folder, bytes), in order of arrival within a folder."""
        return self._inspector.messages(self.account(address))

    def folders(self, address: str) -> dict[str, set[str]]:
        """The folders of `address` with their attributes."""
        return self._inspector.folders(self.account(address))

    def flags(self, address: str, folder: str = "INBOX") -> list[set[str]]:
        """The flags of each message of `folder`, in order of arrival."""
        return self._inspector.flags(self.account(address), folder)

    def deliver(
        self, address: str, raw: bytes, folder: str = "INBOX", flags: Sequence[str] = ()
    ) -> None:
        """Put `raw` into a folder of `address`, going round Postfix; creates a missing folder."""
        self._inspector.append(self.account(address), raw, folder, flags)

    def empty(self, *addresses: str) -> None:
        """Bring these mailboxes back to their first state; all of them when none is named."""
        for address in addresses or self._people:
            self._inspector.empty(self.account(address))

    def wait_for(
        self, address: str, fragment: bytes, folder: str = "INBOX", timeout_s: float = 15.0
    ) -> bytes:
        """The first message of `folder` that contains `fragment`, once it is there.

        Raises:
            TimeoutError: it did not come; the message ends with the servers' logs.
        """
        found: list[bytes] = []

        def arrived() -> bool:
            mail = self.mailbox(address)
            found[:] = [m.raw for m in mail if m.folder == folder and fragment in m.raw]
            return bool(found)

        try:
            wait_until(arrived, f"{fragment!r} in {folder}", timeout_s)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.logs()[-4000:]}") from None
        return found[0]

    def logs(self) -> str:
        """Everything that Dovecot and Postfix have logged."""
        files = (self._dovecot.log, self._strict_dovecot.log, self._postfix.log)
        return "".join(f.read_text(errors="replace") for f in files if f.exists())


def _trusting_any() -> ssl.SSLContext:
    """For looking into mailboxes whatever certificate the servers show on purpose."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
