"""The way out of the program, past what has not left yet."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from textual.app import App

from tui_mailer.domain.errors import StoreProblem
from tui_mailer.domain.events import Event, OutgoingChanged
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.screens.leaving import Leaving, LeavingScreen
from tui_mailer.ui.screens.question import Question

_PATIENCE_S: Final = 30.0


async def may_leave(app: App[Any], engine: Engine, *, calls_count: int = 0) -> bool:
    """Ask about what is on no disk, and what has not left yet; True to end the program.

    Sent first, a message is waited for: what does not leave keeps the program open, and says why.

    Args:
        app: where it is asked.
        engine: whose program is to end.
        calls_count: how often the practice's software asked to write to a patient, in vain so far.
    """
    if not await _gives_up_unsaved(app, engine) or not await _gives_up_calls(app, calls_count):
        return False
    waiting_count = await engine.outbox.waiting_count()
    if not waiting_count:
        return True
    choice = await app.push_screen_wait(LeavingScreen(_words(waiting_count)))
    if choice is Leaving.SEND:
        return await _sent(engine)
    return choice is Leaving.LEAVE


async def _gives_up_unsaved(app: App[Any], engine: Engine) -> bool:
    """True when all that is being written is on disk, or may be lost."""
    try:
        await engine.save_drafts()
    except StoreProblem as problem:
        text = f"{problem.what} Ce que vous écrivez n’est pas enregistré et serait perdu."
        return await _leaves_all_the_same(app, text)
    return True


async def _gives_up_calls(app: App[Any], count: int) -> bool:
    if not count:
        return True
    text = (
        "Une demande de votre logiciel métier attend encore et serait perdue."
        if count == 1
        else f"{count} demandes de votre logiciel métier attendent encore et seraient perdues."
    )
    return await _leaves_all_the_same(app, text)


async def _leaves_all_the_same(app: App[Any], text: str) -> bool:
    question = Question(f"{text} Quitter quand même ?", "Quitter", "Rester")
    return await app.push_screen_wait(question)


def _words(count: int) -> str:
    if count == 1:
        return (
            "Un message n’est pas encore parti. Si vous quittez maintenant, il partira au "
            "prochain démarrage ; après trois jours, seulement avec votre accord."
        )
    return (
        f"{count} messages ne sont pas encore partis. Si vous quittez maintenant, ils partiront "
        "au prochain démarrage ; après trois jours, seulement avec votre accord."
    )


async def _sent(engine: Engine) -> bool:
    """Have what waits sent now; True once nothing waits and nothing failed meanwhile."""
    news = asyncio.Event()
    problems = list[OutgoingChanged]()

    def hear(event: Event) -> None:
        if isinstance(event, OutgoingChanged):
            if event.error is not None:
                problems.append(event)
            news.set()

    stop_hearing = engine.subscribe(hear)
    try:
        await engine.outbox.hurry()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while await engine.outbox.waiting_count() and not problems:
                    await news.wait()
                    news.clear()
        return not problems and not await engine.outbox.waiting_count()
    finally:
        stop_hearing()
