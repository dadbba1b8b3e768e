"""A mailbox of any size that is the same at every run."""

from __future__ import annotations

import random
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from servers.people import PATIENT_DOMAIN, PRACTICE

ROW = re.compile(r"Dossier \d{6}")
"""Begins every subject: seen in a terminal, it is the row of a message."""

_LAST = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
_TOPICS = (
    "compte rendu d'hospitalisation",
    "résultats de biologie",
    "demande d'avis cardiologique",
    "ordonnance à renouveler",
    "IRM du genou gauche",
    "courrier de sortie",
)
_NAMES = ("Durand", "Lefèvre", "Nguyen", "Benali", "Petit", "Garcia", "Moreau", "Roux")
_PATIENT_SHARE, _ATTACHMENT_SHARE, _UNREAD_SHARE = 0.3, 0.15, 0.1
PATIENT_COUNT = 2_500
"""As many as write to a practice of two or three doctors."""
_BODY = "Cher confrère,\n\nVeuillez trouver ci-joint le document annoncé.\n\nCordialement.\n" * 4
_PDF = b64encode(bytes(range(256)) * 6).decode()


def messages(count: int, patient_count: int) -> Iterator[tuple[str, datetime, bytes]]:
    """`count` messages, oldest first, each as (flags, time of arrival, bytes with CRLF).

    Some of the `patient_count` patients write far more often than others.
    """
    chance = random.Random(42)
    patients = [(chance.choice(_NAMES), _patient(chance)) for _ in range(patient_count)]
    for number in range(count):
        at = _LAST - timedelta(minutes=20 * (count - 1 - number))
        flags = "" if chance.random() < _UNREAD_SHARE else r"\Seen"
        if chance.random() < _PATIENT_SHARE:
            name, sender = patients[int(patient_count * chance.random() ** 2)]
        else:
            name = chance.choice(_NAMES)
            sender = f"dr.{name.lower()}@chu-{number % 40}.mssante.fr"
        yield flags, at, _message(number, at, name, sender, chance)


def _message(number: int, at: datetime, name: str, sender: str, chance: random.Random) -> bytes:
    head = (
        f"Return-Path: <{_ascii(sender)}>\n"
        f"From: {_word(f'Claire {name}')} <{_ascii(sender)}>\n"
        f"To: Dr Martin <{PRACTICE.address}>\n"
        f"Subject: Dossier {number:06} {_word(chance.choice(_TOPICS))}\n"
        f"Date: {format_datetime(at)}\n"
        f"Message-ID: <{number}.{chance.getrandbits(64):x}@exemple.mssante.fr>\n"
        "MIME-Version: 1.0\n"
    )
    has_attachment = chance.random() < _ATTACHMENT_SHARE
    text = head + (_with_attachment() if has_attachment else _text())
    return text.replace("\n", "\r\n").encode()


def _text() -> str:
    return f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{_BODY}"


def _with_attachment() -> str:
    return (
        'Content-Type: multipart/mixed; boundary="limite"\n\n'
        f"--limite\n{_text()}\n--limite\n"
        'Content-Type: application/pdf\nContent-Disposition: attachment; filename="cr.pdf"\n'
        f"Content-Transfer-Encoding: base64\n\n{_PDF}\n--limite--\n"
    )


def _patient(chance: random.Random) -> str:
    body = (
        f"{chance.randint(1, 2)}{chance.randint(20, 99):02}{chance.randint(1, 12):02}"
        f"{chance.randint(1, 95):02}{chance.randint(1, 400):03}{chance.randint(1, 999):03}"
    )
    return f"{body}{97 - int(body) % 97:02}@{PATIENT_DOMAIN}"


def _ascii(address: str) -> str:
    return address.replace("è", "e")


def _word(text: str) -> str:
    if text.isascii():
        return text
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def large_message(size_bytes: int) -> bytes:
    """One message with an attachment, of about `size_bytes` in all."""
    line = b64encode(random.Random(7).randbytes(57)) + b"\r\n"
    return (
        f"From: Jean DURAND <dr.durand@hopital-sud.aura.mssante.fr>\r\nTo: {PRACTICE.address}\r\n"
        "Subject: Imagerie\r\nMessage-ID: <grand@exemple.mssante.fr>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        'Content-Disposition: attachment; filename="scanner.dcm"\r\n\r\n'
    ).encode() + line * (size_bytes // len(line))
