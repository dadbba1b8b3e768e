"""Page keys in Textual's lists of options, which know their lines only once they were drawn.

A page key that came before, in one burst with what fills the list, ended the program.
"""

from typing import Any, Final

from textual.widgets import OptionList

_LIBRARYS: Final = OptionList._move_page


def _move_page(options: OptionList, direction: Any) -> None:  # noqa: ANN401  (the library's own)
    if (options.highlighted or 0) in options._index_to_line:
        _LIBRARYS(options, direction)


def mend_page_keys() -> None:
    """Have them do nothing before; the library's palette has such a list, too."""
    OptionList._move_page = _move_page  # type: ignore[method-assign, assignment]
