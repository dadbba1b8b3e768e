"""Where the programs of Dovecot and Postfix are, and whether they can be run here."""

from __future__ import annotations

import os
import shutil

_DOVECOT = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
_POSTFIX = "/usr/lib/postfix/sbin:/usr/libexec/postfix"


class ServersUnavailable(RuntimeError):
    """The real servers cannot be started here; the message says why and what to do."""


def dovecot() -> str:
    """The path of Dovecot's master process."""
    return _found("dovecot", _DOVECOT)


def doveadm() -> str:
    """The path of Dovecot's administration program."""
    return _found("doveadm", _DOVECOT)


def postfix_master() -> str:
    """The path of Postfix's master process."""
    return _found("master", _POSTFIX)


def check() -> None:
    """Make sure that the servers can be started here.

    Raises:
        ServersUnavailable: a program is missing, or we are not root.
    """
    dovecot()
    doveadm()
    postfix_master()
    if os.geteuid() != 0:
        raise ServersUnavailable(
            "Postfix starts only as root: run the tests as root, in a container for example."
        )


def _found(name: str, path: str) -> str:
    found = shutil.which(name, path=path)
    if found is None:
        raise ServersUnavailable(
            f"{name} of Dovecot or Postfix is not installed: run `sh tests/servers/install.sh`."
        )
    return found
