"""Saving an attachment: which one, and where."""

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui_mailer.domain.message import Attachment
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.presenters.paths import typed_path
from tui_mailer.ui.text import cut_within, french_size, line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice


class Save(Command["SaveAttachmentScreen"]):
    """Enregistrer la pièce jointe choisie dans ce dossier."""

    key = "enter"
    label = "Enregistrer"

    async def run(self, screen: "SaveAttachmentScreen") -> None:
        """Write it and say where it is; the screen stays for the next one."""
        await screen.save()


class CloseSave(Command["SaveAttachmentScreen"]):
    """Revenir au message."""

    key = "escape"
    label = "Fermer"

    async def run(self, screen: "SaveAttachmentScreen") -> None:
        """Leave, with the directory if something was saved there."""
        screen.dismiss(screen.saved_dir)


class PreviousAttachment(Command["SaveAttachmentScreen"]):
    """Pièce jointe précédente."""

    key = "up"
    label = "Précédente"

    def enabled(self, screen: "SaveAttachmentScreen") -> bool:
        """Where there are several."""
        return screen.several

    async def run(self, screen: "SaveAttachmentScreen") -> None:
        """Move up."""
        screen.choices.move(-1)


class NextAttachment(Command["SaveAttachmentScreen"]):
    """Pièce jointe suivante."""

    key = "down"
    label = "Suivante"

    def enabled(self, screen: "SaveAttachmentScreen") -> bool:
        """Where there are several."""
        return screen.several

    async def run(self, screen: "SaveAttachmentScreen") -> None:
        """Move down."""
        screen.choices.move(1)


class SaveAttachmentScreen(CommandModal[Path | None]):
    """Saves attachments one by one; gives the directory last saved to, or None.

    Attributes:
        saved_dir: where something was saved, None before.
    """

    heading = "Enregistrer une pièce jointe"
    commands = (Save, PreviousAttachment, NextAttachment, CloseSave)

    def __init__(
        self, engine: Engine, message_id: int, attachments: Sequence[Attachment], directory: Path
    ) -> None:
        """`directory` is proposed; it need not exist."""
        super().__init__()
        self._engine = engine
        self._message_id = message_id
        self._attachments = attachments
        self._directory = directory
        self.saved_dir: Path | None = None

    @property
    def choices(self) -> ChoiceList:
        """The attachments."""
        return self.query_one(ChoiceList)

    @property
    def several(self) -> bool:
        """True when there is a choice."""
        return len(self._attachments) > 1

    def compose(self) -> ComposeResult:
        """The attachments, the directory, where the last one is, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line(("Enregistrer une pièce jointe", "bold")), classes="sheet-title")
            yield ChoiceList()
            yield Static(line("Dans le dossier :"), id="save-label")
            yield LineInput(str(self._directory))
            yield Notice()
            yield Static(id="save-done", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """The directory can be typed at once; up and down choose the attachment."""
        self.choices.can_focus = False
        self.choices.show(
            [
                [
                    (cut_within(item.name or "(sans nom)", 42) + "  ", "line--strong"),
                    (f"{french_size(item.size_bytes)}, {item.media_type}", "line--faint"),
                ]
                for item in self._attachments
            ]
        )
        self.query_one(Input).focus()

    @on(Input.Submitted)
    async def submitted(self) -> None:
        """Enter in the field."""
        await self.run_command(Save)

    async def save(self) -> None:
        """Save the attachment under the cursor.

        Raises:
            AttachmentNotSaved: the directory or the disk refuses.
            AttachmentUnreadable: the message has no such part.
        """
        directory = typed_path(self.query_one(Input).value or str(self._directory))
        attachment = self._attachments[self.choices.cursor]
        where = await self._engine.reading.save_attachment(
            self._message_id, attachment.index, directory
        )
        self.saved_dir = directory
        self.clear_error()
        done = self.query_one("#save-done", Static)
        done.update(line(("✓ Enregistrée : ", "bold $success"), safe_line(str(where))))
