"""With what the interface starts: the command line's wishes, and the demo's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tui_mailer.domain.account import Account
from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.template import Template
from tui_mailer.engine.early_opening import EarlyOpening

TemplateSource = Callable[[], Sequence[Template]]
"""Gives the templates as they are now; blocking."""


def _nothing() -> None:
    """To be done by nobody."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first screens show and do.

    Attributes:
        account: fills the login screen in; None: the settings' first account, or an empty form.
        password: filled in too; the demo's, never a real one.
        hints: lines shown on the login screen.
        call: what to open the INS search with, and to attach to that message.
        editor: offer `$EDITOR` while writing.
        light: begin with the light display.
        templates: texts to write from.
        attachments_dir: where attachments are saved unless the user says otherwise.
        lock_after: without a key for so long, the screen is locked.
        begun: the account's store is being opened already.
        once_shown: called when the mailbox is on screen.
        at_rest: called when nobody has typed for a while; may take a tenth of a second.
    """

    account: Account | None = None
    password: str = field(default="", repr=False)
    hints: tuple[str, ...] = ()
    call: WriteCall = field(default_factory=WriteCall)
    editor: bool = False
    light: bool = False
    attachments_dir: Path | None = None
    templates: TemplateSource = tuple
    lock_after: timedelta = timedelta(minutes=30)
    begun: EarlyOpening | None = None
    once_shown: Callable[[], None] = _nothing
    at_rest: Callable[[], None] = _nothing
