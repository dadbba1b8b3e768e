"""The conversations written by hand in ``patients.toml`` and ``colleagues.toml``."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from tui_mailer.demo.content.stored import (
    ANSWERED,
    ARCHIVES,
    FLAGGED,
    INBOX,
    SEEN,
    SENT,
    StoredMessage,
)
from tui_mailer.demo.files import attachment
from tui_mailer.demo.letters import Letter
from tui_mailer.demo.people import COLLEAGUES, PATIENTS, PRACTICE, Correspondent

_ARCHIVED_AFTER_DAYS = 200
_PRACTICE_SIGNATURE = (
    "Dr Marie MARTIN\nMédecin généraliste – Cabinet médical, Saint-Amblin\n"
    "Secrétariat : 04 65 71 20 30\n"
)
_WRITES_HTML = frozenset({"cardio", "hopital", "radiologue", "msp"})


@dataclass(frozen=True, slots=True)
class _Said:
    by_practice: bool
    text: str
    after: timedelta
    attached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Thread:
    number: int
    key: str
    other: Correspondent
    subject: str
    started_at: datetime
    folder: str
    unread: bool
    flagged: bool
    closed: bool
    says: tuple[_Said, ...]


def conversations(now: datetime) -> Iterator[StoredMessage]:
    """Every message of every conversation, filed; the latest one is before ``now``."""
    tables = [*_tables("patients.toml"), *_tables("colleagues.toml")]
    for number, table in enumerate(tables, start=1):
        yield from _write(_thread(number, table, now))


def moment(now: datetime, days_ago: int, clock: str) -> datetime:
    """The time of day ``clock`` (``HH:MM``), ``days_ago`` days before ``now``."""
    hour, _, minute = clock.partition(":")
    day = now - timedelta(days=days_ago)
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def _tables(name: str) -> list[dict[str, Any]]:
    text = files("tui_mailer.demo.content").joinpath(name).read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)["thread"]
    return tables


def _thread(number: int, table: dict[str, Any], now: datetime) -> _Thread:
    says = tuple(_said(said, number, place) for place, said in enumerate(table["says"]))
    lasting = sum((said.after for said in says), timedelta())
    started_at = moment(now, table["days_ago"], table["at"])
    while started_at + lasting >= now:
        started_at -= timedelta(days=1)
    key = table["with"]
    patient = PATIENTS.get(key)
    old = ARCHIVES if table["days_ago"] > _ARCHIVED_AFTER_DAYS else INBOX
    return _Thread(
        number=number,
        key=key,
        other=patient.correspondent if patient else COLLEAGUES[key],
        subject=table["subject"],
        started_at=started_at,
        folder=table.get("folder", old),
        unread=table.get("unread", False),
        flagged=table.get("flagged", False),
        closed=table.get("closed", False),
        says=says,
    )


def _said(table: dict[str, Any], thread_number: int, position: int) -> _Said:
    hours = int(table.get("after", "0h").removesuffix("h"))
    # Some minutes of drift: nobody answers on the hour.
    minutes = -(thread_number * 7 + position * 13) % 23
    after = timedelta(hours=hours, minutes=minutes)
    return _Said(table["by"] == "moi", table["text"], after, tuple(table.get("attach", ())))


def _write(thread: _Thread) -> Iterator[StoredMessage]:
    sent_at = thread.started_at
    written: list[str] = []
    for position, said in enumerate(thread.says):
        sent_at += said.after
        letter = _letter(thread, said, sent_at, tuple(written))
        written.append(letter.message_id)
        folder = SENT if said.by_practice else thread.folder
        yield StoredMessage.of(letter, folder, *_flags(thread, position))
    if thread.closed:
        next_morning = (sent_at + timedelta(days=1)).replace(hour=9)
        yield StoredMessage.of(_end_of_exchange(thread, next_morning), SENT, SEEN)


def _flags(thread: _Thread, position: int) -> tuple[bytes, ...]:
    said = thread.says[position]
    if said.by_practice:
        return (SEEN,)
    last = position == len(thread.says) - 1
    answered = not last and thread.says[position + 1].by_practice
    flags = [] if thread.unread and last else [SEEN]
    flags += [ANSWERED] if answered else []
    flags += [FLAGGED] if thread.flagged and last else []
    return tuple(flags)


def _letter(thread: _Thread, said: _Said, at: datetime, references: tuple[str, ...]) -> Letter:
    by_practice = said.by_practice
    sender, recipient = (PRACTICE, thread.other) if by_practice else (thread.other, PRACTICE)
    text = f"{said.text}\n\n{_PRACTICE_SIGNATURE}" if by_practice else f"{said.text}\n"
    html = not by_practice and thread.key in _WRITES_HTML
    return Letter(
        sender=sender,
        recipients=(recipient,),
        subject=f"Re: {thread.subject}" if references else thread.subject,
        text=text,
        html=_paragraphs(text) if html else "",
        sent_at=at,
        message_id=message_id(f"{thread.number}.{len(references) + 1}", sender),
        references=references,
        attachments=tuple(
            attachment(name, (name, thread.subject, at.strftime("%d/%m/%Y")))
            for name in said.attached
        ),
    )


def _end_of_exchange(thread: _Thread, at: datetime) -> Letter:
    return Letter(
        sender=PRACTICE,
        recipients=(thread.other,),
        subject="[FIN]",
        text="Bonjour,\n\nJe mets fin à cet échange. Le secrétariat reste joignable au "
        f"04 65 71 20 30.\n\n{_PRACTICE_SIGNATURE}",
        sent_at=at,
        message_id=message_id(f"{thread.number}.fin", PRACTICE),
        headers=(("X-MSS-MES", "FIN"),),
    )


def message_id(name: str, sender: Correspondent) -> str:
    """A Message-ID that is the same at each start."""
    return f"<demo.{name}@{sender.address.rpartition('@')[2]}>"


def _paragraphs(text: str) -> str:
    blocks = "".join(
        f"<p>{block.replace(chr(10), '<br>')}</p>" for block in text.strip().split("\n\n")
    )
    return f'<html><body style="font-family: sans-serif">{blocks}</body></html>\n'
