"""Proof that the real servers of the tests behave as the other tests take for granted: sending."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from servers.people import (
    BOUNCES,
    COLLEAGUE,
    CORSICAN_PATIENT,
    FULL,
    PATIENT,
    PRACTICE,
    UNKNOWN_PATIENT,
)
from servers.practice import RealServers

SENDER = PRACTICE.address


def letter(
    recipient: str, subject: str, body: str = "Bonjour,\r\n.\r\nle bilan est joint."
) -> bytes:
    return (
        f"From: <{SENDER}>\r\nTo: <{recipient}>\r\nBcc: <{COLLEAGUE.address}>\r\n"
        f"Subject: {subject}\r\n\r\n{body}\r\n"
    ).encode()


@pytest.fixture
def tls(real_servers: RealServers) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=real_servers.ca_file)


@pytest.fixture
def smtp(real_servers: RealServers, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(real_servers.host, real_servers.smtp_port, timeout=20) as client:
        client.starttls(context=tls)
        client.ehlo()
        client.login(SENDER, PRACTICE.password)
        yield client


def test_nothing_is_accepted_before_starttls(real_servers: RealServers) -> None:
    with smtplib.SMTP(real_servers.host, real_servers.smtp_port, timeout=20) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.mail(SENDER) == (530, b"5.7.0 Must issue a STARTTLS command first")


def test_password_is_accepted_on_implicit_tls(
    real_servers: RealServers, tls: ssl.SSLContext
) -> None:
    port = real_servers.smtps_port
    with smtplib.SMTP_SSL(real_servers.host, port, context=tls, timeout=20) as client:
        assert client.login(SENDER, PRACTICE.password)[0] == 235


def test_wrong_password_is_refused(real_servers: RealServers, tls: ssl.SSLContext) -> None:
    port = real_servers.smtps_port
    with smtplib.SMTP_SSL(real_servers.host, port, context=tls, timeout=20) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
            client.login(SENDER, "faux")
        assert refusal.value.smtp_code == 535


def test_token_is_accepted_until_it_is_revoked(
    real_servers: RealServers, tls: ssl.SSLContext
) -> None:
    token = real_servers.tokens.issue(SENDER)
    answer = base64.b64encode(f"user={SENDER}\x01auth=Bearer {token}\x01\x01".encode()).decode()

    def attempt() -> int:
        port = real_servers.smtps_port
        with smtplib.SMTP_SSL(real_servers.host, port, context=tls, timeout=20) as client:
            client.ehlo()
            code, _ = client.docmd("AUTH", f"XOAUTH2 {answer}")
            if code == 334:  # the reason of the refusal, to be answered with nothing
                code, _ = client.docmd("")
            return code

    assert attempt() == 235
    real_servers.tokens.revoke(token)
    assert attempt() == 535


@pytest.mark.parametrize("recipient", [PATIENT.address, CORSICAN_PATIENT.address])
def test_letter_to_a_patient_arrives_byte_for_byte(
    real_servers: RealServers, smtp: smtplib.SMTP, recipient: str
) -> None:
    sent = letter(recipient, "octet par octet")
    smtp.sendmail(SENDER, recipient, sent)
    arrived = real_servers.wait_for(recipient, b"octet par octet")
    assert arrived.endswith(b"\r\n" + sent)
    real_servers.empty(recipient)


def test_unknown_patient_is_refused_at_rcpt(smtp: smtplib.SMTP) -> None:
    smtp.mail(SENDER)
    assert smtp.rcpt(PATIENT.address)[0] == 250
    code, words = smtp.rcpt(UNKNOWN_PATIENT)
    assert (code, words[:5]) == (550, b"5.1.1")


def test_nothing_leaves_for_other_domains(smtp: smtplib.SMTP) -> None:
    smtp.mail(SENDER)
    code, words = smtp.rcpt("quelqu.un@example.com")
    assert (code, words[:5]) == (554, b"5.7.1")


def test_envelope_sender_must_be_the_login(smtp: smtplib.SMTP) -> None:
    smtp.mail(COLLEAGUE.address)
    code, words = smtp.rcpt(PATIENT.address)
    assert (code, words[:5]) == (553, b"5.7.1")


@pytest.mark.parametrize(("status", "recipient"), BOUNCES.items())
def test_accepted_letter_comes_back_with_its_status(
    real_servers: RealServers, smtp: smtplib.SMTP, status: str, recipient: str
) -> None:
    assert smtp.sendmail(SENDER, recipient, letter(recipient, f"retour {status}")) == {}
    assert report_of(real_servers, f"retour {status}") == (status, recipient)


def test_full_mailbox_sends_the_letter_back(real_servers: RealServers, smtp: smtplib.SMTP) -> None:
    big = letter(FULL.address, "trop gros", "x" * 70 + ("\r\n" + "x" * 70) * 300)
    smtp.sendmail(SENDER, FULL.address, big)
    assert report_of(real_servers, "trop gros") == ("5.2.2", FULL.address)


def test_size_limit_is_announced_and_kept() -> None:
    with RealServers(message_size_limit_bytes=50_000) as servers:
        tls = ssl.create_default_context(cafile=servers.ca_file)
        with smtplib.SMTP_SSL(servers.host, servers.smtps_port, context=tls) as client:
            client.login(SENDER, PRACTICE.password)
            assert client.esmtp_features["size"] == "50000"
            assert client.mail(SENDER, ["SIZE=60000"])[0] == 552


def test_queue_outlives_a_restart_of_both_servers() -> None:
    with RealServers() as servers:
        servers.stop_smtp()
        with pytest.raises(ConnectionRefusedError):
            smtplib.SMTP(servers.host, servers.smtp_port)
        servers.start_smtp()
        tls = ssl.create_default_context(cafile=servers.ca_file)
        with smtplib.SMTP_SSL(servers.host, servers.smtps_port, context=tls) as client:
            client.login(SENDER, PRACTICE.password)
            servers.stop_imap()
            client.sendmail(SENDER, PATIENT.address, letter(PATIENT.address, "en attente"))
        servers.stop_smtp()
        servers.start_imap()
        servers.start_smtp()
        servers.wait_for(PATIENT.address, b"en attente")


def report_of(servers: RealServers, fragment: str) -> tuple[str, str]:
    """Status and recipient of the report that returns the letter with `fragment`."""
    raw = servers.wait_for(SENDER, fragment.encode())
    servers.empty(SENDER)
    report = message_from_bytes(raw, policy=policy.default)
    assert report.get_content_type() == "multipart/report"
    assert report["Content-Type"].params["report-type"] == "delivery-status"
    (about,) = [part for part in report.walk() if "Final-Recipient" in part]
    return str(about["Status"]), str(about["Final-Recipient"]).removeprefix("rfc822; ")
