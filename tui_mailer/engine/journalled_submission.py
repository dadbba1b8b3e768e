"""Submission with a journal: each message handed over, and what the server said."""

from collections.abc import Sequence
from functools import partial

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.address import Address
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.journal import Deed, MessageTrace
from tui_mailer.domain.ports import Submission
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.journal import JournalKeeper
from tui_mailer.engine.journal_answers import DONE, answered, patient_among
from tui_mailer.mime.outline import outline


class JournalledSubmission:
    """A `Submission` that notes each message handed over, and what the server said."""

    def __init__(self, submission: Submission, journal: JournalKeeper) -> None:
        self._submission = submission
        self._journal = journal

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """See `Submission`."""
        checking = self._submission.check(account, credentials)
        return await answered(checking, partial(self._note_login, account))

    def was_checked(self, account: Account) -> None:
        """Note a login of which the journal, which was not there yet, knows nothing."""
        self._note_login(account, DONE)

    def _note_login(self, account: Account, answer: str) -> None:
        where = f"serveur d’envoi {account.smtp.host}:{account.smtp.port}"
        self._journal.note(Deed.LOGIN, detail=where, answer=answer)

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """See `Submission`."""
        head = outline(content)
        patient = patient_among([Address.received(one) for one in recipients], account)
        trace = MessageTrace(head.message_id, patient)
        count = len(recipients)
        words = f"{count} destinataires" if count > 1 else "1 destinataire"

        def note(answer: str) -> None:
            self._journal.note(Deed.SENT, trace=trace, detail=words, answer=answer)

        sending = self._submission.submit(
            account, credentials, recipients, content, null_sender=null_sender
        )
        said = await answered(sending, note, lambda reply: reply or DONE)
        if patient and head.subject == END_SUBJECT:
            self._journal.note(Deed.EXCHANGE_ENDED, trace=trace, answer=said or DONE)
        return said
