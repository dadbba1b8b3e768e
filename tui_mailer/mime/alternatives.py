"""Which of the forms of one text is read (RFC 2046 §5.1.4)."""

import re
from collections.abc import Sequence
from typing import Final

from tui_mailer.mime.attachments import is_body, part_content
from tui_mailer.mime.tree import Part

_STUB_LENGTH: Final = 300
_LOOKED_AT_BYTES: Final = 500_000
# What programs leave out when they make the plain form: a struck dose, a power, a value in red, a
# sign in a font.
_MEANINGFUL_LOOK: Final = re.compile(
    rb"<(?:s|strike|del|sup|sub)[\s>]|line-through|vertical-align\s*:\s*su[pb]"
    rb"|\bcolor\s*[:=]\s*[\"']?(?:red|#f00|#ff0000|#c00000)\b"
    rb"|(?:font-family\s*:|\bface\s*=)\s*[\"']?(?:symbol|wingdings)\b",
    re.IGNORECASE,
)
_ROW: Final = re.compile(rb"<tr[\s>]", re.IGNORECASE)
_CELL: Final = re.compile(rb"<t[dh][\s>]", re.IGNORECASE)
_UNREAD: Final = re.compile(
    rb"<(style|script|head)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>|\s+", re.IGNORECASE | re.DOTALL
)


def best(forms: Sequence[Part]) -> Sequence[Part]:
    """The form to read, alone; none where none has text.

    That is the plain text, unless it says nothing, or less than the HTML: then the last of the others.
    """
    readable = [form for form in forms if any(map(is_body, _texts(form)))]
    looks = [_content(leaf) for form in readable for leaf in _texts(form) if _is_html(leaf)]
    plain = [form for form in readable if _says_as_much(form, looks)]
    others = [form for form in readable if form.get_content_type() != "text/plain"]
    return plain[:1] or others[-1:] or readable[-1:]


def _texts(form: Part) -> list[Part]:
    return [leaf for leaf in form.walk() if leaf.get_content_maintype() == "text"]


def _is_html(leaf: Part) -> bool:
    return leaf.get_content_type() == "text/html" and is_body(leaf)


def _content(leaf: Part) -> bytes:
    return part_content(leaf)[:_LOOKED_AT_BYTES]


def _says_as_much(form: Part, looks: Sequence[bytes]) -> bool:
    """False for what is not plain, is empty, or leaves out what one of the HTML forms says."""
    if form.get_content_type() != "text/plain":
        return False
    text = part_content(form).strip()
    if not text or any(map(_means_more_than_words, looks)):
        return False
    if len(text) >= _STUB_LENGTH:
        return True
    words = len(b"".join(text.split()))
    return b"html" not in text.lower() and all(_length(look) < 4 * words + 100 for look in looks)


def _means_more_than_words(html: bytes) -> bool:
    """True where the columns of a table, or how a word looks, say something."""
    rows, cells = len(_ROW.findall(html)), len(_CELL.findall(html))
    return (rows > 1 and cells > rows) or bool(_MEANINGFUL_LOOK.search(html))


def _length(html: bytes) -> int:
    """Bytes of text, blanks left out."""
    return len(_UNREAD.sub(b"", html))
