"""The journal of what was done to a mailbox, and the chain that shows when it was touched.

ECO.4.1.1 and 4.1.2: who, when, what, on which message, what the server answered. A line holds no
subject, no body, no file name and no secret; the matricule stands in it, since it is the trace of
who was written to.

    digest of a line = SHA-256 of the JSON array [digest of the line before, line…, answer]

The digest is a plain one and not keyed: the key would lie in the same file as the lines, so it
would stop nobody who can change them, and a plain digest can be checked on an export by anybody.
The chain proves that no line was altered, taken out, put in or moved *by a hand that did not
calculate every later digest anew*. Whoever holds the passphrase can do that: it then shows against
a number and a digest noted elsewhere, on paper or in the export of an earlier day. The same holds
for lines taken off the end together with the head that counts them.

Lines older than the retention are taken out from the beginning only. The journal itself records
it: a line says up to where, and with which digest the chain goes on.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import Final

from tui_mailer.domain.safe_text import SafeText, safe_line

FIRST_DIGEST: Final = "0" * 64
"""What the very first line follows."""


class Deed(Enum):
    """What was done; the value is the French word that the journal holds."""

    OPENED = "ouverture de la boîte locale"
    REMADE = "boîte locale refaite"
    LOGIN = "connexion"
    LOGOUT = "déconnexion"
    SYNCHRONISED = "synchronisation"
    FETCHED = "chargement"
    READ = "lecture"
    SOURCE_READ = "lecture de la source"
    MARKED = "marquage"
    MOVED = "déplacement"
    EXPUNGED = "suppression définitive"
    FOLDER_MADE = "création de dossier"
    COPIED = "copie rangée"
    SENT = "envoi"
    EXCHANGE_ENDED = "fin d’échange"
    ATTACHMENT_SAVED = "pièce jointe enregistrée"
    IDENTITY_CONFIRMED = "identité confirmée"
    EXPORTED = "export du journal"
    CUT = "lignes anciennes retirées"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What a line says, before it has its place in the chain. Every text is safe, on one line.

    Attributes:
        at: see `journal_time`; text, so that the digest is calculated on what the export shows.
        account: the mailbox's address.
        system_user: who was logged in to the machine.
        deed: the value of a `Deed`.
        uid: of the message in `folder`, 0 for none.
        message_id: with its angle brackets, or "".
        patient: matricule, or "".
        detail: French, what else is to be known.
        answer: what the server answered, "" where none was asked.
    """

    at: str
    account: SafeText
    system_user: SafeText
    deed: SafeText
    folder: SafeText = SafeText("")
    uid: int = 0
    message_id: SafeText = SafeText("")
    patient: SafeText = SafeText("")
    detail: SafeText = SafeText("")
    answer: SafeText = SafeText("")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line in its place: `number` counts from 1 without a gap, `digest` is 64 hexadecimal digits."""

    number: int
    entry: JournalEntry
    digest: str

    @property
    def id(self) -> int:
        """What lists know a row by."""
        return self.number


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which lines to list: those of one of `patients`, or with `text` in them; all by default."""

    text: str = ""
    patients: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when every line is listed."""
        return not (self.text or self.patients)


@dataclass(frozen=True, slots=True)
class MessageTrace:
    """How the journal names a message: `message_id` and `patient` may be ""."""

    message_id: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: the line `number` and its digest."""

    number: int = 0
    digest: str = FIRST_DIGEST


@dataclass(frozen=True, slots=True)
class ChainEnds:
    """Between which places the lines held must stand.

    Attributes:
        before: the last line that was taken out for its age; `Link()` when none was.
        last: the newest line written.
        vouched: a line of the journal itself records that all up to `before` was taken out.
    """

    before: Link
    last: Link
    vouched: bool = True


class Fault(Enum):
    """What is wrong at a line, as a French sentence."""

    ALTERED = "cette ligne, ou celle qui la précède, a été modifiée"
    MISSING = "des lignes manquent avant celle-ci"
    END_CHANGED = "des lignes manquent, ou ont été ajoutées, à la fin du journal"
    CUT_UNRECORDED = "le début du journal a été retiré sans que le journal le dise"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a look at the whole chain found.

    Attributes:
        line_count: lines looked at.
        last: the newest line; worth noting elsewhere.
        faults: number of a line -> what is wrong there; 0 for the beginning.
    """

    line_count: int
    last: Link
    faults: tuple[tuple[int, Fault], ...] = ()

    @property
    def holds(self) -> bool:
        """True when nothing was touched."""
        return not self.faults


class ChainCheck:
    """Follows the chain from its beginning, line after line in the order of their numbers."""

    def __init__(self, ends: ChainEnds) -> None:
        self._ends = ends
        self._at = ends.before
        self._count = 0
        self._faults = [] if ends.vouched else [(0, Fault.CUT_UNRECORDED)]

    def take(self, lines: Iterable[JournalLine]) -> None:
        """Go on with these."""
        for line in lines:
            if line.number != self._at.number + 1:
                self._faults.append((line.number, Fault.MISSING))
            elif digest(self._at.digest, line.number, line.entry) != line.digest:
                self._faults.append((line.number, Fault.ALTERED))
            self._at = Link(line.number, line.digest)
            self._count += 1

    def finish(self) -> ChainReport:
        """The lines have ended."""
        faults = list(self._faults)
        if self._at != self._ends.last:
            faults.append((self._at.number, Fault.END_CHANGED))
        return ChainReport(self._count, self._at, tuple(faults))


def columns(number: int, entry: JournalEntry) -> tuple[str | int, ...]:
    """A line's fields in the order of the digest and of the export."""
    return (
        number,
        entry.at,
        entry.account,
        entry.system_user,
        entry.deed,
        entry.folder,
        entry.uid,
        entry.message_id,
        entry.patient,
        entry.detail,
        entry.answer,
    )


def digest(before: str, number: int, entry: JournalEntry) -> str:
    """The digest of a line that follows one with the digest `before`."""
    fields = [before, *columns(number, entry)]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def cut_words(up_to: Link) -> SafeText:
    """How a line records that all lines up to `up_to` were taken out."""
    return safe_line(f"jusqu’à la ligne {up_to.number}, empreinte {up_to.digest}")


def journal_time(moment: datetime) -> str:
    """An aware time as the journal writes it: ``2026-03-02T12:00:00.000000Z``, sortable as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
