"""The sheet for a patient who has to activate Mon espace santé: to copy, to save, to print."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.presenters.activation import FILE_NAME, activation_text
from tui_mailer.ui.presenters.paths import typed_path
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.notice import Notice


class SaveSheet(Command["ActivationSheet"]):
    """Enregistrer ce texte dans un fichier, pour l’imprimer."""

    key = "s"
    label = "Enregistrer"

    async def run(self, screen: "ActivationSheet") -> None:
        """Write it where attachments are saved."""
        await screen.save()


class CopySheet(Command["ActivationSheet"]):
    """Copier ce texte, si le terminal le permet."""

    key = "c"
    label = "Copier"

    async def run(self, screen: "ActivationSheet") -> None:
        """Into the clipboard of the terminal."""
        screen.copy()


class CloseSheet(Command["ActivationSheet"]):
    """Revenir à l’écran précédent."""

    key = "escape,q"
    label = "Fermer"

    async def run(self, screen: "ActivationSheet") -> None:
        """Leave."""
        screen.dismiss(None)


class ActivationSheet(CommandModal[None]):
    """A text ready to be handed over; it says nothing about health."""

    heading = "Texte à remettre au patient"
    commands = (SaveSheet, CopySheet, CloseSheet)

    def __init__(self, engine: Engine, directory: Path) -> None:
        """`directory` is where attachments are saved."""
        super().__init__()
        self._engine = engine
        self._directory = directory
        self._text: SafeText = activation_text(engine.account.sender_label)

    def compose(self) -> ComposeResult:
        """A title, the text, what was done, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line((self.heading, "bold")), classes="sheet-title")
            with VerticalScroll(classes="sheet-body"):
                yield Static(line(self._text), markup=False)
            yield Notice()
            yield Static(id="sheet-done", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Scroll by keys at once; nothing was done yet."""
        self.query_one("#sheet-done").display = False
        self.query_one(VerticalScroll).focus()

    def copy(self) -> None:
        """Copy the text."""
        self.app.copy_to_clipboard(self._text)
        self._say("✓ Copié, si ce terminal le permet ; sinon, s l’enregistre.")

    async def save(self) -> None:
        """Save the text, never over another file.

        Raises:
            AttachmentNotSaved: the directory or the disk refuses.
        """
        directory = typed_path(str(self._directory))
        where = await self._engine.reading.save_text(directory, FILE_NAME, f"{self._text}\n")
        self.clear_error()
        self._say(f"✓ Enregistré : {where}")

    def _say(self, words: str) -> None:
        done = self.query_one("#sheet-done", Static)
        done.update(line((safe_line(words), "bold $success")))
        done.display = True
