"""Textual's lists of options, where keys and clicks meet a list that is not drawn as it is by then.

A page key that came before it was drawn, in one burst with what fills it, ended the program, as did a
click on an option that was gone by then.
"""

from typing import Any, Final

from textual.events import Click
from textual.widgets import OptionList

_LIBRARYS_PAGE: Final = OptionList._move_page
_LIBRARYS_CLICK: Final = OptionList._on_click


def _move_page(options: OptionList, direction: Any) -> None:  # noqa: ANN401  (the library's own)
    if (options.highlighted or 0) in options._index_to_line:
        _LIBRARYS_PAGE(options, direction)


async def _on_click(options: OptionList, event: Click) -> None:
    if event.style.meta.get("option", -1) < options.option_count:
        await _LIBRARYS_CLICK(options, event)


def mend_option_lists() -> None:
    """Have them do nothing then; the library's palette has such a list, too."""
    OptionList._move_page = _move_page  # type: ignore[method-assign, assignment]
    OptionList._on_click = _on_click  # type: ignore[method-assign, assignment]
