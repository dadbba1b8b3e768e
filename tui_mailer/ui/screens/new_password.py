"""The password changed on the server: type the new one."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice


class UsePassword(Command["NewPasswordScreen"]):
    """Utiliser ce mot de passe et se reconnecter."""

    key = "enter"
    label = "Se reconnecter"
    asks = True  # the server, and Escape is to be heard meanwhile

    def enabled(self, screen: "NewPasswordScreen") -> bool:
        """Once something is typed."""
        return bool(screen.password)

    async def run(self, screen: "NewPasswordScreen") -> None:
        """Once the server takes it, keep it for the next connections and the local store."""
        await screen.use()


class CancelPassword(Command["NewPasswordScreen"]):
    """Rester hors ligne pour l’instant."""

    key = "escape"
    label = "Plus tard"

    async def run(self, screen: "NewPasswordScreen") -> None:
        """Leave."""
        screen.dismiss(False)


class NewPasswordScreen(CommandModal[bool]):
    """Gives True once `change` took the new password."""

    heading = "Nouveau mot de passe"
    commands = (UsePassword, CancelPassword)

    def __init__(self, change: Callable[[str], Awaitable[None]]) -> None:
        """`change` may raise a `MailerError`, which is shown."""
        super().__init__()
        self._change = change

    def compose(self) -> ComposeResult:
        """Why, the field, the keys."""
        with Vertical(classes="sheet"):
            yield Static(
                line(("Le serveur refuse le mot de passe.", "bold")), classes="sheet-title"
            )
            yield Static(
                line(
                    "S’il a changé, saisissez le nouveau : il ouvrira aussi la boîte gardée sur ce "
                    "poste. Vos messages et brouillons sont intacts."
                ),
                classes="sheet-text",
            )
            yield Notice()
            yield LineInput(password=True, placeholder="Nouveau mot de passe")
            yield Static(id="state")
            yield KeyBar()

    @property
    def password(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    @on(Input.Changed)
    def typed(self) -> None:
        """The key bar follows."""
        self.refresh_bindings()

    @on(Input.Submitted)
    async def submitted(self) -> None:
        """Enter in the field."""
        if self.password:
            await self.run_command(UsePassword)

    async def use(self) -> None:
        """Hand the password over, and leave once it was taken."""
        self.clear_error()
        state = self.query_one("#state", Static)
        state.update("Le serveur vérifie le mot de passe…")
        try:
            await self._change(self.password)
        finally:
            state.update("")
        self.dismiss(True)
