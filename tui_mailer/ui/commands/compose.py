"""What can be done while a message is being written."""

from typing import TYPE_CHECKING

from tui_mailer.ui.commands.base import Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.compose import ComposeScreen


class Send(Command["ComposeScreen"]):
    """Envoyer le message ; il peut être repris pendant quelques secondes."""

    key = "ctrl+s"
    label = "Envoyer"
    priority = True
    asks = True

    async def run(self, screen: "ComposeScreen") -> None:
        """Once, however often the key is pressed."""
        await screen.send()


class Attach(Command["ComposeScreen"]):
    """Joindre un fichier (trombone)."""

    key = "ctrl+t"
    label = "Joindre"
    priority = True
    asks = True

    async def run(self, screen: "ComposeScreen") -> None:
        """Ask which."""
        await screen.attachments.choose()


class Detach(Command["ComposeScreen"]):
    """Retirer la pièce jointe choisie, ou la dernière."""

    key = "ctrl+d"
    label = "Retirer la PJ"
    priority = True

    def enabled(self, screen: "ComposeScreen") -> bool:
        """Only when there is one."""
        return bool(screen.draft.attachments)

    async def run(self, screen: "ComposeScreen") -> None:
        """The file itself is not touched."""
        screen.attachments.detach()


class NoAnswer(Command["ComposeScreen"]):
    """Envoyer sans réponse possible : le patient ne pourra pas répondre à ce message."""

    key = "ctrl+n"
    label = "Sans réponse"
    priority = True

    def enabled(self, screen: "ComposeScreen") -> bool:
        """Only to a patient (ECO.2.2.8)."""
        return screen.is_to_patient

    async def run(self, screen: "ComposeScreen") -> None:
        """For this message alone; pressed again, an answer is possible."""
        screen.toggle_final()


class UseTemplate(Command["ComposeScreen"]):
    """Modèles : insérer un texte tout prêt là où est le curseur."""

    key = "ctrl+g"
    label = "Modèles"
    priority = True
    asks = True

    async def run(self, screen: "ComposeScreen") -> None:
        """Show them, and insert the one chosen."""
        await screen.use_template()


class AskReceipt(Command["ComposeScreen"]):
    """Demander un accusé de lecture, ou ne plus le demander."""

    key = "ctrl+r"
    label = "Accusé de lecture"
    priority = True

    async def run(self, screen: "ComposeScreen") -> None:
        """The title says which."""
        screen.toggle_receipt()


class ToText(Command["ComposeScreen"]):
    """De l’objet, passer au texte du message."""

    # As Tab: taken before the field sees it, so that what is typed behind it goes to the text.
    key = "enter"
    label = "Texte"
    in_bar = False
    priority = True

    def enabled(self, screen: "ComposeScreen") -> bool:
        """In the subject, where a line break means nothing."""
        return screen.is_in_subject

    async def run(self, screen: "ComposeScreen") -> None:
        """It is the next field."""
        screen.focus_next()


class Close(Command["ComposeScreen"]):
    """Fermer ; le brouillon est gardé."""

    key = "escape"
    label = "Fermer"

    def enabled(self, screen: "ComposeScreen") -> bool:
        """Escape closes an error first."""
        return screen.shown_error is None

    async def run(self, screen: "ComposeScreen") -> None:
        """Save, then leave."""
        await screen.close()


class Discard(Command["ComposeScreen"]):
    """Jeter le message, après confirmation."""

    key = "ctrl+k"
    label = "Jeter"
    priority = True
    asks = True

    async def run(self, screen: "ComposeScreen") -> None:
        """Ask, then remove the draft."""
        await screen.discard()


class EditElsewhere(Command["ComposeScreen"]):
    """Écrire le texte dans votre éditeur ($EDITOR)."""

    key = "ctrl+o"
    label = "Éditeur"
    priority = True
    asks = True

    def enabled(self, screen: "ComposeScreen") -> bool:
        """Only where the settings turn it on."""
        return screen.offers_editor

    async def run(self, screen: "ComposeScreen") -> None:
        """The program waits below."""
        await screen.edit_elsewhere()
