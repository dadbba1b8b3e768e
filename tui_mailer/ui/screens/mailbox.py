"""The mailbox: folders, messages, and the one that is read.

Three panes side by side where they fit; else the two first, or one, and the reader alone. The
screen reads the store only: whatever the line does changes a word in the status line.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widget import Widget

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import (
    LineLost,
    MailerError,
    NameUnknown,
    NotUpToDate,
    StoreProblem,
    Unreachable,
)
from tui_mailer.domain.events import (
    ActionNotDone,
    BodyAdvanced,
    BodyArrived,
    BodyRefused,
    Connectivity,
    ConnectivityChanged,
    Event,
    FateLearnt,
    FoldersChanged,
    MessagesChanged,
    OutgoingChanged,
    ProblemMet,
    ServerSearchAdvanced,
    SyncAdvanced,
)
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags, FolderView, MessageSummary, PatientsView
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.engine.engine import Engine
from tui_mailer.ui import arrival, flows
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands import mailbox as commands
from tui_mailer.ui.commands.base import AT_ONCE, AnyCommand, CommandScreen
from tui_mailer.ui.commands.moving import BETWEEN_ROWS
from tui_mailer.ui.screens import awaiting
from tui_mailer.ui.screens.mailbox_actions import MailboxActions
from tui_mailer.ui.screens.mailbox_exchanges import MailboxExchanges
from tui_mailer.ui.screens.mailbox_receipts import MailboxReceipts
from tui_mailer.ui.screens.mailbox_reports import MailboxReports
from tui_mailer.ui.screens.mailbox_search import MailboxSearch
from tui_mailer.ui.screens.outbox import OutboxScreen
from tui_mailer.ui.text import quoted_subject
from tui_mailer.ui.widgets.folder_pane import FolderPane
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList
from tui_mailer.ui.widgets.list_heading import ListHeading
from tui_mailer.ui.widgets.message_list import MessageList
from tui_mailer.ui.widgets.notice import Notice
from tui_mailer.ui.widgets.patient_list import PatientList
from tui_mailer.ui.widgets.reader import Reader
from tui_mailer.ui.widgets.row_window import ViewRows
from tui_mailer.ui.widgets.search_bar import SearchBar
from tui_mailer.ui.widgets.status_line import StatusLine, connectivity_words, outbox_words
from tui_mailer.ui.widgets.windowed_list import WindowedList

Stage = Literal["folders", "list", "reader"]
STAGES: tuple[Stage, ...] = ("folders", "list", "reader")

# Said by the status line alone: the program goes on by itself.
_ORDINARY_FAULTS = (NameUnknown, Unreachable, LineLost, NotUpToDate)


class MailboxScreen(CommandScreen[None]):
    """What the user looks at all day.

    Attributes:
        stage: the pane that has the focus; alone on a small terminal.
        unsettled: the outbox as last read.
        line_error: why the line is down or refused, the last reason known.
        acting: which messages commands change, and what is said of it.
        reports: what is known of the sent message that is read.
        receipts: who wants to be told that a message was read.
        search: what is looked for, when the search bar is open.
        exchanges: what "Echanges patient" shows.
    """

    heading = "Boîte aux lettres"
    commands: ClassVar[tuple[AnyCommand, ...]] = commands.MAILBOX

    AUTO_FOCUS = "MessageList"

    stage: reactive[Stage] = reactive[Stage]("list", init=False)

    def __init__(
        self,
        engine: Engine,
        change_password: Callable[[str], Awaitable[None]],
        attachments_dir: Path,
    ) -> None:
        """`change_password` asks the server first."""
        super().__init__(classes="at-list")
        self.engine = engine
        self.change_password = change_password
        self.attachments_dir = attachments_dir
        self.unsettled: Sequence[Outgoing] = ()
        self.line_error: MailerError | None = None
        self.opened: MessageSummary | None = None
        self.search = MailboxSearch(self)
        self.acting = MailboxActions(self)
        self.exchanges = MailboxExchanges(self)
        self.reports = MailboxReports(self)
        self.receipts = MailboxReceipts(self)
        self._advance: SyncAdvanced | None = None
        # What of the folder pane the list shows; None while that is being changed.
        self._listed: tuple[FolderView | PatientsView | None] | None = None
        self._showing = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Status, panes, keys."""
        account = self.engine.account
        yield StatusLine(account.address)
        yield Notice()
        yield SearchBar()
        with Horizontal(id="panes"):
            yield FolderPane(inbox_shows_patients=self.engine.options.inbox_shows_patients)
            with Vertical(id="list-pane"):
                yield ListHeading()
                yield MessageList(local_now, account.patient_domain)
                yield PatientList(local_now)
            yield Reader(account.patient_domain)
        yield KeyBar()

    async def on_mount(self) -> None:
        """Show the store as it is; the countdown runs only while there is one."""
        self._countdown = self.set_interval(1.0, self._show_outbox, pause=True)
        self.exchanges.arrange()
        self.watch_stage(self.stage)
        self._show_line()
        await self.refresh_outbox()
        await self._refresh_tree()
        # At once, and not when the pane tells: the first picture has the list.
        await self.show_chosen()

    # --- the panes

    @property
    def folders(self) -> FolderPane:
        """The folder pane."""
        return self.query_one(FolderPane)

    @property
    def list(self) -> MessageList:
        """The message list."""
        return self.query_one(MessageList)

    @property
    def reader(self) -> Reader:
        """The reader."""
        return self.query_one(Reader)

    @property
    def view(self) -> FolderView | PatientsView | None:
        """What was chosen to be listed: a folder, the patients, or one exchange."""
        if self.exchanges.opened:
            return PatientsView(self.exchanges.opened)
        entry = self.folders.current
        return entry.view if entry is not None else None

    @property
    def pane(self) -> LineList | Reader:
        """The pane that has the focus."""
        panes: dict[Stage, LineList | Reader] = {
            "folders": self.folders,
            "list": self.exchanges.patients if self.exchanges.are_listed else self.list,
            "reader": self.reader,
        }
        return panes[self.stage]

    @property
    def target(self) -> MessageSummary | None:
        """The message that commands act on: the one read, else the one under the cursor."""
        if self.stage == "reader":
            return self.opened
        if self.is_behind or self.search.is_behind or self.exchanges.are_listed:
            return None
        return self.list.selected if self.stage == "list" else None

    @property
    def is_on_draft(self) -> bool:
        """True when that message is a draft, which is gone on with."""
        return self.target is not None and self._is_draft(self.target)

    def watch_stage(self, stage: Stage) -> None:
        """Show the pane, where panes take turns, and give it the focus."""
        for name in STAGES:
            self.set_class(name == stage, f"at-{name}")
        if not self.search.is_typing:
            self.pane.focus()
        self.refresh_bindings()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The mouse chose a pane."""
        kinds: dict[type[Widget], Stage] = {
            FolderPane: "folders",
            MessageList: "list",
            PatientList: "list",
            Reader: "reader",
        }
        # The event of a focus that has already moved on must not take it back.
        if event.widget is self.focused:
            self.stage = kinds.get(type(event.widget), self.stage)

    @on(FolderPane.Chosen)
    async def show_chosen(self) -> None:
        """Show what the cursor of the folder pane is on, unless it is shown."""
        async with self._showing:
            if self.is_behind:
                try:
                    await self._show_view()
                except StoreProblem as problem:
                    self.show_error(problem)
        self.refresh_bindings()

    @property
    def is_behind(self) -> bool:
        """The list does not show yet what was chosen: nothing of it may be acted on."""
        current = self.folders.current
        return current is not None and (current.view,) != self._listed

    async def _show_view(self) -> None:
        entry = self.folders.current
        view = entry.view if entry is not None else None
        self._listed = None
        self.search.forget()
        self.exchanges.leave()
        if view is None:
            self.list.show_nothing("Ce dossier ne contient que d’autres dossiers.")
            self.exchanges.arrange()
        elif isinstance(view, PatientsView):
            self.list.shows_another()
            await self.exchanges.show(view)
        else:
            await self.list.show(ViewRows(self.engine.reading, view), "Aucun message ici.")
            self.exchanges.arrange()
        self._listed = (view,)
        self._close_what_is_left()

    @on(SearchBar.Typed)
    def look(self) -> None:
        """Show what is looked for."""
        self.search.look_for_typed()

    @on(WindowedList.Moved)
    def follow_cursor(self) -> None:
        """What can be done depends on the message, or the patient."""
        self.acting.tell_above()
        self._close_what_is_left()
        self.refresh_bindings()

    @on(MessageList.Unticked)
    def ticks_are_gone(self) -> None:
        """Say no more that messages are ticked."""
        self.acting.tell_marked()

    def _close_what_is_left(self) -> None:
        """The reader never shows another message than the one that keys act on."""
        chosen, opened = self.list.selected, self.opened
        if (
            self.stage != "reader"
            and opened is not None
            and (chosen is None or chosen.id != opened.id)
        ):
            self.opened = None
            self.reader.clear()

    @on(LineList.Activated)
    async def activate(self, event: LineList.Activated) -> None:
        """A click opens a message, or an exchange."""
        if self.is_opening:
            return
        if event.sender is self.list:
            await self.open_selected()
        elif event.sender is self.exchanges.patients:
            await self.exchanges.open_selected()

    def available(self) -> Sequence[AnyCommand]:
        """While typing in the search bar, only what has no letter; what is for a message, first."""
        every = super().available()
        if self.is_opening and arrival.is_awaited(self.app):
            return [command for command in every if command in commands.WHILE_AWAITING]
        if self.search.is_typing:
            return [command for command in every if command in commands.WHILE_TYPING]
        if self.stage == "reader":
            return sorted(every, key=lambda command: command not in commands.READING_FIRST)
        return every

    @property
    def is_opening(self) -> bool:
        """True while another screen is about to be shown: the keys typed now are not for this one."""
        return self.is_current and (self.is_asking or flows.is_under_way(self.app))

    @property
    def holds_keys(self) -> bool:
        """As long as that is a moment, and nothing has to be waited for."""
        return self.is_opening and not arrival.is_awaited(self.app)

    async def run_command(self, command: AnyCommand) -> None:
        """Run `command`, unless another screen is about to be shown; only what waits is given up."""
        is_awaited = arrival.is_awaited(self.app)
        heard = commands.WHILE_AWAITING if is_awaited else AT_ONCE
        if self._has_widgets and self.stage == "folders" and command not in BETWEEN_ROWS:
            # Keys of one burst overtake what the pane tells: the next one may be for its first row.
            await self.show_chosen()
        if command in heard or not self.is_opening:
            await super().run_command(command)

    def turn(self, by: int) -> None:
        """Give the focus to the next pane; the reader takes part once it has a message."""
        stages = STAGES if self.opened is not None else STAGES[:2]
        self.stage = stages[(stages.index(self.stage) + by) % len(stages)]

    def tell(self, words: SafeText) -> None:
        """In the status line."""
        self.acting.tell(words)

    # --- reading

    async def open_selected(self) -> None:
        """Read the message under the cursor."""
        summary = self.list.selected
        if summary is not None:
            self.opened, self.reports.kept = summary, ()
            if not summary.body_held:
                self.reader.show_waiting(summary, awaiting.words(self.engine.connectivity))
            self.stage = "reader"
            await self.show_opened()

    async def show_opened(self) -> None:
        """Show the message opened, or have it fetched."""
        summary = self.opened
        if summary is None:
            return
        message = await self.engine.reading.message(summary.id)
        traits = await self.engine.patients.traits(summary.patient)
        if self.opened is not summary:
            return
        if message is None:
            await self.engine.reading.request(summary.id)
            return
        news = await self.reports.load(summary)
        if self.opened is not summary:
            return
        self.reader.show(message, traits, news, after_end=summary.after_end)
        self.refresh_bindings()
        if self._is_draft(summary):
            self._resume_draft(summary)
        elif Flags.SEEN not in summary.flags:
            self.call_after_refresh(self.engine.reading.mark, [summary.id], add=Flags.SEEN)
        self.receipts.opened(summary, message)

    def _is_draft(self, summary: MessageSummary) -> bool:
        in_drafts = summary.folder_id in self.folders.with_role(FolderRole.DRAFTS)
        return in_drafts and Flags.DELETED not in summary.flags

    def _resume_draft(self, summary: MessageSummary) -> None:
        """A draft is not read but gone on with, unless the user has gone elsewhere meanwhile."""
        self.opened = None
        self.reader.clear()
        if self.stage == "reader":
            self.stage = "list"
            flows.resume_stored_draft(self.mailer, self.engine, summary.id)

    # --- what the engine announces

    async def on_engine_announced(self, message: EngineAnnounced) -> None:
        """Ask the store again about what changed."""
        try:
            await self._heard(message.event)
        except StoreProblem as problem:
            self.show_error(problem)

    async def _heard(self, event: Event) -> None:
        match event:
            case ConnectivityChanged():
                self._line_changed(event)
                await self.search.told()
            case SyncAdvanced():
                self._advance = event
                self._show_line()
            case FoldersChanged():
                await self._refresh_tree()
                await self.exchanges.told()
            case MessagesChanged() if self._shows(event.folder_id):
                await self._messages_changed()
            case ServerSearchAdvanced():
                await self.search.server_advanced()
            case BodyAdvanced() | BodyArrived() | BodyRefused():
                await awaiting.follow(self, event)
            case ActionNotDone() | ProblemMet():
                self.show_error(event.error)
            case OutgoingChanged():
                await self._outgoing_changed(event)
            case FateLearnt():
                await self.reports.learnt(event)
            case _:
                pass

    async def _messages_changed(self) -> None:
        if not self.exchanges.are_listed:
            await self.list.reload()
        await self.exchanges.reload()
        await self.search.told()

    def _shows(self, folder_id: int) -> bool:
        view = self.view
        if self.search.view is not None:
            view = self.search.view.within
            if view is None:
                return True
        return isinstance(view, PatientsView) or (
            isinstance(view, FolderView) and view.folder_id == folder_id
        )

    def _line_changed(self, event: ConnectivityChanged) -> None:
        known, self.line_error = self.line_error, event.error or self.line_error
        if event.state is Connectivity.ONLINE:
            if not self.engine.is_behind:
                self.line_error = None
            self._advance = None
        self._show_line()
        self.refresh_bindings()
        error = event.error
        is_news = error is not None and type(error) is not type(known)
        if error is not None and is_news and not isinstance(error, _ORDINARY_FAULTS):
            self.show_error(error)

    def _show_line(self) -> None:
        words = connectivity_words(
            self.engine.connectivity,
            self._advance,
            folder=self.folders.label_of(self._advance.folder_id) if self._advance else "",
            typed=self.engine.account.is_password_typed,
            is_behind=self.engine.is_behind,
        )
        self.query_one(StatusLine).show_line(words)

    async def _refresh_tree(self) -> None:
        folders = await self.engine.reading.folders()
        patients = await self.engine.find_patients("")
        unread_count = await self.engine.exchanges.unread_count()
        self.folders.update_tree(folders, patients, unread_count)

    # --- what is on its way out

    async def _outgoing_changed(self, event: OutgoingChanged) -> None:
        gone = [one for one in self.unsettled if one.id == event.outgoing_id]
        await self.refresh_outbox()
        if event.state is OutgoingState.COPY_MISSING and event.error is None:
            which = f" : {quoted_subject(gone[0].subject)}" if gone else ""
            self.tell(safe_line(f"✓ Message parti à {local_now():%H:%M}{which}"))
        is_settled = event.state not in {OutgoingState.QUEUED, OutgoingState.SENDING}
        is_told = isinstance(self.app.screen, OutboxScreen)
        if is_settled and event.error is not None and not is_told:
            self.show_error(event.error)

    async def refresh_outbox(self) -> None:
        """What is on its way out changed, and with it what is said of exchanges."""
        self.unsettled = await self.engine.outbox.unsettled()
        self._show_outbox()
        self.refresh_bindings()
        await self.exchanges.reload()

    def _show_outbox(self) -> None:
        self.query_one(StatusLine).show_outbox(outbox_words(self.unsettled, local_now()))
        counting = self.may_take_back is not None
        if counting:
            self._countdown.resume()
        else:
            self._countdown.pause()

    @property
    def may_take_back(self) -> Outgoing | None:
        """The last message queued that has not begun to leave."""
        queued = [o for o in self.unsettled if o.state is OutgoingState.QUEUED]
        fresh = [o for o in queued if not o.attempt_count and not o.is_receipt]
        return fresh[-1] if fresh else None

    def on_screen_resume(self, _event: Any) -> None:  # noqa: ANN401  (Textual's event)
        """Back from another screen: the outbox and the drafts may have changed."""
        run_aside(self, self.refresh_outbox, group="outbox")
