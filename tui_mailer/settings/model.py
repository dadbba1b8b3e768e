"""What can be set, and where things are (XDG base directories)."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import platformdirs

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import MailerError
from tui_mailer.engine.options import EngineOptions

_APP: Final = "tui-mailer"
_FILE_NAME: Final = "reglages.toml"


class NoHome(MailerError):
    """A user whom the machine does not know, and no variable that says where to keep things."""

    what = "Le dossier personnel de cet utilisateur est introuvable."
    meaning = "Rien n’a été ouvert ni modifié."
    advice = "Donnez son chemin dans la variable HOME, puis relancez le programme."


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: settings by hand, data encrypted, state for diagnostics."""

    settings_file: Path
    store_directory: Path
    state_directory: Path

    @classmethod
    def usual(cls) -> "Places":
        """The user's own places.

        Raises:
            NoHome: nobody can say where these are.
        """
        try:
            return cls(
                platformdirs.user_config_path(_APP) / _FILE_NAME,
                platformdirs.user_data_path(_APP),
                platformdirs.user_state_path(_APP),
            )
        except RuntimeError as error:
            raise NoHome from error


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says, with the defaults for what it does not.

    Attributes:
        external_editor: offer ``$EDITOR`` in the composer; off, since its swap files and its
            history are out of our hands.
        light_display: begin with the display for slow lines.
        attachments_directory: where attachments are saved unless another place is typed.
        lock_after: without a key for so long, the screen is locked.
    """

    accounts: tuple[Account, ...] = ()
    options: EngineOptions = field(default_factory=EngineOptions)
    external_editor: bool = False
    light_display: bool = False
    attachments_directory: Path = field(default_factory=Path.home)
    lock_after: timedelta = timedelta(minutes=30)
