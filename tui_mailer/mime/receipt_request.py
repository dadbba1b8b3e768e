"""Who asks, in a received message, to be told that it was read (RFC 8098 §2.1)."""

from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.receipt import ReceiptRequest
from tui_mailer.mime.addresses import parse_addresses
from tui_mailer.mime.tree import Part

_BULK: Final = frozenset({"bulk", "list", "junk"})


def request_in(part: Part) -> ReceiptRequest | None:
    """Who asks for a receipt; None for nobody, and for what must not be answered.

    A receipt is never given for a report, an automatic message or one of a list, and never to
    several (RFC 8098 §2.1, RFC 3834 §2).
    """
    asking = {a.mailbox.casefold(): a for a in _addresses(part, "Disposition-Notification-To")}
    if len(asking) != 1 or _is_automatic(part):
        return None
    (reply_to,) = asking.values()
    if not reply_to.is_sendable:
        return None
    came_from = _addresses(part, "Return-Path")
    return ReceiptRequest(reply_to, came_from[0] if len(came_from) == 1 else None)


def _is_automatic(part: Part) -> bool:
    submitted = _value(part, "Auto-Submitted").strip().lower()
    return (
        part.get_content_type() == "multipart/report"
        or submitted not in {"", "no"}
        or _value(part, "Precedence").strip().lower() in _BULK
        or any(_value(part, name) for name in ("List-Id", "List-Post", "List-Unsubscribe"))
        or _value(part, "Return-Path").strip() == "<>"
    )


def _addresses(part: Part, name: str) -> tuple[Address, ...]:
    return tuple(address for address in parse_addresses(_value(part, name)) if address.mailbox)


def _value(part: Part, name: str) -> str:
    return ", ".join(str(v) for key, v in part.raw_items() if key.lower() == name.lower())
