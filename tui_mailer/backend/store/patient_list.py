"""The list of patients, newest message first.

`patient_mail` holds a row a patient; what each row of a page shows besides is found by one step in
an index, so that a page costs the same in a mailbox of any size.
"""

from collections.abc import Sequence
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.exchanges import read_exchange
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import COUNTING, LISTED, SUMMARY_COLUMNS, summary
from tui_mailer.backend.store.values import json_list
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.domain.safe_text import safe_line

# What `store.exchanges` says in words: the later of what is noted and what was found sent.
_STATE: Final = """
    (SELECT CASE WHEN coalesce(e.last_sent_at, 0) >= coalesce(s.written_at, 0)
                 THEN coalesce(e.state, 'none')
                 WHEN s.subject = '[FIN]' THEN 'closed' ELSE 'open' END
     FROM (SELECT 1)
     LEFT JOIN exchange AS e ON e.matricule = p.matricule
     LEFT JOIN (
         SELECT written_at, subject FROM sent_to_patient WHERE patient = p.matricule
         ORDER BY written_at DESC, received_at DESC, uid DESC LIMIT 1
     ) AS s)
"""
# The last message sent to a patient, and what was reported about it.
_ABOUT_LAST_SENT: Final = """
    SELECT 1 FROM report AS r WHERE r.sent_id = (
        SELECT message_id FROM message
        WHERE patient = p.matricule AND patient <> '' AND from_owner = 1 AND flags & 8 = 0
        ORDER BY written_at DESC, received_at DESC, uid DESC LIMIT 1
    )
"""
_CONDITIONS: Final = {
    PatientFilter.ALL: "true",
    PatientFilter.UNREAD: "p.unread_count > 0",
    PatientFilter.OPEN: f"{_STATE} = 'open'",
    PatientFilter.CLOSED: f"{_STATE} = 'closed'",
    PatientFilter.NOT_DELIVERED: f"EXISTS ({_ABOUT_LAST_SENT} AND r.kind = 'not_delivered')",
    # Who has answered has read.
    PatientFilter.NOT_READ: f"""
        {_STATE} = 'open' AND NOT EXISTS ({_ABOUT_LAST_SENT} AND r.kind = 'read') AND 1 = (
            SELECT from_owner FROM message WHERE patient = p.matricule AND {COUNTING}
                AND report_state <> 3
            ORDER BY received_at DESC, uid DESC LIMIT 1
        )
    """,  # noqa: S608  (constants)
}
_COUNT: Final = "SELECT count(*) FROM patient_mail AS p WHERE {condition}"
_UNREAD_COUNT: Final = "SELECT coalesce(sum(unread_count), 0) FROM patient_mail"
_PAGE: Final = """
    SELECT p.matricule FROM patient_mail AS p WHERE {condition}
    ORDER BY p.last_at DESC, p.matricule LIMIT ? OFFSET ?
"""
_PLACE: Final = """
    SELECT (
        SELECT count(*) FROM patient_mail AS p WHERE {condition}
            AND (p.last_at > t.last_at OR (p.last_at = t.last_at AND p.matricule < t.matricule))
    ) FROM patient_mail AS t
    WHERE t.matricule = ? AND EXISTS (
        SELECT 1 FROM patient_mail AS p WHERE p.matricule = t.matricule AND {condition}
    )
"""
_MAIL: Final = """
    SELECT coalesce(t.name, c.name, ''), p.message_count, p.unread_count
    FROM patient_mail AS p
    LEFT JOIN contact AS c ON c.mailbox_key = lower(p.matricule) || '@' || ?
    LEFT JOIN patient_traits AS t ON t.matricule = p.matricule
    WHERE p.matricule = ?
"""
_NEWEST: Final = """
    SELECT id FROM message WHERE patient = :patient AND {listed} AND report_state <> :unless
    ORDER BY received_at DESC, uid DESC LIMIT 1
"""
# A report (3) is no letter, and says nothing about whose turn it is, nor does what lies in the bin
# or the junk; unless there is nothing else.
_LAST: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id = coalesce(
        ({_NEWEST.format(listed=COUNTING).replace(":unless", "3")}),
        ({_NEWEST.format(listed=COUNTING).replace(":unless", "-1")}),
        ({_NEWEST.format(listed=LISTED).replace(":unless", "-1")})
    )
"""  # noqa: S608  (constants)
_FILED_AS: Final = "iif(copy_key <> '', copy_key, 'row ' || id)"
# With `+uid`, SQLite looks at what is with patients, not at the whole folder by its UIDs.
_TO_FILE: Final = f"""
    SELECT id FROM message
    WHERE folder_id = ? AND patient <> '' AND from_owner = 0 AND +uid > 0
      AND {_FILED_AS} NOT IN (SELECT copy_key FROM filed)
    ORDER BY id LIMIT ?
"""  # noqa: S608  (constants)
_NOTE_FILED: Final = f"""
    INSERT OR IGNORE INTO filed
    SELECT {_FILED_AS} FROM message WHERE id IN (SELECT value FROM json_each(?))
"""  # noqa: S608  (constants)
_FINAL: Final = "SELECT final FROM outgoing WHERE message_id = ?"
_ENDING: Final = """
    SELECT state FROM outgoing
    WHERE state <> 'sent' AND state <> 'copy_missing' AND patient = ? AND subject = '[FIN]'
    ORDER BY id DESC LIMIT 1
"""


class PatientList(Part):
    """The part of the store that lists patients."""

    async def patient_count(self, narrowed: PatientFilter) -> int:
        """Number of patients with whom messages were exchanged."""
        row = await self._database.fetch_one(_COUNT.format(condition=_CONDITIONS[narrowed]))
        return int(row[0]) if row else 0

    async def patient_unread_count(self) -> int:
        """Number of unread messages of all exchanges."""
        row = await self._database.fetch_one(_UNREAD_COUNT)
        return int(row[0]) if row else 0

    async def patient_rows(
        self, narrowed: PatientFilter, start: int, stop: int
    ) -> Sequence[PatientSummary]:
        """Rows `start` to `stop` (excluded), the patient of the newest message first."""
        page = _PAGE.format(condition=_CONDITIONS[narrowed])

        def work(sql: Sql) -> list[PatientSummary]:
            listed = sql.execute(page, (max(0, stop - start), max(0, start))).fetchall()
            rows = (self._row(sql, matricule) for (matricule,) in listed)
            return [row for row in rows if row is not None]

        return await self._database.read(work)

    async def patient_place(self, narrowed: PatientFilter, matricule: str) -> int | None:
        """The index of a patient's row, None when it is not listed."""
        place = _PLACE.format(condition=_CONDITIONS[narrowed])
        row = await self._database.fetch_one(place, (matricule,))
        return int(row[0]) if row else None

    async def messages_to_file(self, folder_id: int, limit: int) -> Sequence[int]:
        """Local ids of messages of a folder that patients wrote, that stay there and were not filed."""
        rows = await self._database.fetch_all(_TO_FILE, (folder_id, limit))
        return [row[0] for row in rows]

    async def note_filed(self, message_ids: Sequence[int]) -> None:
        """They were filed, and are not to be again, in whatever row they come back."""
        await self._database.execute(_NOTE_FILED, (json_list(message_ids),))

    async def patient_row(self, matricule: str) -> PatientSummary | None:
        """One patient's row, None when no message was exchanged."""
        return await self._database.read(lambda sql: self._row(sql, matricule))

    def _row(self, sql: Sql, matricule: str) -> PatientSummary | None:
        mail = sql.execute(_MAIL, (self._owner.patient_domain, matricule)).fetchone()
        last = sql.execute(_LAST, {"patient": matricule}).fetchone()
        if mail is None or last is None:
            return None
        newest = summary(last)
        return PatientSummary(
            exchange=read_exchange(sql, matricule),
            name=safe_line(mail[0]),
            message_count=mail[1],
            unread_count=mail[2],
            last=newest,
            takes_answer=not _first(sql.execute(_FINAL, (newest.message_id,)).fetchone()),
            ending=_state(sql.execute(_ENDING, (matricule,)).fetchone()),
        )


def _first(row: tuple[Any, ...] | None) -> bool:
    return bool(row and row[0])


def _state(row: tuple[Any, ...] | None) -> OutgoingState | None:
    return OutgoingState(row[0]) if row else None
