"""From what a fictional person writes to the bytes that a server keeps.

The older, `compat32` half of the email package: folding three hundred messages takes the newer
one more than a second of the start.
"""

from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any

from tui_mailer.demo.people import Correspondent

# The longest encoded word of RFC 2047 §2 is the longest line of a header, too.
_POLICY = compat32.clone(linesep="\r\n", max_line_length=75)
_UTF_8 = Charset("utf-8")
_UTF_8.body_encoding = QP


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file joined to a letter; ``media_type`` such as ``application/pdf``."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message before it is bytes; ``references`` ends with the message answered."""

    sender: Correspondent
    recipients: tuple[Correspondent, ...]
    subject: str
    text: str
    sent_at: datetime
    message_id: str
    references: tuple[str, ...] = ()
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def to_bytes(self) -> bytes:
        """The message in wire form (CRLF), the same bytes at each call.

        A letter with ``html`` and no ``text`` is HTML alone; with both, an alternative.
        """
        message = self._body()
        if self.attachments:
            mixed = MIMEMultipart("mixed", boundary="=_demonstration_mixed")
            mixed.attach(message)
            for attachment in self.attachments:
                mixed.attach(_file_part(attachment))
            message = mixed
        self._put_headers(message)
        return message.as_bytes(policy=_POLICY)

    def _body(self) -> Message:
        if not self.html:
            return _text_part(self.text, "plain")
        if not self.text:
            return _text_part(self.html, "html")
        both = MIMEMultipart("alternative", boundary="=_demonstration_alternative")
        both.attach(_text_part(self.text, "plain"))
        both.attach(_text_part(self.html, "html"))
        return both

    def _put_headers(self, message: "Message[Any, Any]") -> None:
        message["From"] = _mailboxes(self.sender)
        message["To"] = _mailboxes(*self.recipients)
        message["Subject"] = Header(self.subject, header_name="Subject")
        message["Date"] = format_datetime(self.sent_at)
        message["Message-ID"] = self.message_id
        if self.references:
            message["In-Reply-To"] = self.references[-1]
            message["References"] = " ".join(self.references)
        for name, value in self.headers:
            message[name] = value


def _mailboxes(*people: Correspondent) -> Header:
    header = Header()
    for position, person in enumerate(people, start=1):
        comma = "," if position < len(people) else ""
        if person.label.isascii():
            header.append(formataddr((person.label, person.address)) + comma, "us-ascii")
        else:
            header.append(person.label, "utf-8")
            header.append(f"<{person.address}>{comma}", "us-ascii")
    return header


def _text_part(text: str, subtype: str) -> Message:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part.set_payload(text, charset=_UTF_8)
    return part


def _file_part(attachment: Attachment) -> Message:
    maintype, _, subtype = attachment.media_type.partition("/")
    name = attachment.name if attachment.name.isascii() else ("utf-8", "", attachment.name)
    part = MIMENonMultipart(maintype, subtype)
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part
