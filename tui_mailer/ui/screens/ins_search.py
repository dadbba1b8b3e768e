"""The INS search bar: from digits typed or pasted to a patient whose identity was confirmed.

    typing ──complete, key right──▶ identity shown ──each point, then the button──▶ confirmed
       ▲                                 │
       └──── one character changed ──────┘   nothing confirmed is kept

Ref#2 §3.4.2 asks for the check of the key and for the confirmation of the identity that the digits
show; ECO.2.2.6 for a qualified INS.
"""

from collections.abc import Sequence
from enum import Enum
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.events import FoldersChanged
from tui_mailer.domain.identity_entry import IdentityEntry, read_entry
from tui_mailer.domain.ins import InsReading, Matricule
from tui_mailer.domain.patient import IdentityConfirmation, KnownPatient
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.commands.ins_search import AddKey, LeaveSearch, Opposition
from tui_mailer.ui.presenters import identity
from tui_mailer.ui.presenters.identity import ConfirmedPatient
from tui_mailer.ui.presenters.patient_words import Known
from tui_mailer.ui.screens.opposition import OppositionScreen
from tui_mailer.ui.text import cut, french_date, line
from tui_mailer.ui.widgets.identity_panel import IdentityPanel
from tui_mailer.ui.widgets.ins_table import InsTable
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.notice import Notice
from tui_mailer.ui.widgets.patient_search_input import SCAN_S, PatientSearchInput, is_for_bar

# A datamatrix with the longest names, its separators spelled out.
_LONGEST_TYPED = 500
_PAUSE_BEFORE_SEARCH_S = 0.15
_NAME_WIDTH = 30

ACTIVATION = (
    "Si le compte Mon espace santé du patient n’est pas activé, il peut l’activer sur "
    "www.monespacesante.fr. Le patient recevra une alerte l’invitant à se connecter pour lire "
    "le message."
)


class Purpose(Enum):
    """What the confirmed identity is for; each value labels the button."""

    WRITE = "Écrire à ce patient"
    REPLY = "Répondre à ce patient"
    SEND = "Confirmer et envoyer"
    END = "Confirmer et mettre fin"

    @property
    def title(self) -> str:
        """What is being done, above the screen."""
        return _TITLES[self]


_TITLES = {
    Purpose.WRITE: "Échanger avec un usager",
    Purpose.REPLY: "Répondre à un patient : contrôle de l’identité",
    Purpose.SEND: "Envoyer à un patient : contrôle de l’identité",
    Purpose.END: "Mettre fin aux échanges : contrôle de l’identité",
}


class InsSearchScreen(CommandScreen[ConfirmedPatient | None]):
    """Gives a `ConfirmedPatient` whose confirmation is journalled, or None.

    For a reply or a message to send the patient is settled: only the confirmation is asked.
    """

    heading = "Échanger avec un usager"
    takes_typed_ahead = True
    commands = (LeaveSearch, AddKey, Opposition)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  (Textual's own)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012  (Textual's own)

    def __init__(self, engine: Engine, text: str = "", purpose: Purpose = Purpose.WRITE) -> None:
        """`text` fills the search bar; it is read like anything typed."""
        super().__init__()
        self._engine = engine
        self._purpose = purpose
        self._text = ""
        self._initial_text = safe_line(text)
        self._patients: tuple[KnownPatient, ...] = ()
        self._listed_for = ""
        self._search_timer: Timer | None = None
        self._typed_ahead: list[Key] = []
        self._typed_timer: Timer | None = None
        self._all_read = True
        self.entry: IdentityEntry = self._read("")

    def compose(self) -> ComposeResult:
        """Bar, live line, table beside or above the known patients, then the identity."""
        locked = self._purpose is not Purpose.WRITE
        yield Static(self._purpose.title, markup=False, classes="screen-title")
        yield Notice()
        with Vertical(id="search"):
            bar = PatientSearchInput(
                id="ins",
                placeholder="INS, datamatrix scanné, ou nom d’un patient connu",
                disabled=locked,
                max_length=_LONGEST_TYPED,
            )
            bar.border_title = "Identité nationale de santé (INS)"
            yield bar
            yield Static(markup=False, id="ins-status")
            yield Button(line("Ajouter la clé"), id="add-key")
        with Container(id="below"):
            yield InsTable(id="ins-table")
            patients = OptionList(id="patients", markup=False)
            patients.border_title = "Patients de cette boîte"
            yield patients
            yield IdentityPanel(self._purpose.value, self._engine.account.patient_domain)
        yield Static(ACTIVATION, markup=False, id="activation")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read what the screen was opened with."""
        if not self._panel.is_whole:
            return
        if self._initial_text:
            bar = self.query_one("#ins", Input)
            bar.value = self._initial_text
            bar.action_select_all()  # another patient's INS takes its place
        self._take(self._initial_text)
        self._search()
        if self._purpose is Purpose.WRITE:
            self.query_one("#ins").focus()
        else:
            self._panel.focus_first_point()

    def on_descendant_focus(self) -> None:
        """The key that goes on is another one in the bar than on the points."""
        self._panel.ask(from_bar=self.query_one("#ins").has_focus)

    @property
    def _panel(self) -> IdentityPanel:
        return self.query_one(IdentityPanel)

    @property
    def reading(self) -> InsReading:
        """What the digits tell."""
        return self.entry.reading

    def _read(self, text: str) -> IdentityEntry:
        account = self._engine.account
        return read_entry(
            text,
            local_now().date(),
            test_identities=account.test_identities,
            patient_domain=account.patient_domain,
        )

    # --- what is typed

    @on(Input.Changed, "#ins")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._text:
            self._take(event.value)
            self._search_soon()

    @on(Input.Submitted, "#ins")
    def _submitted(self) -> None:
        """Enter in the bar moves on and confirms nothing; a scanner's last key is Enter."""
        if self.reading.is_valid:
            if self.entry.scanned is not None:
                self._text = identity.grouped(self.reading.cleaned)
                self.query_one("#ins", Input).value = self._text
            self._panel.focus_first_point()

    def on_key(self, event: Key) -> None:
        """What is typed or scanned beside the bar is for it, once all of it is here.

        Every key comes by here before a button or the list sees it: the Enter that ends a scan
        confirms nobody, and chooses nobody.
        """
        if not is_for_bar(event, follows=bool(self._typed_ahead)):
            self._panel.take(event)
            return
        event.stop()
        self._typed_ahead.append(event)
        self._panel.untick()
        if self._typed_timer is not None:
            self._typed_timer.stop()
        self._typed_timer = self.set_timer(SCAN_S, self._take_typed)

    async def _take_typed(self) -> None:
        keys, self._typed_ahead = self._typed_ahead, []
        bar = self.query_one(PatientSearchInput)
        if bar.disabled:
            if self.focused is None:  # the button had it
                self._panel.focus_first_point()
            return
        if not bar.has_focus:
            bar.value = ""
            self.set_focus(bar)
        await bar.take(keys)

    def _take(self, text: str) -> None:
        """Understand `text`; whatever was confirmed of another one is forgotten."""
        self._text = text
        self.entry = self._read(text)
        self._panel.show(self.entry)
        self.query_one(InsTable).show(self.reading)
        self.set_class(self.reading.is_valid, "-identity")
        self._show_status()
        if self.reading.matricule is not None:
            self._load_known(self.reading.matricule)
        self.refresh_bindings()

    def _show_status(self) -> None:
        found = identity.status(self.entry, self._text, len(self._patients))
        status = self.query_one("#ins-status", Static)
        status.update(line((f"{found.tone.value} ", "bold"), found.text))
        for tone in identity.Tone:
            status.set_class(tone is found.tone, f"-{tone.name.lower()}")
        key = self.reading.expected_key
        button = self.query_one("#add-key", Button)
        button.display = key is not None
        button.label = line(f"Ajouter la clé {key} (F4)")

    @on(Button.Pressed, "#add-key")
    def add_key(self) -> None:
        """Write the computed key behind the 13 characters: only ever on demand."""
        if self.reading.expected_key is not None:
            self._fill(identity.grouped(self.reading.cleaned + self.reading.expected_key))
            self.query_one("#ins").focus()

    def _fill(self, text: str) -> None:
        bar = self.query_one("#ins", Input)
        bar.value = text
        bar.cursor_position = len(text)
        self._take(text)

    # --- known patients

    def _search_soon(self) -> None:
        if self._search_timer is not None:
            self._search_timer.stop()
        self._search_timer = self.set_timer(_PAUSE_BEFORE_SEARCH_S, self._search)

    def _search(self) -> None:
        run_aside(self, partial(self._find, self._text), group="patients", exclusive=True)

    async def _find(self, text: str) -> None:
        wanted = text.strip() if identity.is_name(text) else self.reading.cleaned
        try:
            found = await self._engine.find_patients(wanted)
        except MailerError as error:
            self.show_error(error)
            return
        if text == self._text:
            self._patients, self._listed_for = tuple(found), text
            self._list_patients(found)
            self._show_status()

    def _list_patients(self, found: Sequence[KnownPatient]) -> None:
        options = self.query_one("#patients", OptionList)
        options.clear_options()
        now = local_now()
        for patient in found:
            name = cut(patient.name or "(sans nom)", _NAME_WIDTH)
            told = f"  {patient.matricule.grouped}   {french_date(patient.last_at, now)}"
            option = Option(line((name, "bold"), told), id=patient.matricule.text)
            options.add_option(option)
        options.highlighted = 0 if found else None
        options.disabled = not found
        options.border_subtitle = "" if found else "aucun ne correspond"

    @on(OptionList.OptionSelected, "#patients")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """A known patient is confirmed again, like one typed; never one of a list that is behind."""
        chosen = [one for one in self._patients if one.matricule.text == event.option_id]
        if chosen and self.query_one("#ins", Input).value == self._listed_for:
            self._fill(chosen[0].matricule.grouped)
            self._panel.focus_first_point()

    # --- the identity

    def _load_known(self, matricule: Matricule) -> None:
        run_aside(self, partial(self._show_known, matricule), group="known", exclusive=True)

    async def _show_known(self, matricule: Matricule) -> None:
        try:
            known = await self._known(matricule)
            self._panel.show_known(matricule, known)
            await self._show_exchange(matricule)
        except MailerError as error:
            self.show_error(error)

    async def _show_exchange(self, matricule: Matricule) -> None:
        self._all_read = await self._engine.exchanges.are_all_known()
        exchange = await self._engine.exchange(matricule.text)
        if self.reading.matricule == matricule:
            since = f"{exchange.since.astimezone():%d/%m/%Y}" if exchange.since else ""
            told = identity.exchange_line(exchange, since, all_read=self._all_read)
            self._panel.show_exchange(told)

    def on_engine_announced(self, message: EngineAnnounced) -> None:
        """More of the mailbox was read: the exchange may be known now."""
        matricule, is_news = self.reading.matricule, isinstance(message.event, FoldersChanged)
        if is_news and matricule is not None and not self._all_read:
            self._load_known(matricule)

    async def _known(self, matricule: Matricule) -> Known:
        patients = self._engine.patients
        return Known(
            await patients.best_known(matricule.text),
            await patients.label(matricule.text),
            tuple(await patients.oppositions(matricule.text)),
        )

    async def edit_opposition(self) -> None:
        """Record or withdraw the opposition of the patient on the screen."""
        matricule = self.reading.matricule
        if matricule is not None:
            name = self._panel.traits.name if self._panel.traits else ""
            await self.app.push_screen_wait(
                OppositionScreen(self._engine.patients, matricule, name)
            )
            self._load_known(matricule)

    @on(IdentityPanel.Confirmed)
    def _confirmed(self, event: IdentityPanel.Confirmed) -> None:
        """Only for the identity that is on the screen now."""
        if event.confirmation.matricule == self.reading.matricule:
            self._panel.hold(held=True)
            run_aside(self, partial(self._record, event.confirmation), group="confirm")

    async def _record(self, confirmation: IdentityConfirmation) -> None:
        matricule = confirmation.matricule
        try:
            await self._engine.identities.confirm(confirmation)
            traits = await self._engine.patients.best_known(matricule.text)
        except MailerError as error:
            self.show_error(error)
            self._panel.hold(held=False)
            return
        if self.reading.matricule != matricule:
            self._engine.identities.withdraw(matricule)
            return
        self.dismiss(ConfirmedPatient(matricule, traits))
