"""Little memory kept for nothing, and little time spent looking for it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_ARENA_MAX: Final = -8  # <malloc.h>
# Python's own is 700; some 25 objects are made for each message learnt, and most soon go again.
_OBJECTS_BEFORE_A_LOOK: Final = 50_000


def share_heaps() -> None:
    """Let all threads but the first share one heap; before any of them, where the C library can.

    glibc gives each thread a heap of its own, and what one of them used for a synchronisation of
    100,000 messages stays there unused: 13 MiB of it were measured (mallopt(3), M_ARENA_MAX). With
    one heap for all, the first thread and the one that writes wait for each other so often that
    such a synchronisation takes an eighth longer.
    """
    import ctypes  # late: the command line alone does without

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Return to the system what was freed; milliseconds, and best outside the event loop.

    Without it, 25 MiB stayed after a synchronisation of 100,000 messages (malloc_trim(3)).
    """
    import ctypes  # late, as above

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def tidy() -> None:
    """Find all that nobody holds any more, and give it back; some 70 ms, on a busy machine more.

    Nothing else ever looks through what was passed over, and what has outlived two looks is looked
    through once in twenty million objects made.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded: what they make stays, and is not searched for garbage, ever."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def pass_over() -> None:
    """Keep the collector off what there is by now, in the middle of much work; takes no time.

    Of a first synchronisation the descriptions of some thousand messages are always on their way,
    and to look through them for garbage took 30 ms. They go by themselves once they are written;
    what is garbage in rings by then stays, a megabyte in a synchronisation of 100,000.
    """
    gc.freeze()


def screen_stands() -> None:
    """What there is now stays: keep the collector off it, and let it look less often.

    To look at all that the program and its screen are made of takes 80 ms, and a synchronisation
    had it done again and again: keys waited for it.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_A_LOOK, 20, 20)
