"""What the headers of a message and the message it returns tell about a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tui_mailer.domain.report import is_machine, is_report_subject
from tui_mailer.mime.addresses import parse_addresses
from tui_mailer.mime.reports.fields import message_ids_in, read_fields, text_of
from tui_mailer.mime.tree import Part, leaves
from tui_mailer.mime.words import decode_words

_RETURNED: Final = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside of a message that may be a report.

    Attributes:
        parts: its leaves; an attached message is one.
        sender: mailbox of From, or "".
        correspondents: in lower case, who wrote the report and to whom.
    """

    root: Part
    parts: tuple[Part, ...]
    sender: str
    subject: str
    correspondents: frozenset[str]

    @classmethod
    def of(cls, root: Part) -> "Envelope":
        """Read the headers of `root`."""
        senders = parse_addresses(_header(root, "From"))
        subject = decode_words(_header(root, "Subject")).strip()
        sender = senders[0].mailbox if senders else ""
        readers = [address.mailbox for address in parse_addresses(_header(root, "To"))]
        named = frozenset(mailbox.lower() for mailbox in (sender, *readers))
        return cls(root, tuple(leaves(root)), sender, subject, named)

    @property
    def is_from_machine(self) -> bool:
        """Written by a mail server: its name says so, or it left no way to answer."""
        return is_machine(self.sender) or self.header("Return-Path").strip() == "<>"

    @property
    def has_report_subject(self) -> bool:
        """The subject is one that servers give to reports."""
        return is_report_subject(self.subject)

    @property
    def is_report(self) -> bool:
        """The root says that it is a report (RFC 6522)."""
        return self.root.get_content_type() == "multipart/report"

    def header(self, name: str) -> str:
        """The first header of that name as it stands, or ""."""
        return _header(self.root, name)

    def part(self, *media_types: str) -> "Part | None":
        """The first leaf of one of these types."""
        return next((part for part in self.parts if part.get_content_type() in media_types), None)

    def text(self) -> str:
        """All that is written for a person to read."""
        plain = [part for part in self.parts if part.get_content_type() == "text/plain"]
        return "\n\n".join(text_of(part) for part in plain)

    def returned_ids(self) -> Iterator[str]:
        """The Message-ID of the message that came back, whole or its headers."""
        for part in self.parts:
            if part.get_content_type() in _RETURNED:
                head = text_of(part).lstrip("\n").partition("\n\n")[0]
                yield from message_ids_in(read_fields(head).get("message-id", ""))[:1]

    def threaded_ids(self) -> Iterator[str]:
        """The Message-IDs that the report says it answers, the nearest first."""
        yield from message_ids_in(self.header("In-Reply-To"))
        yield from reversed(message_ids_in(self.header("References")))


def _header(part: Part, name: str) -> str:
    values = (str(v) for key, v in part.raw_items() if key.lower() == name.lower())
    return next(values, "")
