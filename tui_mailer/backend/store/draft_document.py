"""A draft as the JSON document of its row.

ASCII only: what a terminal pastes may hold lone surrogates, which JSON escapes keep and UTF-8
columns refuse.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_mailer.backend.store.values import from_stamp
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, DraftAttachment, FileAttachment, ForwardedAttachment
from tui_mailer.domain.errors import StoreDamaged
from tui_mailer.domain.safe_text import safe_line

Json = dict[str, Any]


def write_draft(draft: Draft) -> str:
    """The document; `id` and `updated_at` are columns of their own."""
    document: Json = {
        "to": _write_addresses(draft.to),
        "cc": _write_addresses(draft.cc),
        "bcc": _write_addresses(draft.bcc),
        "subject": draft.subject,
        "body": draft.body,
        "attachments": [_write_attachment(attachment) for attachment in draft.attachments],
        "in_reply_to": draft.in_reply_to,
        "references": draft.references,
        "answers": draft.answers,
        "forwards": draft.forwards,
        "about": draft.about,
        "asks_receipt": draft.asks_receipt,
        "final": draft.final,
        "incomplete_recipients": draft.incomplete_recipients,
    }
    return json.dumps(document)


def read_draft(draft_id: int, updated_at: int, document: str) -> Draft:
    """The draft of a row.

    Raises:
        StoreDamaged: the document is none of `write_draft`.
    """
    try:
        return _draft(draft_id, updated_at, json.loads(document))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreDamaged from error


def _draft(draft_id: int, updated_at: int, document: Json) -> Draft:
    to, cc, bcc = document["incomplete_recipients"]
    return Draft(
        id=draft_id,
        to=_read_addresses(document["to"]),
        cc=_read_addresses(document["cc"]),
        bcc=_read_addresses(document["bcc"]),
        subject=document["subject"],
        body=document["body"],
        attachments=tuple(_read_attachment(written) for written in document["attachments"]),
        in_reply_to=document["in_reply_to"],
        references=tuple(document["references"]),
        answers=document["answers"],
        forwards=document["forwards"],
        about=document.get("about", ""),
        asks_receipt=document.get("asks_receipt"),
        final=document["final"],
        incomplete_recipients=(to, cc, bcc),
        updated_at=from_stamp(updated_at),
    )


def _write_addresses(addresses: Sequence[Address]) -> list[list[str]]:
    return [[address.mailbox, address.name] for address in addresses]


def _read_addresses(written: Sequence[Sequence[str]]) -> tuple[Address, ...]:
    return tuple(Address(safe_line(mailbox), safe_line(name)) for mailbox, name in written)


def _write_attachment(attachment: DraftAttachment) -> Json:
    common: Json = {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size_bytes,
    }
    if isinstance(attachment, FileAttachment):
        return {"path": str(attachment.path), "stamp": attachment.stamp, **common}
    return {"message_id": attachment.message_id, "index": attachment.index, **common}


def _read_attachment(written: Json) -> DraftAttachment:
    if "path" in written:
        return FileAttachment(**{**written, "path": Path(written["path"])})
    return ForwardedAttachment(**written)
