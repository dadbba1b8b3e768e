"""What Mon espace santé shows of an attachment without downloading it: PDF, JPEG and PNG."""

from typing import Final

PREVIEWED: Final = ("application/pdf", "image/jpeg", "image/png")
HEAD_BYTES: Final = 1_024
_UNKNOWN: Final = "application/octet-stream"


def true_type(claimed: str, head: bytes) -> str:
    """The media type of a file by its first `HEAD_BYTES`, else the one claimed.

    A file that claims to be previewed and is not gets no such type: the patient would see nothing.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if b"%PDF-" in head:  # readers take it anywhere in the first kilobyte
        return "application/pdf"
    return _UNKNOWN if claimed in PREVIEWED else claimed
