"""Read receipts: who may ask for one, and what one says."""

from datetime import UTC, datetime

import pytest

from tui_mailer.domain.address import Address
from tui_mailer.domain.report import ReportKind
from tui_mailer.mime.parse import parse
from tui_mailer.mime.receipts import Receipt, compose_receipt
from tui_mailer.mime.reports import recognise

ASKING = "Disposition-Notification-To: Jean <jean.durand@hopital.mssante.fr>"
FROM_THERE = "Return-Path: <Jean.Durand@hopital.mssante.fr>"
READER = Address.received("dr.martin@cabinet.mssante.fr", "Dr_Marie_MARTIN_Cabinet")


def message(*headers: str) -> bytes:
    top = ("From: jean.durand@hopital.mssante.fr", "Subject: =?utf-8?q?R=C3=A9sultat?=", *headers)
    return ("\r\n".join((*top, "Message-ID: <7@hopital.mssante.fr>", "", "Bonjour\r\n"))).encode()


def test_a_request_that_goes_back_where_the_message_came_from() -> None:
    request = parse(message(ASKING, FROM_THERE)).receipt
    assert request is not None
    assert request.reply_to.mailbox == "jean.durand@hopital.mssante.fr"
    assert request.goes_back


@pytest.mark.parametrize(
    "return_path",
    ["Return-Path: <autre@ailleurs.fr>", "X-Nothing: known", "Return-Path: <a@b.fr>, <c@d.fr>"],
)
def test_a_request_that_goes_elsewhere_says_so(return_path: str) -> None:
    request = parse(message(ASKING, return_path)).receipt
    assert request is not None
    assert not request.goes_back


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: list",
        "List-Id: <lettre.region.fr>",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=x",
        "Disposition-Notification-To: un.autre@hopital.mssante.fr",
    ],
)
def test_lists_machines_reports_and_several_get_no_receipt(header: str) -> None:
    assert parse(message(ASKING, header)).receipt is None


@pytest.mark.parametrize("value", ["", "personne", "<a b@c>", "\x00", "a@b.fr>\r\n x: y"])
def test_what_is_no_address_asks_for_nothing(value: str) -> None:
    request = parse(message(f"Disposition-Notification-To: {value}")).receipt
    assert request is None or request.reply_to.is_sendable


@pytest.mark.parametrize(("by_hand", "how"), [(True, "manually"), (False, "automatically")])
def test_a_receipt_is_one_for_whoever_reads_it(by_hand: bool, how: str) -> None:
    read = parse(message(ASKING))
    at = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
    receipt = Receipt(READER, read, Address.received("jean.durand@hopital.mssante.fr"), at, by_hand)
    raw = compose_receipt(receipt, "<accuse@cabinet.mssante.fr>", "3734")
    raw.decode("ascii")
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert f"Disposition: manual-action/MDN-sent-{how}; displayed".encode() in raw
    assert b"X-MSS-NIL: 3734\r\n" in raw
    assert b"Auto-Submitted: auto-replied\r\n" in raw
    (report,) = recognise(raw)
    assert report.kind is ReportKind.READ
    assert report.message_ids == ("<7@hopital.mssante.fr>",)
    assert report.recipient == READER.mailbox
    shown = parse(raw)
    assert shown.subject == "Lu : Résultat"
    assert "« Résultat »" in shown.text
    assert shown.receipt is None  # no receipt for a receipt
