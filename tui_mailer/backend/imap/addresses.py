"""Address lists of an envelope (RFC 3501 §7.4.2) -> `Address`."""

from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.tokens import Value
from tui_mailer.backend.imap.words import eight_bit_text, header_text
from tui_mailer.domain.address import Address

NOBODY: Final = Address.received("")

# The list row and the address book need no more; the reader shows all, off the content.
_MOST: Final = 500
_LONGEST_MAILBOX: Final = 1_000


def read_addresses(value: Value) -> tuple[Address, ...]:
    """Mailboxes of an address list; the marks of groups (RFC 3501 §7.4.2) are no mailboxes."""
    if not isinstance(value, list):
        return ()
    found = []
    for item in value[:_MOST]:
        if not isinstance(item, list) or len(item) < 4:
            continue
        name, _, local, host = item[:4]
        if isinstance(host, bytes) and isinstance(local, bytes):
            found.append(address(name if isinstance(name, bytes) else b"", local, host))
    return tuple(found)


@lru_cache(maxsize=1024)
def address(name: bytes, local: bytes, host: bytes) -> Address:
    """One address of a list, its strings without their quotes; `name` may be empty."""
    # Never decoded as encoded words: a mailbox is what it is, not what it would like to look like.
    mailbox = b"%b@%b" % (local[:_LONGEST_MAILBOX], host[:_LONGEST_MAILBOX])
    return Address.received(eight_bit_text(mailbox), header_text(name))
