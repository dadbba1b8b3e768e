"""The content key, wrapped by a key that Argon2id makes of the passphrase.

The content key is random and never changes, so a new passphrase rewrites one small file. A digest
over that file tells damage from a wrong passphrase: if the digest is right and AES-GCM refuses, the
passphrase is wrong.
"""

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tui_mailer.domain.accents import composed
from tui_mailer.domain.errors import StoreDamaged, WrongPassphrase

KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_FORMAT: Final = "tui-mailer key 1"


@dataclass(frozen=True, slots=True)
class KeyDerivation:
    """Cost of trying one passphrase (RFC 9106): about 0.1 s and 64 MiB by default."""

    time_cost: int = 3
    memory_kib: int = 65_536
    parallelism: int = 2

    def is_reasonable(self) -> bool:
        """False for costs that only a forged file asks for."""
        return (
            1 <= self.time_cost <= 64
            and 8 * self.parallelism <= self.memory_kib <= 2**20
            and 1 <= self.parallelism <= 64
        )

    def derive(self, passphrase: str, salt: bytes) -> bytes:
        """32 bytes. Blocks for the cost's time."""
        return hash_secret_raw(
            composed(passphrase),
            salt,
            time_cost=self.time_cost,
            memory_cost=self.memory_kib,
            parallelism=self.parallelism,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """A content key that no store has yet, and the text of its key file."""

    content_key: bytes
    file: bytes

    @classmethod
    def make(cls, passphrase: str, derivation: KeyDerivation) -> "NewKey":
        """A random one. Blocks for the derivation's time."""
        content_key = os.urandom(KEY_BYTES)
        return cls(content_key, wrap(content_key, passphrase, derivation))


def wrap(content_key: bytes, passphrase: str, derivation: KeyDerivation) -> bytes:
    """The text of a key file. Blocks for the derivation's time."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    wrapping_key = derivation.derive(passphrase, salt)
    wrapped = AESGCM(wrapping_key).encrypt(nonce, content_key, _FORMAT.encode())
    document: dict[str, Any] = {
        "format": _FORMAT,
        "argon2id": asdict(derivation),
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "wrapped_key": wrapped.hex(),
    }
    document["digest"] = _digest(document)
    return json.dumps(document, indent=2).encode("ascii") + b"\n"


def unwrap(text: bytes, passphrase: str) -> bytes:
    """The content key of a key file. Blocks for the derivation's time.

    Raises:
        StoreDamaged: `text` is not what `wrap` made.
        WrongPassphrase: it is, with another passphrase.
    """
    try:
        document = json.loads(text)
        digest = document.pop("digest")
        derivation = KeyDerivation(**document["argon2id"])
        salt, nonce, wrapped = (
            bytes.fromhex(document[name]) for name in ("salt", "nonce", "wrapped_key")
        )
        intact = digest == _digest(document) and document["format"] == _FORMAT
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreDamaged from error
    if not intact or not derivation.is_reasonable():
        raise StoreDamaged
    try:
        wrapping_key = derivation.derive(passphrase, salt)
        return AESGCM(wrapping_key).decrypt(nonce, wrapped, _FORMAT.encode())
    except InvalidTag as error:
        raise WrongPassphrase from error


def _digest(document: dict[str, Any]) -> str:
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
