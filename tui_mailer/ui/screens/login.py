"""The login screen: the account the first time, its passphrase the next ones."""

import asyncio
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import MailerError, WrongPassphrase
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.engine.early_opening import EarlyOpening
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.session import Session
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.commands.login import Advanced, CancelConnection, Connect, OtherAccount
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.presenters.account_form import AccountForm, account_of, faults, form_of
from tui_mailer.ui.text import line, lines
from tui_mailer.ui.widgets.account_fields import AccountFields
from tui_mailer.ui.widgets.connection_steps import ConnectionSteps
from tui_mailer.ui.widgets.field_row import FieldRow
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice

_NO_PASSWORD = "Le trousseau n’a pas encore ce mot de passe : saisissez-le, il y sera gardé."  # noqa: S105

_GLANCE_S = 0.1
_AWAITED = "Il est demandé au trousseau ou à la commande du compte ; vous pouvez le saisir."


class LoginScreen(CommandScreen[Engine]):
    """Gives an engine that is not started yet.

    With an account that has a store on this machine, only the passphrase is asked (or nothing, when
    the command or the keyring gives it) and no connection is made.
    """

    heading = "Connexion"
    commands = (CancelConnection, Connect, Advanced, OtherAccount)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  (Textual's own)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012  (Textual's own)

    def __init__(self, session: Session, opening: Opening) -> None:
        super().__init__()
        self._session = session
        self._opening = opening
        self._begun = opening.begun
        self._base: Account | None = None
        self._worker: Worker[None] | None = None
        self.known_account: Account | None = None

    def compose(self) -> ComposeResult:
        """Title and hints, the fields, the steps, the links."""
        yield Static(
            line(("tui-mailer", "bold"), "  messagerie sécurisée de santé, au clavier"),
            markup=False,
            classes="screen-title",
        )
        yield Notice()
        with VerticalScroll(id="login", can_focus=False):
            yield Static(lines(*self._opening.hints), markup=False, id="hints")
            with Vertical(id="unlock"):
                yield Static(markup=False, id="unlock-address")
                yield FieldRow(
                    "Mot de passe",
                    LineInput(password=True, compact=True, id="passphrase"),
                    hint="Il ouvre la boîte chiffrée de ce poste, même sans réseau.",
                )
                yield Static(line(_AWAITED), markup=False, id="awaited")
            yield AccountFields()
            with Horizontal(id="login-end"):
                yield Button(line("Se connecter"), id="connect", variant="primary")
                yield ConnectionSteps(id="steps")
            yield Static(
                lines(
                    "Pas encore de compte : www.sante-ra.fr/inscription",
                    "Aide : sante-ara.fr/contact",
                ),
                markup=False,
                id="links",
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the passphrase alone where there is a store, else the form."""
        self.query_one("#hints").display = bool(self._opening.hints)
        account = self._opening.account or self._first_account()
        self._base = account
        if account is not None:
            self.query_one(AccountFields).fill(form_of(account, self._opening.password))
        if account is not None and self._session.has_store(account):
            self._ask_passphrase(account)
            self.query_one("#passphrase", Input).value = self._opening.password
            if self._session.opens_by_itself(account):
                self.connect()
        else:
            self.show_form()

    def _first_account(self) -> Account | None:
        try:
            accounts = self._session.accounts()
        except MailerError as error:
            self.show_error(error)
            return None
        return accounts[0] if accounts else None

    def _ask_passphrase(self, account: Account) -> None:
        self.known_account = account
        self.query_one(AccountFields).display = False
        self.query_one("#unlock").display = True
        self.query_one("#unlock-address", Static).update(
            line(f"{'Compte':<18}", (account.address, "bold"))
        )
        self.query_one("#connect", Button).label = line("Ouvrir la boîte")
        self.query_one("#passphrase", Input).focus()

    def show_form(self) -> None:
        """Show every field."""
        self.known_account = None
        self.query_one("#unlock").display = False
        self.query_one("#connect", Button).label = line("Se connecter")
        fields = self.query_one(AccountFields)
        fields.display = True
        fields.focus_first_empty()
        self.refresh_bindings()

    def fold_advanced(self) -> None:
        """Fold the settings that are rarely needed, or unfold them."""
        self.query_one(AccountFields).fold_advanced()

    # --- connecting

    @property
    def is_connecting(self) -> bool:
        """True while a login or an opening is under way."""
        return self._worker is not None and not self._worker.is_finished

    @property
    def awaits_secret(self) -> bool:
        """True while the store opens by itself: typing the passphrase goes before."""
        return self.is_connecting and self._begun is not None

    @property
    def may_connect(self) -> bool:
        """One login at a time."""
        return not self.is_connecting or self.awaits_secret

    @property
    def may_cancel(self) -> bool:
        """True while the servers are being asked; making the store is not cut short."""
        passed = self.query_one(ConnectionSteps).passed
        return (
            self.is_connecting
            and self.known_account is None
            and ConnectionStep.SUBMISSION not in passed
        )

    @on(Button.Pressed, "#connect")
    @on(Input.Submitted, "#passphrase")
    @on(AccountFields.Submitted)
    def connect(self) -> None:
        """Check the fields, then log in or open the store."""
        typed = self.query_one("#passphrase", Input).value
        if self.is_connecting and not (self.awaits_secret and typed):
            return
        self.clear_error()
        if self.known_account is not None:
            if self._worker is not None:
                self._worker.cancel()  # it waits for what is typed now
            task = partial(self._open, self.known_account, typed, self._begun)
        else:
            form = self.query_one(AccountFields).form
            found = faults(form)
            self.query_one(AccountFields).show_faults(found)
            if found:
                return
            task = partial(self._log_in, form)
        self._worker = run_aside(self, task, group="login")
        self._follow()

    def cancel(self) -> None:
        """Stop connecting; the fields stay as they are."""
        if self._worker is not None:
            self._worker.cancel()
        self.query_one(ConnectionSteps).hide()

    def on_worker_state_changed(self) -> None:
        """A login began, ended or was stopped."""
        self._follow()

    def _follow(self) -> None:
        self.query_one("#connect", Button).disabled = not self.may_connect
        self.query_one("#awaited").display = self.awaits_secret
        self.refresh_bindings()

    async def _log_in(self, form: AccountForm) -> None:
        steps = self.query_one(ConnectionSteps)
        account = account_of(form, self._base)
        try:
            password = form.password or await self._session.passphrase_from_elsewhere(account)
            if not password:
                self.query_one(AccountFields).show_faults({"password": _NO_PASSWORD})
                return
            steps.begin()
            engine = await self._session.first_login(account, password, steps.tick)
        except WrongPassphrase as error:
            # The server takes this password, and the store of this machine has an older one.
            steps.hide()
            self._ask_passphrase(account)
            self.show_error(error)
            return
        except MailerError as error:
            steps.fail()
            self.show_error(error)
            return
        self.dismiss(engine)

    async def _open(self, account: Account, typed: str, begun: EarlyOpening | None) -> None:
        passphrase = self.query_one("#passphrase", Input)
        try:
            engine = await self._opened(account, typed, begun)
        except MailerError as error:
            self.show_error(error)
            passphrase.focus()
            return
        if engine is None:
            passphrase.focus()
        else:
            self.dismiss(engine)

    async def _opened(
        self, account: Account, typed: str, begun: EarlyOpening | None
    ) -> Engine | None:
        """What was begun, unless a passphrase was typed; None when neither gives one."""
        if typed:
            self._begun = None
            if begun is not None:
                if (engine := await begun.within(0)) is not None:
                    return engine
                await begun.close()
            return await self._session.open(account, typed)
        self._begun = begun = begun or EarlyOpening(self._session, account)
        self._follow()
        try:
            await begun.settled()
            # Whoever is typing it would go on in the mailbox, where each letter does something.
            while self.query_one("#passphrase", Input).value:  # noqa: ASYNC110  (a field of Textual)
                await asyncio.sleep(_GLANCE_S)
            return await begun.engine()
        finally:
            if self._begun is begun:
                self._begun = None
