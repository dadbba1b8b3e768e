"""An account: where its servers are and how its owner proves who they are."""

import re
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final
from unicodedata import normalize

from tui_mailer.domain.address import PATIENT_DOMAIN
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
# What is shorter stands in words that are no secret.
_SHORTEST_HIDDEN: Final = 4
_HIDDEN: Final = "•••"


class Security(Enum):
    """How a connection is encrypted; plain text is not an option."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server: `port` is a TCP port; `security` says when TLS begins."""

    host: str
    port: int
    security: Security = Security.STARTTLS


class SecretOrigin(Enum):
    """Where the password or the token of an account comes from."""

    TYPED = "typed"
    COMMAND = "command"
    KEYRING = "keyring"
    TOKEN_COMMAND = "token_command"  # noqa: S105  (a kind of source, not a secret)


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox and the way to it.

    Attributes:
        address: the mailbox.
        login: the name that both servers know the owner by, or "" where it is the address.
        sender_label: the From label, ``Titre_Prénom_NOM_Entité`` (ECO.2.2.7, Ref#2 §3.5).
        ca_file: PEM of the authorities trusted for this account alone; None: the system's.
            IGC-Santé, which signs MSSanté's servers, is in no ordinary trust store.
        client_certificate: PEM with certificate and key, for operators that ask for one.
        secret_command: argument list run to get the password or the token.
        nil: product reference sent as ``X-MSS-NIL`` on every message (ECO.2.4.3), or "".
        patient_domain: where patients receive; another one on test platforms.
        test_identities: a wrong key of a matricule is a warning and no refusal.
    """

    address: str
    imap: Endpoint
    smtp: Endpoint
    sender_label: str = ""
    ca_file: Path | None = None
    client_certificate: Path | None = None
    secret_origin: SecretOrigin = SecretOrigin.TYPED
    secret_command: tuple[str, ...] = ()
    nil: str = ""
    patient_domain: str = PATIENT_DOMAIN
    test_identities: bool = False
    login: str = ""

    def credentials(self, password: str = "", *, token: str = "") -> "Credentials":
        """What logs its owner in with one of the two."""
        return Credentials(self.login or self.address, password, token)

    @property
    def is_password_typed(self) -> bool:
        """True when its owner types the password here, once or at each start."""
        return self.secret_origin in {SecretOrigin.TYPED, SecretOrigin.KEYRING}

    @property
    def file_stem(self) -> str:
        """Begins the names of its files on this machine: 64 characters, which say not whose."""
        return sha256(self.address.casefold().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login needs: a password, or an access token for XOAUTH2. Neither is ever shown.

    A password is in NFC, as RFC 8265 §4.2.2 has it, however the keyboard or a paste composed its
    accents: servers of the field compare bytes, and theirs were typed into a web page, in NFC. Not
    in NFKC, as the older SASLprep (RFC 4013) had it: "²" is not "2" to a server that compares bytes.
    Nor does an unusual space become a usual one, for that reason.
    """

    user: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Compose the password's accents."""
        object.__setattr__(self, "password", normalize("NFC", self.password))

    @contextmanager
    def kept_to_ourselves(self) -> Iterator[None]:
        """What is raised within says nothing of the secret, whatever the server said."""
        try:
            yield
        except MailerError as refused:
            refused.server_words = self.hidden_in(refused.server_words)
            raise

    def hidden_in(self, text: SafeText) -> SafeText:
        """`text` without the secret, plain or in base64: servers repeat what they do not understand."""
        secret = self.token or self.password
        if len(secret) < _SHORTEST_HIDDEN:
            return text

        def without(found: re.Match[str]) -> str:
            return _HIDDEN if _start_of(secret) in _decoded(found[0]) else found[0]

        return safe_block(_BASE64.sub(without, text.replace(safe_line(secret), _HIDDEN)))


def _start_of(secret: str) -> bytes:
    # A long line may be repeated in part.
    return secret.encode("utf-8", "surrogatepass")[:_SHORTEST_HIDDEN]


def _decoded(written: str) -> bytes:
    whole = written.rstrip("=")
    return a2b_base64(whole[: len(whole) - (len(whole) % 4 == 1)] + "==")
