"""Reading the settings file: every value is checked, and an error names its key."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from tui_mailer.domain.account import Account, Endpoint, SecretOrigin, Security
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import SettingsInvalid
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Settings
from tui_mailer.settings.table import Table

# name in the file -> field of EngineOptions
_OPTION_NAMES: Final = {
    "delai_annulation_s": "undo_send_s",
    "enregistrement_brouillon_s": "autosave_s",
    "brouillon_serveur_s": "server_drafts_s",
    "releve_s": "poll_s",
    "reception_montre_patients": "inbox_shows_patients",
    "ranger_echanges": "file_exchanges",
    "journal_mois": "journal_months",
    "signature": "signature",
    "demande_accuse": "ask_receipt",
    "reponse_accuse": "answer_receipt",
}
# Drafts are on disk soon whatever is set, and a server is not asked without pause.
_RANGES: Final = {
    "delai_annulation_s": (0, 3_600),
    "enregistrement_brouillon_s": (0, 10),
    "brouillon_serveur_s": (0, 3_600),
    "releve_s": (30, 86_400),
    "journal_mois": (6, 600),
    "verrouillage_min": (1, 120),  # SC.SSI/IE.58: two hours at the most
}
_LINE: Final = re.compile(r"at line (\d+)")
_NO_TOML: Final = (
    "n’est pas du TOML : un texte est entre guillemets droits, oui et non s’écrivent true et false"
)
# tomllib's words for a name that stands there a second time.
_TWICE: Final = re.compile(r"Cannot (overwrite|declare)")
_GENERAL_NAMES: Final = frozenset(
    {
        "editeur_externe",
        "affichage_leger",
        "dossier_pieces_jointes",
        "liste_blanche",
        "verrouillage_min",
    }
    | set(_OPTION_NAMES)
)
_ACCOUNT_NAMES: Final = frozenset(
    {
        "adresse",
        "identifiant",
        "nom_affiche",
        "imap_serveur",
        "imap_port",
        "imap_securite",
        "smtp_serveur",
        "smtp_port",
        "smtp_securite",
        "autorites",
        "certificat_client",
        "secret",
        "secret_commande",
        "x_mss_nil",
        "domaine_patients",
        "identites_de_test",
    }
)


class SettingsUnreadable(SettingsInvalid):
    """The file is there, and may not be read; `subject` is its path."""

    what = "Le fichier de réglages ne peut pas être lu"
    advice = "Vérifiez que ce fichier vous appartient et que vous avez le droit de le lire."


class SettingsOpenToAll(SettingsInvalid):
    """Anybody on this machine may write into it, or put another in its place; `subject`: where."""

    what = "Tous les utilisateurs de ce poste peuvent changer les réglages"
    meaning = (
        "Rien n’a été ouvert : quelqu’un a pu y mettre un autre serveur, ou une commande à lui "
        "pour le mot de passe."
    )
    advice = "Relisez le fichier de réglages, puis retirez ce droit avec : chmod o-w, et ce chemin."


def load(path: Path) -> Settings:
    """Read the settings file; an absent one means the defaults.

    Raises:
        SettingsInvalid: no TOML, an unknown name, or a value that cannot be used; it names the
            line's key, never a value, and where the file is.
    """
    try:
        return read(text_of(path), path.name)
    except (SettingsUnreadable, SettingsOpenToAll):
        raise
    except SettingsInvalid as error:
        # An instance's own: whoever reads it may never have seen the file.
        error.advice = (
            f"Corrigez cette ligne de {safe_line(str(path))}, puis relancez le programme."
        )
        raise


def text_of(path: Path) -> str:
    """What stands in a settings file; nothing in an absent one.

    Raises:
        SettingsUnreadable: no right, or no file.
        SettingsOpenToAll: anybody could have written it.
        SettingsInvalid: it is no text.
    """
    try:
        # Editors of Windows put a mark before the text, which nobody sees.
        with path.open(encoding="utf-8-sig") as file:
            _refuse_open_to_all(path, os.fstat(file.fileno()))
            return file.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsUnreadable(subject=str(path)) from error
    except UnicodeDecodeError as error:
        # Outside a comment it is an accent, which another coding writes otherwise.
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsInvalid(
            subject=f"{path.name}, ligne {line}, n’est pas en UTF-8 : enregistrez-le ainsi"
        ) from error


def _refuse_open_to_all(path: Path, found: os.stat_result) -> None:
    """Where a command stands, whoever writes it runs it as the user; a group is the user's affair."""
    if not stat.S_ISREG(found.st_mode):
        return
    if found.st_mode & stat.S_IWOTH:
        raise SettingsOpenToAll(subject=str(path))
    directory = path.resolve().parent
    mode = directory.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:  # as /tmp, where each keeps what is theirs
        raise SettingsOpenToAll(subject=str(directory))


def read(text: str, name: str) -> Settings:
    """What the text of a settings file called `name` says.

    Raises:
        SettingsInvalid: as `load`.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long is no TOMLDecodeError
        line = _LINE.search(str(error))
        place = f", ligne {line[1]}" if line else ""
        twice = _TWICE.search(str(error)) is not None
        fault = "le même réglage y est déjà plus haut" if twice else _NO_TOML
        raise SettingsInvalid(subject=f"{name}{place}, {fault}") from error
    return _settings(document)


def _settings(document: Mapping[str, Any]) -> Settings:
    general = {key: value for key, value in document.items() if key != "compte"}
    _refuse_unknown(general, _GENERAL_NAMES)
    accounts = document.get("compte", [])
    if not isinstance(accounts, list) or not all(isinstance(one, dict) for one in accounts):
        raise SettingsInvalid(subject="[[compte]] s’écrit avec deux crochets")
    read_accounts = tuple(read_account(table) for table in accounts)
    if len({account.address.casefold() for account in read_accounts}) < len(read_accounts):
        # Which of them counts is not for us to choose: their servers may differ.
        raise SettingsInvalid(subject="deux [[compte]] ont la même « adresse »")
    values = Table(general)
    options = EngineOptions()
    kinds = {option.name: type(getattr(options, option.name)) for option in fields(options)}
    changes = {
        target: _option(values, name, kinds[target], getattr(options, target))
        for name, target in _OPTION_NAMES.items()
    }
    white_list = values.take_path("liste_blanche")
    if white_list:
        changes["white_list"] = white_list
    return Settings(
        accounts=read_accounts,
        options=replace(options, **changes),
        external_editor=values.take("editeur_externe", bool, False),
        light_display=values.take("affichage_leger", bool, False),
        attachments_directory=values.take_path("dossier_pieces_jointes", "~") or Path(),
        lock_after=_lock_after(values),
    )


def _lock_after(values: "Table") -> timedelta:
    name, usual = "verrouillage_min", Settings().lock_after / timedelta(minutes=1)
    return timedelta(minutes=values.take(name, float, usual, _RANGES[name]))


def _option(values: "Table", name: str, kind: Any, default: Any) -> Any:  # noqa: ANN401
    if issubclass(kind, Enum):
        return values.take_choice(name, kind, default)
    return values.take(name, kind, default, _RANGES.get(name))


def _refuse_unknown(keys: Mapping[str, Any] | Table, known: frozenset[str]) -> None:
    for key in keys:
        if key in known:
            continue
        if key in _GENERAL_NAMES:
            raise SettingsInvalid(subject=f"« {key} » se place avant le premier [[compte]]")
        if key in _ACCOUNT_NAMES:
            raise SettingsInvalid(subject=f"« {key} » se place sous un [[compte]]")
        raise SettingsInvalid(subject=f"« {key} » est inconnu")


def read_account(table: Mapping[str, Any]) -> Account:
    """One ``[[compte]]``.

    Raises:
        SettingsInvalid: a value cannot be used.
    """
    return _account(Table(table))


def _account(table: Table) -> Account:
    _refuse_unknown(table, _ACCOUNT_NAMES)
    address = table.take("adresse", str, "")
    if not address:
        raise SettingsInvalid(subject="« adresse » manque dans un [[compte]]")
    if not Address(safe_line(address)).is_sendable:
        raise SettingsInvalid(
            subject="« adresse » s’écrit nom@domaine, seule, sans espace ni accent"
        )
    command = table.take("secret_commande", list, [])
    if not all(isinstance(word, str) for word in command):
        raise SettingsInvalid(subject="« secret_commande » est une liste de textes")
    base = Account(address, _endpoint(table, "imap", 143), _endpoint(table, "smtp", 587))
    return replace(
        base,
        login=table.take_line("identifiant"),
        sender_label=table.take_line("nom_affiche"),
        ca_file=table.take_path("autorites"),
        client_certificate=table.take_path("certificat_client"),
        secret_origin=table.take_choice("secret", SecretOrigin, SecretOrigin.TYPED),
        secret_command=tuple(command),
        nil=table.take_line("x_mss_nil"),
        patient_domain=_domain(table, "domaine_patients", base.patient_domain),
        test_identities=table.take("identites_de_test", bool, False),
    )


def _domain(table: Table, name: str, default: str) -> str:
    # Who is a patient hangs on it: with a stray character, nobody would be.
    domain: str = table.take(name, str, default)
    if not Address(safe_line(f"x@{domain}")).is_sendable:
        raise SettingsInvalid(subject=f"« {name} » est un domaine seul, sans @ ni espace")
    return domain


def _endpoint(table: Table, protocol: str, port: int) -> Endpoint:
    return Endpoint(
        table.take_host(f"{protocol}_serveur"),
        table.take(f"{protocol}_port", int, port, (1, 65_535)),
        table.take_choice(f"{protocol}_securite", Security, Security.STARTTLS),
    )
