"""The journal: what was done to the mailbox, and whether anybody touched that record."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui_mailer.domain.errors import StoreProblem
from tui_mailer.domain.journal import JournalFilter
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands import journal as commands
from tui_mailer.ui.commands.base import AnyCommand, CommandModal
from tui_mailer.ui.presenters.journal import CHECKING, chain_words, details
from tui_mailer.ui.text import line, plural
from tui_mailer.ui.widgets.journal_list import JournalList, JournalRows
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice

_LOOKING = "journal search"
_MOST_NAMES = 500


class JournalScreen(CommandModal[None]):
    """Lists the lines, newest first, and tells all of the one under the cursor."""

    heading = "Journal"
    commands = commands.JOURNAL

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    @property
    def lines(self) -> JournalList:
        """The list."""
        return self.query_one(JournalList)

    @property
    def is_typing(self) -> bool:
        """Keys go into the search bar."""
        return self.focused is self._input

    @property
    def _input(self) -> LineInput:
        return self.query_one("#journal-filter", LineInput)

    def compose(self) -> ComposeResult:
        """Title, chain, search bar, lines, the chosen one, keys."""
        with Vertical(classes="sheet", id="journal"):
            with Horizontal(id="journal-title"):
                yield Static(line(("Journal", "bold")), classes="sheet-title")
                yield Static(line((CHECKING, "dim")), markup=False, id="journal-chain")
            yield Notice()
            with Horizontal(id="journal-search"):
                yield Static("Chercher", markup=False, classes="field-label")
                yield LineInput("", compact=True, id="journal-filter")
                yield Static(markup=False, id="journal-count")
            yield JournalList(local_now)
            yield Static(markup=False, id="journal-line")
            yield KeyBar()

    async def on_mount(self) -> None:
        """List everything, and follow the chain meanwhile."""
        self.lines.focus()
        run_aside(self, self._check, group="journal check")
        self.lines.names = {
            patient.matricule.text: patient.name
            for patient in await self._engine.find_patients("", _MOST_NAMES)
        }
        await self._show()

    def available(self) -> Sequence[AnyCommand]:
        """While typing, letters are text."""
        every = super().available()
        return [c for c in every if c not in commands.LETTERS] if self.is_typing else every

    # --- the chain

    async def _check(self) -> None:
        await self._flush()
        report = await self._engine.journal.check()
        self.lines.faulty = frozenset(number for number, _ in report.faults)
        self.lines.redraw()
        self.query_one("#journal-chain", Static).update(line(chain_words(report)))

    async def _flush(self) -> None:
        try:
            await self._engine.journal.flush()
        except StoreProblem as problem:
            self.show_error(problem)

    # --- which lines

    def type_filter(self) -> None:
        """Go to the bar."""
        self._input.focus()

    def look_for(self, text: str) -> None:
        """Show the lines with `text` alone."""
        self._input.value = text
        self.lines.focus()

    def step_back(self) -> None:
        """Show everything again; when everything is shown, leave."""
        if self._input.value or self.is_typing:
            self.look_for("")
        else:
            self.dismiss(None)

    @on(Input.Changed, "#journal-filter")
    def look(self) -> None:
        """What is looked for changed."""
        run_aside(self, self._show, group=_LOOKING, exclusive=True)

    async def _show(self) -> None:
        text = self._input.value.strip()
        patients = await self._engine.find_patients(text, _MOST_NAMES) if text else ()
        chosen = JournalFilter(text, tuple(patient.matricule.text for patient in patients))
        await self._flush()
        rows = JournalRows(self._engine.journal, chosen)
        await self.lines.show(rows, "Aucune ligne." if text else "Rien n’a encore été noté.")
        words = plural(self.lines.row_count, "ligne")
        self.query_one("#journal-count", Static).update(line((words, "dim")))

    @on(JournalList.Moved)
    def explain(self) -> None:
        """Tell all of the line under the cursor."""
        chosen = self.lines.selected
        told = details(chosen, local_now(), self.lines.names) if chosen else [""]
        self.query_one("#journal-line", Static).update(line(*told).rstrip())
        self.refresh_bindings()
