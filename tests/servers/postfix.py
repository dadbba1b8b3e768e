"""A Postfix of our own: submission for the practice, delivery into our Dovecot, nothing outside."""

from __future__ import annotations

import grp
import os
import pwd
import time
from collections.abc import Iterable
from pathlib import Path

from servers.certificates import Certificate
from servers.people import ACCOUNTS, BOUNCES, DOMAINS
from servers.process import Daemon
from servers.programs import postfix_master
from servers.templates import fill

_QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("maildrop", "pid", "private", "public", "saved", "trace"),
)
_REASONS = {
    "5.1.1": "Patient inconnu",
    "5.2.1": "Messagerie non ouverte par le patient",
    "5.2.2": "Espace de stockage plein",
    "5.3.4": "Message trop volumineux",
}


class Postfix:
    """One instance, below its own directory; starts and stops any number of times."""

    def __init__(
        self,
        root: Path,
        certificate: Certificate,
        ports: tuple[int, int],
        *,
        lmtp: Path,
        auth: Path,
        message_size_limit_bytes: int,
    ) -> None:
        """`ports` are STARTTLS and implicit TLS; `lmtp` and `auth` are sockets of Dovecot."""
        self.log = root / "postfix.log"
        self._root = root
        self._banner_port = ports[0]
        self._daemon: Daemon | None = None
        _make_directories(root)
        fill("master.cf.in", root / "master.cf", smtp_port=ports[0], smtps_port=ports[1])
        fill(
            "main.cf.in",
            root / "main.cf",
            root=root,
            log=self.log,
            domains=", ".join(DOMAINS),
            lmtp=lmtp,
            auth=auth,
            chain=certificate.chain,
            key=certificate.key,
            message_size_limit_bytes=message_size_limit_bytes,
        )
        _write_maps(root)
        _make_old(file for file in root.iterdir() if file.is_file())

    @property
    def session(self) -> int | None:
        """The session of its processes, while it runs."""
        return self._daemon.session if self._daemon else None

    def launch(self) -> None:
        """Start it; `wait_ready` tells when it answers."""
        if self._daemon is None:
            argv = [postfix_master(), "-d", "-c", str(self._root)]
            output = self._root / "postfix.out"
            self._daemon = Daemon("Postfix", argv, self._banner_port, output)

    def wait_ready(self) -> None:
        """Wait for its greeting."""
        if self._daemon is not None:
            self._daemon.wait_ready()

    def stop(self) -> None:
        """End it; what is queued stays queued."""
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None


def _make_directories(root: Path) -> None:
    root.mkdir()
    owner = pwd.getpwnam("postfix").pw_uid
    queue = root / "queue"
    queue.mkdir()
    for directory in (root / "data", *(queue / name for name in _QUEUES)):
        directory.mkdir(mode=0o700)
        os.chown(directory, owner, -1)
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        os.chown(queue / name, owner, grp.getgrnam("postdrop").gr_gid)
        (queue / name).chmod(mode)
    os.chown(queue / "pid", 0, 0)
    (queue / "pid").chmod(0o755)


def _write_maps(root: Path) -> None:
    addresses = [account.address for account in ACCOUNTS]
    (root / "senders").write_text("".join(f"{a} {a}\n" for a in addresses))
    (root / "recipients").write_text("".join(f"{a} ok\n" for a in [*addresses, *BOUNCES.values()]))
    (root / "transports").write_text(
        "".join(f"{a} error:{code} {_REASONS[code]}\n" for code, a in BOUNCES.items())
    )


def _make_old(files: Iterable[Path]) -> None:
    """Postfix reads a file again and again while it is younger than 2 s: these look older."""
    an_hour_ago = time.time() - 3600
    for file in files:
        os.utime(file, (an_hour_ago, an_hour_ago))
