"""Mail addresses: what may be written to, who is a patient, and what only looks like one."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tui_mailer.domain.errors import InvalidAddress
from tui_mailer.domain.ins import is_ins_local_part
from tui_mailer.domain.ins_characters import LENGTH_WITHOUT_KEY
from tui_mailer.domain.look_alikes import skeleton
from tui_mailer.domain.safe_text import SafeText, safe_line

PATIENT_DOMAIN: Final = "patient.mssante.fr"
"""Where Mon espace santé receives patients' mail; an account may name another one."""

# RFC 5321 §4.1.2, dot-string form: a quoted local part is never used in this field.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SENDABLE: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
# `Name <local@domain>` on one line: a pasted line break is no part of a name.
_LABELLED: Final = re.compile(r"(?P<name>[^<>\x00-\x1f\x7f]*)<(?P<mailbox>[^<>]*)>")
# RFC 5321 §4.5.3.1: a path of 256 octets with its two brackets.
_MAX_LENGTH: Final = 254
# No other mailbox has so many: a wrong key, a digit too few, `INS+suffix`, dots in between.
_DIGITS_OF_A_MATRICULE: Final = 8
# What `safe_line` made of a character that shows nothing; `domain` is in lower case.
_MARK: Final = re.compile("‹u\\+[0-9a-f]{4,6}›")


@dataclass(frozen=True, slots=True)
class Address:
    """A label and a mailbox.

    Attributes:
        mailbox: ``local@domain`` as received or typed, made safe to show.
        name: the label its sender chose; proves nothing about who wrote.
    """

    mailbox: SafeText
    name: SafeText = SafeText("")

    @classmethod
    def received(cls, mailbox: str, name: str = "") -> "Address":
        """An address as a message gives it: shown whatever it holds, perhaps not sendable."""
        return cls(safe_line(mailbox.strip()), safe_line(" ".join(name.split())))

    @classmethod
    def typed(cls, text: str) -> "Address":
        """An address that a user wrote, ``Name <local@domain>`` or the mailbox alone.

        Raises:
            InvalidAddress: `text` is no address that SMTP takes.
        """
        stripped = text.strip()
        match = _LABELLED.fullmatch(stripped)
        name, mailbox = (match["name"], match["mailbox"]) if match else ("", stripped)
        address = cls.received(mailbox, name.strip().strip('"'))
        if not address.is_sendable:
            raise InvalidAddress(safe_line(stripped))
        return address

    @property
    def is_sendable(self) -> bool:
        """True when SMTP takes the mailbox as it stands."""
        return len(self.mailbox) <= _MAX_LENGTH and bool(_SENDABLE.fullmatch(self.mailbox))

    @property
    def local_part(self) -> str:
        """What stands before the last ``@``."""
        return self.mailbox.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """What stands after the last ``@``, in lower case."""
        return self.mailbox.rpartition("@")[2].lower()

    def same_mailbox(self, other: "Address") -> bool:
        """Compare without case, as every server of the field does."""
        return self.mailbox.casefold() == other.mailbox.casefold()

    def without_imitation(self) -> "Address":
        """This address, its label left out where that could be taken for another address or an INS."""
        return Address(self.mailbox) if self.name and _is_imitation(self.name) else self

    def matricule(
        self, patient_domain: str = PATIENT_DOMAIN, *, test_identities: bool = False
    ) -> str | None:
        """The matricule INS (15 characters, upper case) of a patient's address, else None.

        A local part that is no INS in the patients' domain is an ordinary address: the
        automatic-reply test mailbox of Mon espace santé is one.

        Args:
            patient_domain: in any case.
            test_identities: take a wrong key, as official test identities have, for an INS.
        """
        if self.domain != patient_domain.lower():
            return None
        if not is_ins_local_part(self.local_part, test_identities=test_identities):
            return None
        return self.local_part.upper()

    def misspells_patient(self, patient_domain: str = PATIENT_DOMAIN) -> bool:
        """True in the patients' domain for what is no INS and can only have been meant as one."""
        if self.domain != patient_domain.lower() or self.matricule(patient_domain):
            return False
        return sum(map(str.isdigit, self.local_part)) >= _DIGITS_OF_A_MATRICULE

    def passes_for_patient(self, patient_domain: str = PATIENT_DOMAIN) -> bool:
        """True for an address that could be taken for a patient's: a lookalike, an INS elsewhere."""
        if self.resembles_patient(patient_domain):
            return True
        return self.domain != patient_domain.lower() and is_ins_local_part(self.local_part)

    def resembles_patient(self, patient_domain: str = PATIENT_DOMAIN) -> bool:
        """True for a domain that only looks like the patients' one: never trust it."""
        return _resembles(self.domain, patient_domain.lower())


# The same people write again and again.
@lru_cache(maxsize=2048)
def _is_imitation(label: str) -> bool:
    # Full-width and small forms of the sign look the same.
    has_sign = "@" in unicodedata.normalize("NFKC", label)
    return has_sign or sum(map(str.isdigit, label)) >= LENGTH_WITHOUT_KEY


# Many people write from few domains.
@lru_cache(maxsize=512)
def _resembles(domain: str, patient_domain: str) -> bool:
    """True for another domain that the eye may take for `patient_domain`."""
    if domain == patient_domain:
        return False
    plain, wanted = _skeleton(domain), _skeleton(patient_domain)
    under_another_ending = wanted.rpartition(".")[0] + "."
    return under_another_ending in plain or _one_edit_apart(plain, wanted)


def _skeleton(domain: str) -> str:
    """A domain without accents and invisible letters, with look-alike letters folded together."""
    domain = _MARK.sub("", domain)
    if domain.startswith("xn--") or ".xn--" in domain:
        try:
            domain = domain.encode("ascii").decode("idna")
        except UnicodeError:
            return domain
    return skeleton(domain).replace("-", ".")


def _one_edit_apart(left: str, right: str) -> bool:
    """True when one character was added, removed, changed or swapped with its neighbour."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    rest_left, rest_right = left[start:], right[start:]
    return (
        rest_left[1:] == rest_right[1:]
        or rest_left[1:] == rest_right
        or rest_left == rest_right[1:]
        or (rest_left[2:] == rest_right[2:] and rest_left[:2] == rest_right[:2][::-1])
    )
