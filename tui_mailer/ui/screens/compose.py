"""Writing a message: kept on disk while it is written, sent once, never lost by an error."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import FileAsked
from tui_mailer.domain.draft import Draft, Outgoing
from tui_mailer.domain.errors import (
    MailerError,
)
from tui_mailer.domain.events import DraftNotSaved, DraftSaved, DraftStored
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line
from tui_mailer.engine.before_sending.finding import Question as Asked
from tui_mailer.engine.before_sending.patients import patient_of, patients_of
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands import compose as commands
from tui_mailer.ui.commands.base import AnyCommand, CommandScreen
from tui_mailer.ui.editor import EditorFailed, edit_text
from tui_mailer.ui.opening import TemplateSource
from tui_mailer.ui.presenters.draft_form import fields_of, is_blank, title_of, with_recipients
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.presenters.template_fields import fields_for
from tui_mailer.ui.screens.compose_attachments import ComposeAttachments
from tui_mailer.ui.screens.compose_exchange import ComposeExchange
from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose
from tui_mailer.ui.screens.meant import MeantQuestion
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.screens.templates import TemplatesScreen
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.attachment_list import AttachmentList
from tui_mailer.ui.widgets.exchange_note import ExchangeNote
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.message_body import MessageBody
from tui_mailer.ui.widgets.notice import Notice
from tui_mailer.ui.widgets.patient_view import PatientView
from tui_mailer.ui.widgets.recipient_field import RecipientField


class ComposeScreen(CommandScreen[Outgoing | None]):
    """Gives the message handed over for sending, or None when it was closed or discarded.

    Attributes:
        attachments: what is done with files.
        is_kept: it was closed, and what was written stands in the drafts.
    """

    heading = "Écrire un message"
    takes_typed_ahead = True
    commands = (
        commands.Send,
        commands.Attach,
        commands.Detach,
        commands.NoAnswer,
        commands.UseTemplate,
        commands.AskReceipt,
        commands.ToText,
        commands.Close,
        commands.Discard,
        commands.EditElsewhere,
    )
    # The screen has the class of the field where writing begins: no other ever has the focus first.
    AUTO_FOCUS = ".begins-to #to-input, .begins-subject #subject, .begins-body #body"

    def __init__(
        self,
        engine: Engine,
        draft: Draft,
        patient: PatientBanner | None = None,
        *,
        is_identified: bool = True,
        offers_editor: bool = False,
        templates: TemplateSource = tuple,
    ) -> None:
        """`patient`: whom the message was opened for; that address is locked in the To field.

        `is_identified`: that identity was confirmed for this message, or need not be.
        """
        super().__init__()
        self._templates = templates
        self.offers_editor = offers_editor
        self._engine = engine
        self._patient = patient
        matricule = patient.matricule.text if patient else ""
        self._identified = {matricule} if is_identified else set[str]()
        self.confirmed_here: list[Matricule] = []
        self.is_kept = False
        self._fields = fields_of(draft, matricule, engine.account.patient_domain)
        self.add_class(f"begins-{self._first_field(draft)}")
        self._keeper = engine.keep_draft(draft)
        self._exchange = ComposeExchange(self, engine)
        self.attachments = ComposeAttachments(self, engine)
        self._is_handing_over = False
        self._is_settled = False
        self._ends_with: tuple[Outgoing | None] | None = None
        self._attach_first: tuple[FileAsked, ...] = ()
        self._warn_first: MailerError | None = None

    def _first_field(self, draft: Draft) -> str:
        """Where writing begins: in what is missing."""
        if not draft.recipients and not self._fields.to:
            return "to"
        return "body" if draft.subject else "subject"

    def attach_first(self, files: Sequence[FileAsked]) -> None:
        """Have `files` attached as soon as the screen is shown."""
        self._attach_first = tuple(files)

    def warn_first(self, warning: MailerError | None) -> None:
        """Have `warning` said as soon as the screen is shown."""
        self._warn_first = warning

    def compose(self) -> ComposeResult:
        """Title, patient, recipients, subject, text, attachments."""
        draft = self._keeper.draft
        complete, patient = self._engine.reading.complete_address, self._is_patient
        with Horizontal(classes="screen-title"):
            yield Static(self._title(), markup=False, id="compose-title")
            yield Static(markup=False, id="saved")
        yield Notice()
        if self._patient is not None:
            yield PatientView(self._patient)
        yield ExchangeNote()
        with Vertical(id="headers"):
            if self._fields.locked is not None:
                with Horizontal(classes="field-line"):
                    yield Static("À", markup=False, classes="field-label")
                    yield Static(line(self._fields.locked.mailbox), markup=False, id="locked-to")
            to_label = "À" if self._fields.locked is None else "À aussi"
            to = RecipientField(to_label, self._fields.to, complete, patient, id="to")
            # Before it is there: no key can have written into what is hidden.
            to.display = self._fields.locked is None or bool(self._fields.to)
            yield to
            yield RecipientField("Cc", self._fields.cc, complete, patient, id="cc")
            yield RecipientField("Cci", self._fields.bcc, complete, patient, id="bcc")
            with Horizontal(classes="field-line"):
                yield Static("Objet", markup=False, classes="field-label")
                yield LineInput(safe_line(draft.subject), compact=True, id="subject")
        yield MessageBody(draft.body)
        yield AttachmentList(id="attachments")
        yield Static(markup=False, id="trust-notice")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Say what is known of the message, then attach what it was opened with."""
        if self.focused is None:  # the terminal itself has not the focus
            self.set_focus(self.query(self.AUTO_FOCUS).first())
        self.attachments.show()
        self._exchange.follow(self._keeper.draft)
        try:
            await self._show_trust()
        except MailerError as error:
            self.show_error(error)
        if self._warn_first is not None:
            self.show_error(self._warn_first)
        try:
            await self.attachments.attach(self._attach_first)
        except MailerError as error:
            self.show_error(error)

    async def _show_trust(self) -> None:
        """Say by what rule recipients are judged, where no fresh white list does it."""
        notice = (await self._engine.trust.space()).notice
        shown = self.query_one("#trust-notice", Static)
        shown.update(line(notice))
        shown.display = bool(notice)

    # --- the text

    @property
    def draft(self) -> Draft:
        """What is on the screen."""
        return self._keeper.draft

    @property
    def _body(self) -> MessageBody:
        return self.query_one(MessageBody)

    @on(RecipientField.Edited)
    @on(Input.Changed, "#subject")
    @on(TextArea.Changed, "#body")
    def _edited(self) -> None:
        fields = [self.query_one(f"#{name}", RecipientField) for name in ("to", "cc", "bcc")]
        recipients = [field.recipients for field in fields]
        draft = with_recipients(self._keeper.draft, self._fields.locked, recipients)
        subject = self.query_one("#subject", Input).value
        self.keep(replace(draft, subject=subject, body=self._body.text))

    def keep(self, draft: Draft) -> None:
        """Have it on disk soon; what changed nothing is not saved, nor is what is being sent."""
        if draft != self._keeper.draft and not self._is_settled:
            self._keeper.edited(draft)
            # Who was changed and put back is confirmed again.
            self._identified.intersection_update(self._patients)
            self.attachments.show()
            self._show_patient()
            self.query_one("#compose-title", Static).update(self._title())
            self.refresh_bindings()

    def _show_patient(self) -> None:
        """Name the patient only while the message goes to him."""
        for view in self.query(PatientView):
            view.display = self._written_to is not None
        self._exchange.follow(self._keeper.draft)

    @property
    def _written_to(self) -> PatientBanner | None:
        """Whom the message was opened for, while it goes there."""
        patient = self._patient
        return patient if patient is not None and patient.matricule.text in self._patients else None

    def _is_patient(self, address: Address) -> bool:
        return patient_of(address, self._engine.account) is not None

    @property
    def _patients(self) -> tuple[str, ...]:
        return patients_of(self._keeper.draft, self._engine.account)

    @property
    def is_to_patient(self) -> bool:
        """True while exactly one patient is written to."""
        return bool(self._exchange.patient(self._keeper.draft))

    @property
    def is_in_subject(self) -> bool:
        """True while the subject is written; the field itself hears of it late, in a burst."""
        return self.focused is self.query_one("#subject")

    def toggle_final(self) -> None:
        """Take no answer to this message, or take one again."""
        self.keep(self._exchange.toggle_final(self._keeper.draft))

    def on_engine_announced(self, message: EngineAnnounced) -> None:
        """Say when the draft was saved, or why it was not."""
        match message.event:
            case DraftSaved(draft_id) if draft_id == self._keeper.draft.id:
                self.query_one("#saved", Static).update(
                    line(f"brouillon enregistré à {local_now():%H:%M}")
                )
            case DraftStored(draft_id) if draft_id == self._keeper.draft.id:
                self.query_one("#saved", Static).update(
                    line(f"brouillon copié sur le serveur à {local_now():%H:%M}")
                )
            case DraftNotSaved(error):
                self.query_one("#saved", Static).update(line("brouillon pas encore enregistré"))
                self.show_error(error)

    # --- read receipt

    def toggle_receipt(self) -> None:
        """Ask for a read receipt, or no longer."""
        draft = self._keeper.draft
        self.keep(replace(draft, asks_receipt=not self._engine.writing.asks_receipt(draft)))

    def _title(self) -> Content:
        draft = self._keeper.draft
        asked = " · accusé de lecture demandé" if self._engine.writing.asks_receipt(draft) else ""
        return line(title_of(draft), (asked, "not bold"))

    # --- attachments

    async def run_command(self, command: AnyCommand) -> None:
        """What is typed behind the key for an attachment is its path, and no part of the text."""
        if command is commands.Attach and not self.is_asking:
            self.attachments.is_choosing = True
        await super().run_command(command)

    @property
    def holds_keys(self) -> bool:
        """Also while the list of files is about to be shown."""
        return super().holds_keys or (self.attachments.is_choosing and self.is_asking)

    # --- templates

    async def use_template(self) -> None:
        """Ask for a template and insert it at the cursor; an empty subject takes its own."""
        draft, patient = self._keeper.draft, self._written_to
        name = patient.name if patient is not None else ""
        fields = fields_for(draft, self._engine.account, local_now(), name)
        found = await asyncio.to_thread(self._templates)
        chosen = await self.app.push_screen_wait(
            TemplatesScreen([template.filled(fields) for template in found])
        )
        if chosen is None:
            return
        subject = self.query_one("#subject", Input)
        if not subject.value.strip():
            subject.value = safe_line(chosen.subject)
        self._body.insert(safe_block(chosen.body))
        self._body.focus()

    # --- leaving

    async def send(self) -> None:
        """Hand the message over and leave; whatever stands in the way is said, the text stays.

        Raises:
            MailerError: it was not handed over.
        """
        if self._is_handing_over:
            return
        self._is_handing_over = True
        outgoing = None
        try:
            outgoing = await self._hand_over()
        finally:
            self._is_handing_over = outgoing is not None
        if outgoing is not None:
            self._leave(outgoing)

    async def _hand_over(self) -> Outgoing | None:
        self.clear_error()
        await self._take_in_keys()
        answered = await self._ask()
        if answered is None:
            return None
        if not self._identified.issuperset(self._patients):
            return await self._hand_over()  # a patient was written in meanwhile
        self._is_settled = True
        try:
            # Saved first, so that no autosave under way brings the draft back afterwards.
            draft = await self._keeper.save()
            return await self._engine.writing.send(draft, answered)
        except BaseException:
            self._is_settled = False
            self._edited()
            raise

    async def _take_in_keys(self) -> None:
        """Wait for the letters of the same burst.

        The key that sends overtakes those typed before it, and those typed behind Escape are on
        their way to the text before the screen knows that it closes.
        """
        taken = asyncio.Event()
        (self.focused or self).call_later(taken.set)
        await taken.wait()
        self._edited()

    async def _ask(self) -> list[Asked] | None:
        """Everything the user must say before sending; None when one answer was no.

        A patient whose identity this screen never showed is confirmed here, even one confirmed
        for another message: a completed address may be the wrong patient's.

        Raises:
            InvalidInput: it cannot leave as it is, whatever the answers.
        """
        review = await self._engine.writing.review_to_send(self._keeper.draft)
        if review.unconfirmed or (review.patient and review.patient not in self._identified):
            confirmed = await self.app.push_screen_wait(
                InsSearchScreen(self._engine, review.patient, Purpose.SEND)
            )
            if confirmed is None or confirmed.matricule.text != review.patient:
                return None
            self._identified.add(review.patient)
            self.confirmed_here.append(confirmed.matricule)
        answered: list[Asked] = []
        for question in review.questions:
            screen = (
                MeantQuestion(question)
                if question.instead
                else Question(question.text, question.yes, question.no)
            )
            if not await self.app.push_screen_wait(screen):
                return None
            if isinstance(screen, MeantQuestion) and screen.is_instead:
                return await self._end_instead(answered)
            answered.append(question)
        return answered

    async def _end_instead(self, answered: list[Asked]) -> list[Asked] | None:
        """The message is to end the exchange: its subject says so, and what that does is asked."""
        self.query_one("#subject", Input).value = END_SUBJECT
        self._edited()
        left = await self._ask()
        return None if left is None else [*answered, *left]

    async def close(self) -> None:
        """Keep the draft and leave; a message that is being handed over leaves by itself.

        Raises:
            StoreProblem: it could not be saved: the screen stays.
        """
        if self._is_settled:
            return
        await self._take_in_keys()
        if self._is_blank:
            await self._keeper.discard()
        else:
            # An answer to which nothing was added has no id: it is not worth keeping.
            self.is_kept = bool((await self._keeper.save()).id)
        self._leave(None)

    @property
    def _is_blank(self) -> bool:
        return is_blank(self._keeper.draft, self._engine.options.signature)

    async def discard(self) -> None:
        """Ask, then remove the draft and leave."""
        text = "Jeter ce message ? Son texte ne pourra pas être retrouvé."
        wanted = self._is_blank or await self.app.push_screen_wait(
            Question(text, "Jeter", "Garder")
        )
        if wanted and not self._is_settled:
            await self._keeper.discard()
            self._leave(None)

    def _leave(self, outgoing: Outgoing | None) -> None:
        self._is_settled = True
        self._engine.release_draft(self._keeper)
        self._ends_with = (outgoing,)
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """End, once nothing stands above: a screen opened meanwhile must not be closed instead."""
        if self._ends_with is not None and self.app.screen is self:
            self.dismiss(self._ends_with[0])
            self._ends_with = None

    async def edit_elsewhere(self) -> None:
        """Have the text edited by the user's editor.

        Raises:
            EditorFailed: the text stays as it was.
        """
        try:
            edited = await edit_text(self.app, self._body.text, self._saved_elsewhere)
        except EditorFailed:
            self._edited()
            raise
        self._body.load_text(edited)

    def _saved_elsewhere(self, text: SafeText) -> None:
        """On disk soon, as what is typed: the editor may never come back."""
        if not self._is_settled:
            self._keeper.edited(replace(self._keeper.draft, body=text))
