"""The templates, with a look at the text before it is inserted."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.domain.template import Template
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import NextChoice, PreviousChoice
from tui_mailer.ui.text import Part, line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList

_HOLDS_INS = (
    "Ce modèle contient une INS : il ne peut pas être utilisé, il porterait l’identité d’un patient "
    "à un autre. Retirez l’INS du fichier."
)


class InsertTemplate(Command["TemplatesScreen"]):
    """Insérer ce modèle dans le message, là où est le curseur."""

    key = "enter"
    label = "Insérer"

    def enabled(self, screen: "TemplatesScreen") -> bool:
        """On a template that may be used."""
        return screen.selected is not None and not screen.selected.holds_ins

    async def run(self, screen: "TemplatesScreen") -> None:
        """Leave with it."""
        screen.dismiss(screen.selected)


class LeaveTemplates(Command["TemplatesScreen"]):
    """Revenir au message sans rien insérer."""

    key = "escape"
    label = "Fermer"

    async def run(self, screen: "TemplatesScreen") -> None:
        """Leave with nothing."""
        screen.dismiss(None)


class TemplatesScreen(CommandModal[Template | None]):
    """Lists templates already filled in for the message; leaves with one, or None."""

    heading = "Modèles"
    commands = (InsertTemplate, LeaveTemplates, PreviousChoice, NextChoice)

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self._templates = templates

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    @property
    def selected(self) -> Template | None:
        """The template under the cursor."""
        return self._templates[self.choices.cursor] if self._templates else None

    def compose(self) -> ComposeResult:
        """A title, the templates, the text of the chosen one, the keys."""
        with Vertical(classes="sheet wide", id="templates"):
            yield Static(line(("Modèles de texte", "bold")), classes="sheet-title")
            yield ChoiceList("Aucun modèle.")
            with VerticalScroll(id="template-preview", can_focus=False):
                yield Static(markup=False, id="template-text")
            yield KeyBar()

    def on_mount(self) -> None:
        """List them."""
        self.watch(self.choices, "cursor", self._preview, init=False)
        self.choices.focus()
        self.choices.show([[(safe_line(template.title), "")] for template in self._templates])
        self._preview()

    def _preview(self) -> None:
        self.query_one("#template-text", Static).update(line(*_preview_parts(self.selected)))
        self.query_one("#template-preview").scroll_home(animate=False)
        self.refresh_bindings()

    @on(LineList.Activated)
    async def clicked(self) -> None:
        """A click inserts."""
        await self.run_command(InsertTemplate)


def _preview_parts(template: Template | None) -> list[Part]:
    if template is None:
        return [""]
    if template.holds_ins:
        return [(_HOLDS_INS, "$error")]
    subject: list[Part] = [("Objet : ", "dim"), safe_line(template.subject), "\n\n"]
    return [*(subject if template.subject else []), safe_block(template.body)]
