"""What the demo's tests share: plain clients of the standard library, and waiting."""

import imaplib
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TypeVar

from tui_mailer.demo import DemoPractice

T = TypeVar("T")
DEADLINE_S = 10.0


def verified_tls(practice: DemoPractice) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(practice.ca_file))


@contextmanager
def imap(practice: DemoPractice, address: str = "") -> Iterator[imaplib.IMAP4]:
    """A client logged in as ``address``, the practice by default."""
    client = imaplib.IMAP4(practice.host, practice.imap_port, timeout=DEADLINE_S)
    try:
        client.starttls(verified_tls(practice))
        client.login(address or practice.address, practice.password)
        yield client
    finally:
        client.logout()


@contextmanager
def submission(practice: DemoPractice) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(practice.host, practice.smtp_port, timeout=DEADLINE_S) as client:
        client.starttls(context=verified_tls(practice))
        client.login(practice.address, practice.password)
        yield client


def message(practice: DemoPractice, recipient: str, subject: str, name: str) -> EmailMessage:
    built = EmailMessage(policy=policy.SMTP)
    built["From"] = practice.address
    built["To"] = recipient
    built["Subject"] = subject
    built["Message-ID"] = f"<{name}@test.invalid>"
    built.set_content("Bonjour,\n\nVoici votre résultat.\n")
    return built


def send(practice: DemoPractice, built: EmailMessage) -> None:
    with submission(practice) as client:
        client.send_message(built)


def parsed(raw: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)


def inbox(practice: DemoPractice, address: str) -> list[EmailMessage]:
    return [parsed(raw) for folder, raw in practice.mailbox(address) if folder == "INBOX"]


def wait_for(found: Callable[[], T | None]) -> T:
    """Ask again until there is an answer; fail after a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        answer = found()
        if answer is not None:
            return answer
        time.sleep(0.01)
    raise TimeoutError
