"""What is known of the sent message that is read: not delivered, read, delayed.

A report that is read tells the same of the message that it is about, with the same keys.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui_mailer.domain.events import FateLearnt
from tui_mailer.domain.message import MessageSummary
from tui_mailer.domain.report import KeptReport
from tui_mailer.domain.safe_text import SafeText, safe_join
from tui_mailer.ui.presenters.fate import News, can_activate, patient_reported
from tui_mailer.ui.screens.activation import ActivationSheet
from tui_mailer.ui.screens.details import DetailsScreen

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class MailboxReports:
    """The reports on the message that is read, and what can be done with them.

    Attributes:
        kept: those on the message last opened, or told by it, the gravest first.
    """

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen
        self.kept: Sequence[KeptReport] = ()

    async def load(self, summary: MessageSummary) -> News | None:
        """The reports on a message of ours, or told by a report; None for any other message."""
        reports = self._screen.engine.reports
        about = ""
        if summary.outgoing:
            kept = await reports.on(summary.message_id) if summary.message_id else ()
        elif kept := await reports.told_by(summary):
            about = await reports.subject_sent(kept[0].sent_id) or "(sans objet)"
        if self._screen.opened is summary:
            self.kept = kept
        return News(kept, about, await self._names(kept)) if kept or summary.outgoing else None

    async def _names(self, kept: Sequence[KeptReport]) -> Mapping[str, str]:
        engine = self._screen.engine
        domain = engine.account.patient_domain
        patients = {matricule for one in kept if (matricule := patient_reported(one, domain))}
        known = [await engine.patients.best_known(matricule) for matricule in patients]
        return {traits.matricule: traits.name for traits in known if traits is not None}

    async def learnt(self, event: FateLearnt) -> None:
        """Show it on the list and on the message, and say a failure aloud."""
        screen = self._screen
        await screen.list.reload()
        opened = screen.opened
        if opened is not None and opened.outgoing and opened.message_id == event.sent_id:
            news = await self.load(opened)
            if screen.opened is opened:
                screen.reader.show_news(news)
                screen.refresh_bindings()
        if event.error is not None:
            screen.show_error(event.error)

    @property
    def server_words(self) -> SafeText:
        """All that the servers said about the message that is read, or ""."""
        if self._screen.stage != "reader":
            return SafeText("")
        words = (one.report.server_words for one in self.kept)
        return safe_join("\n\n", [each for each in words if each])

    @property
    def can_activate(self) -> bool:
        """The patient could receive it after activating Mon espace santé."""
        domain = self._screen.engine.account.patient_domain
        is_read = self._screen.stage == "reader"
        return is_read and any(can_activate(one, domain) for one in self.kept)

    def show_words(self) -> None:
        """Open what the servers said above the screen."""
        details = DetailsScreen("Réponse exacte du serveur", self.server_words)
        self._screen.app.push_screen(details)

    def show_activation(self) -> None:
        """Open the text to hand over above the screen."""
        screen = self._screen
        screen.app.push_screen(ActivationSheet(screen.engine, screen.attachments_dir))
