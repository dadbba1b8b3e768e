"""What the composer says of the exchange that a message belongs to."""

from textual.widgets import Static

from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters.message_text import NO_ANSWER
from tui_mailer.ui.text import Part, french_day, line

_FINAL_MEANS = " à ce message — Ctrl+N : permettre une réponse"


class ExchangeNote(Static):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.display = False

    def show(self, exchange: Exchange | None, *, final: bool) -> None:
        """`exchange` is with the patient written to, None without one; `final` as in `Draft`."""
        rows: list[Part] = []
        if exchange is not None and exchange.state is ExchangeState.CLOSED:
            since = (
                f" depuis le {french_day(exchange.since, local_now())}" if exchange.since else ""
            )
            rows += [
                ("↻ ", "bold $warning"),
                f"Échange clos{since} : ce message le redémarre.",
            ]
        if exchange is not None and final:
            rows += ["\n"] if rows else []
            rows += [(NO_ANSWER, "bold $warning"), _FINAL_MEANS]
        self.update(line(*rows))
        self.display = bool(rows)
