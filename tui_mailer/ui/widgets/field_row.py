"""A row of a form: its name, its fields, and below them what is wrong or worth knowing."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from tui_mailer.ui.text import line


class FieldRow(Vertical):
    """Fields on one line behind their common label; the line below is shown when it says something."""

    def __init__(self, label: str, *fields: Widget, hint: str = "", classes: str = "") -> None:
        """`label` and `hint` are French."""
        super().__init__(classes=f"field-row {classes}")
        self._label = label
        self._fields = fields
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Label, fields, remark."""
        with Horizontal(classes="field-line"):
            yield Static(line(self._label), markup=False, classes="field-label")
            yield from self._fields
        remark = Static(line(self._hint), markup=False, classes="field-remark")
        remark.display = bool(self._hint)
        yield remark

    def show_fault(self, fault: str) -> None:
        """Say what is wrong; "" puts the hint back."""
        remark = self.query_one(".field-remark", Static)
        remark.update(line(("✗ ", "bold"), fault) if fault else line(self._hint))
        remark.set_class(bool(fault), "-fault")
        remark.display = bool(fault or self._hint)
