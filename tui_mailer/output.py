"""Standard output and error: what cannot be written there is said, and is no unexpected error."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
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


def say(text: str) -> None:
    """Write `text` to standard error; a terminal cuts no word of it in two."""
    if sys.stderr.isatty():
        import textwrap  # late: hardly ever wanted

        width = max(20, shutil.get_terminal_size().columns)
        text = "\n".join(
            textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
            for line in text.splitlines()
        )
    print(text, file=sys.stderr)  # noqa: T201  (the command line's answer)


def stand_in_for_closed() -> None:
    """Have files where standard input, output or error was closed by whoever started the program.

    Else the next file that is opened takes the place, and what was meant for the terminal is written
    into it; and `print` takes an error output that is closed for standard output.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free (open(2))
            os.set_inheritable(number, True)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (to the end)


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
