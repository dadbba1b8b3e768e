"""The journal as CSV and JSON: what a spreadsheet and an auditor get."""

import csv
import io
import json
import time
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from tui_mailer.audit_export import COLUMNS, CsvExport, JsonExport, Period, verdict
from tui_mailer.domain.journal import (
    FIRST_DIGEST,
    ChainReport,
    Fault,
    JournalEntry,
    JournalLine,
    Link,
    digest,
    journal_time,
)
from tui_mailer.domain.safe_text import SafeText, safe_line

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def written(detail: str = "vers Corbeille", at: datetime = NOON) -> JournalLine:
    entry = JournalEntry(
        at=journal_time(at),
        account=SafeText("marie@medecin.mssante.fr"),
        system_user=SafeText("marie"),
        deed=SafeText("déplacement"),
        folder=SafeText("INBOX"),
        uid=12,
        message_id=SafeText("<a;b@x.fr>"),
        patient=SafeText("279035121518989"),
        detail=safe_line(detail),
        answer=SafeText("OK ; UID 3"),
    )
    return JournalLine(1, entry, digest(FIRST_DIGEST, 1, entry))


def cells(line: JournalLine) -> dict[str, str]:
    output = CsvExport()
    (row,) = csv.DictReader(io.StringIO(output.head + output.row(line)), delimiter=";")
    return row


def test_a_csv_line_holds_every_column_in_the_documented_order() -> None:
    row = cells(written())
    assert tuple(row) == COLUMNS
    assert row["date"] == "2026-03-02T12:00:00.000000Z"
    assert (row["ligne"], row["uid"], row["ins"]) == ("1", "12", "279035121518989")
    assert row["message_id"] == "<a;b@x.fr>"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start: str) -> None:
    detail = f'{start}HYPERLINK("http://x";"y")'
    assert cells(written(detail))["detail"] == f"'{detail}"


def test_json_is_one_array_of_objects_with_the_texts_as_they_are() -> None:
    output = JsonExport()
    lines = [written("=1+1"), written("é")]
    text = output.head + "".join(output.row(line) for line in lines) + output.foot
    first, second = json.loads(text)
    assert tuple(first) == COLUMNS
    assert (first["detail"], second["detail"]) == ("=1+1", "é")
    assert json.loads(JsonExport.head + JsonExport.foot) == []


def test_anybody_can_calculate_a_digest_from_the_json_export() -> None:
    output = JsonExport()
    (line,) = json.loads(output.head + output.row(written()) + output.foot)
    fields = ["0" * 64, *[line[name] for name in COLUMNS[:-1]]]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    assert sha256(text.encode()).hexdigest() == line["empreinte"]


def test_a_period_holds_its_first_and_its_last_day_and_no_other() -> None:
    period = Period(date(2026, 3, 2), date(2026, 3, 3))

    def holds(day: int, hour: int, minute: int = 0) -> bool:
        moment = datetime(2026, 3, day, hour, minute).astimezone()
        return period.holds(written(at=moment))

    assert not holds(1, 23, 59)
    assert holds(2, 0)
    assert holds(3, 23, 59)
    assert not holds(4, 0)
    assert Period(date(2026, 3, 2)).holds(written(at=datetime(2099, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Cayenne", "Pacific/Noumea"])
def test_a_period_may_reach_to_the_ends_of_the_calendar(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert Period(date.min, date.max).holds(written())
        assert Period(date.min).holds(written())
        assert not Period(date.max).holds(written())
        assert not Period(date.min, date.min).holds(written())
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_verdict_says_what_to_note_or_what_is_wrong() -> None:
    intact = verdict(ChainReport(5, Link(5, "ab" * 32)))
    assert "5 lignes vérifiées" in intact
    assert "ab" * 32 in intact
    broken = verdict(ChainReport(5, Link(), ((3, Fault.ALTERED), (0, Fault.CUT_UNRECORDED))))
    assert "ligne 3 : cette ligne" in broken
    assert "a été retiré sans" in broken
