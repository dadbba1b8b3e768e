"""The user's own editor, where the settings turn it on: a private file, gone afterwards."""

import asyncio
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from textual.app import App, SuspendNotSupported

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.safe_text import SafeText, safe_block


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


async def edit_text(app: App[Any], text: str) -> SafeText:
    """Suspend `app` while the user edits `text`; what the file holds afterwards.

    The directory is readable by its owner alone, and so is the file, which is removed whatever
    happens. The engine goes on meanwhile: mail still comes and leaves.

    Raises:
        EditorFailed: `text` is unchanged.
    """
    command = editor_command(os.environ)
    with TemporaryDirectory(prefix="message-") as directory:
        path = Path(directory) / "message.txt"
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        try:
            with app.batch_update(), app.suspend():
                await _run(command, path)
        except SuspendNotSupported as fault:
            raise EditorFailed(subject="ce terminal ne peut pas être prêté") from fault
        try:
            return safe_block(path.read_text(encoding="utf-8", errors="replace"))
        except OSError as fault:
            raise EditorFailed(subject=command[0]) from fault


async def _run(command: tuple[str, ...], path: Path) -> None:
    try:
        process = await asyncio.create_subprocess_exec(*command, str(path))
    except OSError as fault:
        raise EditorFailed(subject=command[0]) from fault
    if await process.wait():
        raise EditorFailed(subject=command[0])
