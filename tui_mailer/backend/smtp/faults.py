"""The library's errors as ours."""

import socket

import aiosmtplib

from tui_mailer.domain.errors import (
    ConnectionProblem,
    LineLost,
    NameUnknown,
    ProtocolBroken,
    TlsRefused,
    Unreachable,
)
from tui_mailer.domain.tls_faults import fault_of, ssl_error_behind


def connecting_failed(error: Exception, host: str) -> ConnectionProblem:
    """Why there is no connection to `host`."""
    if (tls_error := ssl_error_behind(error)) is not None:
        return TlsRefused(fault_of(tls_error), str(tls_error))
    if isinstance(error.__cause__, socket.gaierror):
        return NameUnknown(subject=host)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Unreachable(f"{error.code} {error.message}", subject=host)
    return Unreachable(subject=host)


def line_failed(error: Exception) -> ConnectionProblem:
    """What happened to an established connection."""
    if (tls_error := ssl_error_behind(error)) is not None:
        return TlsRefused(fault_of(tls_error), str(tls_error))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return ProtocolBroken(str(error.message))
    return LineLost()
