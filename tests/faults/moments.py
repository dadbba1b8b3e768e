"""How much is tried: a bounded choice in the usual tests, everything at length.

`FAULT_MOMENTS` is the number of random moments of each kind, and asks for the long run; `FAULT_SEED`
says where they begin. A failed test names its seed, which plays it again.
"""

import os
from collections.abc import Sequence
from typing import Any, Final

import pytest

_SEED: Final = int(os.environ.get("FAULT_SEED", "20261124"))
_WANTED: Final = os.environ.get("FAULT_MOMENTS", "")


def seeds(usual: int, moments_each: int = 1) -> list[Any]:
    """Seeds for a test that draws `moments_each` moments: for `usual` runs, or for all wanted."""
    count = -(-int(_WANTED) // moments_each) if _WANTED else usual
    return [pytest.param(seed, id=f"seed-{seed}") for seed in range(_SEED, _SEED + count)]


def some(values: Sequence[Any], usual: int) -> Sequence[Any]:
    """The first `usual` of `values`, or all of them."""
    return values if _WANTED else values[:usual]
