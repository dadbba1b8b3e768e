"""Replies and forwards: who gets them, under which subject, what is quoted."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tui_mailer.domain.address import PATIENT_DOMAIN, Address
from tui_mailer.domain.draft import Draft, ForwardedAttachment
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.message import ReadMessage
from tui_mailer.domain.subject import without_documents_prefix
from tui_mailer.mime.links import listed

MAX_REFERENCES: Final = 20
MAX_PATIENT_QUOTE_LINES: Final = 20
MAX_SUBJECT_LENGTH: Final = 400
"""Far more than anybody reads; a field of a quarter of a million characters holds up the keys."""


def _prefixes(*words: str) -> re.Pattern[str]:
    """One or more of `words`, perhaps counted (``RE[2]``), each with its colon."""
    # No backtracking: a subject of blanks would otherwise take quadratic time. The group is atomic,
    # not possessive, which Python 3.11.4 and before take for more than is there.
    one = rf"\s*+(?:{'|'.join(words)})\s*+(?>(?:\[\d++\]|\(\d++\))?)\s*+:"
    return re.compile(rf"\A(?:{one})+\s*", re.IGNORECASE)


_REPLY: Final = ("re", "rép", "rep", "aw")
_FORWARD: Final = ("tr", "fw", "fwd")
_REPLY_PREFIXES: Final = _prefixes(*_REPLY)
_FORWARD_PREFIXES: Final = _prefixes(*_FORWARD)
_ANY_PREFIXES: Final = _prefixes(*_REPLY, *_FORWARD)
_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)


def reply(
    read: ReadMessage,
    own: Address,
    *,
    to_all: bool,
    message_id: int,
    patient_domain: str = PATIENT_DOMAIN,
    test_identities: bool = False,
) -> Draft:
    """An answer to a message; to one's own message, it goes where that one went.

    A patient is answered at the patient's address, whatever ``Reply-To`` asks for.

    Args:
        read: the message answered.
        own: the account's address, left out of the recipients.
        to_all: to the other recipients too, as copies.
        message_id: local id of the message answered.
        patient_domain: where patients receive; their screen does not set quotes apart, so that
            a patient gets a short one only.
        test_identities: as the account says; their wrong keys are patients' too.
    """

    def is_patient(address: Address) -> bool:
        return bool(address.matricule(patient_domain, test_identities=test_identities))

    asked = () if is_patient(read.sender) else read.reply_to
    to, cc = _recipients(read, own, asked, to_all=to_all)
    patient = any(map(is_patient, to + cc))
    return Draft(
        to=to,
        cc=cc,
        subject=_prefixed("Re: ", _REPLY_PREFIXES, read.subject),
        body=_quotation(read, MAX_PATIENT_QUOTE_LINES if patient else None),
        in_reply_to=read.message_id,
        references=_references(read),
        answers=message_id,
    )


def forward(read: ReadMessage, message_id: int) -> Draft:
    """A message sent on, with its attachments; `message_id` is its local id."""
    return Draft(
        subject=_prefixed("Tr: ", _FORWARD_PREFIXES, read.subject),
        body=_forwarded(read),
        attachments=tuple(
            ForwardedAttachment(message_id, one.index, one.name, one.media_type, one.size_bytes)
            for one in read.attachments
            if not one.inside
        ),
        forwards=message_id,
    )


def _recipients(
    read: ReadMessage, own: Address, asked: Iterable[Address], *, to_all: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """To and Cc of an answer; `asked`: where the sender wants it, empty for the sender's own."""
    if read.sender.same_mailbox(own):
        to = _distinct(read.to, ()) or (own,)
        return to, _distinct(read.cc, (own, *to)) if to_all else ()
    to = _distinct(asked, ()) or (read.sender.without_imitation(),)
    return to, _distinct((*read.to, *read.cc), (own, *to)) if to_all else ()


def _distinct(addresses: Iterable[Address], without: Iterable[Address]) -> tuple[Address, ...]:
    """`addresses` that have a mailbox, each once, those in `without` left out.

    Their labels are those of whoever wrote the message, and say nothing that is not theirs to say.
    """
    seen = {address.mailbox.casefold() for address in without} | {""}
    kept = []
    for address in addresses:
        if address.mailbox.casefold() not in seen:
            seen.add(address.mailbox.casefold())
            kept.append(address.without_imitation())
    return tuple(kept)


def _prefixed(prefix: str, known: re.Pattern[str], subject: str) -> str:
    """One prefix, however many there were; nothing for the subject that ends an exchange.

    ``Re: [FIN]`` would look like an end of the exchange and be none (ENS V1.3 §7): the user
    writes a subject anew. ``XDM/1.0/DDM+`` marks a message that carries documents (ECO.2.1.3): an
    answer carries none, and behind ``Tr:`` the prefix would mark nothing.
    """
    bare = without_documents_prefix(known.sub("", subject.strip()))
    bare = known.sub("", bare).strip()
    if len(bare) > MAX_SUBJECT_LENGTH:
        bare = bare[:MAX_SUBJECT_LENGTH] + "…"
    core = _ANY_PREFIXES.sub("", bare)
    if not core or core.casefold() == END_SUBJECT.casefold():
        return ""
    return prefix + bare


def _references(read: ReadMessage) -> tuple[str, ...]:
    """RFC 5322 §3.6.4: the references answered, then the message itself; the middle may go."""
    chain = tuple(dict.fromkeys((*read.references, *filter(None, [read.message_id]))))
    if len(chain) <= MAX_REFERENCES:
        return chain
    return (chain[0], *chain[1 - MAX_REFERENCES :])


def _quotation(read: ReadMessage, max_lines: int | None) -> str:
    lines = read.text.strip("\n").split("\n")
    quoted = lines if max_lines is None else lines[:max_lines]
    marked = [f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in quoted]
    if len(quoted) < len(lines):
        marked.append("> […]")
    return "\n".join(("", "", _attribution(read), *marked, ""))


def _attribution(read: ReadMessage) -> str:
    who = read.sender.name or read.sender.mailbox or "l’expéditeur"
    return f"Le {_moment(read.sent_at)}, {who} a écrit :" if read.sent_at else f"{who} a écrit :"


def _moment(at: datetime) -> str:
    """Date and time as the user's clock showed them."""
    local = at.astimezone()
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {_MONTHS[local.month - 1]} {local.year} à {local:%H:%M}"


def _forwarded(read: ReadMessage) -> str:
    header = [
        "---------- Message transféré ----------",
        f"De : {_shown([read.sender])}",
        f"Date : {_moment(read.sent_at)}" if read.sent_at else "",
        f"Objet : {read.subject}",
        f"À : {_shown(read.to)}" if read.to else "",
        f"Cc : {_shown(read.cc)}" if read.cc else "",
    ]
    return "\n".join(
        ("", "", *filter(None, header), "", read.text.strip("\n"), *listed(read.links), "")
    )


def _shown(addresses: Iterable[Address]) -> str:
    return ", ".join(f"{a.name} <{a.mailbox}>" if a.name else a.mailbox for a in addresses)
