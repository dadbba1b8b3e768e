"""What follows once messages are in the store: their words can be searched, their people completed.

No list needs either, and both together cost as much as the rows. So what comes by the thousand is
written first; what follows is done a little at a time while nobody wants the connection, and before
anything is looked for (`Part._followed_up`). A few messages are followed up in their own transaction.

Ids only grow, so one number says how far it is done.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.contacts import Met, collect_contacts
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.rows import others_of
from tui_mailer.backend.store.text_search import TEXT_COLUMNS, TEXT_ROW, WORDS
from tui_mailer.backend.store.values import is_folded_otherwise, json_list
from tui_mailer.domain.folder import FolderRole

_IS_BEHIND: Final = "SELECT (SELECT max(id) FROM message) > (SELECT up_to FROM followed_up)"
_UP_TO: Final = "SELECT up_to FROM followed_up"
_NEXT: Final = """
    SELECT max(id), count(*) FROM (
        SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ?
    )
"""
_RANGE: Final = "message NOT INDEXED WHERE id > :after AND id <= :last"
_READ: Final = """
    SELECT m.id, m.received_at, m.subject, m.sender_mailbox, m.sender_name, m.first_mailbox,
           m.first_name, m.recipients, m.from_owner, f.role
    FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id > :after AND m.id <= :last
"""
# In the order of the index: a row before the last one written would cost a flush. To ask for every
# row would take half as long as indexing it does. Whose body is held has been indexed with it.
_OTHERWISE: Final = "id IN (SELECT value FROM json_each(:otherwise))"
_WORDS: Final = ", ".join(f"iif({_OTHERWISE}, indexed({words}), {words})" for words in WORDS)
_INDEX_HEADERS: Final = f"""
    INSERT INTO {TEXT_COLUMNS}
    SELECT {TEXT_ROW}, {_WORDS}, '', '' FROM {_RANGE} AND body_held = 0 ORDER BY 1
"""  # noqa: S608  (constants)
_DONE: Final = "UPDATE followed_up SET up_to = :last"
# Whom a draft is not yet written to, and what a stranger forged, is nobody's contact.
_WITHOUT_CONTACTS: Final = frozenset({FolderRole.DRAFTS.value, FolderRole.JUNK.value})

# To a transaction: some 50 ms. Fewer make more segments of the index, and write more often what is
# spread over many pages: a third of them takes half as long again for all.
_A_PIECE: Final = 4_500


def is_behind(sql: Sql) -> bool:
    """True while messages are in the store that are not followed up."""
    return bool(sql.execute(_IS_BEHIND).fetchone()[0])


def follow_up(sql: Sql, owner: Owner, most: int = _A_PIECE) -> bool:
    """Do it for the `most` messages that came first; within a transaction. False when none is left."""
    (after,) = sql.execute(_UP_TO).fetchone()
    last, count = sql.execute(_NEXT, (after, most)).fetchone()
    if not count:
        return False
    range_ = {"after": after, "last": last}
    rows = sql.execute(_READ, range_).fetchall()
    collect_contacts(sql, _met(rows), owner)
    sql.execute(_DONE, {"last": last})
    # At the end: a statement of many rows that comes after would make the index write what it has
    # gathered, as the beginning of a segment of its own.
    otherwise = [row[0] for row in rows if is_folded_otherwise("".join(row[2:8]))]
    sql.execute(_INDEX_HEADERS, {**range_, "otherwise": json_list(otherwise)})
    return True


def follow_up_few(sql: Sql, owner: Owner, few: int) -> None:
    """Do it at once where fewer than `few` messages are left; within a transaction."""
    (after,) = sql.execute(_UP_TO).fetchone()
    _, count = sql.execute(_NEXT, (after, few)).fetchone()
    if count < few:
        follow_up(sql, owner)


def _met(rows: Iterable[Sequence[Any]]) -> Iterable[Met]:
    for _, at, _, mailbox, name, first_mailbox, first_name, others, from_owner, role in rows:
        if role not in _WITHOUT_CONTACTS:
            recipients = ((first_mailbox, first_name), *others_of(others))
            yield Met(at, (mailbox, name), recipients, bool(from_owner))
