"""The mail clients that are measured, each with the settings that make it show one mailbox."""

from __future__ import annotations

import compileall
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import quote

from servers.people import PRACTICE

import tui_mailer
from bench.pty_screen import Screen
from bench.thin_line import Servers

_LOGIN_S = 60.0


class Login(NamedTuple):
    """When the client asked for something, and when a person had answered."""

    asked_s: float
    answered_s: float


class Contender(Protocol):
    """How one client is set up, started and used; its home holds all that it keeps."""

    name: str
    down: str
    page_down: str
    quit: str

    def version(self) -> str | None:
        """None where it is not installed."""
        ...

    def prepare(self, home: Path, servers: Servers) -> None:
        """Write its settings into an empty home."""
        ...

    def argv(self, home: Path) -> Sequence[str]:
        """Its command line."""
        ...

    def environment(self, home: Path) -> Mapping[str, str]:
        """What it wants beside the usual environment."""
        ...

    def log_in(self, screen: Screen, *, first: bool) -> Login:
        """Do what a person must do; `first`: nothing was kept from an earlier run."""
        ...


@dataclass
class Ours:
    """This program, its password given by a command."""

    name: str = "tui-mailer"
    down: str = "\x1b[B"
    page_down: str = "\x1b[6~"
    quit: str = "\x11"

    def version(self) -> str | None:
        return _first_line([sys.executable, "-m", "tui_mailer", "--version"])

    def prepare(self, home: Path, servers: Servers) -> None:
        # As an installation does; PYTHONDONTWRITEBYTECODE would have it compiled at each start.
        compileall.compile_dir(Path(tui_mailer.__file__).parent, quiet=1)
        (home / "secret").write_text(PRACTICE.password)
        (home / "reglages.toml").write_text(
            f'[[compte]]\nadresse = "{PRACTICE.address}"\n'
            f'imap_serveur = "{servers.host}"\nimap_port = {servers.imaps_port}\n'
            'imap_securite = "tls"\n'
            f'smtp_serveur = "{servers.host}"\nsmtp_port = {servers.smtp_port}\n'
            f'autorites = "{servers.ca_file}"\n'
            f'secret = "command"\nsecret_commande = ["cat", "{home / "secret"}"]\n',
            encoding="utf-8",
        )

    def argv(self, home: Path) -> Sequence[str]:
        settings = ["--reglages", str(home / "reglages.toml")]
        return [sys.executable, "-m", "tui_mailer", *settings]

    def environment(self, home: Path) -> Mapping[str, str]:
        return {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "STATE")}

    def log_in(self, screen: Screen, *, first: bool) -> Login:
        if not first:
            return Login(screen.started_s, screen.started_s)
        asked_s = screen.until(re.compile("Se connecter"), _LOGIN_S)
        screen.settle(0.2)
        return Login(asked_s, screen.press("\x13"))


@dataclass
class NeoMutt:
    """With its header cache."""

    name: str = "neomutt"
    down: str = "j"
    page_down: str = "z"
    quit: str = "q"

    def version(self) -> str | None:
        return _first_line(["neomutt", "-v"])

    def prepare(self, home: Path, servers: Servers) -> None:
        url = f"imaps://{servers.host}:{servers.imaps_port}/"
        (home / "cache").mkdir()
        (home / "rc").write_text(
            f'set folder="{url}"\nset spoolfile="{url}INBOX"\n'
            f'set imap_user="{PRACTICE.address}"\nset imap_pass="{PRACTICE.password}"\n'
            f'set ssl_ca_certificates_file="{servers.ca_file}"\n'
            f'set certificate_file="{home / "certificates"}"\n'
            f'set header_cache="{home / "cache"}"\n'
            f'set smtp_url="smtp://{quote(PRACTICE.address)}@{servers.host}:{servers.smtp_port}/"\n'
            f'set smtp_pass="{PRACTICE.password}"\nset ssl_force_tls=yes\n'
            f'set from="{PRACTICE.address}"\nset copy=no\nset quit=yes\nset sleep_time=0\n'
            "set sort=reverse-date-received\nset mail_check=600\nset imap_condstore=yes\n"
            "set imap_qresync=yes\nset send_charset=utf-8\nset hidden_host=no\n",
        )

    def argv(self, home: Path) -> Sequence[str]:
        return ["neomutt", "-n", "-F", str(home / "rc")]

    def environment(self, home: Path) -> Mapping[str, str]:
        return {"HOME": str(home), "LC_ALL": "C.UTF-8"}

    def log_in(self, screen: Screen, *, first: bool) -> Login:
        return Login(screen.started_s, screen.started_s)

    def send_argv(self, home: Path, attachment: Path, recipient: str) -> Sequence[str]:
        """The command that sends one file and ends."""
        return [*self.argv(home), "-s", "Imagerie", "-a", str(attachment), "--", recipient]


@dataclass
class Aerc:
    """With its header cache."""

    name: str = "aerc"
    down: str = "j"
    page_down: str = "\x06"
    quit: str = ":quit\r"

    def version(self) -> str | None:
        return _first_line(["aerc", "-v"])

    def prepare(self, home: Path, servers: Servers) -> None:
        accounts = home / "config" / "aerc" / "accounts.conf"
        accounts.parent.mkdir(parents=True)
        login = f"{quote(PRACTICE.address, safe='')}:{quote(PRACTICE.password, safe='')}"
        accounts.write_text(
            f"[cabinet]\nsource = imaps://{login}@{servers.host}:{servers.imaps_port}\n"
            f"from = <{PRACTICE.address}>\ndefault = INBOX\ncache-headers = true\n"
        )
        accounts.chmod(0o600)
        (home / "ca").write_text(str(servers.ca_file))

    def argv(self, home: Path) -> Sequence[str]:
        return ["aerc"]

    def environment(self, home: Path) -> Mapping[str, str]:
        places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE")}
        ca_file = (home / "ca").read_text()
        return {**places, "HOME": str(home), "SSL_CERT_FILE": ca_file, "LC_ALL": "C.UTF-8"}

    def log_in(self, screen: Screen, *, first: bool) -> Login:
        return Login(screen.started_s, screen.started_s)


@dataclass
class Alpine:
    """Keeps nothing between two runs."""

    name: str = "alpine"
    down: str = "n"
    page_down: str = " "
    quit: str = "qy"

    def version(self) -> str | None:
        return _first_line(["alpine", "-v"])

    def prepare(self, home: Path, servers: Servers) -> None:
        place = (
            f"{{{servers.host}:{servers.imaps_port}/ssl/novalidate-cert/user={PRACTICE.address}}}"
        )
        (home / "rc").write_text(
            f"inbox-path={place}INBOX\nsort-key=Arrival/Reverse\nlast-version-used=6.26\n"
            "feature-list=quit-without-confirm,no-enable-newmail-in-xterm-icon\n"
            f"mail-check-interval=600\npostponed-folder={home}/p\ndefault-fcc=\n"
            "user-domain=exemple.test\n"
        )

    def argv(self, home: Path) -> Sequence[str]:
        return ["alpine", "-p", str(home / "rc"), "-i"]

    def environment(self, home: Path) -> Mapping[str, str]:
        return {"HOME": str(home), "LC_ALL": "C.UTF-8"}

    def log_in(self, screen: Screen, *, first: bool) -> Login:
        asked_s = screen.until(re.compile(r"(?i)password"), _LOGIN_S)
        screen.press(f"{PRACTICE.password}\r")
        screen.until(re.compile("Preserve password"), _LOGIN_S)
        return Login(asked_s, screen.press("n"))


def all_contenders() -> list[Contender]:
    """Those one would like to measure."""
    return [Ours(), NeoMutt(), Aerc(), Alpine()]


def _first_line(argv: Sequence[str]) -> str | None:
    if shutil.which(argv[0]) is None:
        return None
    said = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    return (said.stdout or said.stderr).partition("\n")[0].partition(" built")[0]
