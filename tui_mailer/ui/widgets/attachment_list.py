"""The attachments of a message being written, and what it will weigh."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_mailer.domain.draft import DraftAttachment
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.text import french_size, line, plural


class AttachmentList(Vertical):
    """Hidden while there is none."""

    def compose(self) -> ComposeResult:
        """How many and how heavy, then one line each."""
        yield Static(markup=False, id="attachments-total")
        yield OptionList(markup=False, compact=True, id="attachments-list")

    @property
    def chosen(self) -> int | None:
        """Index of the line with the cursor, else the last one; None when there is none."""
        options = self.query_one(OptionList)
        if options.option_count == 0:
            return None
        return options.option_count - 1 if options.highlighted is None else options.highlighted

    def show(self, attachments: Sequence[DraftAttachment], total: str, *, too_large: bool) -> None:
        """List them; `total` says the encoded size in words."""
        self.display = bool(attachments) or too_large
        count = plural(len(attachments), "pièce jointe", "pièces jointes")
        head = self.query_one("#attachments-total", Static)
        head.update(line((f"{'✗ ' if too_large else ''}{count}", "bold"), f"  {total}"))
        head.set_class(too_large, "-fault")
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(line(f"{safe_line(item.name)}  ", (french_size(item.size_bytes), "$text-muted")))
            for item in attachments
        )
        options.display = bool(attachments)
