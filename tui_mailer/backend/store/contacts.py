"""Contacts: who wrote, and who was written to, as mail goes by."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.many_rows import ManyRows, Row
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.values import words
from tui_mailer.domain.address import Address
from tui_mailer.domain.safe_text import SafeText, safe_line

# A circular's recipients are no acquaintances.
_MOST_RECIPIENTS_COLLECTED: Final = 50
_NO_MAILBOX: Final = SafeText("")

_NEWER_NAME = "excluded.name <> '' AND (name = '' OR excluded.last_used_at >= last_used_at)"
_COLUMNS = (
    "mailbox_key", "mailbox", "mailbox_words", "name", "name_words", "use_count", "last_used_at"
)  # fmt: skip
_COLLECT: Final = ManyRows(
    f"""
    INSERT INTO contact ({", ".join(_COLUMNS)}) VALUES {{rows}}
    ON CONFLICT (mailbox_key) DO UPDATE SET
        name = iif({_NEWER_NAME}, excluded.name, name),
        name_words = iif({_NEWER_NAME}, excluded.name_words, name_words),
        use_count = use_count + excluded.use_count,
        last_used_at = max(last_used_at, excluded.last_used_at)
    """,  # noqa: S608  (constants)
    _COLUMNS,
)


class Met(NamedTuple):
    """Whom one message was from and to, each a mailbox and a label.

    Attributes:
        at: when it was received, a stamp.
        is_ours: the account's owner wrote it.
    """

    at: int
    sender: tuple[str, str]
    recipients: Sequence[tuple[str, str]]
    is_ours: bool


@dataclass(slots=True)
class _Seen:
    mailbox: str
    name: str = ""
    named_at: int = -sys.maxsize
    use_count: int = 0
    last_used_at: int = -sys.maxsize

    def row(self, key: str) -> Row:
        mailbox = self.mailbox
        return (
            key,
            mailbox,
            _words(mailbox),
            self.name,
            _words(self.name),
            self.use_count,
            self.last_used_at,
        )


def collect_contacts(sql: Sql, messages: Iterable[Met], owner: Owner) -> None:
    """Add the people of some messages to those known; within a transaction.

    Left out: the owner, what SMTP would not take, and what only passes for a patient's address.
    Completing such an address would lend it credit. So would a label that says an INS: whoever types it
    would be offered the address behind. People are called as their own mail says, or as the owner wrote:
    whoever types a name must not be offered an address that somebody else put it before. A patient is
    called as the patient's own mail says alone.
    """
    seen = _seen_in(messages, f"@{owner.patient_domain}")
    rows = [
        one.row(key)
        for key, one in seen.items()
        if key != owner.mailbox and _may_be_offered(one.mailbox, owner.patient_domain)
    ]
    _COLLECT.run(sql, rows)


def _seen_in(messages: Iterable[Met], at_patients: str) -> dict[str, _Seen]:
    """Each of the people once, by the mailbox without case."""
    seen: dict[str, _Seen] = {}
    for at, sender, recipients, is_ours in messages:
        too_many = len(recipients) > _MOST_RECIPIENTS_COLLECTED
        for number, (mailbox, name) in enumerate((sender, *(() if too_many else recipients))):
            if not mailbox.isascii():
                continue  # SMTP does not take it, and without case it may be another one's
            key = mailbox.casefold()
            person = seen.get(key)
            if person is None:
                person = seen[key] = _Seen(mailbox)
            person.use_count += 1
            if at > person.last_used_at:
                person.last_used_at = at
            if (
                name
                and at >= person.named_at
                and (number == 0 or (is_ours and not key.endswith(at_patients)))
                and (shown := _without_imitation(name))
            ):
                person.name, person.named_at = shown, at
    return seen


# The same people are met again and again.
_words: Final = lru_cache(maxsize=4096)(words)


@lru_cache(maxsize=2048)
def _may_be_offered(mailbox: str, patient_domain: str) -> bool:
    address = Address(safe_line(mailbox))
    return address.is_sendable and not address.passes_for_patient(patient_domain)


def _without_imitation(name: str) -> str:
    return Address(_NO_MAILBOX, safe_line(name)).without_imitation().name
