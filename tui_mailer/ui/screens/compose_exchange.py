"""The exchange that the message in the composer belongs to."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.exchange import Exchange
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.widgets.exchange_note import ExchangeNote

if TYPE_CHECKING:
    from tui_mailer.ui.screens.compose import ComposeScreen


class ComposeExchange:
    """Follows the recipients: there is an exchange while exactly one patient is among them."""

    def __init__(self, screen: "ComposeScreen", engine: Engine) -> None:
        self._screen = screen
        self._engine = engine
        self._exchange: Exchange | None = None

    def patient(self, draft: Draft) -> str:
        """Matricule of the one patient written to, or ""."""
        patients = patients_of(draft, self._engine.account)
        return patients[0] if len(patients) == 1 else ""

    def follow(self, draft: Draft) -> None:
        """The message changed."""
        matricule = self.patient(draft)
        if matricule != (self._exchange.matricule if self._exchange else ""):
            self._exchange = Exchange(matricule) if matricule else None
            run_aside(
                self._screen, partial(self._look, matricule), group="exchange", exclusive=True
            )
        self._show(draft)

    def toggle_final(self, draft: Draft) -> Draft:
        """`draft` with or without the mark that it takes no answer (ECO.2.2.8)."""
        return replace(draft, final=not draft.final)

    async def _look(self, matricule: str) -> None:
        if matricule:
            exchange = await self._engine.exchange(matricule)
            if self._exchange is not None and self._exchange.matricule == matricule:
                self._exchange = exchange
                self._show(self._screen.draft)

    def _show(self, draft: Draft) -> None:
        self._screen.query_one(ExchangeNote).show(self._exchange, final=draft.final)
