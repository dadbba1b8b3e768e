"""How heavy a message will be once encoded, before it is made."""

from collections.abc import Sequence

from tui_mailer.domain.draft import Draft, DraftAttachment

# RFC 2045 §6.8: 57 bytes make a line of 76 characters, and its CRLF.
_LINE_BYTES, _ENCODED_LINE_BYTES = 57, 78
# Headers of a message, and those of a part with its boundary.
_HEADERS_BYTES, _PART_HEADERS_BYTES = 1_500, 300


def encoded_size_bytes(size_bytes: int) -> int:
    """Size of a file in base64, line ends included: 1.37 times its own."""
    whole, rest = divmod(size_bytes, _LINE_BYTES)
    return whole * _ENCODED_LINE_BYTES + (-(-rest // 3) * 4 + 2 if rest else 0)


def estimated_size_bytes(draft: Draft) -> int:
    """About what the whole message weighs as it is sent; its body may be encoded too."""
    parts = sum(map(_part_size_bytes, draft.attachments))
    return _HEADERS_BYTES + encoded_size_bytes(len(draft.body.encode())) + parts


def limit_bytes(limits: Sequence[int | None]) -> int | None:
    """The strictest of the limits that are known."""
    return min((limit for limit in limits if limit), default=None)


def size_line(estimate: str, limit: str, *, too_large: bool) -> str:
    """The total under the attachments; `estimate` and `limit` are sizes in words."""
    total = f"≈ {estimate} encodés"
    if not limit:
        return total
    return f"{total} : trop pour les {limit} permis" if too_large else f"{total} sur {limit} max"


def _part_size_bytes(attachment: DraftAttachment) -> int:
    return encoded_size_bytes(attachment.size_bytes) + _PART_HEADERS_BYTES
