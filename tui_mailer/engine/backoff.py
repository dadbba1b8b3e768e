"""How long to wait before trying a lost line again."""

import random


class Backoff:
    """Doubling pauses with full jitter, so that clients do not come back all at once."""

    def __init__(self, first_s: float, most_s: float) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._attempt = 0

    def reset(self) -> None:
        """The line is back."""
        self._attempt = 0

    def next_s(self) -> float:
        """The next pause in seconds: between half and the whole of the present step."""
        step = min(self._first_s * 2.0**self._attempt, self._most_s)
        self._attempt = min(self._attempt + 1, 30)
        return step * random.uniform(0.5, 1.0)  # noqa: S311  (spreads load; no secret)
