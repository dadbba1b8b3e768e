"""How long what a key agrees to must have been on the screen."""

from typing import Any, Final

from textual.app import App

READING_TIME_S: Final = 0.3
"""Shorter than anybody reads: a key pressed before this was meant for something else."""


def could_be_read(app: App[Any], shown_at: float | None, pressed_at: float) -> bool:
    """True when what was painted at `shown_at` could be read by whoever pressed a key.

    Over a slow line it is seen later than it is painted, and the key comes later than it is pressed.

    Args:
        app: knows how long its terminal takes to answer.
        shown_at: monotonic time; None: it was not painted yet.
        pressed_at: when the key came, monotonic.
    """
    round_trip_s: float = getattr(app, "round_trip_s", 0.0)
    return shown_at is not None and pressed_at >= shown_at + READING_TIME_S + round_trip_s
