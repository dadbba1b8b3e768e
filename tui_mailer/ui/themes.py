"""Two sober themes; no meaning is carried by their colours alone."""

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="sombre",
    dark=True,
    primary="#5cc0c7",
    secondary="#8fb4d9",
    accent="#e8b566",
    warning="#e8b566",
    error="#f08a80",
    success="#8fcb9b",
    foreground="#dbe3ea",
    background="#121417",
    surface="#191c20",
    panel="#272c32",
)
LIGHT: Final = Theme(
    name="clair",
    dark=False,
    primary="#0a6a73",
    secondary="#2f5d8a",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#a8261c",
    success="#1f6b35",
    foreground="#17212a",
    background="#f6f8f9",
    surface="#ffffff",
    panel="#e4eaee",
)
