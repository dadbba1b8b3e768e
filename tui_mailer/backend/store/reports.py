"""Reports on messages of ours, and receipts that others ask of us."""

from collections.abc import Sequence
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import SUMMARY_COLUMNS, summary
from tui_mailer.backend.store.values import from_stamp, storable
from tui_mailer.domain.message import MessageSummary
from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.report import KeptReport, Report, ReportKind
from tui_mailer.domain.safe_text import safe_block, safe_line

_TO_EXAMINE: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.report_state = 1 ORDER BY m.received_at DESC, m.uid DESC LIMIT ?
"""  # noqa: S608  (constants)
_SENT_ROW: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.message_id = ? AND m.from_owner = 1 AND f.role NOT IN ('inbox', 'junk', 'drafts')
    ORDER BY m.is_copy LIMIT 1
"""  # noqa: S608  (constants)
# What stands in the inbox under our own address may be forged; what waits was not sent.
_IS_OURS: Final = """
    SELECT EXISTS (
        SELECT 1 FROM outgoing WHERE message_id = :id AND is_receipt = 0 AND state NOT IN ('queued', 'failed')
    ) OR EXISTS (
        SELECT 1 FROM message AS m JOIN folder AS f ON f.id = m.folder_id
        WHERE m.message_id = :id AND m.from_owner = 1 AND f.role NOT IN ('inbox', 'junk', 'drafts')
    )
"""
_KEEP: Final = """
    INSERT INTO report (sent_id, gravity, recipient, kind, cause, status, server_words, reported_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (sent_id, gravity, recipient) DO NOTHING
"""
_ON: Final = """
    SELECT sent_id, recipient, kind, cause, status, server_words, reported_at FROM report
    WHERE sent_id = ? ORDER BY gravity, reported_at
"""
_NONE, _REPORT = 2, 3


class Reports(Part):
    """The reports' part of the store."""

    async def messages_to_examine(self, limit: int) -> Sequence[MessageSummary]:
        """Messages that may be reports by their headers and were not looked at, newest first."""
        return [summary(row) for row in await self._database.fetch_all(_TO_EXAMINE, (limit,))]

    async def keep_reports(self, message_id: int, reports: Sequence[Report]) -> Sequence[str]:
        """What the message `message_id` (local) reports; the Message-IDs of ours among them."""

        def work(sql: Sql) -> list[str]:
            query = "SELECT received_at FROM message WHERE id = ?"
            found = sql.execute(query, (message_id,)).fetchone()
            if found is None:
                return []
            told = [_keep(sql, report, found[0]) for report in reports if report.message_ids]
            state = (_REPORT if reports else _NONE, message_id)
            sql.execute("UPDATE message SET report_state = ? WHERE id = ?", state)
            return list(dict.fromkeys(sent_id for sent_id in told if sent_id))

        return await self._database.write(work)

    async def reports_on(self, sent_id: str) -> Sequence[KeptReport]:
        """All reports on a message of ours, the gravest first."""
        rows = await self._database.fetch_all(_ON, (storable(sent_id),))
        return [_kept(row) for row in rows]

    async def sent_summary(self, sent_id: str) -> MessageSummary | None:
        """The row of a message of ours, None while no copy is held."""
        row = await self._database.fetch_one(_SENT_ROW, (storable(sent_id),))
        return summary(row) if row else None

    async def is_receipt_settled(self, message_id: int) -> bool:
        """True when the receipt that a message asks for was given or refused."""
        query = "SELECT 1 FROM receipt_settled WHERE message_id = ?"
        return await self._database.fetch_one(query, (message_id,)) is not None

    async def settle_receipt(self, message_id: int) -> None:
        """Note that it was; a message that vanished meanwhile is no error."""
        query = """
            INSERT INTO receipt_settled (message_id) SELECT id FROM message WHERE id = ?
            ON CONFLICT (message_id) DO NOTHING
        """
        await self._database.execute(query, (message_id,))


def _keep(sql: Sql, report: Report, reported_at: int) -> str:
    """Keep one; the Message-ID of the message of ours, or ""."""
    ids = [storable(one) for one in report.message_ids]
    ours = next((one for one in ids if sql.execute(_IS_OURS, {"id": one}).fetchone()[0]), "")
    values = (
        ours or ids[0],
        list(ReportKind).index(report.kind),
        storable(report.recipient),
        report.kind.value,
        report.cause.value,
        report.status,
        storable(report.server_words),
        reported_at,
    )
    sql.execute(_KEEP, values)
    return ours


def _kept(row: tuple[Any, ...]) -> KeptReport:
    sent_id, recipient, kind, cause, status, server_words, reported_at = row
    report = Report(
        ReportKind(kind),
        (sent_id,),
        safe_line(recipient),
        Cause(cause),
        status,
        safe_block(server_words),
    )
    return KeptReport(sent_id, report, from_stamp(reported_at))
