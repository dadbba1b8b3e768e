"""What is kept when something breaks: where in the code, never what it was working on.

An exception's message may quote a subject, a name or a matricule; a local variable surely does.
So a report holds exception types and places in the code, and nothing else.
"""

import logging
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_REPORT_NAME: Final = "incident.log"
_MOST_BYTES: Final = 256_000
# Their debug output holds passwords, tokens and patients' data.
_SILENT_LOGGERS: Final = (
    "aioimaplib",
    "aiosmtplib",
    "aiosqlite",
    "asyncio",
    "keyring",
    "markdown_it",
)

# Variables that have Python's TLS write its keys into a file, and Textual what is typed and shown.
_TELL_TALES: Final = (
    "SSLKEYLOGFILE",
    "TEXTUAL",
    "TEXTUAL_DEBUG",
    "TEXTUAL_LOG",
    "TEXTUAL_SCREENSHOT",
)


def silence_libraries() -> None:
    """Let no library log, and our own code only from warnings on, to no terminal.

    Before Textual is imported: it looks once at what the environment asks for.
    """
    for variable in _TELL_TALES:
        os.environ.pop(variable, None)
    for name in _SILENT_LOGGERS:
        logging.getLogger(name).disabled = True
    logging.getLogger("tui_mailer").addHandler(logging.NullHandler())
    logging.lastResort = None


def record_incident(error: BaseException, directory: Path) -> Path | None:
    """Append `error` to the report, readable by its owner alone; None if it cannot be written."""
    path = directory / _REPORT_NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        if path.exists() and path.stat().st_size > _MOST_BYTES:
            flags |= os.O_TRUNC
        with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as report:
            report.write(describe(error))
    except OSError:
        return None
    return path


def describe(error: BaseException) -> str:
    """Types and places of `error` and of what caused it, oldest last."""
    lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"]
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        lines.append(type(current).__qualname__)
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
    return "\n".join(lines) + "\n\n"
