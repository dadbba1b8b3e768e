"""What can be done to one message or to many, and taken back."""

from typing import TYPE_CHECKING, Final

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.ending import is_untouched_end
from tui_mailer.domain.message import Flags
from tui_mailer.domain.subject import shown_subject
from tui_mailer.ui import flows
from tui_mailer.ui.commands.base import AnyCommand, Command
from tui_mailer.ui.errors import TooLateToTakeBack
from tui_mailer.ui.presenters.exchanges import END_TAKEN_BACK
from tui_mailer.ui.screens.choose_folder import ChooseFolderScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.text import plural, quoted_subject

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class OnMessages(Command["MailboxScreen"]):
    """Agit sur les messages cochés, sinon sur le message lu ou choisi."""

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On messages."""
        return bool(screen.acting.chosen)


class Undo(Command["MailboxScreen"]):
    """Annuler la dernière action, ou le dernier envoi tant qu’il n’est pas parti."""

    key = "u"
    label = "Annuler"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While there is something to take back."""
        return screen.may_take_back is not None or screen.engine.actions.last is not None

    async def run(self, screen: "MailboxScreen") -> None:
        """The most recent of both; a message taken back opens in the composer."""
        outgoing = screen.may_take_back
        if screen.acting.is_last or outgoing is None:
            await screen.acting.undo()
            return
        draft = await screen.engine.outbox.take_back(outgoing.id)
        if draft is None:
            raise TooLateToTakeBack
        if is_untouched_end(draft):
            # Nobody wrote it: there is nothing to go on with.
            await screen.engine.discard_draft(draft.id)
            await screen.refresh_outbox()
            screen.tell(END_TAKEN_BACK)
            return
        flows.resume_draft(screen.mailer, screen.engine, draft)


class Delete(OnMessages):
    """Supprimer : mettre à la corbeille."""

    key = "d,delete"
    label = "Supprimer"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """Outside of the trash."""
        return super().enabled(screen) and not screen.acting.all_in_trash

    async def run(self, screen: "MailboxScreen") -> None:
        """Move to the trash."""
        ids = screen.acting.ids
        await screen.acting.went_on(await screen.engine.actions.delete(ids), ids)


class Expunge(OnMessages):
    """Supprimer définitivement, dans la corbeille, après confirmation."""

    key = "d,delete"
    label = "Supprimer"
    asks = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """In the trash."""
        return screen.acting.all_in_trash

    async def run(self, screen: "MailboxScreen") -> None:
        """The one action that asks: nothing takes it back."""
        ids = screen.acting.ids
        what, them = plural(len(ids), "message"), "les"
        if len(ids) == 1:
            message = await screen.engine.reading.summary(ids[0])
            subject = shown_subject(message.subject) if message is not None else ""
            what, them = f"le message {quoted_subject(subject)}", "le"
        text = f"Supprimer définitivement {what} ? Rien ne pourra {them} faire revenir."
        if await screen.app.push_screen_wait(Question(text, "Supprimer", "Garder")):
            await screen.acting.went_on(await screen.engine.actions.expunge(ids), ids)


class Archive(OnMessages):
    """Archiver : ranger dans le dossier « Archives »."""

    key = "y"
    label = "Archiver"

    async def run(self, screen: "MailboxScreen") -> None:
        """Move to the archive."""
        ids = screen.acting.ids
        await screen.acting.went_on(await screen.engine.actions.archive(ids), ids)


class MoveTo(OnMessages):
    """Déplacer dans un dossier, à choisir dans une liste."""

    key = "o"
    label = "Déplacer"
    asks = True

    async def run(self, screen: "MailboxScreen") -> None:
        """Ask where to."""
        ids = screen.acting.ids
        folders = await screen.engine.reading.folders()
        folder_id = await screen.app.push_screen_wait(ChooseFolderScreen(folders))
        if folder_id is not None:
            await screen.acting.went_on(await screen.engine.actions.move(ids, folder_id), ids)


class _Toggle(OnMessages):
    """Marks, or takes the mark off when all have it."""

    flag = Flags.NONE
    on = ActionKind.READ
    off = ActionKind.UNREAD

    async def run(self, screen: "MailboxScreen") -> None:
        """As the store has them now."""
        ids, actions = screen.acting.ids, screen.engine.actions
        # Nothing to mark: all are marked.
        action = await actions.mark(ids, self.on) or await actions.mark(ids, self.off)
        await screen.acting.went_on(action, ids)


class ToggleSeen(_Toggle):
    """Marquer comme lu, ou comme non lu."""

    key = "l"
    label = "Lu/non lu"


class ToggleFlag(_Toggle):
    """Suivre un message, ou ne plus le suivre."""

    key = "f"
    label = "Suivi"
    on = ActionKind.FLAG
    off = ActionKind.UNFLAG


class InList(Command["MailboxScreen"]):
    """Coche des messages de la liste."""

    in_bar = False

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On a message of the list."""
        return screen.stage == "list" and screen.target is not None


class Tick(InList):
    """Cocher ou décocher le message : l’action qui suit vaut pour tous les messages cochés."""

    key = "c"
    label = "Cocher"
    in_bar = True

    async def run(self, screen: "MailboxScreen") -> None:
        """Tick it, and go one row down."""
        screen.list.toggle_mark()
        screen.list.move(1)
        screen.acting.tell_marked()


class TickDown(InList):
    """Cocher ce message et le suivant."""

    key = "shift+down"
    label = "Cocher vers le bas"

    async def run(self, screen: "MailboxScreen") -> None:
        """Tick both, with the cursor on the second."""
        screen.list.mark_and_move(1)
        screen.acting.tell_marked()


class TickUp(InList):
    """Cocher ce message et le précédent."""

    key = "shift+up"
    label = "Cocher vers le haut"

    async def run(self, screen: "MailboxScreen") -> None:
        """Tick both, with the cursor on the second."""
        screen.list.mark_and_move(-1)
        screen.acting.tell_marked()


class TickAll(InList):
    """Cocher tous les messages de la liste, ou tous les décocher."""

    key = "asterisk"
    label = "Tout cocher"

    async def run(self, screen: "MailboxScreen") -> None:
        """Seen or not."""
        await screen.list.mark_all()
        screen.acting.tell_marked()


class Untick(InList):
    """Décocher tous les messages."""

    key = "escape"
    label = "Décocher"
    in_bar = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While some are ticked."""
        return screen.stage == "list" and bool(screen.list.marked)

    async def run(self, screen: "MailboxScreen") -> None:
        """None is ticked."""
        screen.list.unmark(tuple(screen.list.marked))
        screen.acting.tell_marked()


ACTING: Final[tuple[AnyCommand, ...]] = (
    Delete,
    Expunge,
    Archive,
    MoveTo,
    ToggleSeen,
    ToggleFlag,
    Tick,
    TickDown,
    TickUp,
    TickAll,
)
