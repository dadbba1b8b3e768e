"""What was measured, and the table that tells it."""

from __future__ import annotations

import math
import os
import platform
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

SOCKET = "bare socket"


@dataclass(frozen=True)
class Quantity:
    """One row of the table; `factor` turns the base unit (seconds, bytes) into `unit`."""

    words: str
    unit: str
    factor: float = 1.0
    decimals: int = 0


LAUNCH_COLD = Quantity("launch to list, nothing held", "ms", 1e3)
LAUNCH_WARM = Quantity("launch to list, opened before", "ms", 1e3)
LAUNCH_IN_TURNS = Quantity("the same, in turns with the next row", "ms", 1e3)
LAUNCH_SMALL = Quantity("the same, of a mailbox of 1,000", "ms", 1e3)
FIRST_PAGE = Quantity("login to first page", "ms", 1e3)
FULL_SYNC = Quantity("all headers", "s", 1, 2)
FULL_SYNC_THIN = Quantity("all headers, line of 100 Mbit/s", "s", 1, 2)
FOLLOW_UP = Quantity("then, until a search finds all of them", "s", 1, 2)
NO_CHANGE = Quantity("synchronise again, no change", "ms", 1e3)
PEAK_FIRST = Quantity("peak memory, nothing held", "MiB", 2**-20)
PEAK_AGAIN = Quantity("peak memory, opened before", "MiB", 2**-20)
AT_REST = Quantity("memory at rest, opened before", "MiB", 2**-20)
KEY_BYTES = Quantity("a cursor key", "bytes")
PAGE_BYTES = Quantity("a page key", "bytes")
IDLE_BYTES = Quantity("nothing happens for a while", "bytes")
LATENCY_P50 = Quantity("key to repaint, p50", "ms", 1e3, 1)
LATENCY_P95 = Quantity("key to repaint, p95", "ms", 1e3, 1)
SEARCH = Quantity("search, first rows", "ms", 1e3, 1)
SEARCH_PATIENT = Quantity("search for a patient, first rows", "ms", 1e3, 1)
FETCH_LARGE = Quantity("fetch of 20 MB", "s", 1, 2)
SEND_LARGE = Quantity("send of 20 MB", "s", 1, 2)
GAP_FIRST = Quantity("largest gap, login to first page", "ms", 1e3)
GAP_SYNC = Quantity("largest gap, the other headers arrive", "ms", 1e3)
OURS_SYNC = Quantity("the same, less waiting for a processor", "ms", 1e3)
WORK_SYNC = Quantity("of a gap, the loop's own work, headers arrive", "ms", 1e3)
GAP_FOLLOW_UP = Quantity("largest gap, until a search finds all of them", "ms", 1e3)
MARK = Quantity("a mark, the other headers arrive, p50", "ms", 1e3)
MARK_MOST = Quantity("a mark, the other headers arrive, at most", "ms", 1e3)
GAP_NO_CHANGE = Quantity("largest gap, synchronise again", "ms", 1e3)
GAP_FETCH = Quantity("largest gap, fetch of 20 MB", "ms", 1e3)
GAP_SEND = Quantity("largest gap, send of 20 MB", "ms", 1e3)
GAP_COPY = Quantity("largest gap, its copy stored", "ms", 1e3)
WORK_COPY = Quantity("of a gap, the loop's own work, its copy stored", "ms", 1e3)

QUANTITIES = (
    LAUNCH_COLD,
    LAUNCH_WARM,
    LAUNCH_IN_TURNS,
    LAUNCH_SMALL,
    FIRST_PAGE,
    FULL_SYNC,
    FULL_SYNC_THIN,
    FOLLOW_UP,
    NO_CHANGE,
    PEAK_FIRST,
    PEAK_AGAIN,
    AT_REST,
    KEY_BYTES,
    PAGE_BYTES,
    IDLE_BYTES,
    LATENCY_P50,
    LATENCY_P95,
    SEARCH,
    SEARCH_PATIENT,
    FETCH_LARGE,
    SEND_LARGE,
    GAP_FIRST,
    GAP_SYNC,
    OURS_SYNC,
    WORK_SYNC,
    GAP_FOLLOW_UP,
    MARK,
    MARK_MOST,
    GAP_NO_CHANGE,
    GAP_FETCH,
    GAP_SEND,
    GAP_COPY,
    WORK_COPY,
)


@dataclass
class Figures:
    """Every value found, by quantity and by who was measured."""

    message_count: int
    _values: dict[tuple[Quantity, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def note(self, quantity: Quantity, who: str, value: float) -> None:
        """One more value."""
        self._values[quantity, who].append(value)

    def cell(self, quantity: Quantity, who: str) -> str:
        """The median as the table shows it."""
        values = self._values.get((quantity, who))
        if not values:
            return "—"
        return f"{median(values) * quantity.factor:,.{quantity.decimals}f}"

    def table(self, columns: Sequence[str]) -> str:
        """Markdown: a line a quantity, a column for each who was measured."""
        head = [f"{self.message_count:,} messages", *columns]
        rows = [
            [f"{one.words} ({one.unit})", *(self.cell(one, who) for who in columns)]
            for one in QUANTITIES
        ]
        rule = ["---", *("---:" for _ in columns)]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)) + "\n"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of `values` do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def machine() -> str:
    """On what, and when."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{(models or [platform.machine()])[0]}, {os.cpu_count()} processors, "
        f"{memory_gib:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}, "
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
