"""A Dovecot of our own: IMAP, LMTP and the passwords of Postfix too."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from servers import programs
from servers.certificates import Certificate
from servers.people import SPECIAL_USE, Account
from servers.process import Daemon
from servers.templates import fill


@dataclass(frozen=True, slots=True)
class Habits:
    """In what the server of another operator differs.

    Attributes:
        prefix, separator: of the names of people's own folders.
        folders: those that are there from the first, with what they are for, "" where it is not told.
        settings: further lines of the configuration.
    """

    prefix: str = ""
    separator: str = "/"
    folders: Mapping[str, str] = field(default_factory=lambda: SPECIAL_USE)
    settings: str = ""


@dataclass(frozen=True, slots=True)
class MailStore:
    """Where the mail and the list of users are; two instances may share one."""

    mail: Path
    passwd: Path
    oauth2: Path

    def change(self, account: Account) -> None:
        """Write the account anew."""
        old = self.passwd.read_text().splitlines(keepends=True)
        new = _passwd_line(account)
        name = new.partition(":")[0]
        lines = [new if line.startswith(f"{name}:") else line for line in old]
        self.passwd.with_suffix(".new").write_text("".join(lines))
        self.passwd.with_suffix(".new").replace(self.passwd)


def make_mail_store(root: Path, accounts: Iterable[Account], introspection_port: int) -> MailStore:
    """Write the users and an empty place for their mail below `root`."""
    store = MailStore(root / "mail", root / "passwd", root / "oauth2.conf")
    store.mail.mkdir()
    shutil.chown(store.mail, "mail", "mail")
    accounts = list(accounts)
    also = [_login_line(account) for account in accounts if account.login]
    store.passwd.write_text("".join([*map(_passwd_line, accounts), *also]))
    fill("oauth2.conf.in", store.oauth2, port=introspection_port)
    return store


class Dovecot:
    """One instance, below its own directory; starts and stops any number of times."""

    def __init__(
        self,
        root: Path,
        store: MailStore,
        certificate: Certificate,
        ports: tuple[int, int],
        *,
        client_ca: Path | None = None,
        habits: Habits | None = None,
    ) -> None:
        """`ports` are STARTTLS and implicit TLS; with `client_ca` a client certificate is wanted."""
        habits = habits or Habits()
        self.log = root / "dovecot.log"
        self.lmtp, self.auth = root / "lmtp", root / "auth"
        self._config = root / "dovecot.conf"
        self._banner_port = ports[0]
        self._output = root / "dovecot.out"
        self._daemon: Daemon | None = None
        root.mkdir()
        fill(
            "dovecot.conf.in",
            self._config,
            root=root,
            name=root.name,
            log=self.log,
            chain=certificate.chain,
            key=certificate.key,
            client_certificate=_client_certificate(client_ca),
            passwd=store.passwd,
            oauth2=store.oauth2,
            mail=store.mail,
            separator=habits.separator,
            prefix=habits.prefix,
            folders="\n".join(map(_folder, habits.folders.items())),
            settings=habits.settings,
            imap_port=ports[0],
            imaps_port=ports[1],
        )

    @property
    def session(self) -> int | None:
        """The session of its processes, while it runs."""
        return self._daemon.session if self._daemon else None

    def launch(self) -> None:
        """Start it; `wait_ready` tells when it answers."""
        if self._daemon is None:
            argv = [programs.dovecot(), "-F", "-c", str(self._config)]
            self._daemon = Daemon("Dovecot", argv, self._banner_port, self._output)

    def wait_ready(self) -> None:
        """Wait for its greeting."""
        if self._daemon is not None:
            self._daemon.wait_ready()

    def stop(self) -> None:
        """End it; connected clients are cut off."""
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None

    def kick(self, address: str) -> None:
        """Cut off the connections of one user."""
        argv = [programs.doveadm(), "-c", str(self._config), "kick", address.lower()]
        subprocess.run(argv, check=True, capture_output=True, timeout=10)


def _passwd_line(account: Account) -> str:
    quota = (
        "" if account.quota_bytes is None else f"userdb_quota_rule=*:bytes={account.quota_bytes}"
    )
    return f"{account.address.lower()}:{account.password}::::::{quota}\n"


def _login_line(account: Account) -> str:
    """Another name for the same mailbox; what Dovecot tells Postfix is the address."""
    return f"{account.login}:{account.password}::::::user={account.address.lower()}\n"


def _folder(folder: tuple[str, str]) -> str:
    name, use = folder
    told = f"    special_use = {use}\n" if use else ""
    return f'  mailbox "{name}" {{\n    auto = subscribe\n{told}  }}'


def _client_certificate(authority: Path | None) -> str:
    if authority is None:
        return ""
    return (
        f"ssl_ca = <{authority}\n"
        "ssl_verify_client_cert = yes\nssl_require_crl = no\nauth_ssl_require_client_cert = yes\n"
    )
