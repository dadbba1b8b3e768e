"""Who is trusted, and with what we prove who we are."""

import ssl
from pathlib import Path

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import TlsFault, TlsRefused


def make_context(account: Account) -> ssl.SSLContext:
    """A context that trusts the account's authorities alone, or the system's when it names none.

    Reads files: call it off the event loop.

    Raises:
        TlsRefused: a file of the account is absent or of no use.
    """
    context = _trusting(account.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if account.client_certificate is not None:
        try:
            # Without a password of ours OpenSSL would ask for one on the terminal.
            context.load_cert_chain(account.client_certificate, password="")
        except (OSError, ValueError) as error:
            raise TlsRefused(TlsFault.CLIENT_FILE) from error
    return context


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise TlsRefused(TlsFault.CA_FILE) from error
