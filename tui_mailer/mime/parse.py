"""A received message, from its bytes to what a person reads."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.message import Attachment, Link, ReadMessage
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_join, safe_line
from tui_mailer.mime.addresses import MAX_ADDRESSES, parse_addresses
from tui_mailer.mime.alternatives import best
from tui_mailer.mime.attachments import described, is_body, part_content
from tui_mailer.mime.dates import date_of
from tui_mailer.mime.receipt_request import request_in
from tui_mailer.mime.tree import Part, children_of, leaves, take_apart
from tui_mailer.mime.unopened import unopened
from tui_mailer.mime.words import decode_text, decode_words

MAX_TEXT_LENGTH: Final = 2_000_000
MAX_REFERENCES: Final = 100
# `str.strip` takes U+001C to U+001F for blanks too, and what is stripped leaves no mark.
_BLANKS: Final = " \t\r\n\xa0"
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,990}>")
_ADDRESS_IN_NAME: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_CHARSET_IN_HTML: Final = re.compile(
    rb"""<meta\s[^<>]*?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)
_HTML_HEAD_BYTES: Final = 4096
_TAB_STOPS: Final = 8
_MAX_TABS: Final = 50_000


def parse(raw: bytes) -> ReadMessage:
    """Read a message. Never raises: what is wrong with it is said in `flaws`, and it is shown."""
    tree = take_apart(raw)
    reading = _Reading(list(tree.flaws))
    headers = _Headers(tree.root, reading.flaws)
    if tree.source is not None:
        reading.add_source(tree.source)
        attachments: tuple[Attachment, ...] = ()
    else:
        reading.add(tree.root)
        reading.add_what_came_alone(tree.root)
        attachments = described(tree.root)
        reading.flaws.extend(unopened(tree.root, has_text=bool(reading.text())))
    return ReadMessage(
        subject=headers.text("Subject"),
        sender=headers.sender(),
        reply_to=headers.addresses("Reply-To"),
        to=headers.addresses("To"),
        cc=headers.addresses("Cc"),
        sent_at=headers.sent_at(),
        message_id=next(iter(headers.message_ids("Message-ID")), ""),
        references=headers.references(),
        text=reading.text(),
        was_html=reading.was_html,
        links=tuple(reading.links),
        attachments=attachments,
        receipt=request_in(tree.root),
        mss_mes=headers.text("X-MSS-MES"),
        flaws=tuple(dict.fromkeys(reading.flaws)),
    )


@dataclass(frozen=True, slots=True)
class _Headers:
    """The headers of a message; each reader notes what it found wrong."""

    part: Part
    flaws: list[SafeText]

    def raw(self, name: str) -> str:
        return next(iter(self._all(name)), "")

    def text(self, name: str) -> SafeText:
        return safe_line(decode_words(self.raw(name)).strip())

    def addresses(self, name: str) -> tuple[Address, ...]:
        found = parse_addresses(", ".join(self._all(name)))
        if len(found) > MAX_ADDRESSES:
            self._note(f"Plus de {MAX_ADDRESSES} adresses ({name}) : les premières sont montrées.")
        return found[:MAX_ADDRESSES]

    def sender(self) -> Address:
        """The first address of the first From, or Sender's; an empty one when there is none."""
        headers = self._all("From")
        found = parse_addresses(headers[0]) if headers else ()
        if len(headers) > 1 or len(found) > 1:
            self._note("Le message porte plusieurs expéditeurs : seul le premier est montré.")
        found = tuple(a for a in found if a.mailbox) or parse_addresses(self.raw("Sender"))
        if not found:
            self._note("Le message n’indique pas d’expéditeur.")
            return Address(SafeText(""))
        if any(named != found[0].mailbox for named in _ADDRESS_IN_NAME.findall(found[0].name)):
            self._note(
                "Le nom de l’expéditeur contient une autre adresse que la sienne : "
                "ne vous fiez qu’à l’adresse entre chevrons."
            )
        return found[0]

    def sent_at(self) -> datetime | None:
        sent_at = date_of(self.raw("Date"))
        if sent_at is None:
            self._note("La date d’envoi est absente ou illisible.")
        return sent_at

    def message_ids(self, name: str) -> tuple[str, ...]:
        return tuple(_MESSAGE_ID.findall(self.raw(name)))

    def references(self) -> tuple[str, ...]:
        """References, else the one Message-ID of In-Reply-To (RFC 5322 §3.6.4)."""
        found = self.message_ids("References")
        answered = self.message_ids("In-Reply-To")
        if not found and len(answered) == 1:
            found = answered
        return tuple(dict.fromkeys(found))[-MAX_REFERENCES:]

    def _all(self, name: str) -> list[str]:
        return [str(value) for key, value in self.part.raw_items() if key.lower() == name.lower()]

    def _note(self, flaw: str) -> None:
        self.flaws.append(safe_line(flaw))


@dataclass(slots=True)
class _Reading:
    """The text of a message as its parts add to it."""

    flaws: list[SafeText]
    pieces: list[SafeText] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    was_html: bool = False

    def add(self, part: Part) -> None:
        """Add the text under `part`: one of alternatives, each of the others."""
        children = children_of(part)
        if part.get_content_type() == "multipart/alternative":
            children = list(best(children))
        for child in children:
            self.add(child)
        if not children_of(part) and is_body(part):
            self._add_leaf(part)

    def add_what_came_alone(self, root: Part) -> None:
        """Where there is no other text: named texts, and messages sent on whole, as the message."""
        if self.text():
            return
        for leaf in leaves(root):
            is_the_message = leaf is root or leaf.get_content_disposition() != "attachment"
            if is_the_message and leaf.get_content_type() in ("text/plain", "text/html"):
                self._add_leaf(leaf)
            elif leaf.get_content_type() == "message/rfc822" and leaf.is_multipart():
                for sent_on in islice(leaf.walk(), 1, 2):
                    self._add_sent_on(sent_on)

    def _add_sent_on(self, message: Part) -> None:
        headers = _Headers(message, [])
        sender = headers.sender()
        who = safe_join(" ", (part for part in (sender.name, sender.mailbox) if part))
        heading = [
            "---------- Message joint ----------",
            f"De : {who}",
            f"Date : {safe_line(headers.raw('Date').strip()[:100])}",
            f"Objet : {headers.text('Subject')}",
        ]
        self.pieces.append(safe_block("\n".join(heading)))
        said = len(self.pieces)
        self.add(message)
        if len(self.pieces) == said:
            inner = _Reading(self.flaws, links=self.links)
            inner.add_what_came_alone(message)
            self.pieces.extend(inner.pieces)

    def add_source(self, source: bytes) -> None:
        self.pieces.append(safe_block(decode_text(source[:MAX_TEXT_LENGTH], "utf-8")[0]))

    def text(self) -> SafeText:
        return safe_join("\n\n", (piece for piece in self.pieces if piece.strip()))

    def _add_leaf(self, part: Part) -> None:
        text = self._decoded(part)
        if part.get_content_type() != "text/html":
            self.pieces.append(safe_block(_in_columns(text.rstrip(_BLANKS))))
            return
        from tui_mailer.mime.html_text import render_html  # late: lxml, for HTML alone

        rendered = render_html(text, len(self.links) + 1)
        if rendered.simplified:
            self.flaws.append(
                safe_line("Le contenu HTML, trop long ou trop complexe, est montré simplifié.")
            )
        self.was_html = True
        self.pieces.append(rendered.text)
        self.links.extend(rendered.links)

    def _decoded(self, part: Part) -> str:
        content = part_content(part)
        if len(content) > MAX_TEXT_LENGTH:
            self.flaws.append(safe_line("Le texte, trop long, est tronqué à l’écran."))
        charset = part.get_param("charset", None)
        name = str(charset[2] if isinstance(charset, tuple) else charset or "")
        if not name and part.get_content_type() == "text/html":
            found = _CHARSET_IN_HTML.search(content[:_HTML_HEAD_BYTES])
            name = found[1].decode("ascii") if found else ""
        text, true_charset = decode_text(content[:MAX_TEXT_LENGTH], name or "utf-8")
        if not true_charset:
            self.flaws.append(
                safe_line(
                    f"L’encodage annoncé du texte ({name[:40] or 'aucun'}) est faux ou inconnu : "
                    "des caractères peuvent être mal affichés."
                )
            )
        return text


def _in_columns(text: str) -> str:
    """Tabs up to the next stop: what they set one under the other stays so."""
    return text.expandtabs(_TAB_STOPS) if text.count("\t") <= _MAX_TABS else text
