"""Reading the settings file: every value is checked, and an error names its key."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

from tui_mailer.domain.account import Account, Endpoint, SecretOrigin, Security
from tui_mailer.domain.errors import SettingsInvalid
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Settings

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
}
_LINE: Final = re.compile(r"at line (\d+)")
_GENERAL_NAMES: Final = frozenset(
    {"editeur_externe", "affichage_leger", "dossier_pieces_jointes", "liste_blanche"}
    | set(_OPTION_NAMES)
)
_ACCOUNT_NAMES: Final = frozenset(
    {
        "adresse",
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


def load(path: Path) -> Settings:
    """Read the settings file; an absent one means the defaults.

    Raises:
        SettingsInvalid: no TOML, an unknown name, or a value that cannot be used; it names the
            line's key, never a value.
    """
    return read(text_of(path), path.name)


def text_of(path: Path) -> str:
    """What stands in a settings file; nothing in an absent one.

    Raises:
        SettingsInvalid: it cannot be read.
    """
    try:
        # Editors of Windows put a mark before the text, which nobody sees.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(subject=f"{path.name} est illisible") from error


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
        raise SettingsInvalid(subject=f"{name} n’est pas du TOML{place}") from error
    return _settings(document)


def _settings(document: Mapping[str, Any]) -> Settings:
    general = {key: value for key, value in document.items() if key != "compte"}
    _refuse_unknown(general, _GENERAL_NAMES)
    accounts = document.get("compte", [])
    if not isinstance(accounts, list) or not all(isinstance(one, dict) for one in accounts):
        raise SettingsInvalid(subject="[[compte]] s’écrit avec deux crochets")
    values = _Table(general)
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
        accounts=tuple(read_account(table) for table in accounts),
        options=replace(options, **changes),
        external_editor=values.take("editeur_externe", bool, False),
        light_display=values.take("affichage_leger", bool, False),
        attachments_directory=values.take_path("dossier_pieces_jointes", "~") or Path(),
    )


def _option(values: "_Table", name: str, kind: Any, default: Any) -> Any:  # noqa: ANN401
    if issubclass(kind, Enum):
        return _choice(values, name, kind, default)
    return values.take(name, kind, default, _RANGES.get(name))


class _Table:
    """A TOML table read with types; an error names the key."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table

    def __iter__(self) -> Any:  # noqa: ANN401  (keys of a foreign mapping)
        return iter(self._table)

    def take(
        self,
        name: str,
        kind: type[Any],
        default: Any,  # noqa: ANN401  (any TOML value)
        within: tuple[int, int] | None = None,
    ) -> Any:  # noqa: ANN401
        """The value of `name`, of that type and within these bounds, else `default`."""
        value = self._table.get(name, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        is_number = kind in {int, float}
        if not isinstance(value, kind) or (is_number and isinstance(value, bool)):
            raise SettingsInvalid(subject=f"« {name} » n’a pas la forme attendue")
        if within is not None:
            least, most = within
            if not least <= float(value) <= most:
                raise SettingsInvalid(subject=f"« {name} » doit être entre {least} et {most}")
        return value

    def take_path(self, name: str, default: str = "") -> Path | None:
        """The path that `name` or `default` is, ``~`` written out; None for an empty one."""
        text = self.take(name, str, default)
        try:
            return Path(text).expanduser() if text else None
        except RuntimeError as error:
            raise SettingsInvalid(subject=f"« {name} » nomme le dossier d’un inconnu") from error


def _refuse_unknown(keys: Mapping[str, Any] | _Table, known: frozenset[str]) -> None:
    for key in keys:
        if key not in known:
            raise SettingsInvalid(subject=f"« {key} » est inconnu")


def read_account(table: Mapping[str, Any]) -> Account:
    """One ``[[compte]]``.

    Raises:
        SettingsInvalid: a value cannot be used.
    """
    return _account(_Table(table))


def _account(table: _Table) -> Account:
    _refuse_unknown(table, _ACCOUNT_NAMES)
    address = table.take("adresse", str, "")
    if "@" not in address:
        raise SettingsInvalid(subject="« adresse » manque dans un [[compte]]")
    command = table.take("secret_commande", list, [])
    if not all(isinstance(word, str) for word in command):
        raise SettingsInvalid(subject="« secret_commande » est une liste de textes")
    base = Account(address, _endpoint(table, "imap", 143), _endpoint(table, "smtp", 587))
    return replace(
        base,
        sender_label=table.take("nom_affiche", str, ""),
        ca_file=table.take_path("autorites"),
        client_certificate=table.take_path("certificat_client"),
        secret_origin=_choice(table, "secret", SecretOrigin, SecretOrigin.TYPED),
        secret_command=tuple(command),
        nil=table.take("x_mss_nil", str, ""),
        patient_domain=table.take("domaine_patients", str, base.patient_domain),
        test_identities=table.take("identites_de_test", bool, False),
    )


def _endpoint(table: _Table, protocol: str, port: int) -> Endpoint:
    host = table.take(f"{protocol}_serveur", str, "")
    if not host:
        raise SettingsInvalid(subject=f"« {protocol}_serveur » manque dans un [[compte]]")
    return Endpoint(
        host,
        table.take(f"{protocol}_port", int, port, (1, 65_535)),
        _choice(table, f"{protocol}_securite", Security, Security.STARTTLS),
    )


def _choice(table: _Table, name: str, kind: Any, default: Any) -> Any:  # noqa: ANN401  (an Enum)
    value = table.take(name, str, default.value)
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(choice.value for choice in kind)
        raise SettingsInvalid(subject=f"« {name} » vaut l’un de : {allowed}") from None
