"""Little memory kept for nothing, and little time spent looking for it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_ARENA_MAX: Final = -8  # <malloc.h>


def share_one_heap() -> None:
    """Let all threads share one heap; before the first thread, and where the C library has it.

    glibc gives each thread a heap of its own, and what one of them used for a synchronisation of
    100,000 messages stays there unused: 13 MiB of it were measured (mallopt(3), M_ARENA_MAX).
    """
    import ctypes  # late: the command line alone does without

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded: what they make stays, and is not searched for garbage, ever."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
