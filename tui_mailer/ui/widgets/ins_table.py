"""The seven parts of a matricule INS, with the digits typed so far and what they say."""

from textual.content import Content
from textual.widgets import Static

from tui_mailer.domain.ins import InsReading

_WIDTHS = (1, 2, 2, 2, 3, 3, 2)
_LABEL_WIDTH = len("département")
_DIGITS_WIDTH = 3


class InsTable(Static):
    """One line a part: its name, its characters (a dot for each missing one), its meaning."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the library's name)
        super().__init__(markup=False, id=id)
        self.border_title = "Ce que disent les chiffres"

    def show(self, reading: InsReading) -> None:
        """Explain `reading`."""
        overseas = len(reading.segments[3].typed) == len("97x")
        widths = (1, 2, 2, 3, 2, 3, 2) if overseas else _WIDTHS
        lines = [
            Content.assemble(
                (f"{segment.label:<{_LABEL_WIDTH}}  ", "$text-muted"),
                (segment.typed, "bold"),
                ("·" * max(0, width - len(segment.typed)), "$text-muted"),
                " " * (_DIGITS_WIDTH - max(width, len(segment.typed)) + 2),
                segment.meaning,
            )
            for segment, width in zip(reading.segments, widths, strict=True)
        ]
        self.update(Content("\n").join(lines))
