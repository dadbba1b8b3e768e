"""How a subject is shown; the stored one stays as it came (ECO.3.1.3)."""

import re
from typing import Final

from tui_mailer.domain.marks import unmarked
from tui_mailer.domain.safe_text import SafeText, safe_line

# ECO.2.1.3: marks a message that carries health documents. Error receipts put words before it.
_DOCUMENTS_PREFIX: Final = re.compile(r"(?<!\S)XDM/\d{1,3}\.\d{1,3}/DDM\+?\s*", re.IGNORECASE)


def without_documents_prefix(subject: str) -> str:
    """A subject without its ``XDM/1.0/DDM+``."""
    return _DOCUMENTS_PREFIX.sub("", subject, count=1) if "/" in subject else subject


def shown_subject(subject: SafeText) -> SafeText:
    """What a list or a reader shows of a subject; "" when nothing is left.

    Before it may stand the mark of a patient, which no subject bears.
    """
    return unmarked(safe_line(without_documents_prefix(subject).strip()))
