"""The account book: the login screen adds accounts to the file that the user may edit."""

import contextlib
import os
import tempfile
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import SettingsInvalid, SettingsNotSaved
from tui_mailer.settings.reader import load, read, read_account, text_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT


class SettingsFile:
    """The account book over the settings file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def accounts(self) -> Sequence[Account]:
        """See `domain.ports.AccountBook`."""
        return load(self._path).accounts

    def save(self, account: Account) -> None:
        """Add an account, or change the lines that differ; comments and all else stay.

        Raises:
            SettingsInvalid: the file cannot be used any more, and is left as it is.
            SettingsNotSaved: no right or no room; the file is as it was.
        """
        from tomlkit.exceptions import TOMLKitError  # late: only a first login writes

        found = text_of(self._path)
        read(found, self._path.name)
        try:
            text = _with(account, found)
            # tomlkit may write what nobody can read again: the next launch would end there.
            if account not in read(text, self._path.name).accounts:
                raise SettingsNotSaved(subject=str(self._path))
            # Where a link leads: settings are kept among others of the user's, and linked to.
            _write_private(self._path.resolve(), text)
        except (OSError, SettingsInvalid, TOMLKitError) as error:
            raise SettingsNotSaved(subject=str(self._path)) from error


def _with(account: Account, text: str) -> str:
    """The text of a settings file, with the account in it."""
    import tomlkit  # late, as above

    # tomlkit would go on in the middle of a last line that does not end.
    document = tomlkit.parse(text if not text or text.endswith("\n") else f"{text}\n")
    tables = _tables(document)
    for table in tables:
        # A second table of the same mailbox would never be read: the first one decides.
        if str(table.get("adresse", "")).casefold() == account.address.casefold():
            _change(table, account)
            break
    else:
        _append(tables, _as_table(account))
    return tomlkit.dumps(document)


def _tables(document: "TOMLDocument") -> "AoT":
    """The accounts of a document, which stand there from now on as [[compte]]."""
    import tomlkit
    from tomlkit.items import AoT

    found = document.get("compte", [])
    if isinstance(found, AoT):
        return found
    document.pop("compte", None)
    tables = tomlkit.aot()
    for inline in found:
        _append(tables, inline)
    document["compte"] = tables
    return tables


def _append(tables: "AoT", values: Mapping[str, Any]) -> None:
    import tomlkit

    table = tomlkit.table()
    table.update(values)
    tables.append(table)


def _change(table: MutableMapping[str, Any], account: Account) -> None:
    """Make `table` say `account`, touching only what it does not say yet."""
    said = _as_table(read_account(table))
    wanted = _as_table(account)
    for name in [name for name in said if name not in wanted]:
        del table[name]
    for name, value in wanted.items():
        if said.get(name) != value:
            table[name] = value


def _as_table(account: Account) -> dict[str, Any]:
    table: dict[str, Any] = {
        "adresse": account.address,
        "identifiant": account.login,
        "nom_affiche": account.sender_label,
        "imap_serveur": account.imap.host,
        "imap_port": account.imap.port,
        "imap_securite": account.imap.security.value,
        "smtp_serveur": account.smtp.host,
        "smtp_port": account.smtp.port,
        "smtp_securite": account.smtp.security.value,
        "autorites": str(account.ca_file or ""),
        "certificat_client": str(account.client_certificate or ""),
        "secret": account.secret_origin.value,
        "secret_commande": list(account.secret_command),
        "x_mss_nil": account.nil,
        "identites_de_test": account.test_identities,
    }
    usual = Account(account.address, account.imap, account.smtp)
    if account.patient_domain != usual.patient_domain:
        table["domaine_patients"] = account.patient_domain
    return {key: value for key, value in table.items() if value not in ("", [], False)}


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
