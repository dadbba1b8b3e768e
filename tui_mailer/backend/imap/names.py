"""Names on the wire: modified UTF-7 both ways (RFC 3501 §5.1.3), and quoting (§4.3)."""

import base64
import binascii
import re
from typing import Final

from tui_mailer.domain.errors import InvalidInput

_FORBIDDEN: Final = re.compile(r"[\x00\r\n]")
_SHIFTED: Final = re.compile(r"[^\x20-\x7e]+|&")
_UNSHIFTED: Final = re.compile(r"&([A-Za-z0-9+,]*)-|([^\x20-\x7e]|&)")


def quoted(text: str) -> str:
    r"""`text` as a quoted string, ``"`` and ``\`` escaped.

    Raises:
        InvalidInput: it holds NUL, CR or LF, which would end the command and start another.
    """
    if not is_sendable(text):
        raise InvalidInput(subject=text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_sendable(text: str) -> bool:
    """True when `text` holds nothing that ends a command."""
    return _FORBIDDEN.search(text) is None


def encode(name: str) -> str:
    """A folder's name as the server wants it: ASCII, the rest in modified base64.

    Raises:
        InvalidInput: it holds NUL, CR or LF, which no folder should, encoded or not.
    """
    if not is_sendable(name):
        raise InvalidInput(subject=name)
    return _SHIFTED.sub(lambda found: _shift(found[0]), name)


def decode(raw: str) -> str:
    """A folder's name to read; `raw` itself when it is no modified UTF-7."""
    try:
        name = _UNSHIFTED.sub(lambda found: _unshift(found[1]), raw)
        # Only one spelling leads back to the same folder.
        return name if encode(name) == raw else raw
    except (ValueError, InvalidInput):
        return raw


def _shift(text: str) -> str:
    if text == "&":
        return "&-"
    data = base64.b64encode(text.encode("utf-16-be", "surrogatepass"), b"+,")
    return f"&{data.decode('ascii').rstrip('=')}-"


def _unshift(data: str | None) -> str:
    """Characters of one shifted run; `data` is None for a byte that may not stand there."""
    if data is None:
        raise ValueError
    if not data:
        return "&"
    try:
        octets = base64.b64decode(data + "=" * (-len(data) % 4), b"+,")
    except binascii.Error as error:
        raise ValueError from error
    return octets.decode("utf-16-be", "surrogatepass")
