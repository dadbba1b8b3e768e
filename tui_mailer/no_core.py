"""No image of the memory is written anywhere: it holds secrets, and patients' mail."""

import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # <linux/prctl.h>


def leave_no_core() -> None:
    """Whatever ends this process, or one started from here, no core file is left of it.

    Where the system hands cores to a program of its own, the limit alone is not looked at (core(5)).
    The second step is for this process only; nor can others of the same user read its memory then.
    """
    import ctypes  # late: the command line alone does without

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, *[ctypes.c_ulong(0)] * 4)
