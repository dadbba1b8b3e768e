"""What can be done on the login screen."""

from typing import TYPE_CHECKING

from tui_mailer.ui.commands.base import Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.login import LoginScreen


class CancelConnection(Command["LoginScreen"]):
    """Arrêter la connexion en cours ; ce qui est saisi reste."""

    key = "escape"
    label = "Arrêter la connexion"

    def enabled(self, screen: "LoginScreen") -> bool:
        """Until the last step: the local store is being made then."""
        return screen.may_cancel

    async def run(self, screen: "LoginScreen") -> None:
        """Stop at once."""
        screen.cancel()


class Connect(Command["LoginScreen"]):
    """Se connecter avec ce qui est saisi."""

    key = "ctrl+s"
    label = "Se connecter"
    priority = True

    def enabled(self, screen: "LoginScreen") -> bool:
        """See `LoginScreen.may_connect`."""
        return screen.may_connect

    async def run(self, screen: "LoginScreen") -> None:
        """Check the fields, then connect."""
        screen.connect()


class Advanced(Command["LoginScreen"]):
    """Montrer ou replier les réglages avancés : nom affiché, identifiant, certificats, origine du mot de passe."""

    key = "f3"
    label = "Réglages avancés"

    def enabled(self, screen: "LoginScreen") -> bool:
        """Only with the whole form."""
        return screen.known_account is None

    async def run(self, screen: "LoginScreen") -> None:
        """Fold or unfold."""
        screen.fold_advanced()


class OtherAccount(Command["LoginScreen"]):
    """Ouvrir un autre compte, ou changer les réglages de celui-ci."""

    key = "f5"
    label = "Autre compte"

    def enabled(self, screen: "LoginScreen") -> bool:
        """Only where the screen asks for a passphrase alone."""
        return screen.known_account is not None and not screen.is_connecting

    async def run(self, screen: "LoginScreen") -> None:
        """Show the whole form, filled in."""
        screen.show_form()
