"""The outbox: where each message that was handed over stands, and what can be done about it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.events import OutgoingChanged
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.refusals import patient_can_activate
from tui_mailer.ui import flows
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import CHOOSING
from tui_mailer.ui.errors import TooLateToTakeBack
from tui_mailer.ui.presenters.fate import ACTIVATION_HINT, WORDS_HINT
from tui_mailer.ui.presenters.identity import grouped
from tui_mailer.ui.screens.activation import ActivationSheet
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.text import Part, cut, line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import Piece
from tui_mailer.ui.widgets.notice import Notice

_STATES = {
    OutgoingState.QUEUED: ("◐ en attente", "line--faint"),
    OutgoingState.SENDING: ("◐ envoi en cours", "line--faint"),
    OutgoingState.SENT: ("● envoyé", ""),
    OutgoingState.COPY_MISSING: ("● copie à ranger", ""),
    OutgoingState.FAILED: ("✕ échec", "line--warning"),
    OutgoingState.UNCERTAIN: ("? incertain", "line--warning"),
}


class OnOutgoing(Command["OutboxScreen"]):
    """Agit sur l’envoi choisi."""

    states: frozenset[OutgoingState] = frozenset()

    def enabled(self, screen: "OutboxScreen") -> bool:
        """On a message in the right state."""
        return screen.selected is not None and screen.selected.state in self.states

    async def run(self, screen: "OutboxScreen") -> None:
        """Do it to the message under the cursor."""
        if screen.selected is not None:
            await self.act(screen, screen.selected)
            await screen.refresh_outbox()

    async def act(self, screen: "OutboxScreen", outgoing: Outgoing) -> None:
        """Do it to `outgoing`."""
        raise NotImplementedError


class Retry(OnOutgoing):
    """Envoyer de nouveau le message choisi."""

    key = "r"
    label = "Renvoyer"
    asks = True
    states = frozenset({OutgoingState.FAILED, OutgoingState.UNCERTAIN})

    async def act(self, screen: "OutboxScreen", outgoing: Outgoing) -> None:
        """An uncertain one may arrive twice: ask."""
        if outgoing.state is OutgoingState.UNCERTAIN:
            text = "Ce message est peut-être déjà arrivé. Le renvoyer, au risque d’un doublon ?"
            if not await screen.app.push_screen_wait(Question(text, "Renvoyer", "Ne pas renvoyer")):
                return
        await screen.engine.outbox.retry(outgoing.id)


class Edit(OnOutgoing):
    """Annuler l’envoi et rouvrir le message pour le corriger ; un accusé de lecture est retiré."""

    key = "u,enter"
    label = "Annuler et modifier"
    states = frozenset({OutgoingState.QUEUED, OutgoingState.FAILED})

    async def act(self, screen: "OutboxScreen", outgoing: Outgoing) -> None:
        """Leave for the composer, if it is not too late."""
        draft = await screen.engine.outbox.take_back(outgoing.id)
        if draft is None:
            raise TooLateToTakeBack
        if outgoing.is_receipt:  # there is nothing to correct in one
            await screen.engine.discard_draft(draft.id)
            return
        screen.dismiss(None)
        flows.resume_draft(screen.mailer, screen.engine, draft)


class StopSending(OnOutgoing):
    """Arrêter un envoi en cours, tant que le serveur n’a pas tout reçu."""

    key = "u"
    label = "Arrêter l’envoi"
    states = frozenset({OutgoingState.SENDING})

    async def act(self, screen: "OutboxScreen", outgoing: Outgoing) -> None:
        """What became of it is told by the list."""
        if not screen.engine.outbox.stop_sending(outgoing.id):
            raise TooLateToTakeBack


class BelieveSent(OnOutgoing):
    """Considérer comme parti un message incertain, après vérification."""

    key = "c"
    label = "Considérer comme parti"
    asks = True
    states = frozenset({OutgoingState.UNCERTAIN})

    async def act(self, screen: "OutboxScreen", outgoing: Outgoing) -> None:
        """Ask: a message believed sent is never sent again."""
        text = "Avez-vous vérifié que ce message est arrivé ? Il ne sera plus renvoyé."
        if await screen.app.push_screen_wait(Question(text, "Il est arrivé", "Pas encore")):
            await screen.engine.outbox.believe_sent(outgoing.id)


class ShowRefusalWords(Command["OutboxScreen"]):
    """Lire la réponse exacte du serveur sur le message choisi."""

    key = "f2"
    label = "Réponse du serveur"

    def enabled(self, screen: "OutboxScreen") -> bool:
        """Where there is one; an error on the screen comes first."""
        chosen = screen.selected
        return screen.shown_error is None and chosen is not None and bool(chosen.server_words)

    async def run(self, screen: "OutboxScreen") -> None:
        """Open it above the list."""
        if screen.selected is not None:
            words = screen.selected.server_words
            screen.app.push_screen(DetailsScreen("Réponse exacte du serveur", words))


class HandOverSheet(Command["OutboxScreen"]):
    """Texte à remettre au patient, pour qu’il active Mon espace santé."""

    key = "i"
    label = "Texte au patient"

    def enabled(self, screen: "OutboxScreen") -> bool:
        """Where activating would help."""
        return screen.patient_can_activate

    async def run(self, screen: "OutboxScreen") -> None:
        """Open it above the list."""
        screen.app.push_screen(ActivationSheet(screen.engine, screen.attachments_dir))


class OutboxScreen(CommandModal[None]):
    """Lists messages being sent, oldest first, and explains the one under the cursor."""

    heading = "Envois"
    commands = (Retry, Edit, StopSending, BelieveSent, ShowRefusalWords, HandOverSheet, *CHOOSING)

    def __init__(self, engine: Engine, attachments_dir: Path) -> None:
        """`attachments_dir` is where a text for the patient is saved."""
        super().__init__()
        self.engine = engine
        self.attachments_dir = attachments_dir
        self._unsettled: Sequence[Outgoing] = ()
        self._names: dict[str, SafeText] = {}

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    @property
    def selected(self) -> Outgoing | None:
        """The message under the cursor."""
        return self._unsettled[self.choices.cursor] if self._unsettled else None

    @property
    def patient_can_activate(self) -> bool:
        """The patient could get the chosen message after activating Mon espace santé."""
        chosen = self.selected
        return chosen is not None and patient_can_activate(chosen, self.engine.account)

    def compose(self) -> ComposeResult:
        """A title, the messages, why the chosen one is where it is, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line(("Envois en cours", "bold")), classes="sheet-title")
            yield Notice()
            yield ChoiceList("Rien en attente : tout est parti.")
            yield Static(id="outbox-why", markup=False)
            yield KeyBar()

    async def on_mount(self) -> None:
        """List them."""
        self.watch(self.choices, "cursor", self._explain, init=False)
        self.choices.focus()
        await self.refresh_outbox()

    async def refresh_outbox(self) -> None:
        """Read them anew."""
        unsettled = await self.engine.outbox.unsettled()
        names = {
            one.patient: await self._patient_name(one.patient) for one in unsettled if one.patient
        }
        if not self.query(ChoiceList):
            return  # closed meanwhile
        chosen = self.selected
        self._unsettled, self._names = unsettled, names
        self.choices.show([outgoing_pieces(one, names.get(one.patient, "")) for one in unsettled])
        # On the same message, though others have left above it: keys are for what was looked at.
        places = [place for place, one in enumerate(unsettled) if chosen and one.id == chosen.id]
        if places:
            self.choices.cursor = places[0]
        self._explain()

    async def _patient_name(self, patient: str) -> SafeText:
        traits = await self.engine.patients.best_known(patient)
        return traits.name if traits is not None else SafeText("")

    def _explain(self) -> None:
        parts: list[Part] = []
        if self.selected is not None:
            parts += [("À ", "dim"), *_whole_people(self.selected, self._names), "\n"]
            if self.selected.explanation:
                parts.append(safe_block(self.selected.explanation))
            hints = [WORDS_HINT] if self.selected.server_words else []
            hints += [ACTIVATION_HINT] if self.patient_can_activate else []
            if hints:
                parts.append((f"\n{' · '.join(hints)}", "dim"))
            if self.selected.server_words:
                parts += [("\nRéponse du serveur : ", "dim"), self.selected.server_words]
        self.query_one("#outbox-why", Static).update(line(*parts))
        self.refresh_bindings()

    async def on_engine_announced(self, message: EngineAnnounced) -> None:
        """A message moved on."""
        if isinstance(message.event, OutgoingChanged):
            await self.refresh_outbox()


def outgoing_pieces(outgoing: Outgoing, name: str = "") -> Sequence[Piece]:
    """Its state, to whom, about what; `name` is its patient's."""
    words, style = _STATES[outgoing.state]
    people = safe_line(", ".join(_people(outgoing, name or grouped(outgoing.patient))))
    mark = [("◆ patient ", "line--patient")] if outgoing.patient else []
    return [
        (cut(words, 18), style),
        *mark,
        (cut(people, 28) + "  ", "line--strong"),
        (outgoing.subject or "(sans objet)", ""),
    ]


def _whole_people(outgoing: Outgoing, names: Mapping[str, str]) -> list[Part]:
    """To whom, in full: the row cuts it off."""
    name, ins = names.get(outgoing.patient, ""), f"INS {grouped(outgoing.patient)}"
    people = _people(outgoing, f"{name}, {ins}" if name else ins)
    return [(safe_line(", ".join(people)), "bold")]


def _people(outgoing: Outgoing, patient: str) -> list[str]:
    """The recipients; the patient's address, which is the INS, gives way to `patient`."""
    ins = outgoing.patient.casefold()
    return [
        patient if ins and mailbox.partition("@")[0].casefold() == ins else mailbox
        for mailbox in outgoing.recipients
    ]
