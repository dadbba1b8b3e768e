"""The drafts kept on this machine."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.events import DraftTaken
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.ui import flows
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import CHOOSING
from tui_mailer.ui.presenters.identity import grouped
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.text import cut, french_date, line, quoted_subject
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList, Piece
from tui_mailer.ui.widgets.notice import Notice


class ResumeDraft(Command["DraftsScreen"]):
    """Reprendre le brouillon choisi."""

    key = "enter"
    label = "Reprendre"

    def enabled(self, screen: "DraftsScreen") -> bool:
        """On a draft."""
        return screen.selected is not None

    async def run(self, screen: "DraftsScreen") -> None:
        """Leave for the composer."""
        draft = screen.selected
        if draft is not None:
            screen.dismiss(None)
            flows.resume_draft(screen.mailer, screen.engine, draft)


class DiscardDraft(Command["DraftsScreen"]):
    """Jeter le brouillon choisi, après confirmation."""

    key = "delete"
    label = "Jeter"
    asks = True

    def enabled(self, screen: "DraftsScreen") -> bool:
        """On a draft."""
        return screen.selected is not None

    async def run(self, screen: "DraftsScreen") -> None:
        """Ask, then remove it."""
        draft = screen.selected
        if draft is None:
            return
        subject = quoted_subject(safe_line(draft.subject))
        text = f"Jeter le brouillon {subject} ? Son texte sera perdu."
        if await screen.app.push_screen_wait(Question(text, "Jeter", "Garder")):
            await screen.engine.discard_draft(draft.id)
            await screen.refresh_drafts()


class DraftsScreen(CommandModal[None]):
    """Lists drafts, newest first."""

    heading = "Brouillons"
    commands = (ResumeDraft, DiscardDraft, *CHOOSING)

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self._drafts: Sequence[Draft] = ()

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    @property
    def selected(self) -> Draft | None:
        """The draft under the cursor."""
        return self._drafts[self.choices.cursor] if self._drafts else None

    def compose(self) -> ComposeResult:
        """A title, the drafts, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line(("Brouillons gardés sur ce poste", "bold")), classes="sheet-title")
            yield Notice()
            yield ChoiceList("Aucun brouillon.")
            yield KeyBar()

    async def on_mount(self) -> None:
        """List them, and learn what became of them elsewhere."""
        self.choices.focus()
        await self.refresh_drafts()
        self.engine.look_at_drafts()

    async def on_engine_announced(self, message: EngineAnnounced) -> None:
        """Another machine went on with one."""
        if isinstance(message.event, DraftTaken):
            await self.refresh_drafts()

    async def refresh_drafts(self) -> None:
        """Read them anew."""
        drafts = await self.engine.drafts()
        taken = await self.engine.drafts_taken_elsewhere()
        if not self.is_attached:
            return  # closed meanwhile
        self._drafts = drafts
        domain = self.engine.account.patient_domain
        self.choices.show([draft_pieces(one, domain, taken=one.id in taken) for one in drafts])
        self.refresh_bindings()

    @on(LineList.Activated)
    async def resume(self) -> None:
        """A click resumes a draft."""
        await self.run_command(ResumeDraft)


def draft_pieces(draft: Draft, patient_domain: str, *, taken: bool) -> Sequence[Piece]:
    """When it was last changed, to whom, whether it was `taken` elsewhere, about what."""
    date = french_date(draft.updated_at, local_now()) if draft.updated_at else ""
    patients = [address.matricule(patient_domain) for address in draft.recipients]
    people = [
        address.name or (grouped(patient) if patient else address.mailbox)
        for address, patient in zip(draft.recipients, patients, strict=True)
    ]
    people += [safe_line(text) for text in draft.incomplete_recipients if text]
    return [
        (cut(date, 11), "line--faint"),
        ("◆ patient " if any(patients) else "", "line--patient"),
        (cut(", ".join(people) or "(sans destinataire)", 28) + "  ", "line--strong"),
        ("⚠ repris ailleurs  " if taken else "", "line--warning"),
        (safe_line(draft.subject) or "(sans objet)", ""),
    ]
