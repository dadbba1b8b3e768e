"""The identity that an INS tells, and the four confirmations that writing asks for."""

from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Button, Static

from tui_mailer.domain.identity_entry import IdentityEntry
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.patient import IdentityConfirmation, IdentityPoint, PendingConfirmation
from tui_mailer.domain.traits import PatientTraits
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters import identity, patient_words
from tui_mailer.ui.presenters.patient_words import Known
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint

# A point alone leaves Tab to the panel: handled by the app, it would overtake a Space before it.
_TABS: Final = frozenset({"tab", "shift+tab"})
_ARROWS: Final = frozenset({"up", "down"})
_NEXT: Final = frozenset({"down", "tab"})


class IdentityPanel(Vertical):
    """Shows one complete INS; another one, or the same one typed again, starts from nothing."""

    @dataclass
    class Confirmed(Message):
        """Every point was confirmed and the button pressed."""

        confirmation: IdentityConfirmation

    def __init__(self, action: str, patient_domain: str) -> None:
        """`action` is the French label of the button."""
        super().__init__(id="identity")
        self._action = action
        self._patient_domain = patient_domain
        self._entry: IdentityEntry | None = None
        self._known = Known()
        self._pending: PendingConfirmation | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """The address, the name, what to beware of, the exchange, the points, the button."""
        yield Static(markup=False, id="patient-address")
        yield Static(markup=False, id="patient-name")
        yield Static(markup=False, id="cautions")
        yield Static(markup=False, id="exchange")
        yield Static(identity.asking(from_bar=False), markup=False, id="ask")
        for point in IdentityPoint:
            yield ConfirmPoint(point)
        yield Static(markup=False, id="place-note")
        with Horizontal(id="identity-end"):
            yield Button(
                line(self._action), id="write", variant="primary", disabled=True, compact=True
            )
            yield Static(markup=False, id="remaining")

    @property
    def is_whole(self) -> bool:
        """False where the program ends in the moment in which the screen comes up."""
        return bool(self.query("#remaining"))

    @property
    def pending(self) -> PendingConfirmation | None:
        """What was confirmed so far of the identity shown, or None when none is shown."""
        return self._pending

    @property
    def traits(self) -> PatientTraits | None:
        """Whose name is on the screen: scanned, else stored, else the label last seen."""
        if self._entry is not None and self._entry.scanned is not None:
            return PatientTraits.of_datamatrix(self._entry.scanned, local_now())
        return self._known.traits

    @property
    def _believed(self) -> PatientTraits | None:
        """The traits that a confirmation keeps: a document that contradicts the INS proves nothing."""
        contradicted = self._entry is not None and bool(self._entry.contradictions)
        return self._known.traits if contradicted else self.traits

    def show(self, entry: IdentityEntry) -> None:
        """Show the identity of a complete entry with nothing confirmed, or hide."""
        reading = entry.reading
        self._entry = entry if reading.matricule is not None else None
        self._known = Known()
        self._pending = PendingConfirmation(reading.matricule) if reading.matricule else None
        self.display = self._pending is not None
        if reading.matricule is None:
            return
        address = reading.matricule.address(self._patient_domain)
        self.query_one("#patient-address", Static).update(line("Adresse  ", (address, "bold")))
        for row in self.query(ConfirmPoint):
            row.expect(identity.point_value(row.point, reading))
        self.show_exchange("")
        self._show_person()
        note = reading.department.note if reading.department else ""
        self._fill("#place-note", note)
        self._follow()

    def ask(self, *, from_bar: bool) -> None:
        """Say what to do, by the key that does it where the focus is."""
        self.query_one("#ask", Static).update(line(identity.asking(from_bar=from_bar)))

    def show_exchange(self, text: str) -> None:
        """Say where the exchange with this patient stands: the last to come, above the points."""
        self.query_one("#exchange", Static).update(line(text))
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        for row in self.query(ConfirmPoint):
            if row.has_focus and not row.is_in_sight:
                row.bring_in_sight()

    def show_known(self, matricule: Matricule, known: Known) -> None:
        """Say what this practice knows of the patient on the screen."""
        if self._pending is not None and self._pending.matricule == matricule:
            self._known = known
            self._show_person()

    def _show_person(self) -> None:
        self._fill("#patient-name", patient_words.traits_line(self.traits))
        self._fill("#cautions", "\n".join(f"⚠ {caution}" for caution in self._cautions()))

    def _cautions(self) -> list[str]:
        """What the user should know before confirming, the gravest first."""
        if self._entry is None:
            return []
        born = self._believed.birth_date if self._believed else None
        found = [problem.message for problem in self._entry.contradictions]
        found += patient_words.opposition_notes(self._known.oppositions)
        found += [
            patient_words.other_name_note(self.traits, self._known.traits),
            patient_words.label_note(self.traits, self._known.label),
            patient_words.minor_note(self._entry.reading, local_now().date(), born),
        ]
        return [caution for caution in found if caution]

    def focus_first_point(self) -> None:
        """Move to the first line to confirm."""
        self.query(ConfirmPoint).first().focus()

    def hold(self, *, held: bool) -> None:
        """While the confirmation is being recorded, the button rests."""
        complete = self._pending is not None and not self._pending.missing
        self.query_one("#write", Button).disabled = held or not complete

    def _fill(self, selector: str, text: str) -> None:
        found = self.query_one(selector, Static)
        found.update(line(text))
        found.display = bool(text)

    @on(ConfirmPoint.Toggled)
    def _toggled(self, event: ConfirmPoint.Toggled) -> None:
        event.stop()
        if self._pending is not None:
            self._pending = self._pending.toggle(event.point)
            self._follow()

    def untick(self) -> None:
        """Another INS begins: nothing stays confirmed of this one."""
        if self._pending is not None and self._pending.points:
            self._pending = PendingConfirmation(self._pending.matricule)
            self._follow()

    def take(self, key: Key) -> None:
        """On a point, Space toggles, the arrows and Tab move.

        Keys that come in one burst were all handed to the line that had the focus then; each acts
        on the line that the ones before it moved to.
        """
        line_now = self.screen.focused
        is_on_point = isinstance(line_now, ConfirmPoint)
        if key.key in _TABS or (key.key in _ARROWS and is_on_point):
            key.stop()
            move = self.screen.focus_next if key.key in _NEXT else self.screen.focus_previous
            move()
        elif key.key == "space" and isinstance(line_now, ConfirmPoint):
            key.stop()
            line_now.toggle(key.time)

    def _follow(self) -> None:
        assert self._pending is not None
        for row in self.query(ConfirmPoint):
            row.confirmed = row.point in self._pending.points
        missing = self._pending.missing
        self.query_one("#write", Button).disabled = bool(missing)
        self.query_one("#remaining", Static).update(line(identity.still_to_confirm(missing)))

    @on(Button.Pressed, "#write")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if self._pending is None or self._entry is None:
            return
        shown = identity.shown(self._entry.reading, self._patient_domain)
        said = [patient_words.traits_line(self.traits), *self._cautions()]
        shown = "; ".join(part for part in (shown, *said) if part)
        confirmation = self._pending.complete(shown, local_now(), self._believed)
        if confirmation is not None:
            self.post_message(self.Confirmed(confirmation))
