"""The user's own editor, where the settings turn it on: a private file, gone afterwards."""

import asyncio
import errno
import os
import shlex
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.safe_text import SafeText, safe_block
from tui_mailer.ui.lent_file import LentFile, lent

_LOOK_EVERY_S: Final = 0.5
_DOUBT_S: Final = 0.3
_LAST_LOOKS: Final = 6
_LAST_PAUSE_S: Final = 0.05


class EditorFailed(InvalidInput):
    """The editor did not start, or ended with an error."""

    what = "L’éditeur n’a pas pu être utilisé"
    meaning = "Le texte du message est resté tel qu’il était."
    advice = "Vérifiez la variable EDITOR, ou écrivez ici."


def editor_command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The argument list of `$VISUAL` or `$EDITOR`; no shell reads it.

    Raises:
        EditorFailed: neither is set, or a quote is not closed.
    """
    text = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        command = tuple(shlex.split(text))
    except ValueError as fault:
        raise EditorFailed(subject=text) from fault
    if not command:
        raise EditorFailed(subject="aucun éditeur n’est indiqué")
    return command


async def edit_text(
    app: App[Any], text: str, on_saved: Callable[[SafeText], None] = lambda _text: None
) -> SafeText:
    """Suspend `app` while the user edits `text`; what the file holds afterwards.

    The directory is readable by its owner alone, and so is the file, which is removed whatever
    happens. The engine goes on meanwhile: mail still comes and leaves.

    Args:
        app: whose terminal is lent.
        text: what is edited.
        on_saved: hears what the user saves while the editor stays open, and at last when the
            terminal is gone.

    Raises:
        EditorFailed: `text` is unchanged.
    """
    command = editor_command(os.environ)
    try:
        with lent(text) as file:
            with app.batch_update(), app.suspend():
                # Whatever it raised, the library would not take the terminal back.
                is_edited = await _run(command, file, on_saved)
            if is_edited:
                return safe_block(file.text())
    except SuspendNotSupported as fault:
        raise EditorFailed(subject="ce terminal ne peut pas être prêté") from fault
    except OSError as fault:
        raise EditorFailed(subject=command[0]) from fault
    raise EditorFailed(subject=command[0])


async def _run(
    command: tuple[str, ...], file: LentFile, on_saved: Callable[[SafeText], None]
) -> bool:
    """True when the editor ended well, or with its terminal, which gives nothing up."""

    def tell(*, at_once: bool = False) -> None:
        if (saved := file.saved(at_once=at_once)) is not None:
            on_saved(safe_block(saved))

    try:
        process = await asyncio.create_subprocess_exec(*command, str(file.path))
    except OSError:
        return False
    waiting = asyncio.ensure_future(process.wait())
    try:
        while not waiting.done():
            await asyncio.wait([waiting], timeout=_LOOK_EVERY_S)
            tell()
        if waiting.result():
            await asyncio.sleep(_DOUBT_S)  # the program may be about to be told that it is gone
    except asyncio.CancelledError:
        # The terminal is gone, and an editor may save what it has once it knows. In this very turn:
        # the store is closed next.
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGHUP)
        for _ in range(_LAST_LOOKS):
            tell(at_once=True)
            time.sleep(_LAST_PAUSE_S)  # noqa: ASYNC251  (nobody is there any more)
        raise
    finally:
        waiting.cancel()
    if waiting.result() and not _terminal_is_gone():
        return False
    tell(at_once=True)
    return True


def _terminal_is_gone() -> bool:
    if sys.__stdin__ is None:
        return False
    try:
        termios.tcgetattr(sys.__stdin__.fileno())
    except termios.error as error:
        return error.args[:1] == (errno.EIO,)
    except (OSError, ValueError):  # no terminal at all
        return False
    return False
