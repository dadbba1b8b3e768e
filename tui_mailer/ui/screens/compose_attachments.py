"""The files that go with the message in the composer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import FileAsked
from tui_mailer.domain.errors import AttachmentUnreadable, MessageTooLarge
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.presenters import sizes
from tui_mailer.ui.screens.file_chooser import FileChooserScreen
from tui_mailer.ui.text import french_size
from tui_mailer.ui.widgets.attachment_list import AttachmentList

if TYPE_CHECKING:
    from tui_mailer.ui.screens.compose import ComposeScreen

# What removing an attachment answers; whether the rest is still too large stands beside the list.
_OF_ATTACHMENTS = (AttachmentUnreadable, MessageTooLarge)


class ComposeAttachments:
    """Attaches and detaches, and says what all of it weighs.

    Attributes:
        is_choosing: the list of files was asked for, and nothing chosen yet.
    """

    def __init__(self, screen: "ComposeScreen", engine: Engine) -> None:
        self._screen = screen
        self._engine = engine
        self._directory = Path.home()
        self.is_choosing = False

    async def choose(self) -> None:
        """Ask for a file and attach it.

        Raises:
            AttachmentUnreadable: shown, the message stays as it is.
        """
        try:
            path = await self._screen.app.push_screen_wait(FileChooserScreen(self._directory))
        finally:
            self.is_choosing = False
        if path is not None:
            self._directory = path.parent
            await self.attach([FileAsked(path)])

    async def attach(self, files: Sequence[FileAsked]) -> None:
        """Attach files.

        Raises:
            AttachmentUnreadable: absent, or another one than was asked for; the files before it
                are attached.
        """
        for file in files:
            attachment = await self._engine.writing.attach(file.path, file.stamp)
            draft = self._screen.draft
            self._screen.keep(replace(draft, attachments=(*draft.attachments, attachment)))

    def detach(self) -> None:
        """Remove the attachment that the cursor is on."""
        screen = self._screen
        index = screen.query_one(AttachmentList).chosen
        if index is not None:
            kept = list(screen.draft.attachments)
            del kept[index]
            screen.keep(replace(screen.draft, attachments=tuple(kept)))
            if isinstance(screen.shown_error, _OF_ATTACHMENTS):
                screen.clear_error()

    def show(self) -> None:
        """List them, and say what is too large."""
        draft = self._screen.draft
        limit = sizes.limit_bytes(self._limits_bytes(draft.recipients))
        size_bytes = sizes.estimated_size_bytes(draft)
        too_large = limit is not None and size_bytes > limit
        words = french_size(limit).replace(",0", "") if limit else ""
        total = sizes.size_line(french_size(size_bytes), words, too_large=too_large)
        shown = self._screen.query_one(AttachmentList)
        shown.show(draft.attachments, total, too_large=too_large)

    def _limits_bytes(self, recipients: Sequence[Address]) -> list[int | None]:
        domain = self._engine.account.patient_domain
        to_patient = any(address.matricule(domain) for address in recipients)
        patients_limit = self._engine.options.patient_limit_bytes if to_patient else None
        return [self._engine.writing.size_limit_bytes, patients_limit]
