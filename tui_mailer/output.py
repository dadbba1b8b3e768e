"""Standard output and error: what cannot be written there is said, and is no unexpected error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TextIO

from tui_mailer.domain.errors import MailerError


class OutputLost(MailerError):
    """Nobody takes what is written: a full disk, or an output that was closed."""

    what = "Le résultat n’a pas pu être écrit en entier."
    meaning = "Ce qui en est sorti est incomplet : ne vous en servez pas."
    advice = "Vérifiez la place et les droits là où va la sortie, puis relancez la commande."


def write_any_text() -> None:
    """Let a terminal that has no sign for a character show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextmanager
def writing(*, exact: bool = False) -> Iterator[TextIO]:
    """Standard output, for what is written within; all of it has gone out at the end.

    Args:
        exact: in UTF-8, whatever the terminal speaks: a file whose every character counts.

    Raises:
        OutputLost: it has not.
        BrokenPipeError: whoever read it has left.
    """
    if sys.stdout is None:
        raise OutputLost
    if exact and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        _write_no_more()
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputLost from error


def _write_no_more() -> None:
    # What still stands in the buffer would fail once more when the interpreter ends.
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
