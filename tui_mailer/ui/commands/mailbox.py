"""What can be done in the mailbox, besides moving."""

from typing import TYPE_CHECKING, Final

from tui_mailer.domain.errors import MessageNotHeld
from tui_mailer.domain.events import Connectivity
from tui_mailer.ui import flows
from tui_mailer.ui.arrival import have_whole
from tui_mailer.ui.commands.acting import ACTING, Delete, Undo, Untick
from tui_mailer.ui.commands.base import (
    EVERYWHERE,
    AnyCommand,
    CloseNotice,
    Command,
)
from tui_mailer.ui.commands.exchanges import EXCHANGES
from tui_mailer.ui.commands.holding import CANCELLING, PauseSync
from tui_mailer.ui.commands.moving import MOVING, MOVING_SILENTLY, Back, NextMessage
from tui_mailer.ui.commands.patients import PatientOpposition
from tui_mailer.ui.commands.reporting import REPORTING
from tui_mailer.ui.commands.searching import SEARCHING, Find
from tui_mailer.ui.presenters.source import source_text
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.drafts import DraftsScreen
from tui_mailer.ui.screens.new_password import NewPasswordScreen
from tui_mailer.ui.screens.outbox import OutboxScreen
from tui_mailer.ui.screens.save_attachment import SaveAttachmentScreen

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class OnMessage(Command["MailboxScreen"]):
    """Agit sur le message lu ou choisi."""

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On a message."""
        return screen.target is not None

    async def run(self, screen: "MailboxScreen") -> None:
        """Do it to the message read, else to the one under the cursor."""
        if screen.target is not None:
            await self.act(screen, screen.target.id)

    async def act(self, screen: "MailboxScreen", message_id: int) -> None:
        """Do it to the message with this local id."""
        raise NotImplementedError


class New(Command["MailboxScreen"]):
    """Nouveau message : écrire à un professionnel ou échanger avec un usager (patient)."""

    key = "plus"
    label = "Nouveau"

    async def run(self, screen: "MailboxScreen") -> None:
        """Open the menu."""
        flows.new_message(screen.mailer, screen.engine)


class ToPatient(Command["MailboxScreen"]):
    """Échanger avec un usager (patient) : recherche par INS et contrôle de l’identité."""

    key = "p"
    label = "Patient"

    async def run(self, screen: "MailboxScreen") -> None:
        """Open the INS search, on the patient one is looking at under "Echanges patient"."""
        ins = screen.exchanges.matricule if screen.exchanges.are_in_sight else ""
        flows.write_to_patient(screen.mailer, screen.engine, ins)


class ToProfessional(Command["MailboxScreen"]):
    """Écrire à un professionnel."""

    key = "e"
    label = "Écrire"

    async def run(self, screen: "MailboxScreen") -> None:
        """Open the composer."""
        flows.write_to_professional(screen.mailer, screen.engine)


class Answer(OnMessage):
    """Répond au message lu ou choisi."""

    def enabled(self, screen: "MailboxScreen") -> bool:
        """Not on a mail server's report, which nobody wrote, nor on a draft, which has not left."""
        target = screen.target
        return target is not None and not target.is_from_nobody and not screen.is_on_draft


class Reply(Answer):
    """Répondre à l’expéditeur."""

    key = "r"
    label = "Répondre"

    async def act(self, screen: "MailboxScreen", message_id: int) -> None:
        """Open the composer on a reply."""
        flows.reply(screen.mailer, screen.engine, message_id, to_all=False)


class ReplyToAll(Answer):
    """Répondre à l’expéditeur et à tous les destinataires."""

    key = "a"
    label = "À tous"

    async def act(self, screen: "MailboxScreen", message_id: int) -> None:
        """Open the composer on a reply to all."""
        flows.reply(screen.mailer, screen.engine, message_id, to_all=True)


class Forward(OnMessage):
    """Transférer le message et ses pièces jointes."""

    key = "t"
    label = "Transférer"

    async def act(self, screen: "MailboxScreen", message_id: int) -> None:
        """Open the composer on a forwarded message."""
        flows.forward(screen.mailer, screen.engine, message_id)


class SaveAttachment(Command["MailboxScreen"]):
    """Enregistrer une pièce jointe du message lu."""

    key = "s"
    label = "Enregistrer PJ"
    asks = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While a message with attachments is read."""
        message = screen.reader.message
        return screen.stage == "reader" and message is not None and bool(message.attachments)

    async def run(self, screen: "MailboxScreen") -> None:
        """Ask which one, and where."""
        message = screen.reader.message
        if message is None or screen.opened is None:
            return
        chosen_dir = await screen.app.push_screen_wait(
            SaveAttachmentScreen(
                screen.engine, screen.opened.id, message.attachments, screen.attachments_dir
            )
        )
        screen.attachments_dir = chosen_dir or screen.attachments_dir


class ShowSource(OnMessage):
    """Détails : la source exacte du message."""

    key = "x"
    label = "Source"
    asks = True  # it may have to be fetched

    async def act(self, screen: "MailboxScreen", message_id: int) -> None:
        """Show it above the screen."""
        if not await have_whole(screen.mailer, screen.engine, message_id):
            return
        source = await screen.engine.reading.source(message_id)
        if source is None:
            raise MessageNotHeld
        await screen.app.push_screen_wait(DetailsScreen("Source du message", source_text(source)))


class ShowDrafts(Command["MailboxScreen"]):
    """Brouillons gardés sur ce poste."""

    key = "b"
    label = "Brouillons"

    async def run(self, screen: "MailboxScreen") -> None:
        """List them above the screen."""
        screen.app.push_screen(DraftsScreen(screen.engine))


class ShowOutbox(Command["MailboxScreen"]):
    """Envois : ce qui part, attend ou a échoué."""

    key = "v"
    label = "Envois"

    async def run(self, screen: "MailboxScreen") -> None:
        """List them above the screen."""
        screen.app.push_screen(OutboxScreen(screen.engine, screen.attachments_dir))


class ShowJournal(Command["MailboxScreen"]):
    """Journal : ce qui a été fait dans cette boîte, par qui et quand."""

    key = "h"
    label = "Journal"

    async def run(self, screen: "MailboxScreen") -> None:
        """List it above the screen."""
        from tui_mailer.ui.screens.journal import JournalScreen  # late: as in `flows`

        screen.app.push_screen(JournalScreen(screen.engine))


class CheckMail(Command["MailboxScreen"]):
    """Relever le courrier, ou se reconnecter ; dit pourquoi la connexion manque."""

    key = "ctrl+r"
    label = "Relever"

    async def run(self, screen: "MailboxScreen") -> None:
        """Try now, and show the last fault."""
        if screen.line_error is not None:
            screen.show_error(screen.line_error)
        screen.engine.reconnect()
        screen.engine.synchronise()


class NewPassword(Command["MailboxScreen"]):
    """Saisir le nouveau mot de passe, quand le serveur a refusé l’ancien."""

    key = "m"
    label = "Mot de passe"
    asks = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While the server refuses a password that is typed here."""
        return (
            screen.engine.account.is_password_typed
            and screen.engine.connectivity is Connectivity.REFUSED
        )

    async def run(self, screen: "MailboxScreen") -> None:
        """Ask for it and go on with it."""
        if await screen.app.push_screen_wait(NewPasswordScreen(screen.change_password)):
            screen.clear_error()


MAILBOX: Final[tuple[AnyCommand, ...]] = (
    NewPassword,
    Untick,
    *SEARCHING,
    *CANCELLING,
    *MOVING,
    *EXCHANGES,
    New,
    ToPatient,
    ToProfessional,
    Find,
    Reply,
    ReplyToAll,
    Forward,
    SaveAttachment,
    *REPORTING,
    *ACTING,
    PatientOpposition,
    Undo,
    ShowDrafts,
    ShowOutbox,
    ShowJournal,
    CheckMail,
    PauseSync,
    ShowSource,
    *MOVING_SILENTLY,
)
READING_FIRST: Final = frozenset(
    {*CANCELLING, Back, NextMessage, Reply, ReplyToAll, Forward, SaveAttachment, Delete}
)
"""What is for the message that is read."""
WHILE_TYPING: Final[tuple[AnyCommand, ...]] = (
    *SEARCHING,
    CheckMail,
    PauseSync,
    *MOVING_SILENTLY,
    CloseNotice,
    *EVERYWHERE,
)
"""What the search bar leaves to the screen."""
WHILE_AWAITING: Final = frozenset({*CANCELLING, *EVERYWHERE})
"""What can be done while the screen to be shown waits for a message."""
