"""Answering, for the message that is opened, whoever asks to be told that it was read."""

from functools import partial
from typing import TYPE_CHECKING

from tui_mailer.domain.errors import UnconfirmedIdentity
from tui_mailer.domain.message import MessageSummary, ReadMessage
from tui_mailer.engine.receipts import ReceiptDue
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.presenters.receipt import question_text
from tui_mailer.ui.screens.question import Question

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

_ANSWERING = "read receipt"


class MailboxReceipts:
    """Asks once, where the settings say so or the receipt would go elsewhere."""

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen

    def opened(self, summary: MessageSummary, message: ReadMessage) -> None:
        """A message was opened: see whether a receipt is due, aside."""
        if message.receipt is None:
            return
        work = partial(self._answer, summary, message)
        run_aside(self._screen, work, group=_ANSWERING, exclusive=True)

    async def _answer(self, summary: MessageSummary, message: ReadMessage) -> None:
        receipts = self._screen.engine.receipts
        due = await receipts.due(summary, message)
        if due is None:
            return
        if not due.must_ask:
            await receipts.give(due, by_hand=False)
        elif await self._user_agrees(due):
            await self._give(due)
        else:
            await receipts.refuse(due)

    async def _user_agrees(self, due: ReceiptDue) -> bool:
        screen = Question(question_text(due), "Envoyer l’accusé", "Ne pas l’envoyer")
        return await self._screen.app.push_screen_wait(screen)

    async def _give(self, due: ReceiptDue) -> None:
        """A patient's identity is confirmed first, as for a reply; left without, it is asked again."""
        from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose  # late: as in `flows`

        receipts = self._screen.engine.receipts
        try:
            await receipts.give(due, by_hand=True)
        except UnconfirmedIdentity:
            search = InsSearchScreen(self._screen.engine, due.patient, Purpose.SEND)
            confirmed = await self._screen.app.push_screen_wait(search)
            if confirmed is not None and confirmed.matricule.text == due.patient:
                await receipts.give(due, by_hand=True)
