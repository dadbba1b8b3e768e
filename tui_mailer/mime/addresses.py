"""Address lists of headers (RFC 5322 §3.4), read in one pass whatever they hold.

The standard library's readers disagree on odd input (CVE-2023-27043), recurse on nested comments
and grow quadratically. Here encoded words are decoded only after the list was taken apart, so
that none can bring in an address, and an item that is no address stays whole, shown and not
sendable.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.mime.words import decode_raw, decode_words

MAX_ADDRESSES: Final = 1000


@dataclass(slots=True)
class _Item:
    """One address while it is read: its text so far, in the parts that the syntax gives it."""

    raw: list[str] = field(default_factory=list)
    phrase: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angle: str | None = None
    after_angle: bool = False

    def address(self) -> Address | None:
        """The address; None for an empty item."""
        phrase = "".join(self.phrase).strip()
        if self.angle is None:
            comment = " ".join(self.comment).strip()
            if not phrase and not comment:
                return None
            return Address.received(decode_raw(phrase), decode_words(comment))
        if self.after_angle:
            return Address.received(decode_raw("".join(self.raw)))
        mailbox = self.angle.rpartition(":")[2] if self.angle.startswith("@") else self.angle
        return Address.received(decode_raw(mailbox), decode_words(phrase))


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header's raw value, groups opened; `MAX_ADDRESSES` + 1 at most.

    One more than the limit tells the caller that the list was cut.
    """
    found: list[Address] = []
    for item in _items(value.replace("\r", "").replace("\n", "")):
        address = item.address()
        if address is not None:
            found.append(address)
        if len(found) > MAX_ADDRESSES:
            break
    return tuple(found)


def _items(value: str) -> Iterator[_Item]:
    item, position = _Item(), 0
    while position < len(value):
        character = value[position]
        if character in ",;":
            yield item
            item, position = _Item(), position + 1
        elif character == ":" and item.angle is None and "@" not in item.phrase:
            item, position = _Item(), position + 1  # the name of a group
        else:
            position = _read_token(item, value, position)
    yield item


def _read_token(item: _Item, value: str, position: int) -> int:
    """Add one quoted string, comment, angle address or character to `item`; where it ends."""
    character = value[position]
    if character == '"':
        end = _closing_quote(value, position)
        text = _unquoted(value[position + 1 : end - 1])
        # A quoted local part keeps its quotes: it stays what it is, an address SMTP may not take.
        item.phrase.append(value[position:end] if value[end : end + 1] == "@" else text)
    elif character == "(":
        end = _closing_parenthesis(value, position)
        item.comment.append(_unquoted(value[position + 1 : end - 1]))
    elif character == "<" and item.angle is None:
        end = _closing_angle(value, position)
        item.angle = value[position + 1 : end - 1].strip()
    else:
        end = position + 1
        item.phrase.append(character)
        item.after_angle |= item.angle is not None and not character.isspace()
    item.raw.append(value[position:end])
    return end


def _closing_quote(value: str, start: int) -> int:
    position = start + 1
    while position < len(value) and value[position] != '"':
        position += 2 if value[position] == "\\" else 1
    return min(position, len(value) - 1) + 1


def _closing_parenthesis(value: str, start: int) -> int:
    depth, position = 1, start + 1
    while position < len(value) and depth:
        if value[position] == "\\":
            position += 1
        elif value[position] == "(":
            depth += 1
        elif value[position] == ")":
            depth -= 1
        position += 1
    return min(position, len(value))


def _closing_angle(value: str, start: int) -> int:
    end = value.find(">", start)
    return end + 1 if end >= 0 else len(value)


def _unquoted(text: str) -> str:
    """Without the backslashes of quoted pairs (RFC 5322 §3.2.1)."""
    if "\\" not in text:
        return text
    characters = iter(text)
    return "".join(next(characters, "") if c == "\\" else c for c in characters)
