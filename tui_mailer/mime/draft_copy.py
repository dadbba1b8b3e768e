"""A draft as the message that stands in the server's folder of drafts, and back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, ForwardedAttachment
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.mime.addresses import parse_addresses
from tui_mailer.mime.compose import END_MARK, compose
from tui_mailer.mime.headers import address_header, text_header
from tui_mailer.mime.links import listed
from tui_mailer.mime.parse import parse
from tui_mailer.mime.tree import take_apart
from tui_mailer.mime.words import decode_words

MARK_HEADER: Final = "X-Tui-Mailer-Draft"
_LEFT_OUT_HEADER: Final = "X-Tui-Mailer-Left-Out"
_ABOUT_HEADER: Final = "X-Tui-Mailer-About"
_MARK: Final = re.compile(r"([0-9a-f]{32})\.([0-9]{1,17})", re.ASCII)
_MATRICULE: Final = re.compile(r"[0-9AB]{15}", re.ASCII)
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DraftMark:
    """Which draft a message is a copy of, and which version of it.

    Attributes:
        key: 32 hexadecimal digits.
        version: microseconds since 1970: when the draft was last changed.
    """

    key: str
    version: int

    def __str__(self) -> str:
        return f"{self.key}.{self.version}"

    @classmethod
    def of(cls, key: str, draft: Draft) -> "DraftMark":
        """The mark of a saved draft."""
        return cls(key, ((draft.updated_at or _EPOCH) - _EPOCH) // timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A message of the folder of drafts, as a draft to go on with.

    Attributes:
        mark: None for another client's.
        left_out: names of attachments that this copy does not hold.
    """

    draft: Draft
    mark: DraftMark | None = None
    left_out: tuple[SafeText, ...] = ()


def write(
    draft: Draft,
    mark: DraftMark,
    *,
    sender: Address,
    contents: Sequence[bytes | None],
) -> bytes:
    """The bytes of a copy: all that was written, Bcc included; addresses that are none left out.

    Whose exchange it takes up stands in a header of the copy alone: no message sent names it.

    Args:
        draft: as it was saved.
        mark: stands in a header of its own.
        sender: the account's address with its label.
        contents: of each attachment; None for one that is named only.
    """
    held = [pair for pair in zip(draft.attachments, contents, strict=True) if pair[1] is not None]
    left_out = [
        a.name for a, content in zip(draft.attachments, contents, strict=True) if content is None
    ]
    domain = sender.mailbox.rpartition("@")[2]
    kept = replace(
        draft,
        to=_sendable(draft.to),
        cc=_sendable(draft.cc),
        attachments=tuple(attachment for attachment, _ in held),
    )
    head = text_header(MARK_HEADER, str(mark)) + address_header("Bcc", _sendable(draft.bcc))
    head += text_header(_ABOUT_HEADER, draft.about) if draft.about else ""
    head += "".join(text_header(_LEFT_OUT_HEADER, name) for name in left_out)
    return head.encode("ascii") + compose(
        kept,
        sender=sender,
        message_id=f"<{mark}@{domain}>",
        date=draft.updated_at or _EPOCH,
        contents=[content for _, content in held if content is not None],
    )


def read(raw: bytes, message_id: int) -> StoredDraft:
    """A draft of any client; `message_id` is its local id, where its attachments are found."""
    message = parse(raw)
    headers = [(name.lower(), str(value)) for name, value in take_apart(raw).root.raw_items()]

    def values(wanted: str) -> list[str]:
        return [value for name, value in headers if name == wanted.lower()]

    about = _MATRICULE.fullmatch(next(iter(values(_ABOUT_HEADER)), "").strip())
    answered = _MESSAGE_ID.findall(next(iter(values("In-Reply-To")), ""))
    draft = Draft(
        to=message.to,
        cc=message.cc,
        bcc=parse_addresses(", ".join(values("Bcc"))),
        subject=message.subject,
        body="\n".join((message.text, *listed(message.links))),
        attachments=tuple(
            ForwardedAttachment(message_id, one.index, one.name, one.media_type, one.size_bytes)
            for one in message.attachments
            if not one.inside
        ),
        in_reply_to=next(iter(answered), ""),
        references=message.references,
        about=about[0] if about else "",
        asks_receipt=True if values("Disposition-Notification-To") else None,
        final=message.mss_mes == END_MARK,
    )
    return StoredDraft(
        draft,
        _mark(next(iter(values(MARK_HEADER)), "")),
        tuple(safe_line(decode_words(name).strip()) for name in values(_LEFT_OUT_HEADER)),
    )


def mark_in(head: bytes) -> DraftMark | None:
    """The mark of a message of which `head` is the beginning; None for another client's."""
    headers = BytesHeaderParser().parsebytes(head)
    return _mark(str(headers.get(MARK_HEADER, "")))


def _mark(value: str) -> DraftMark | None:
    found = _MARK.fullmatch(value.strip())
    return DraftMark(found[1], int(found[2])) if found else None


def _sendable(addresses: Sequence[Address]) -> tuple[Address, ...]:
    return tuple(address for address in addresses if address.is_sendable)
