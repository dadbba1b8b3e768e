"""What any `MessageStore` keeps of reports; a part of its contract."""

from __future__ import annotations

import pytest
from contract.message_store_contract import (
    DURAND,
    HELENE,
    INBOX,
    JEANNE,
    NOON,
    SENT,
    letter,
    patient,
    person,
    to_send,
    with_folders,
)

from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.message import FolderView
from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.patient_list import PatientFilter, Turn
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.report import Report, ReportKind
from tui_mailer.domain.safe_text import SafeText

DAEMON = person("MAILER-DAEMON@relais.fr")
OURS = "<7@exemple.fr>"
PATIENT = patient(HELENE).mailbox


def returned(*message_ids: str, kind: ReportKind = ReportKind.NOT_DELIVERED) -> Report:
    return Report(kind, message_ids, PATIENT, Cause.CLOSED, "5.2.1", SafeText("mailbox disabled"))


class ReportsContract:
    @pytest.fixture
    async def desk(self, store: MessageStore) -> tuple[int, int]:
        """One message sent to a patient; in the inbox, a letter and two of a server."""
        inbox, sent = await with_folders(store, INBOX, SENT)
        ours = letter(7, "Bilan", JEANNE, to=(patient(HELENE),))
        await store.add_messages(sent, [ours])
        letters = [
            letter(1, "Bonjour", DURAND),
            letter(2, "Undelivered", DAEMON),
            letter(3, "Lu", DURAND, media_type="multipart/report"),
        ]
        await store.add_messages(inbox, letters)
        return inbox, sent

    async def test_what_may_be_a_report_is_looked_at_once_newest_first(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        first, second = await store.messages_to_examine(10)
        assert (first.subject, second.subject) == ("Lu", "Undelivered")
        await store.keep_reports(first.id, [])
        assert [row.id for row in await store.messages_to_examine(10)] == [second.id]

    async def test_a_report_is_shown_on_the_message_that_we_sent(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        report, *_ = await store.messages_to_examine(10)
        told = await store.keep_reports(report.id, [returned("<autre@x.fr>", OURS)])
        assert told == [OURS]
        (row,) = await store.rows(FolderView(desk[1]), 0, 10)
        assert row.fate is not None
        assert (row.fate.kind, row.fate.at) == (ReportKind.NOT_DELIVERED, report.shown_at)
        (kept,) = await store.reports_on(OURS)
        assert kept.report == returned(OURS)
        found = await store.sent_summary(OURS)
        assert found is not None
        assert found.id == row.id

    async def test_a_report_on_a_message_of_somebody_else_is_shown_nowhere(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        report, *_ = await store.messages_to_examine(10)
        assert await store.keep_reports(report.id, [returned("<1@exemple.fr>")]) == []
        for folder_id in desk:
            assert [r.fate for r in await store.rows(FolderView(folder_id), 0, 10) if r.fate] == []

    async def test_what_comes_under_our_own_name_is_no_message_of_ours(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        await store.add_messages(desk[0], [letter(9, "Faux", JEANNE)])
        report, *_ = await store.messages_to_examine(10)
        assert await store.keep_reports(report.id, [returned("<9@exemple.fr>")]) == []

    async def test_of_several_reports_the_gravest_is_shown(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        report, *_ = await store.messages_to_examine(10)
        kinds = (ReportKind.DELAYED, ReportKind.NOT_DELIVERED, ReportKind.READ)
        await store.keep_reports(report.id, [returned(OURS, kind=kind) for kind in kinds])
        await store.keep_reports(report.id, [returned(OURS)])  # the same again
        (row,) = await store.rows(FolderView(desk[1]), 0, 10)
        assert row.fate is not None
        assert row.fate.kind is ReportKind.NOT_DELIVERED
        assert len(await store.reports_on(OURS)) == 3

    async def test_a_message_of_the_outbox_is_ours_once_it_left(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        queued = await store.queue(to_send("<file@exemple.fr>", due_at=NOON), b"...", Draft())
        report, *_ = await store.messages_to_examine(10)
        assert await store.keep_reports(report.id, [returned("<file@exemple.fr>")]) == []
        waiting, gone = (OutgoingState.QUEUED,), OutgoingState.COPY_MISSING
        await store.set_outgoing_state(queued.id, waiting, gone)
        told = await store.keep_reports(report.id, [returned("<file@exemple.fr>")])
        assert told == ["<file@exemple.fr>"]

    async def test_a_receipt_of_ours_is_no_message_that_reports_are_about(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        receipt = to_send("<accuse@exemple.fr>", is_receipt=True)
        queued = await store.queue(receipt, b"...", Draft())
        assert queued.is_receipt
        await store.set_outgoing_state(queued.id, (OutgoingState.QUEUED,), OutgoingState.SENT)
        report, *_ = await store.messages_to_examine(10)
        assert await store.keep_reports(report.id, [returned("<accuse@exemple.fr>")]) == []

    async def test_a_receipt_is_settled_once_and_goes_with_its_message(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        (row, *_) = await store.rows(FolderView(desk[0]), 0, 10)
        assert not await store.is_receipt_settled(row.id)
        await store.settle_receipt(row.id)
        await store.settle_receipt(row.id)
        await store.settle_receipt(4_000)
        assert await store.is_receipt_settled(row.id)
        assert not await store.is_receipt_settled(4_000)
        await store.remove_messages(desk[0], [row.uid])
        assert not await store.is_receipt_settled(row.id)

    async def test_a_report_that_vanished_meanwhile_is_no_error(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        assert await store.keep_reports(4_000, [returned(OURS)]) == []
        assert await store.reports_on(OURS) == []

    async def test_patients_not_reached_and_patients_who_have_not_read_can_be_listed(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        async def listed(narrowed: PatientFilter) -> list[str]:
            rows = await store.patient_rows(narrowed, 0, 10)
            assert await store.patient_count(narrowed) == len(rows)
            return [row.id for row in rows]

        assert await listed(PatientFilter.NOT_READ) == [HELENE]
        assert await listed(PatientFilter.NOT_DELIVERED) == []
        report, *_ = await store.messages_to_examine(10)
        await store.keep_reports(report.id, [returned(OURS)])
        assert await listed(PatientFilter.NOT_DELIVERED) == [HELENE]
        (found,) = await store.patient_rows(PatientFilter.ALL, 0, 10)
        assert (found.came_back, found.turn) == (True, Turn.OURS)
        await store.keep_reports(report.id, [returned(OURS, kind=ReportKind.READ)])
        assert await listed(PatientFilter.NOT_READ) == []
        # A later message that arrives leaves nothing to do about the one that did not.
        again = letter(8, "Bilan", JEANNE, to=(patient(HELENE),))
        await store.add_messages(desk[1], [again])
        assert await listed(PatientFilter.NOT_DELIVERED) == []

    async def test_a_receipt_from_a_patient_is_no_answer(
        self, store: MessageStore, desk: tuple[int, int]
    ) -> None:
        receipt = letter(10, "Lu : Bilan", patient(HELENE), media_type="multipart/report")
        await store.add_messages(desk[0], [receipt])
        row, *_ = await store.messages_to_examine(10)
        await store.keep_reports(row.id, [returned(OURS, kind=ReportKind.READ)])
        (found,) = await store.patient_rows(PatientFilter.ALL, 0, 10)
        assert found.turn is Turn.PATIENTS
        assert found.last.subject == "Bilan"
        assert found.message_count == 2
