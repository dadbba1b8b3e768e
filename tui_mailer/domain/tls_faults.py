"""Which French sentence a failed TLS handshake deserves."""

import ssl
from collections.abc import Iterator, Mapping
from typing import Final

from tui_mailer.domain.errors import TlsFault

# X509_V_ERR_* of OpenSSL's x509_vfy.h, as `ssl.SSLCertVerificationError.verify_code` gives them.
_VERIFY_CODES: Final[Mapping[int, TlsFault]] = {
    2: TlsFault.UNKNOWN_AUTHORITY,  # the issuer's certificate is missing
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.SELF_SIGNED,  # the server's own certificate
    19: TlsFault.UNKNOWN_AUTHORITY,  # a root that nobody here trusts
    20: TlsFault.UNKNOWN_AUTHORITY,
    21: TlsFault.UNKNOWN_AUTHORITY,
    23: TlsFault.REVOKED,
    27: TlsFault.UNKNOWN_AUTHORITY,
    62: TlsFault.WRONG_HOST,
    64: TlsFault.WRONG_HOST,  # the same for a host given by its number
}
_OLD_PROTOCOL: Final = (
    "UNSUPPORTED_PROTOCOL",
    "ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "WRONG_SSL_VERSION",
)
# What a server answers to a client whose certificate is missing or not to its liking.
_CLIENT_CERTIFICATE: Final = (
    "ALERT_CERTIFICATE_REQUIRED",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_REVOKED",
    "ALERT_CERTIFICATE_UNKNOWN",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
)


def fault_of_verify_code(verify_code: int) -> TlsFault:
    """The fault that OpenSSL's verification code names; `OTHER` for a code without a sentence."""
    return _VERIFY_CODES.get(verify_code, TlsFault.OTHER)


def fault_of(error: ssl.SSLError) -> TlsFault:
    """The fault behind an error of a handshake, or of the first read after it (TLS 1.3)."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return fault_of_verify_code(error.verify_code)
    reason = error.reason or ""
    if any(reason.endswith(ending) for ending in _OLD_PROTOCOL):
        return TlsFault.OLD_PROTOCOL
    if any(reason.endswith(ending) for ending in _CLIENT_CERTIFICATE):
        return TlsFault.CLIENT_CERTIFICATE
    return TlsFault.OTHER


def ssl_error_behind(error: BaseException) -> ssl.SSLError | None:
    """The TLS error that `error` is, or that caused it; None when TLS has no part in it."""
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
