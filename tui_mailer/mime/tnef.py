"""The files in a ``winmail.dat``, Outlook's own envelope (MS-OXTNEF §2.1)."""

import struct
from collections.abc import Iterator
from typing import Final

SIGNATURE: Final = b"\x78\x9f\x3e\x22"

_HEADER_BYTES: Final = 6
_ATTRIBUTE: Final = struct.Struct("<BII")
_CHECKSUM_BYTES: Final = 2
_NEXT_FILE, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# PidTagAttachLongFilename, in UTF-16 and in the sender's code page: one value, and its length.
_LONG_NAMES: Final = ((b"\x1f\x00\x07\x37", "utf-16-le"), (b"\x1e\x00\x07\x37", "cp1252"))
_VALUE: Final = struct.Struct("<II")
_LONGEST_NAME_BYTES: Final = 1024
MAX_FILES: Final = 200


class NotTnef(Exception):
    """It has not the structure of one, or is cut off."""


def files(content: bytes) -> list[tuple[str, bytes]]:
    """Name, not yet safe, and content of each file, `MAX_FILES` at most.

    Raises:
        NotTnef: what was found until then would be taken for all.
    """
    if not content.startswith(SIGNATURE):
        raise NotTnef
    found: list[tuple[str, bytes]] = []
    name, data = "", b""
    for identity, value in [*_attributes(content), (_NEXT_FILE, b"")]:
        if identity == _NEXT_FILE:
            if data or name:
                found.append((name, data))
            name, data = "", b""
        elif identity == _TITLE:
            name = name or value.partition(b"\0")[0].decode("cp1252", "replace")
        elif identity == _PROPERTIES:
            name = _long_name(value) or name
        elif identity == _DATA:
            data = value
    return found[:MAX_FILES]


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = _HEADER_BYTES
    while place < len(content):
        if place + _ATTRIBUTE.size > len(content):
            raise NotTnef
        _, identity, length = _ATTRIBUTE.unpack_from(content, place)
        start = place + _ATTRIBUTE.size
        place = start + length + _CHECKSUM_BYTES
        if place > len(content):
            raise NotTnef
        yield identity & 0xFFFF, content[start : start + length]


def _long_name(properties: bytes) -> str:
    for mark, charset in _LONG_NAMES:
        start = properties.find(mark) + len(mark)
        if start >= len(mark) and start + _VALUE.size <= len(properties):
            count, length = _VALUE.unpack_from(properties, start)
            if count == 1 and length <= _LONGEST_NAME_BYTES:
                written = properties[start + _VALUE.size :][:length]
                return written.decode(charset, "replace").partition("\0")[0]
    return ""
