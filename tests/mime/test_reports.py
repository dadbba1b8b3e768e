"""Reports are recognised, whoever wrote them; letters that quote one are letters."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from mime import report_corpus as corpus
from mime.report_corpus import Sample

from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.report import Report, ReportKind, may_be_report
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reports import recognise

README = Path(__file__).parents[2] / "README.md"


@dataclass
class Count:
    """What recognition made of the corpus."""

    missed: list[str]
    false: list[str]
    wrong: list[str]


def agrees(sample: Sample, found: Report) -> bool:
    return (
        found.kind is sample.kind
        and found.message_ids[:1] == (sample.sent_id,)
        and found.recipient == sample.recipient
        and (sample.kind is not ReportKind.NOT_DELIVERED or found.cause is sample.cause)
    )


def test_every_report_of_the_corpus_is_understood_and_no_letter_is_taken_for_one() -> None:
    reports, innocents = corpus.reports(), list(corpus.innocents())
    count = Count([], [], [])
    for sample in reports:
        found = recognise(sample.raw)
        if not found:
            count.missed.append(sample.name)
        elif len(found) > 1 or not agrees(sample, found[0]):
            count.wrong.append(f"{sample.name}: {found}")
    count.false = [sample.name for sample in innocents if recognise(sample.raw)]
    assert count == Count([], [], [])
    assert len(innocents) >= len(reports)
    told = f"{len(reports)} reports, {len(innocents)} look-alikes"
    assert told in README.read_text(encoding="utf-8"), told


def test_every_report_is_worth_fetching_by_its_headers_alone() -> None:
    for sample in corpus.reports():
        message = parse(sample.raw)
        root = "multipart/report" if b"multipart/report" in sample.raw[:2000] else "text/plain"
        assert may_be_report(message.sender.mailbox, message.subject, root), sample.name


@pytest.mark.parametrize("sample", corpus.reports()[::7], ids=lambda sample: sample.name)
def test_a_report_cut_off_anywhere_raises_nothing(sample: Sample) -> None:
    for stop in range(0, len(sample.raw), 97):
        recognise(sample.raw[:stop])


def test_a_report_about_two_recipients_gives_each_its_own_fate() -> None:
    status = (
        "Reporting-MTA: dns; relais\n\n"
        f"Final-Recipient: rfc822; {corpus.PATIENT}\nAction: failed\nStatus: 5.2.1\n\n"
        f"Final-Recipient: rfc822; {corpus.COLLEAGUE}\nAction: delivered\nStatus: 2.1.5\n"
    )
    raw = corpus.report(
        "delivery-status",
        corpus.head("MAILER-DAEMON@relais", "Delivery Status Notification"),
        ("text/plain", "Two recipients.\n"),
        ("message/delivery-status", status),
        ("text/rfc822-headers", corpus.original(7, corpus.PATIENT)),
    )
    closed, delivered = recognise(raw)
    assert (closed.kind, closed.cause) == (ReportKind.NOT_DELIVERED, Cause.CLOSED)
    assert (delivered.kind, delivered.recipient) == (ReportKind.DELIVERED, corpus.COLLEAGUE)


def test_the_servers_words_are_safe_to_show() -> None:
    told = corpus.Told("550", "5.1.1", "unknown \x1b[31m\u202euser", Cause.NOT_FOUND)
    (found,) = recognise(corpus.postfix(1, told, corpus.PATIENT))
    assert "\x1b" not in found.server_words
    assert "\u202e" not in found.server_words


def test_a_deep_or_broken_structure_is_no_report() -> None:
    nested = b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n" * 5000
    assert recognise(nested) == ()
    assert recognise(b"") == ()
    assert recognise(bytes(range(256)) * 50) == ()


def test_a_report_whose_words_name_an_odd_charset_is_still_one() -> None:
    """One that raised would hold back every report behind it."""
    raw = (
        b"From: MAILER-DAEMON@x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
        b"report-type=delivery-status; boundary=X\r\n\r\n--X\r\n"
        b"Content-Type: text/plain; charset*=utf-8''x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        b"\xc3\xa9chec\r\n--X\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.fr\r\nAction: failed\r\n"
        b"Status: 5.1.1\r\n\r\n--X\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        b"Message-ID: <a@b>\r\n\r\n--X--\r\n"
    )
    (report,) = recognise(raw)
    assert report.kind is ReportKind.NOT_DELIVERED
    assert report.message_ids == ("<a@b>",)
