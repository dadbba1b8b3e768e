"""A line of recipients: several addresses, separated by commas or semicolons."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import InvalidAddress

_SEPARATORS = ",;"


@dataclass(frozen=True, slots=True)
class Recipients:
    """What a field holds: the addresses, and what could not be read as one."""

    addresses: tuple[Address, ...] = ()
    incomplete: tuple[str, ...] = ()

    @property
    def incomplete_text(self) -> str:
        """The unreadable parts as one text, for `Draft.incomplete_recipients`."""
        return ", ".join(self.incomplete)


@dataclass(frozen=True, slots=True)
class Fragment:
    """The part of a field that the cursor stands in: `text` without the spaces around it."""

    start: int
    end: int
    text: str


def parse_recipients(text: str) -> Recipients:
    """Read a field; a part that is no address stays, word for word, among the incomplete ones."""
    addresses: dict[str, Address] = {}
    incomplete = []
    for start, end in _parts(text):
        part = text[start:end].strip()
        if not part:
            continue
        try:
            address = Address.typed(part)
        except InvalidAddress:
            incomplete.append(part)
        else:
            addresses.setdefault(address.mailbox.casefold(), address)
    return Recipients(tuple(addresses.values()), tuple(incomplete))


def format_recipients(addresses: Sequence[Address], incomplete: str = "") -> str:
    """Write a field so that `parse_recipients` reads the same from it."""
    return ", ".join([*map(format_address, addresses), *([incomplete] if incomplete else [])])


def everyone(addresses: Sequence[Address], most_cells: int) -> str:
    """``3 adresses : a@b.fr, …``, and how many more there are than about `most_cells` can show."""
    plural = "s" if len(addresses) > 1 else ""
    told, named = f"{len(addresses)} adresse{plural} : ", list[str]()
    for address in addresses:
        more = f" et {len(addresses) - len(named)} de plus"
        if named and len(told + ", ".join([*named, address.mailbox]) + more) > most_cells:
            return told + ", ".join(named) + more
        named.append(str(address.mailbox))
    return told + ", ".join(named)


def format_address(address: Address) -> str:
    """``Name <mailbox>``, the name in quotes where a separator stands in it."""
    name = address.name.translate({ord(c): None for c in '<>"'}).strip()
    if not name:
        return str(address.mailbox)
    quoted = f'"{name}"' if any(c in name for c in _SEPARATORS) else name
    return f"{quoted} <{address.mailbox}>"


def fragment_at(text: str, cursor: int) -> Fragment:
    """The part under the cursor; what is completed while the user types."""
    for start, end in _parts(text):
        if start <= cursor <= end:
            return Fragment(start, end, text[start:end].strip())
    return Fragment(len(text), len(text), "")


def accept(text: str, cursor: int, address: Address) -> tuple[str, int]:
    """Put `address` in place of the part under the cursor; the new text and cursor."""
    found = fragment_at(text, cursor)
    before, after = text[: found.start], text[found.end :].lstrip(_SEPARATORS + " ")
    lead = before.rstrip() + " " if before.strip() else ""
    completed = f"{lead}{format_address(address)}, "
    return completed + after, len(completed)


def _parts(text: str) -> list[tuple[int, int]]:
    """Bounds of the parts between separators; those inside quotes do not separate."""
    bounds, start, quoted = [], 0, False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character in _SEPARATORS and not quoted:
            bounds.append((start, index))
            start = index + 1
    bounds.append((start, len(text)))
    return bounds
