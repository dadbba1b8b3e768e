"""A line of recipients, completed from the addresses that this mailbox has seen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur, Key
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import MailerError
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.presenters.recipients import (
    Recipients,
    accept,
    everyone,
    fragment_at,
    parse_recipients,
)
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.line_input import LineInput

Complete = Callable[[str], Awaitable[Sequence[Address]]]

_SHORTEST_COMPLETED = 2
# What a long list may take of a terminal of so many rows.
_HIGH, _ROWS, _ROWS_OF_A_LOW_ONE = 30, 8, 3


class _RecipientInput(LineInput):
    """Gives the keys of the list below it to the field while that list is open."""

    @property
    def keeps_tab(self) -> bool:
        """True while Tab accepts a suggestion; the screen asks before it moves on."""
        return self.query_ancestor(RecipientField).is_open

    async def on_key(self, event: Key) -> None:
        """Tab and Enter accept, the arrows move, Escape closes; all else is typed."""
        field = self.query_ancestor(RecipientField)
        if event.key in field.LIST_KEYS and field.is_open:
            event.stop()
            event.prevent_default()
            field.use_key(event.key)


class RecipientField(Vertical):
    """A labelled field; a part that is no address is marked below it, word for word."""

    LIST_KEYS = frozenset({"tab", "enter", "down", "up", "escape"})

    @dataclass
    class Edited(Message):
        """The text changed."""

        field: "RecipientField"

    def __init__(
        self,
        label: str,
        text: str,
        complete: Complete,
        is_patient: Callable[[Address], bool],
        *,
        id: str,  # noqa: A002
    ) -> None:
        """`label` is French; `text` is what the field holds at first; patients are marked."""
        super().__init__(id=id)
        self._label = label
        self._initial_text = text
        self._complete = complete
        self._is_patient = is_patient
        self._suggested: tuple[Address, ...] = ()
        self._suggested_for = ""
        self._typed = ""
        self._completed_text = text

    def compose(self) -> ComposeResult:
        """The line, what is wrong with it, the suggestions."""
        with Horizontal(classes="field-line"):
            yield Static(line(self._label), markup=False, classes="field-label")
            yield _RecipientInput(self._initial_text, compact=True, id=f"{self.id}-input")
        yield Static(markup=False, classes="field-everyone")
        yield Static(markup=False, classes="field-remark")
        suggestions = OptionList(markup=False, compact=True)
        suggestions.can_focus = False
        suggestions.display = False
        yield suggestions

    def on_mount(self) -> None:
        """Nothing to say yet."""
        self._mark()
        self._show_everyone()

    def on_resize(self) -> None:
        """What fits is another thing now."""
        self._show_everyone()

    @property
    def text(self) -> str:
        """As typed."""
        return self._input.value

    @property
    def recipients(self) -> Recipients:
        """What the text holds."""
        return parse_recipients(self.text)

    @property
    def is_open(self) -> bool:
        """True while suggestions are shown that are for what stands there, under the cursor."""
        return (
            self._list.display
            and self._suggested_for == self.text
            and self._typed == fragment_at(self.text, self._input.cursor_position).text
        )

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._mark()
        self._show_everyone()
        self.post_message(self.Edited(self))
        if event.value != self._suggested_for:
            self._close()
        if event.value == self._completed_text:
            return
        self._completed_text = ""
        typed = fragment_at(event.value, self._input.cursor_position).text
        if len(typed) < _SHORTEST_COMPLETED:
            self._close()
        else:
            run_aside(
                self,
                partial(self._suggest, event.value, typed),
                group=f"complete {self.id}",
                exclusive=True,
            )

    async def _suggest(self, text: str, typed: str) -> None:
        try:
            found = await self._complete(typed)
        except MailerError:
            found = ()
        if text != self.text:
            return
        self._suggested = tuple(
            address for address in found if address.mailbox.casefold() != typed.casefold()
        )
        self._suggested_for, self._typed = text, typed
        self._list.clear_options()
        self._list.add_options(
            Option(
                line(
                    (address.name or "", "bold"),
                    ("  ◆ patient" if self._is_patient(address) else "", "bold $accent"),
                    f"  {address.mailbox}",
                )
            )
            for address in self._suggested
        )
        self._list.highlighted = 0 if self._suggested else None
        self._list.display = bool(self._suggested) and self._input.has_focus

    def use_key(self, key: str) -> None:
        """A key of the open list."""
        match key:
            case "down":
                self._list.action_cursor_down()
            case "up":
                self._list.action_cursor_up()
            case "escape":
                self._close()
            case _:
                self._accept(self._list.highlighted or 0)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.is_open:
            self._accept(event.option_index)

    def _accept(self, index: int) -> None:
        text, cursor = accept(self.text, self._input.cursor_position, self._suggested[index])
        self._completed_text = text
        self._input.value = text
        self._input.cursor_position = cursor
        self._close()

    def _close(self) -> None:
        self._list.display = False

    def on_descendant_blur(self, _event: DescendantBlur) -> None:
        """Suggestions go with the cursor; the marks come once the field is left."""
        self._close()
        self._mark()

    def _show_everyone(self) -> None:
        """Name all of them below a line that is too short for them: none goes unseen."""
        width = self._input.content_size.width
        shown = self.query_one(".field-everyone", Static)
        addresses = self.recipients.addresses
        is_cut = 0 < width <= cell_len(self.text)
        shown.display = is_cut and bool(addresses)
        if shown.display:
            cells = width * (_ROWS if self.app.size.height >= _HIGH else _ROWS_OF_A_LOW_ONE)
            shown.update(line(everyone(addresses, cells)))

    def _mark(self) -> None:
        incomplete = () if self._input.has_focus else self.recipients.incomplete
        remark = self.query_one(".field-remark", Static)
        remark.display = bool(incomplete)
        remark.add_class("-fault")
        named = ", ".join(f"« {text} »" for text in incomplete)
        remark.update(line(("✗ ", "bold"), f"adresse à corriger : {named}"))
