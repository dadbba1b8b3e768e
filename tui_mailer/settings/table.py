"""A table of a TOML file, read with types: every value is checked, and an error names its key."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, TypeVar

from tui_mailer.domain.errors import SettingsInvalid

E = TypeVar("E", bound=Enum)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_HOST: Final = re.compile(r"[\s/@\x00-\x1f\x7f]")


class Table:
    """Values by name. Whatever is wrong with one raises `SettingsInvalid`, which names the key."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table

    def __iter__(self) -> Iterator[str]:
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
        is_nothing = isinstance(value, str) and "\0" in value  # no path, no argument has it
        if not isinstance(value, kind) or (is_number and isinstance(value, bool)) or is_nothing:
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

    def take_choice(self, name: str, kind: type[E], default: E) -> E:
        """The member of `kind` whose value `name` is, else `default`."""
        value = self.take(name, str, default.value)
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(str(choice.value) for choice in kind)
            raise SettingsInvalid(subject=f"« {name} » vaut l’un de : {allowed}") from None

    def take_line(self, name: str, default: str = "") -> str:
        """The text that `name` or `default` is, which goes into a header: one line."""
        text: str = self.take(name, str, default)
        if _CONTROL.search(text):
            raise SettingsInvalid(subject=f"« {name} » tient sur une ligne")
        return text

    def take_host(self, name: str) -> str:
        """The name or the IP address of a server, which must be there."""
        host: str = self.take(name, str, "")
        if not host:
            raise SettingsInvalid(subject=f"« {name} » manque dans un [[compte]]")
        if _NO_HOST.search(host) or (":" in host and not _is_ip(host)):
            raise SettingsInvalid(
                subject=f"« {name} » est un nom de serveur seul : sans espace, sans « :// » ni port"
            )
        return host


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
