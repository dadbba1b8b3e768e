from __future__ import annotations

import ssl

import pytest

from tui_mailer.domain.errors import TlsFault
from tui_mailer.domain.tls_faults import fault_of, fault_of_verify_code, ssl_error_behind


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (9, TlsFault.NOT_YET_VALID),
        (10, TlsFault.EXPIRED),
        (18, TlsFault.SELF_SIGNED),
        (19, TlsFault.UNKNOWN_AUTHORITY),
        (20, TlsFault.UNKNOWN_AUTHORITY),
        (23, TlsFault.REVOKED),
        (62, TlsFault.WRONG_HOST),
        (64, TlsFault.WRONG_HOST),
        (999, TlsFault.OTHER),
    ],
)
def test_each_verification_code_has_its_fault(code: int, fault: TlsFault) -> None:
    assert fault_of_verify_code(code) is fault


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", TlsFault.OLD_PROTOCOL),
        ("UNSUPPORTED_PROTOCOL", TlsFault.OLD_PROTOCOL),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", TlsFault.CLIENT_CERTIFICATE),
        ("TLSV1_ALERT_UNKNOWN_CA", TlsFault.CLIENT_CERTIFICATE),
        ("SSLV3_ALERT_BAD_CERTIFICATE", TlsFault.CLIENT_CERTIFICATE),
        ("WRONG_VERSION_NUMBER", TlsFault.OTHER),
        ("", TlsFault.OTHER),
    ],
)
def test_the_reason_of_a_broken_handshake_has_its_fault(reason: str, fault: TlsFault) -> None:
    error = ssl.SSLError(1, "handshake")
    error.reason = reason

    assert fault_of(error) is fault


def test_a_tls_error_is_found_behind_the_error_of_a_library() -> None:
    inner = ssl.SSLError(1, "inner")
    middle = ConnectionError("middle")
    middle.__cause__ = inner
    outer = RuntimeError("outer")
    outer.__context__ = middle

    assert ssl_error_behind(outer) is inner
    assert ssl_error_behind(ConnectionError("no TLS here")) is None
