"""Whom the submission server must be, and what we show it of ourselves."""

import ssl

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import TlsFault, TlsRefused


def client_context(account: Account) -> ssl.SSLContext:
    """TLS 1.2 or later; only the account's authorities are trusted when it names any.

    Reads files: not for the interface's event loop.

    Raises:
        TlsRefused: the authorities' file or the client certificate is absent or unreadable.
    """
    try:
        context = ssl.create_default_context(cafile=account.ca_file)
    except (OSError, ValueError) as error:
        raise TlsRefused(TlsFault.CA_FILE) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if account.client_certificate is not None:
        try:
            # A password that is there, if empty: OpenSSL must not ask for one on the terminal.
            context.load_cert_chain(account.client_certificate, password="")
        except (OSError, ValueError) as error:
            raise TlsRefused(TlsFault.CLIENT_FILE) from error
    return context
