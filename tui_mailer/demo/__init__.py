"""The embedded demo: IMAP and SMTP servers on loopback, and a fictional practice.

Nothing else than the bootstrap imports this package: pymap alone costs some 310 ms.
"""

from tui_mailer.demo.people import (
    PATIENT_CHILD,
    PATIENT_CLOSED,
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_SILENT,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    PATIENT_WHO_ANSWERS,
    PRACTICE,
    PRACTICE_PASSWORD,
    DemoPatient,
)
from tui_mailer.demo.servers import DemoPractice

__all__ = [
    "PATIENT_CHILD",
    "PATIENT_CLOSED",
    "PATIENT_FULL",
    "PATIENT_REFUSED",
    "PATIENT_SILENT",
    "PATIENT_TOO_LARGE",
    "PATIENT_UNKNOWN",
    "PATIENT_WHO_ANSWERS",
    "PRACTICE",
    "PRACTICE_PASSWORD",
    "DemoPatient",
    "DemoPractice",
]
