"""The top line: whose mailbox, how the line stands, what is on its way out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.events import Connectivity, SyncAdvanced
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.ui.text import Part, cut, french_number, line, plural

if TYPE_CHECKING:
    from textual.app import RenderResult

_WORDS = {
    Connectivity.OFFLINE: ("○ hors ligne", "$warning"),
    Connectivity.CONNECTING: ("◐ connexion…", "$secondary"),
    Connectivity.SYNCING: ("◐ synchronisation", "$secondary"),
    Connectivity.PAUSED: ("‖ synchronisation suspendue — F8 : reprendre", "$warning"),
    Connectivity.ONLINE: ("● à jour", "$success"),
    Connectivity.REFUSED: ("✕ connexion refusée — Ctrl+R : réessayer", "bold $error"),
}
_BEHIND = ("◐ pas à jour — Ctrl+R : pourquoi", "$warning")
_LONGEST_FOLDER = 20
# Later than that after its time, a message waits for something else: a new password, for one.
_SOON = timedelta(seconds=5)
_PASSWORD_REFUSED = "✕ mot de passe refusé — m : le saisir"  # noqa: S105  (words, no password)


def connectivity_words(
    state: Connectivity,
    advance: SyncAdvanced | None,
    *,
    folder: str = "",
    typed: bool = True,
    is_behind: bool = False,
) -> tuple[str, str]:
    """The state of the line in French, and its colour.

    Args:
        state: where the line stands.
        advance: how far a synchronisation is.
        folder: label of the folder that is synchronised.
        typed: the password is typed here.
        is_behind: something could not be looked at, and is tried again.
    """
    words, colour = _WORDS[state]
    if state is Connectivity.ONLINE and is_behind:
        return _BEHIND
    if state is Connectivity.REFUSED and typed:
        words = _PASSWORD_REFUSED
    if state is Connectivity.SYNCING and advance is not None and advance.done < advance.total:
        where = f" : {cut(folder, _LONGEST_FOLDER).rstrip()}" if folder else ""
        words += f"{where} {french_number(advance.done)}/{french_number(advance.total)}"
    return words, colour


def outbox_words(unsettled: Sequence[Outgoing], now: datetime) -> tuple[str, str]:
    """What the user most needs to know of the outbox, and its colour; empty when nothing."""
    by_state: dict[OutgoingState, list[Outgoing]] = {}
    for outgoing in unsettled:
        by_state.setdefault(outgoing.state, []).append(outgoing)
    failed_count = len(by_state.get(OutgoingState.FAILED, ()))
    uncertain_count = len(by_state.get(OutgoingState.UNCERTAIN, ()))
    queued = by_state.get(OutgoingState.QUEUED, [])
    if failed_count:
        return f"✕ {plural(failed_count, 'envoi')} en échec — v : voir", "bold $error"
    if uncertain_count:
        return f"? {plural(uncertain_count, 'envoi')} à vérifier — v : voir", "bold $warning"
    if OutgoingState.SENDING in by_state:
        return "◐ envoi en cours…", "$secondary"
    fresh = [o for o in queued if not o.attempt_count and now - o.due_at < _SOON]
    if fresh:
        due_in_s = max(0, ceil((max(o.due_at for o in fresh) - now).total_seconds()))
        return f"◐ part dans {due_in_s} s — u : annuler", "$secondary"
    if queued:
        return f"◐ {plural(len(queued), 'message')} en attente d’envoi — v : voir", "$warning"
    if OutgoingState.COPY_MISSING in by_state:
        if any(outgoing.explanation for outgoing in by_state[OutgoingState.COPY_MISSING]):
            return "● envoyé, mais la copie est refusée — v : voir", "$warning"
        return "● envoyé, copie en cours de rangement", "$secondary"
    return "", ""


class StatusLine(Widget):
    """Shows the words; the screen gives them when something changed."""

    def __init__(self, account_address: str) -> None:
        super().__init__()
        self._account = safe_line(account_address)
        self._line: tuple[str, str] = ("", "")
        self._outbox: tuple[str, str] = ("", "")
        self._done: SafeText | None = None

    def show_line(self, words: tuple[str, str]) -> None:
        """Where the connection stands."""
        self._show(words, self._outbox)

    def show_outbox(self, words: tuple[str, str]) -> None:
        """What is on its way out."""
        self._show(self._line, words)

    def show_done(self, words: SafeText | None) -> None:
        """What was just done, in the place of the account; None for the account."""
        if words != self._done:
            self._done = words
            self.refresh()

    def _show(self, connection: tuple[str, str], outbox: tuple[str, str]) -> None:
        if (connection, outbox) != (self._line, self._outbox):
            self._line, self._outbox = connection, outbox
            self.refresh()

    def render(self) -> "RenderResult":
        """The account on the left, as far as there is room; the states on the right."""
        states: list[Part] = []
        for words in (self._outbox, self._line):
            if words[0]:
                states += ["   ", words]
        right = line(*states)
        free = self.content_size.width - right.cell_length
        left: Content = line((self._done or self._account, "bold"))
        return line(left.truncate(max(0, free), ellipsis=True, pad=True), right)
