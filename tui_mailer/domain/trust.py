"""The trust space of MSSanté: which domains may be written to.

The national white list names each member exactly; not all of them end in `.mssante.fr`. Without a
list, the suffix and the two known exceptions decide, and the composer says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAX_AGE_DAYS: Final = 30
"""A list older than this still decides, and is said to be old: members join every week."""

# Members of the trust space whose domain does not end in mssante.fr.
_OTHER_MEMBERS: Final = ("mssante.apicrypt.org", "interop-mssante.apicrypt.org")
_SUFFIX: Final = ".mssante.fr"
_SUFFIX_RULE: Final = "seuls les domaines en .mssante.fr et ceux d’Apicrypt sont acceptés"


@dataclass(frozen=True, slots=True)
class WhiteList:
    """A white list as its file gives it.

    Attributes:
        domains: in lower case.
        generated_at: aware, or None when the file does not say.
    """

    domains: frozenset[str]
    generated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrustSpace:
    """What decides whether a domain may be written to.

    Attributes:
        white_list: None: the suffix rule decides.
        notice: French, what the user should know about it, or "".
    """

    white_list: WhiteList | None = None
    notice: str = f"Sans liste blanche MSSanté : {_SUFFIX_RULE}."

    @classmethod
    def of(cls, white_list: WhiteList, now: datetime) -> "TrustSpace":
        """The members that a list names; `now` is aware."""
        made = white_list.generated_at
        if made is None:
            return cls(
                white_list, "Liste blanche MSSanté sans date : vérifiez qu’elle est récente."
            )
        if now - made > timedelta(days=MAX_AGE_DAYS):
            return cls(
                white_list,
                f"Liste blanche MSSanté du {made:%d/%m/%Y}, de plus de {MAX_AGE_DAYS} jours : "
                "mettez-la à jour.",
            )
        return cls(white_list, "")

    @classmethod
    def unreadable(cls, reason: str) -> "TrustSpace":
        """A list was asked for and cannot be used; `reason` is French."""
        return cls(None, f"Liste blanche MSSanté {reason} : {_SUFFIX_RULE}.")

    def holds(self, domain: str) -> bool:
        """True for a member; `domain` is in lower case."""
        if self.white_list is not None:
            return domain in self.white_list.domains
        return domain.endswith(_SUFFIX) or domain in _OTHER_MEMBERS

    @property
    def name(self) -> str:
        """What a domain outside is not in, in French."""
        made = self.white_list.generated_at if self.white_list else None
        if self.white_list is None:
            return "à l’espace de confiance MSSanté"
        return f"à la liste blanche MSSanté{f' du {made:%d/%m/%Y}' if made else ''}"
