"""The bytes of a message as text to look at."""

from typing import Final

from tui_mailer.domain.safe_text import SafeText, safe_block
from tui_mailer.ui.text import french_size

# Beyond this nobody reads on, and drawing it would hold the screen for seconds.
_MOST_BYTES: Final = 200_000


def source_text(source: bytes) -> SafeText:
    """Decode `source` as UTF-8, else byte by byte, and make every control character visible."""
    shown = source[:_MOST_BYTES]
    try:
        text = shown.decode()
    except UnicodeDecodeError:
        text = shown.decode("latin-1")
    if len(source) > _MOST_BYTES:
        text += f"\n\n[… {french_size(len(source) - _MOST_BYTES)} de plus]"
    return safe_block(text)
