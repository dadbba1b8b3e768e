"""Every screen's keys as a table, for the README: written by the commands themselves."""

import sys
from pathlib import Path
from typing import Any, Final

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen
from tui_mailer.ui.screens.activation import ActivationSheet
from tui_mailer.ui.screens.choose_filter import ChooseFilterScreen
from tui_mailer.ui.screens.choose_folder import ChooseFolderScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.drafts import DraftsScreen
from tui_mailer.ui.screens.file_chooser import FileChooserScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.journal import JournalScreen
from tui_mailer.ui.screens.leaving import LeavingScreen
from tui_mailer.ui.screens.locked import LockedScreen
from tui_mailer.ui.screens.login import LoginScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen
from tui_mailer.ui.screens.meant import MeantQuestion
from tui_mailer.ui.screens.new_message import NewMessageScreen
from tui_mailer.ui.screens.new_password import NewPasswordScreen
from tui_mailer.ui.screens.opposition import OppositionScreen
from tui_mailer.ui.screens.outbox import OutboxScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.screens.save_attachment import SaveAttachmentScreen
from tui_mailer.ui.screens.templates import TemplatesScreen

SCREENS: Final[tuple[type[CommandScreen[Any]], ...]] = (
    LoginScreen,
    MailboxScreen,
    NewMessageScreen,
    InsSearchScreen,
    OppositionScreen,
    ComposeScreen,
    FileChooserScreen,
    TemplatesScreen,
    DraftsScreen,
    OutboxScreen,
    ActivationSheet,
    JournalScreen,
    SaveAttachmentScreen,
    ChooseFolderScreen,
    ChooseFilterScreen,
    NewPasswordScreen,
    Question,
    MeantQuestion,
    LeavingScreen,
    LockedScreen,
    DetailsScreen,
    HelpScreen,
)
"""In the order of a day's work."""

BEGIN: Final = "<!-- keys:begin -->"
END: Final = "<!-- keys:end -->"


def markdown_table() -> str:
    """A Markdown table of screen, key and effect; keys of every screen come last, once."""
    groups = [(screen.heading, screen.commands) for screen in SCREENS]
    groups.append(("Partout", CommandScreen.all_commands()))
    rows = ["| Écran | Touche | Effet |", "|---|---|---|"]
    for heading, commands in groups:
        keyed = [command for command in commands if command.key]
        names = [f"**{heading}**", *[""] * len(keyed)]
        rows += [_row(name, command) for name, command in zip(names, keyed, strict=False)]
    return "\n".join(rows) + "\n"


def _row(heading: str, command: AnyCommand) -> str:
    return f"| {heading} | {command.key_names()} | {command.help_line()} |"


def with_table(text: str) -> str:
    """`text` with the table between its two marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{markdown_table()}{END}{after}"


def main(path: Path) -> None:
    """Write the table into the file at `path`."""
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
