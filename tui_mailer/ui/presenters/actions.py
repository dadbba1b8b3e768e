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


def done_words(action: Action) -> SafeText:
    """What was done, and how to take it back."""
    where = f" vers « {action.folder} »" if action.kind is ActionKind.MOVE else ""
    undo = "" if action.kind is ActionKind.EXPUNGE else " — u : annuler"
    return safe_line(f"✓ {_counted(action)}{where}{undo}")


def undone_words(action: Action) -> SafeText:
    """What was taken back."""
    return safe_line(f"↶ annulé : {_counted(action)}")


def marked_words(count: int) -> SafeText:
    """How many messages the next action is for."""
    return safe_line(f"{plural(count, 'message coché', 'messages cochés')} — Échap : décocher")


def _counted(action: Action) -> str:
    one, many = _DONE[action.kind]
    return plural(action.count, one, many)
