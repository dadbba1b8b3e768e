"""Header lines of a message to send: ASCII, folded, and nothing that could start another header.

Written here rather than by `email`: folding a list of accented names there encodes the commas
between them too, and recipients are lost (CVE-2025-1795).
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import encode_rfc2231
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import InvalidAddress
from tui_mailer.mime.save_names import shortened

MAX_LINE_LENGTH: Final = 76
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]+")
_PHRASE_OF_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_UNQUOTABLE: Final = re.compile(r'(["\\])')
_PLAIN_FILE_NAME: Final = re.compile(r"(?!.*=\?)[ !#-\[\]-~]*")


def text_header(name: str, value: str) -> str:
    """An unstructured header; line breaks and other controls in `value` become one space."""
    return f"{name}: {_encoded(one_line(value), len(name) + 2)}\r\n"


def one_line(value: str) -> str:
    """What `text_header` says of `value`."""
    return _CONTROLS.sub(" ", value).strip()


def address_header(name: str, addresses: Iterable[Address]) -> str:
    """An address header, one address a line; "" when there is none.

    Raises:
        InvalidAddress: one of them cannot be sent to.
    """
    written = [_written(address) for address in addresses]
    return f"{name}: " + ",\r\n ".join(written) + "\r\n" if written else ""


def ids_header(name: str, message_ids: Iterable[str]) -> str:
    """A header of Message-IDs, one a line; "" when there is none."""
    safe = ["".join(_CONTROLS.sub("", one).split()) for one in message_ids]
    kept = [one for one in safe if one.isascii() and 0 < len(one) < 900]
    return f"{name}: " + "\r\n ".join(kept) + "\r\n" if kept else ""


def file_name_parameter(name: str) -> str:
    """``filename``, or ``filename*`` (RFC 2231) for a name that a quoted ASCII string cannot say.

    Never both: readers that look at the first only would show the poorer one. A name is cut to what
    stands on one line and can be saved: servers refuse a longer line, or tear it apart.
    """
    clean = shortened(_CONTROLS.sub(" ", name).encode("utf-8", "replace").decode())
    if _PLAIN_FILE_NAME.fullmatch(clean):
        return f'filename="{clean}"'
    return f"filename*={encode_rfc2231(clean, 'utf-8')}"


def _written(address: Address) -> str:
    if not address.is_sendable:
        raise InvalidAddress(address.mailbox)
    phrase = " ".join(_CONTROLS.sub(" ", address.name).split())
    if not phrase:
        return address.mailbox
    if phrase.isascii() and "=?" not in phrase and len(phrase) <= MAX_LINE_LENGTH:
        written = phrase if _PHRASE_OF_ATOMS.fullmatch(phrase) else _quoted(phrase)
    else:
        written = _encoded_words(phrase, 1)
    return f"{written} <{address.mailbox}>"


def _quoted(phrase: str) -> str:
    return '"' + _UNQUOTABLE.sub(r"\\\1", phrase) + '"'


def _encoded(words: str, used: int) -> str:
    """`words` as they are when short and plain, so that ``[FIN]`` stays byte for byte."""
    if words.isascii() and "=?" not in words and used + len(words) <= MAX_LINE_LENGTH:
        return words
    return _encoded_words(words, used)


def _encoded_words(words: str, used: int) -> str:
    """RFC 2047 encoded words, folded; `used` is what the first line already holds."""
    valid = words.encode("utf-8", "replace").decode()
    first_line = Header(valid, "utf-8", maxlinelen=MAX_LINE_LENGTH - 1, header_name="x" * used)
    return first_line.encode(splitchars="", linesep="\r\n")
