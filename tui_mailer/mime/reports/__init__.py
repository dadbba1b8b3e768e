"""Reports about messages of ours: delivery status, read receipts, and the plain text of bounces."""

from tui_mailer.mime.reports.recognition import recognise

__all__ = ["recognise"]
