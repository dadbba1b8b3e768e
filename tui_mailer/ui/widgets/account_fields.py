"""The fields of an account: the usual ones in sight, the others folded."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Button, Input

from tui_mailer.domain.account import SecretOrigin, Security
from tui_mailer.ui.presenters.account_form import IMAP_PORTS, SMTP_PORTS, AccountForm, port_after
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.choice import Choice
from tui_mailer.ui.widgets.field_row import FieldRow
from tui_mailer.ui.widgets.line_input import LineInput

_SECURITIES = ((Security.STARTTLS, "STARTTLS"), (Security.TLS, "TLS direct"))
_ORIGINS = (
    (SecretOrigin.TYPED, "saisi à chaque ouverture"),
    (SecretOrigin.KEYRING, "gardé dans le trousseau du poste"),
    (SecretOrigin.COMMAND, "donné par une commande"),
    (SecretOrigin.TOKEN_COMMAND, "jeton (Pro Santé Connect) donné par une commande"),
)
_TEXTS = (
    "address",
    "password",
    "imap_host",
    "imap_port",
    "smtp_host",
    "smtp_port",
    "label",
    "login_name",
    "ca_file",
    "client_certificate",
    "secret_command",
)
_ADVANCED = frozenset({"label", "login_name", "ca_file", "client_certificate", "secret_command"})
_CA_HINT = (
    "Aucun poste ne connaît d’origine l’IGC-Santé, qui signe les serveurs MSSanté : "
    "indiquez le fichier de ses autorités, fourni par votre opérateur."
)


def _field(name: str, placeholder: str = "", *, password: bool = False) -> LineInput:
    classes = "port" if name.endswith("_port") else ""
    return LineInput(
        compact=True, placeholder=placeholder, password=password, id=_id(name), classes=classes
    )


def _id(name: str) -> str:
    return name.replace("_", "-")


class AccountFields(Vertical):
    """Reads and fills an `AccountForm`."""

    class Submitted(Message):
        """Enter was pressed in a field."""

    def __init__(self) -> None:
        super().__init__()
        self._faults: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Who, by which servers; then, folded, what is rarely needed."""
        start = AccountForm()
        yield FieldRow("Adresse", _field("address", "prenom.nom@medecin.mssante.fr"))
        yield FieldRow("Mot de passe", _field("password", password=True))
        yield FieldRow(
            "Réception (IMAP)",
            _field("imap_host", "serveur de réception"),
            _field("imap_port"),
            Choice(_SECURITIES, start.imap_security, id="imap-security"),
        )
        yield FieldRow(
            "Envoi (SMTP)",
            _field("smtp_host", "serveur d’envoi"),
            _field("smtp_port"),
            Choice(_SECURITIES, start.smtp_security, id="smtp-security"),
        )
        yield Button(line("▸ Réglages avancés (F3)"), id="fold", compact=True)
        with Vertical(id="advanced"):
            yield FieldRow(
                "Nom affiché",
                _field("label", "Dr_Marie_MARTIN_Cabinet médical"),
                hint="Ce que voit le destinataire : Titre_Prénom_NOM_Entité.",
            )
            yield FieldRow(
                "Identifiant", _field("login_name", "s’il n’est pas l’adresse de la boîte")
            )
            yield FieldRow("Autorités (PEM)", _field("ca_file"), hint=_CA_HINT)
            yield FieldRow("Certificat client", _field("client_certificate", "s’il est demandé"))
            yield FieldRow(
                "Mot de passe", Choice(_ORIGINS, start.secret_origin, id="secret-origin")
            )
            yield FieldRow("Commande", _field("secret_command"), classes="secret-command")

    def on_mount(self) -> None:
        """Folded, with the field's defaults."""
        self.query_one("#advanced").display = False
        self.fill(AccountForm())

    @property
    def form(self) -> AccountForm:
        """What the fields hold."""
        texts = {name: self._input(name).value for name in _TEXTS}
        return AccountForm(
            **texts,
            imap_security=self._choice("imap_security").value,
            smtp_security=self._choice("smtp_security").value,
            secret_origin=self._choice("secret_origin").value,
        )

    def fill(self, form: AccountForm) -> None:
        """Show `form`."""
        for name in _TEXTS:
            self._input(name).value = getattr(form, name)
        self._choice("imap_security").value = form.imap_security
        self._choice("smtp_security").value = form.smtp_security
        self._choice("secret_origin").value = form.secret_origin
        self._follow_origin()

    def show_faults(self, found: dict[str, str]) -> None:
        """Say beside each field what is wrong with it, and go to the first."""
        self._faults = dict(found)
        self._show_faults()
        if _ADVANCED & found.keys():
            self.fold_advanced(folded=False)
        if found:
            self._input(next(iter(found))).focus()

    def _show_faults(self) -> None:
        for row in self.query(FieldRow):
            faults = [self._faults.get(name, "") for name in _TEXTS if row.query(f"#{_id(name)}")]
            row.show_fault(" ".join(fault for fault in faults if fault))

    @on(Input.Changed)
    def _corrected(self, event: Input.Changed) -> None:
        """What was said of a field no longer holds once something else stands in it."""
        name = (event.input.id or "").replace("-", "_")
        if self._faults.pop(name, ""):
            self._show_faults()

    def focus_first_empty(self) -> None:
        """Go where something is still to be typed, else to the password."""
        empty = (name for name in _TEXTS[:6] if not self._input(name).value)
        self.screen.set_focus(self._input(next(empty, "password")))

    @on(Button.Pressed, "#fold")
    def _fold_pressed(self) -> None:
        self.fold_advanced()

    def fold_advanced(self, *, folded: bool | None = None) -> None:
        """Fold, unfold, or by default the other of the two; what is hidden keeps no focus."""
        advanced = self.query_one("#advanced")
        advanced.display = not advanced.display if folded is None else not folded
        mark = "▾" if advanced.display else "▸"
        self.query_one("#fold", Button).label = line(f"{mark} Réglages avancés (F3)")
        focused = self.screen.focused
        if advanced.display:
            self.screen.set_focus(self._input("label"))
        elif focused is not None and advanced in focused.ancestors:
            self.focus_first_empty()

    @on(Choice.Changed, "#imap-security")
    def _imap_security(self, event: Choice.Changed) -> None:
        port = self._input("imap_port")
        port.value = port_after(port.value, event.choice.value, IMAP_PORTS)

    @on(Choice.Changed, "#smtp-security")
    def _smtp_security(self, event: Choice.Changed) -> None:
        port = self._input("smtp_port")
        port.value = port_after(port.value, event.choice.value, SMTP_PORTS)

    @on(Choice.Changed, "#secret-origin")
    def _follow_origin(self) -> None:
        origin = self._choice("secret_origin").value
        commanded = origin in {SecretOrigin.COMMAND, SecretOrigin.TOKEN_COMMAND}
        self.query_one(".secret-command").display = commanded

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{_id(name)}", Input)

    def _choice(self, name: str) -> Choice[Any]:
        return self.query_one(f"#{_id(name)}", Choice)
