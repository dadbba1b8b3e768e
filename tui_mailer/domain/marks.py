"""The sign that marks a patient beside the word: no text from outside may bear it."""

from typing import Final

from tui_mailer.domain.safe_text import SafeText, safe_line

# Filled diamonds that look like it in one font or another -> an empty one.
_IMITATIONS: Final = dict.fromkeys(map(ord, "◆♦⬥⬧⯁❖◈🔶🔷🔸🔹"), "◇")


def unmarked(text: SafeText) -> SafeText:
    """`text` with an empty sign for the patient's mark, where it stands beside true ones."""
    return text if text.isascii() else safe_line(text.translate(_IMITATIONS))
