"""Searching words in everything held: headers, and what was fetched of bodies and attachments.

The text index numbers its rows by time. So it gives hits newest first without sorting any, stops
at the last row asked for, and a range of dates is a range of its rows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.values import (
    json_list,
    to_stamp,
    word_starts,
    words,
    words_as_written,
)
from tui_mailer.domain.ins import clean
from tui_mailer.domain.search import SearchField, SearchQuery, SearchTerm
from tui_mailer.domain.server_search import asked, known_here

TEXT_ROW: Final = "max(0, min(received_at / 1000000, 4294967295)) << 30 | id"
"""The number of a message's row in the text index."""
TEXT_COLUMNS: Final = "message_text (rowid, subject, sender, recipients, body, attachments)"
WORDS: Final = (
    "subject",
    "sender_name || ' ' || sender_mailbox",
    "first_name || ' ' || first_mailbox || ' ' || recipients",
)
"""What of a message's row is indexed in the first of these columns."""
_ID_BITS: Final = 30
_LARGEST_ID: Final = (1 << _ID_BITS) - 1
_ID: Final = f"(message_text.rowid & {_LARGEST_ID})"
_LATEST_SECOND: Final = 2**32 - 1
_NO_LIMIT: Final = -1

_FIND: Final = """
    SELECT message_text.rowid FROM message_text WHERE {conditions}
    ORDER BY message_text.rowid DESC LIMIT :limit
"""
_WITHIN: Final = "{id} IN (SELECT id FROM message WHERE {condition})"
# Of an expression, not of the row's number: the words are looked up once, not once for each row.
_AMONG: Final = f"{_ID} IN (SELECT value FROM json_each(:among))"  # noqa: S608  (constants)
_WITH_ATTACHMENT: Final = "{id} {negation} IN (SELECT id FROM message WHERE has_attachment = 1)"
_MERGE: Final = "INSERT INTO message_text (message_text, rank) VALUES ('merge', ?)"
# Some 10 ms: whoever wants the connection waits for one of these.
_PAGES_MERGED_AT_ONCE: Final = 30
# By the name that is shown, which was confirmed, or by the label; of more, the last that were met.
_PATIENTS: Final = """
    SELECT c.mailbox_key FROM contact AS c LEFT JOIN patient_traits AS t
        ON t.matricule = upper(substr(c.mailbox_key, 1, length(c.mailbox_key) - length(:domain)))
    WHERE substr(c.mailbox_key, -length(:domain)) = :domain
        AND (c.mailbox_key GLOB :begins OR ({names}))
    ORDER BY c.last_used_at DESC LIMIT 1000
"""
_NAMED: Final = "instr(c.name_words || coalesce(t.name_words, ''), :start{n}) > 0"
_INS: Final = re.compile(
    "([1-478])([0-9]{2})([0-9]{2})([0-9]{2}|2[ab])([0-9]{3})([0-9]{3})([0-9]{2})?"
)

_COLUMNS: Final[Mapping[SearchField, str]] = {
    SearchField.FROM: "{sender} : ",
    SearchField.TO: "{recipients} : ",
    SearchField.PATIENT: "{sender recipients} : ",
    SearchField.SUBJECT: "{subject} : ",
    SearchField.BODY: "{body} : ",
    SearchField.ATTACHMENT: "{attachments} : ",
}


@dataclass(frozen=True, slots=True)
class Hits:
    """What is to be found: `condition` on `message`, with its `values`, says within which list.

    Attributes:
        among: local ids; no other message may be found. None for all.
        found: what the server found of it, as in `SearchView`.
    """

    query: SearchQuery
    condition: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
    among: Iterable[int] | None = None
    found: Sequence[Sequence[int]] = ()


def find(sql: Sql, hits: Hits, owner: Owner, limit: int) -> Sequence[int]:
    """Local ids of the newest messages found, `limit` at most; none for an empty query."""
    if hits.query.is_empty:
        return []
    rows = _find(sql, hits, owner, limit)
    if any(hits.found):
        rows = sorted({*rows, *_joining(sql, hits, owner, limit)}, reverse=True)[:limit]
    return [*map(_id_of, rows)]


def merge_some(sql: Sql) -> bool:
    """Merge a little of the text index, where it lies in many segments; False when it does not.

    Each word is looked up in each segment: a search for a patient takes three times as long in the
    24 that a first synchronisation of 100,000 messages leaves as in one.
    """
    changed_before = sql.total_changes
    sql.execute(_MERGE, (_PAGES_MERGED_AT_ONCE,))
    # The command itself counts as one (https://www.sqlite.org/fts5.html#the_merge_command).
    return sql.total_changes - changed_before > 1


def _joining(sql: Sql, hits: Hits, owner: Owner, limit: int) -> Sequence[int]:
    """Rows of messages in which the server saw some of the words, and all the rest is known here."""
    joining = {message_id for ids in hits.found for message_id in ids}
    for term, ids in zip(asked(hits.query), hits.found, strict=False):
        if left := joining.difference(ids):
            known = _find(sql, Hits(SearchQuery((term,)), among=left), owner, _NO_LIMIT)
            joining &= {*ids, *map(_id_of, known)}
    return _find(sql, replace(hits, query=known_here(hits.query), among=joining), owner, limit)


def _find(sql: Sql, hits: Hits, owner: Owner, limit: int) -> Sequence[int]:
    """Rows of the text index, the newest first."""
    query = hits.query
    expression = " AND ".join(_expression(sql, term, owner) for term in query.terms)
    values = {
        **hits.values,
        "match": expression,
        "since": _first_row(query.since) if query.since else 0,
        "before": _first_row(query.before) if query.before else (_LATEST_SECOND + 1) << _ID_BITS,
        "among": json_list(hits.among or ()),
        "limit": limit,
    }
    statement = _FIND.format(conditions=" AND ".join(_conditions(hits)))
    return [row for (row,) in sql.execute(statement, values)]


def _id_of(row: int) -> int:
    return row & _LARGEST_ID


def _conditions(hits: Hits) -> Iterable[str]:
    if hits.query.terms:
        yield "message_text MATCH :match"
    yield "message_text.rowid >= :since AND message_text.rowid < :before"
    if hits.among is not None:
        yield _AMONG
    if hits.condition:
        yield _WITHIN.format(id=_ID, condition=hits.condition)
    if hits.query.with_attachment is not None:
        negation = "" if hits.query.with_attachment else "NOT"
        yield _WITH_ATTACHMENT.format(id=_ID, negation=negation)


def _first_row(day: date) -> int:
    """Where the rows of `day` begin, a day of this machine's time zone."""
    midnight = to_stamp(datetime.combine(day, time()).astimezone())
    return max(0, min(midnight // 1_000_000, _LATEST_SECOND)) << _ID_BITS


# --- terms in the language of the index: words between quotes, nothing of them is an operator


def _expression(sql: Sql, term: SearchTerm, owner: Owner) -> str:
    if term.field is SearchField.PATIENT:
        patients = [_quoted(words(local).strip()) for local in _patients(sql, term.text, owner)]
        # The domain once for all of them: a third of all messages have its words.
        domain = _quoted(words(owner.patient_domain).strip())
        found = f"({' OR '.join(patients)}) AND {domain}" if patients else _quoted("")
    else:
        found = " OR ".join(_written(term))
    return f"({_COLUMNS.get(term.field, '')}({found}))"


def _written(term: SearchTerm) -> Iterable[str]:
    """The ways in which what is looked for may be written."""
    if term.whole:
        yield _quoted(words(term.text).strip())
    else:
        starts = [_begun(start.strip()) for start in word_starts(term.text)] or [_quoted("")]
        yield f"({' AND '.join(starts)})"
    if not term.text.isascii():
        # As rows that an earlier version indexed have it.
        yield _quoted(words_as_written(term.text))
    if ins := _INS.fullmatch(words(term.text).strip()):
        yield _quoted(" ".join(filter(None, ins.groups())))


def _begun(phrase: str) -> str:
    """These words, the last one begun; a single letter is a word: too many begin with it."""
    return _quoted(phrase) + (" *" if len(phrase.split()[-1]) > 1 else "")


def _quoted(phrase: str) -> str:
    return f'"{phrase}"'


def _patients(sql: Sql, text: str, owner: Owner) -> Sequence[str]:
    """Local parts of the addresses of patients called so, or whose matricule begins so."""
    starts = word_starts(text)
    matricule = clean(text).lower()
    begins = f"{matricule}*" if matricule.isascii() and matricule.isalnum() else ""
    names = " AND ".join(_NAMED.format(n=n) for n in range(len(starts))) or "0"
    values = {f"start{n}": start for n, start in enumerate(starts)}
    query = _PATIENTS.format(names=names)
    rows = sql.execute(query, {"domain": f"@{owner.patient_domain}", "begins": begins, **values})
    return [mailbox.partition("@")[0] for (mailbox,) in rows]
