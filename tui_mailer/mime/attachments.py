"""Attachments of a message: which there are, what they are called, and what they hold."""

import quopri
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO
from itertools import islice
from typing import Final

from tui_mailer.domain.errors import AttachmentUnreadable
from tui_mailer.domain.message import Attachment
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.mime import tnef
from tui_mailer.mime.base64_pieces import IrregularBase64, decoded_pieces, encoded_pieces, repaired
from tui_mailer.mime.previews import HEAD_BYTES, true_type
from tui_mailer.mime.save_names import DEFAULT_NAME
from tui_mailer.mime.tnef import NotTnef
from tui_mailer.mime.tree import Part, leaves, take_apart
from tui_mailer.mime.words import decode_text, decode_words

_MEDIA_TYPE: Final = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
)
# Endings for parts without a name; `mimetypes` would read the files of the machine.
_ENDINGS: Final = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "application/zip": ".zip",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
}
_MAX_LEVELS: Final = 2
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


def list_attachments(raw: bytes) -> tuple[Attachment, ...]:
    """The attachments of a message, in its order; also the images of an HTML body."""
    return described(take_apart(raw).root)


def content(raw: bytes, index: int) -> bytes:
    """Decoded bytes of the attachment that `list_attachments` gave `index`.

    Raises:
        AttachmentUnreadable: the message has no such attachment.
    """
    return part_content(_part(raw, index))


def name(raw: bytes, index: int) -> str:
    """The sender's own name for an attachment, or one made for it; not yet safe to save under.

    Raises:
        AttachmentUnreadable: the message has no such attachment.
    """
    return _given_name(_part(raw, index))


def described(root: Part) -> tuple[Attachment, ...]:
    """The attachments under `root`; last those of the messages attached to it."""
    own = list(_own(root))
    parts = (*own, *_within(root, _MAX_LEVELS))
    return tuple(
        describe(index, part, inside=index >= len(own)) for index, part in enumerate(parts)
    )


def attached(root: Part, levels: int = _MAX_LEVELS) -> Iterator[Part]:
    """The parts that are attachments: all that are no text to read, then those of attached messages.

    `levels`: how deep messages within messages are looked into; each is written anew, with all that it
    holds.
    """
    yield from _own(root)
    yield from _within(root, levels)


def _within(root: Part, levels: int) -> Iterator[Part]:
    """Those of attached messages; a report brings back what was sent, and nothing to be read."""
    if not levels or root.get_content_type() == "multipart/report":
        return
    for part in leaves(root):
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            for message in part.get_payload():
                if isinstance(message, Message):
                    inners = attached(message, levels - 1)
                    yield from (inner for inner in inners if not _is_shown_image(inner))


def _own(root: Part) -> Iterator[Part]:
    """Without those of attached messages; what Outlook packed comes last."""
    found = [part for part in leaves(root) if not is_body(part)]
    yield from found
    for part in found:
        if is_winmail(part):
            with suppress(NotTnef):
                yield from map(_unpacked, tnef.files(part_content(part)))


def _is_shown_image(part: Part) -> bool:
    return part.get_content_maintype() == "image" and "Content-ID" in part


def is_winmail(part: Part) -> bool:
    """True for Outlook's own envelope, whatever it holds."""
    return part.get_content_type() in _TNEF or file_name(part).lower() == "winmail.dat"


def _unpacked(file: tuple[str, bytes]) -> Part:
    name, held = file
    part: Part = Message()
    part["Content-Type"] = true_type("application/octet-stream", held[:HEAD_BYTES])
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    part.set_payload(b"".join(encoded_pieces(held)).decode("ascii"))
    return part


def is_body(part: Part) -> bool:
    """True for a leaf that is text to be read and no file."""
    if part.get_content_maintype() == "multipart":
        return True  # a broken one, whose source is shown
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    return part.get_content_disposition() != "attachment" and not file_name(part)


def describe(index: int, part: Part, *, inside: bool = False) -> Attachment:
    """What the reader shows of an attachment."""
    size_bytes = sum(map(len, _pieces(part)))
    return Attachment(index, safe_line(_given_name(part)), _media_type(part), size_bytes, inside)


def file_name(part: Part) -> str:
    """The sender's name for the file, decoded (RFC 2231, or RFC 2047 as many send it), or ""."""
    named = [
        *_parameters(part, "filename", "content-disposition"),
        *_parameters(part, "name", "content-type"),
    ]
    # A name with a charset of its own is the true one; the plain one beside it is for old readers.
    named.sort(key=lambda one: isinstance(one, str))
    for one in named:
        if isinstance(one, str):
            return decode_words(one).strip()
        charset, _, encoded = one
        return decode_text(encoded.encode("latin-1", "replace"), charset or "utf-8")[0].strip()
    return ""


def _parameters(
    part: Part, wanted: str, header: str
) -> list[str | tuple[str | None, str | None, str]]:
    found = part.get_params([], header)
    return [value for key, value in found if key.lower() == wanted and value]


def part_content(part: Part) -> bytes:
    """Decoded bytes of a part; an attached message as it would be stored in a file."""
    return b"".join(_pieces(part))


def _pieces(part: Part) -> Sequence[bytes]:
    # As it came: `get_payload` would decode it by the part's charset, whatever that is.
    payload = part._payload  # type: ignore[attr-defined]
    encoding = str(part.get("Content-Transfer-Encoding", "")).lower()
    if encoding == "base64" and isinstance(payload, str):
        with suppress(IrregularBase64):
            return list(decoded_pieces(payload))
        with suppress(IrregularBase64):
            said, footer = repaired(payload)
            # To a text it belongs, to no file.
            below = b"\n\n" + footer.encode("utf-8", "surrogateescape") if footer else b""
            return (said, below) if is_body(part) else (said,)
    return (_content_at_once(part),)


def _content_at_once(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    messages = [inner for inner in part.get_payload() if isinstance(inner, Message)]
    held = b"".join(map(_written, messages))
    # RFC 2046 §5.2.1 allows neither for a message, and there are senders that do it.
    encoding = str(part.get("Content-Transfer-Encoding", "")).lower()
    if encoding == "base64" and not any(messages):  # with a header it was not encoded
        with suppress(ValueError):
            return b64decode(held + b"==")
    return quopri.decodestring(held) if encoding == "quoted-printable" else held


def _part(raw: bytes, index: int) -> Part:
    found = next(islice(attached(take_apart(raw).root), index, None), None) if index >= 0 else None
    if found is None:
        raise AttachmentUnreadable
    return found


def _given_name(part: Part) -> str:
    return file_name(part) or DEFAULT_NAME + _ENDINGS.get(_media_type(part), "")


def _media_type(part: Part) -> str:
    media_type = part.get_content_type()
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"


def _written(message: Part) -> bytes:
    # As raw bytes: a name in a header would have the generator encode the whole of it.
    read = [(part, list(part.raw_items())) for part in message.walk()]
    for part, headers in read:
        _set_headers(part, [(name, _as_raw(str(value))) for name, value in headers])
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0).flatten(message, linesep="\r\n")
    for part, headers in read:
        _set_headers(part, headers)
    return out.getvalue()


def _set_headers(part: Part, headers: list[tuple[str, str]]) -> None:
    part._headers = headers  # type: ignore[attr-defined]


def _as_raw(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")
