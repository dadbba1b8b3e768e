"""The identity that an INS tells, and the four confirmations that writing asks for."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Static

from tui_mailer.domain.ins import InsReading
from tui_mailer.domain.patient import IdentityConfirmation, IdentityPoint, PendingConfirmation
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters import identity
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint


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
        self._reading: InsReading | None = None
        self._pending: PendingConfirmation | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """The address, where the exchange stands, the points, the button."""
        yield Static(markup=False, id="patient-address")
        yield Static(markup=False, id="exchange")
        yield Static(
            "Comparez avec votre logiciel métier et cochez chaque ligne (Espace) :",
            markup=False,
            id="ask",
        )
        for point in IdentityPoint:
            yield ConfirmPoint(point)
        yield Static(markup=False, id="place-note")
        with Horizontal(id="identity-end"):
            yield Button(
                line(self._action), id="write", variant="primary", disabled=True, compact=True
            )
            yield Static(markup=False, id="remaining")

    @property
    def pending(self) -> PendingConfirmation | None:
        """What was confirmed so far of the identity shown, or None when none is shown."""
        return self._pending

    def show(self, reading: InsReading) -> None:
        """Show the identity of a complete reading with nothing confirmed, or hide."""
        self._reading = reading if reading.matricule is not None else None
        self._pending = PendingConfirmation(reading.matricule) if reading.matricule else None
        self.display = self._pending is not None
        if reading.matricule is None:
            return
        address = reading.matricule.address(self._patient_domain)
        self.query_one("#patient-address", Static).update(line("Adresse  ", (address, "bold")))
        for row in self.query(ConfirmPoint):
            row.expect(identity.point_value(row.point, reading))
        self.show_exchange("")
        note = reading.department.note if reading.department else ""
        self._fill("#place-note", note)
        self._follow()

    def show_exchange(self, text: str) -> None:
        """Say where the exchange with this patient stands."""
        self.query_one("#exchange", Static).update(line(text))

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
        if self._pending is None or self._reading is None:
            return
        shown = identity.shown(self._reading, self._patient_domain)
        confirmation = self._pending.complete(shown, local_now())
        if confirmation is not None:
            self.post_message(self.Confirmed(confirmation))
