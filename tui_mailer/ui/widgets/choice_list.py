"""A short list of our own lines to choose from."""

from collections.abc import Sequence

from tui_mailer.ui.widgets.line_list import LineList, Piece, column


class ChoiceList(LineList):
    """One line a choice, given as pieces of text; the last piece is cut to the width."""

    def __init__(self, empty_words: str = "", id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self.empty_words = empty_words
        self._choices: Sequence[Sequence[Piece]] = ()

    def show(self, choices: Sequence[Sequence[Piece]]) -> None:
        """Show these; the cursor stays where it is."""
        self._choices = choices
        self.show_rows(len(choices))

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """The cursor's mark, then the choice."""
        *first, (text, style) = self._choices[index]
        used = 2 + sum(len(piece) for piece, _ in first)
        return [[("▌ " if selected else "  ", ""), *first, column(text, width - used, style)]]
