"""What was done to messages, in words."""

from typing import Final

from tui_mailer.domain.action import Action, ActionKind
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.ui.text import plural

_DONE: Final = {
    ActionKind.READ: ("message marqué comme lu", "messages marqués comme lus"),
    ActionKind.UNREAD: ("message marqué comme non lu", "messages marqués comme non lus"),
    ActionKind.FLAG: ("message à suivre", "messages à suivre"),
    ActionKind.UNFLAG: ("message sans suivi", "messages sans suivi"),
    ActionKind.MOVE: ("message déplacé", "messages déplacés"),
    ActionKind.ARCHIVE: ("message archivé", "messages archivés"),
    ActionKind.DELETE: ("message mis à la corbeille", "messages mis à la corbeille"),
    ActionKind.EXPUNGE: ("message supprimé définitivement", "messages supprimés définitivement"),
}
_BACK: Final = ("message remis à sa place", "messages remis à leur place")
_UNDONE: Final = {
    ActionKind.READ: ("message de nouveau non lu", "messages de nouveau non lus"),
    ActionKind.UNREAD: ("message de nouveau lu", "messages de nouveau lus"),
    ActionKind.FLAG: ("message de nouveau sans suivi", "messages de nouveau sans suivi"),
    ActionKind.UNFLAG: ("message de nouveau à suivre", "messages de nouveau à suivre"),
    ActionKind.MOVE: _BACK,
    ActionKind.ARCHIVE: _BACK,
    ActionKind.DELETE: _BACK,
}


def done_words(action: Action) -> SafeText:
    """What was done, and how to take it back."""
    where = f" vers « {action.folder} »" if action.kind is ActionKind.MOVE else ""
    undo = "" if action.kind is ActionKind.EXPUNGE else " — u : annuler"
    return safe_line(f"✓ {plural(action.count, *_DONE[action.kind])}{where}{undo}")


def undone_words(action: Action) -> SafeText:
    """Where the messages are, or what they are, now that it was taken back."""
    return safe_line(f"↶ annulé : {plural(action.count, *_UNDONE[action.kind])}")


def marked_words(count: int) -> SafeText:
    """How many messages the next action is for."""
    return safe_line(f"{plural(count, 'message coché', 'messages cochés')} — Échap : décocher")


def newer_words(count: int) -> SafeText:
    """How many messages came in above the page that is shown."""
    return safe_line(f"↑ {plural(count, 'message')} au-dessus — Début : voir")
