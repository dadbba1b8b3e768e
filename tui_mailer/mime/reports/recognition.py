"""Is this message a report, and what does it say?

In this order of evidence: a status part, a disposition part, the plain text of a mail server.
What lies inside an attached message never counts: a forwarded bounce is a person's letter.
"""

from collections.abc import Sequence

from tui_mailer.domain.report import Report
from tui_mailer.mime.reports.delivery import delivery_reports
from tui_mailer.mime.reports.disposition import disposition_reports
from tui_mailer.mime.reports.envelope import Envelope
from tui_mailer.mime.reports.plain import plain_reports
from tui_mailer.mime.tree import take_apart


def recognise(raw: bytes) -> Sequence[Report]:
    """The reports in a message, one a recipient; none for a message that is no report.

    `raw` may be cut off at its end. Never raises; takes as long as `take_apart`.
    """
    tree = take_apart(raw)
    if tree.source is not None:
        return ()
    envelope = Envelope.of(tree.root)
    return delivery_reports(envelope) or disposition_reports(envelope) or plain_reports(envelope)
