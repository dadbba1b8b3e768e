"""A received message as the reader shows it: who really wrote, what it says, what is suspect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from tui_mailer.domain.address import Address
from tui_mailer.domain.doubts import Doubt, DoubtKind, doubts
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.marks import unmarked
from tui_mailer.domain.message import Attachment, Link, ReadMessage
from tui_mailer.domain.subject import shown_subject
from tui_mailer.domain.traits import PatientTraits
from tui_mailer.ui.presenters.patient_words import label_note
from tui_mailer.ui.text import Part, french_moment, french_size, line, plural

NO_ANSWER: Final = "⊘ sans réponse possible"
_FINAL: Final = "FIN"
_LABEL_WIDTH: Final = 7
# About 50 ms to lay out.
_BLOCK_LENGTH: Final = 12_000
_BLOCK_LINKS: Final = 50
_INDENT: Final = "\n" + " " * _LABEL_WIDTH


@dataclass(frozen=True, slots=True)
class ReaderContext:
    """What a message is shown beside.

    Attributes:
        now: local, aware.
        patient_domain: the account's.
        width: in cells.
        traits: the stored identity of the patient it was exchanged with, if there is one.
        after_end: a patient wrote it after the exchange had been ended.
    """

    now: datetime
    patient_domain: str
    width: int
    traits: PatientTraits | None = None
    after_end: bool = False


_NOTICES: Final = {
    DoubtKind.LOOK_ALIKE: "fausse adresse de patient",
    DoubtKind.REPLY_ELSEWHERE: "réponse dirigée ailleurs",
    DoubtKind.OTHER_NAME: "nom différent",
    DoubtKind.CARER: "écrit par un aidant",
}


def headers(message: ReadMessage, context: ReaderContext) -> Content:
    """Subject, people and date; a patient is named as one, a lookalike as what it is."""
    found = doubts(message, context.traits, context.patient_domain)
    subject = shown_subject(message.subject) or "(sans objet)"
    parts: list[Part] = [*_notice(found), (subject, "bold"), "\n\n"]
    parts += _people("De", (message.sender,), context)
    parts += [part for doubt in found for part in _sentence(doubt, message, context)]
    if any(doubt.kind is DoubtKind.REPLY_ELSEWHERE for doubt in found):
        parts += [(_reply_elsewhere(message, context), "$warning")]
        parts += _people("Rép. à", message.reply_to, context)
    parts += _people("À", message.to, context)
    parts += _people("Cc", message.cc, context)
    if message.sent_at is not None:
        parts += [_label("Date"), french_moment(message.sent_at, context.now), "\n"]
    parts += _marks(message, context)
    parts += [(f"⚠ {flaw}\n", "$warning") for flaw in message.flaws]
    return line(*parts).rstrip()


def _reply_elsewhere(message: ReadMessage, context: ReaderContext) -> str:
    """Where an answer goes; a patient is answered at the patient's address alone."""
    if message.sender.matricule(context.patient_domain):
        return "⚠ Une autre adresse est demandée pour la réponse ; elle ira à celle du patient :\n"
    return "⚠ La réponse irait à une autre adresse que l’expéditeur :\n"


def _notice(found: Sequence[Doubt]) -> list[Part]:
    """One line above everything: a message is not to be answered before it was read."""
    if not found:
        return []
    words = ", ".join(_NOTICES[doubt.kind] for doubt in found)
    return [(f"⚠ À vérifier : {words}.", "bold $warning"), "\n\n"]


def _sentence(doubt: Doubt, message: ReadMessage, context: ReaderContext) -> list[Part]:
    """What is doubtful in full; a look-alike and a Reply-To are explained beside the address."""
    if doubt.kind is DoubtKind.OTHER_NAME:
        return [(f"⚠ {label_note(context.traits, message.sender.name)}\n", "$warning")]
    if doubt.kind is DoubtKind.CARER:
        said = f"⚠ Écrit par {doubt.carer}, aidant du patient : le patient lira votre réponse.\n"
        return [(said, "$warning")]
    return []


def _marks(message: ReadMessage, context: ReaderContext) -> list[Part]:
    """What ending an exchange means for this message (ENS V1.3 §7, ECO.2.2.8)."""
    if context.after_end:
        return [
            ("⚠ reçu après la fin", "bold $warning"),
            " : l’échange était clos. Répondre le redémarre.\n",
        ]
    to_patient = any(a.matricule(context.patient_domain) for a in message.to + message.cc)
    if not to_patient:
        return []
    if message.subject == END_SUBJECT:
        return [("■ met fin aux échanges", "bold"), " avec ce patient.\n"]
    return [(f"{NO_ANSWER}\n", "bold")] if message.mss_mes.upper() == _FINAL else []


def attachments(found: Sequence[Attachment]) -> Content:
    """The attachments by name, type and size; empty when there is none."""
    if not found:
        return Content("")
    title = plural(len(found), "pièce jointe", "pièces jointes")
    parts: list[Part] = [(f"{title} ", "bold"), ("— s : enregistrer", "dim")]
    for item in found:
        parts += ["\n  PJ ", (f"{item.name or '(sans nom)'}  ", "bold")]
        within = ", dans le message joint" if item.inside else ""
        parts += [(f"{item.media_type}, {french_size(item.size_bytes)}{within}", "dim")]
    return line(*parts)


def body(message: ReadMessage) -> list[Content]:
    """The text, then its links with their true hosts, in blocks to be shown one under the other.

    A block is short enough to be laid out without holding the screen.
    """
    text = message.text.rstrip()
    blocks = [line(block) for block in _blocks(text)] or [line(("(message sans texte)", "dim"))]
    for start in range(0, len(message.links), _BLOCK_LINKS):
        parts: list[Part] = [] if start else [("\nLiens\n", "bold")]
        for link in message.links[start : start + _BLOCK_LINKS]:
            parts += [*_link(link), "\n"]
        blocks.append(line(*parts).rstrip())
    return blocks


def _blocks(text: str) -> Iterator[str]:
    """Cut `text` at line ends, and a line that is too long anywhere."""
    block: list[str] = []
    length = 0
    for whole in text.split("\n") if text else ():
        for start in range(0, len(whole) or 1, _BLOCK_LENGTH):
            piece = whole[start : start + _BLOCK_LENGTH]
            if block and length + len(piece) > _BLOCK_LENGTH:
                yield "\n".join(block)
                block, length = [], 0
            # A block that ended with an empty line would lose it.
            block.append(piece or " ")
            length += len(piece) + 1
    if block:
        yield "\n".join(block)


def _link(link: Link) -> list[Part]:
    number = f"  [{link.number}] "
    host = link.host or "aucun site"
    if link.deceptive:
        return [
            number,
            (f"⚠ lien trompeur : vrai site {host}", "bold $warning"),
            f"  {link.target}",
        ]
    return [number, (host, "bold"), (f"  {link.target}", "dim")]


def _label(name: str) -> Part:
    return (f"{name:<{_LABEL_WIDTH}}", "dim")


def _people(label: str, people: Sequence[Address], context: ReaderContext) -> list[Part]:
    parts: list[Part] = []
    for position, address in enumerate(people):
        parts += [_label("" if position else label), *_person(address, context), "\n"]
    return parts


def _person(address: Address, context: ReaderContext) -> list[Part]:
    shown_name = _name(address, context)
    name: list[Part] = [(shown_name, "bold"), "  "] if shown_name else []
    if matricule := address.matricule(context.patient_domain):
        ins = f"INS {Matricule(matricule).grouped}"
        mailbox = (_folded(f"<{address.mailbox}>", context.width), "dim")
        return [*name, ("◆ patient", "bold $accent"), _INDENT, (ins, "bold"), _INDENT, mailbox]
    taken = _LABEL_WIDTH + cell_len(address.name) + 2 + cell_len(address.mailbox) + 2
    apart: list[Part] = [_INDENT] if address.name and taken > context.width else []
    mailbox_text = _folded(f"<{address.mailbox}>", context.width)
    shown: list[Part] = [*name, *apart, (mailbox_text, "dim" if address.name else "")]
    if address.passes_for_patient(context.patient_domain):
        warning = "⚠ ressemble à une adresse de patient sans en être une"
        shown += [_INDENT, (warning, "bold $error")]
    return shown


def _name(address: Address, context: ReaderContext) -> str:
    """The confirmed name of the patient, else the label as received."""
    traits = context.traits
    if traits is not None and address.matricule(context.patient_domain) == traits.matricule:
        return traits.name
    return unmarked(address.name)


def _folded(text: str, width: int) -> str:
    """A long mailbox on several lines, under itself: the whole of it is always shown."""
    room = max(width - _LABEL_WIDTH, 1)
    return _INDENT.join(text[start : start + room] for start in range(0, len(text), room))
