"""Messages that the tests put into mailboxes."""

from hashlib import sha256

from servers.people import COLLEAGUE, PRACTICE


def received(
    subject: str, sender: str = COLLEAGUE.address, body: str = "Cher confrère,\n"
) -> bytes:
    """A plain message to the practice, as a server stores it."""
    return (
        f"From: Jean DURAND <{sender}>\r\nTo: {PRACTICE.address}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{sha256(subject.encode()).hexdigest()[:16]}@exemple.mssante.fr>\r\n"
        "Date: Sun, 22 Nov 2026 19:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()
