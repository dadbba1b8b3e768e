"""The login form as plain values: defaults of the field, checks in French, the account it makes."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui_mailer.domain.account import Account, Endpoint, SecretOrigin, Security
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import InvalidAddress
from tui_mailer.ui.presenters.paths import typed_path

IMAP_PORTS: Mapping[Security, int] = {Security.STARTTLS: 143, Security.TLS: 993}
SMTP_PORTS: Mapping[Security, int] = {Security.STARTTLS: 587, Security.TLS: 465}

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*|[0-9A-Fa-f:.]+")
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class AccountForm:
    """The fields as they were typed.

    Attributes:
        secret_command: one line, split as a shell would, run without one.
    """

    address: str = ""
    password: str = ""
    label: str = ""
    login_name: str = ""
    imap_host: str = ""
    imap_port: str = str(IMAP_PORTS[Security.STARTTLS])
    imap_security: Security = Security.STARTTLS
    smtp_host: str = ""
    smtp_port: str = str(SMTP_PORTS[Security.STARTTLS])
    smtp_security: Security = Security.STARTTLS
    ca_file: str = ""
    client_certificate: str = ""
    secret_origin: SecretOrigin = SecretOrigin.TYPED
    secret_command: str = ""


def form_of(account: Account, password: str = "") -> AccountForm:
    """The form that shows `account`."""
    return AccountForm(
        address=account.address,
        password=password,
        label=account.sender_label,
        login_name=account.login,
        imap_host=account.imap.host,
        imap_port=str(account.imap.port),
        imap_security=account.imap.security,
        smtp_host=account.smtp.host,
        smtp_port=str(account.smtp.port),
        smtp_security=account.smtp.security,
        ca_file=str(account.ca_file or ""),
        client_certificate=str(account.client_certificate or ""),
        secret_origin=account.secret_origin,
        secret_command=shlex.join(account.secret_command),
    )


def port_after(port: str, security: Security, ports: Mapping[Security, int]) -> str:
    """The port once `security` was chosen: the usual one replaces the other usual one, or nothing."""
    usual = {str(number) for number in ports.values()}
    return str(ports[security]) if not port.strip() or port.strip() in usual else port


def faults(form: AccountForm) -> dict[str, str]:
    """Field -> what is wrong with it, in French, in the order of the screen."""
    found = {
        "address": _address_fault(form.address),
        "password": _password_fault(form),
        "imap_host": _host_fault(form.imap_host, "de réception"),
        "imap_port": _port_fault(form.imap_port),
        "smtp_host": _host_fault(form.smtp_host, "d’envoi"),
        "smtp_port": _port_fault(form.smtp_port),
        "ca_file": _file_fault(form.ca_file),
        "client_certificate": _file_fault(form.client_certificate),
        "secret_command": _command_fault(form),
    }
    return {field: fault for field, fault in found.items() if fault}


def account_of(form: AccountForm, base: Account | None = None) -> Account:
    """The account of a form without faults; what no field shows is taken over from `base`."""
    imap = Endpoint(form.imap_host.strip(), int(form.imap_port), form.imap_security)
    smtp = Endpoint(form.smtp_host.strip(), int(form.smtp_port), form.smtp_security)
    start = base or Account(form.address.strip(), imap, smtp)
    return replace(
        start,
        address=form.address.strip(),
        imap=imap,
        smtp=smtp,
        sender_label=form.label.strip(),
        login=form.login_name.strip(),
        ca_file=_path(form.ca_file),
        client_certificate=_path(form.client_certificate),
        secret_origin=form.secret_origin,
        secret_command=tuple(shlex.split(form.secret_command)) if _wants_command(form) else (),
    )


def _wants_command(form: AccountForm) -> bool:
    return form.secret_origin in {SecretOrigin.COMMAND, SecretOrigin.TOKEN_COMMAND}


def _address_fault(text: str) -> str:
    if not text.strip():
        return "Indiquez l’adresse de votre boîte MSSanté."
    try:
        Address.typed(text)
    except InvalidAddress:
        return "Cette adresse n’est pas valable : nom@domaine, sans espace ni accent."
    return "" if "<" not in text else "Indiquez l’adresse seule, sans nom ni chevrons."


def _password_fault(form: AccountForm) -> str:
    if form.password or form.secret_origin in {SecretOrigin.COMMAND, SecretOrigin.KEYRING}:
        return ""
    if form.secret_origin is SecretOrigin.TOKEN_COMMAND:
        return "Choisissez un mot de passe pour la boîte locale de ce poste."
    return "Indiquez le mot de passe de la boîte."


def _host_fault(text: str, which: str) -> str:
    if not text.strip():
        return f"Indiquez le serveur {which} de votre opérateur."
    return "" if _HOST.fullmatch(text.strip()) else "Ce nom de serveur n’est pas valable."


def _port_fault(text: str) -> str:
    number = text.strip()
    right = number.isascii() and number.isdigit() and 0 < int(number) <= _LAST_PORT
    return "" if right else f"Le port est un nombre de 1 à {_LAST_PORT}."


def _file_fault(text: str) -> str:
    path = _path(text)
    return "" if path is None or path.is_file() else "Ce fichier est introuvable."


def _command_fault(form: AccountForm) -> str:
    if not _wants_command(form):
        return ""
    try:
        return "" if shlex.split(form.secret_command) else "Indiquez la commande à lancer."
    except ValueError:
        return "Cette commande a un guillemet qui n’est pas refermé."


def _path(text: str) -> Path | None:
    return typed_path(text) if text.strip() else None
