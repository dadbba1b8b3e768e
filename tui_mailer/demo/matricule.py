"""The key of a matricule, so that every fictional patient has a right one.

The demo keeps its own few lines on purpose: servers that borrowed the client's rule would
agree with the client's mistakes.
"""

import re

_MATRICULE = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}")
_KEY_MODULUS = 97


def with_key(body: str) -> str:
    """Return the 15 characters of a matricule from its 13 first (NIR rule, 97 − N mod 97).

    Args:
        body: 13 characters; ``2A`` and ``2B`` count as 19 and 18 at positions 6 and 7.

    Raises:
        ValueError: ``body`` holds something else than digits and a Corsican département.
    """
    department = {"2A": "19", "2B": "18"}.get(body[5:7], body[5:7])
    number = int(body[:5] + department + body[7:])
    return f"{body}{_KEY_MODULUS - number % _KEY_MODULUS:02d}"


def has_right_key(matricule: str) -> bool:
    """True when the 15 characters have the shape of a matricule and the key fits them."""
    upper = matricule.upper()
    return _MATRICULE.fullmatch(upper) is not None and with_key(upper[:13]) == upper
