"""The type of an attachment is what it holds, not what its name says."""

import pytest

from tui_mailer.mime.previews import true_type

UNKNOWN = "application/octet-stream"


@pytest.mark.parametrize(
    ("claimed", "head", "expected"),
    [
        ("application/pdf", b"%PDF-1.7\n", "application/pdf"),
        (UNKNOWN, b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
        ("application/pdf", b"PK\x03\x04", UNKNOWN),
        ("application/pdf", b"", UNKNOWN),
        ("image/png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("image/jpeg", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("image/png", b"GIF89a", UNKNOWN),
        ("text/plain", b"Bonjour", "text/plain"),
        ("application/zip", b"PK\x03\x04", "application/zip"),
    ],
)
def test_content_decides_for_what_a_patient_can_see(
    claimed: str, head: bytes, expected: str
) -> None:
    assert true_type(claimed, head) == expected
