"""Every screen's keys as a table, for the README: written by the commands themselves."""

from typing import Any, Final

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.drafts import DraftsScreen
from tui_mailer.ui.screens.file_chooser import FileChooserScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.login import LoginScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen
from tui_mailer.ui.screens.new_message import NewMessageScreen
from tui_mailer.ui.screens.new_password import NewPasswordScreen
from tui_mailer.ui.screens.outbox import OutboxScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.screens.save_attachment import SaveAttachmentScreen

SCREENS: Final[tuple[type[CommandScreen[Any]], ...]] = (
    LoginScreen,
    MailboxScreen,
    NewMessageScreen,
    InsSearchScreen,
    ComposeScreen,
    FileChooserScreen,
    DraftsScreen,
    OutboxScreen,
    SaveAttachmentScreen,
    NewPasswordScreen,
    Question,
    DetailsScreen,
    HelpScreen,
)
"""In the order of a day's work."""


def markdown_table() -> str:
    """A Markdown table of screen, key and effect; keys of every screen come last, once."""
    rows = [_row(screen.heading, command) for screen in SCREENS for command in screen.commands]
    rows += [_row("partout", command) for command in CommandScreen.all_commands()]
    return "\n".join(["| Écran | Touche | Effet |", "|---|---|---|", *filter(None, rows)]) + "\n"


def _row(heading: str, command: AnyCommand) -> str:
    if not command.key:
        return ""
    return f"| {heading} | {command.key_names()} | {command.help_line()} |"
