"""Contacts: who wrote, and who was written to, as mail goes by."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.many_rows import ManyRows, columns
from tui_mailer.backend.store.part import Owner
from tui_mailer.backend.store.values import to_stamp, words
from tui_mailer.domain.address import Address
from tui_mailer.domain.message import RemoteMessage

# A circular's recipients are no acquaintances.
_MOST_RECIPIENTS_COLLECTED: Final = 50

_NEWER_NAME = "excluded.name <> '' AND (name = '' OR excluded.last_used_at >= last_used_at)"
_WIDTH: Final = 7
_COLLECT: Final = ManyRows(
    f"""
    INSERT INTO contact
        (mailbox_key, mailbox, mailbox_words, name, name_words, use_count, last_used_at)
    SELECT {columns(_WIDTH)} FROM {{rows}} WHERE true
    ON CONFLICT (mailbox_key) DO UPDATE SET
        name = iif({_NEWER_NAME}, excluded.name, name),
        name_words = iif({_NEWER_NAME}, excluded.name_words, name_words),
        use_count = use_count + excluded.use_count,
        last_used_at = max(last_used_at, excluded.last_used_at)
    """,  # noqa: S608  (constants)
    _WIDTH,
)


@dataclass(slots=True)
class _Seen:
    first: Address
    name: str = ""
    named_at: int = -sys.maxsize
    use_count: int = 0
    last_used_at: int = -sys.maxsize

    def row(self, key: str) -> "ContactRow":
        mailbox = self.first.mailbox
        return (
            key,
            mailbox,
            _words(mailbox),
            self.name,
            _words(self.name),
            self.use_count,
            self.last_used_at,
        )


ContactRow = tuple[str | int, ...]
"""What is counted of one person, as `collect_contacts` wants it."""


class PeopleMet:
    """The people of some messages, each once.

    Left out: the owner, what SMTP would not take, and what only passes for a patient's address.
    Completing such an address would lend it credit. So would a label that says an INS: whoever types it
    would be offered the address behind. People are called as their own mail says, or as the owner wrote:
    whoever types a name must not be offered an address that somebody else put it before. A patient is
    called as the patient's own mail says alone.
    """

    def __init__(self, owner: Owner, messages: Iterable[RemoteMessage] = ()) -> None:
        self._owner = owner
        self._seen: dict[str, _Seen] = {}
        self.meet(messages)

    def meet(self, messages: Iterable[RemoteMessage]) -> None:
        """Count those of some more messages."""
        seen, at_patients = self._seen, f"@{self._owner.patient_domain}"
        for message in messages:
            stamp, sender = to_stamp(message.received_at), message.sender
            is_ours = sender.mailbox.casefold() == self._owner.mailbox
            for address in _people(message):
                if not address.mailbox.isascii():
                    continue  # SMTP does not take it, and without case it may be another one's
                key = address.mailbox.casefold()
                person = seen.get(key)
                if person is None:
                    person = seen[key] = _Seen(address)
                person.use_count += 1
                if stamp > person.last_used_at:
                    person.last_used_at = stamp
                if (
                    address.name
                    and stamp >= person.named_at
                    and (address is sender or (is_ours and not key.endswith(at_patients)))
                    and (name := address.without_imitation().name)
                ):
                    person.name, person.named_at = name, stamp

    def keys(self) -> Sequence[str]:
        """One of each, for `rows`."""
        return [*self._seen]

    def rows(self, keys: Iterable[str]) -> Sequence[ContactRow]:
        """What `collect_contacts` wants of some of them."""
        owner = self._owner
        people = ((key, self._seen[key]) for key in keys)
        return [
            one.row(key)
            for key, one in people
            if key != owner.mailbox and _may_be_offered(one.first, owner.patient_domain)
        ]


def collect_contacts(sql: Sql, people: Sequence[ContactRow]) -> None:
    """Add `people` to those known; within a transaction."""
    _COLLECT.run(sql, people)


def _people(message: RemoteMessage) -> tuple[Address, ...]:
    recipients = message.to + message.cc + message.bcc
    if len(recipients) > _MOST_RECIPIENTS_COLLECTED:
        return (message.sender,)
    return (message.sender, *recipients)


# The same people are met in every batch of a first synchronisation.
_words: Final = lru_cache(maxsize=4096)(words)


@lru_cache(maxsize=2048)
def _may_be_offered(address: Address, patient_domain: str) -> bool:
    return address.is_sendable and not address.passes_for_patient(patient_domain)
