"""The ways through several screens: each opens one after the other and ends where it began.

One way at a time: a key pressed twice opens one composer. The large screens are imported by the
way that shows them: the first list waits for none of them.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from textual.app import App

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import AttachedForAnother, FileAsked
from tui_mailer.domain.draft import Draft, Outgoing
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.identity_entry import read_entry
from tui_mailer.domain.ins import InsReading
from tui_mailer.domain.ins_characters import LENGTH_WITHOUT_KEY
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.before_sending.ending import ENDS_EXCHANGE
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.resuming import AttachmentsLeftOut, DraftTakenElsewhere
from tui_mailer.ui.arrival import have_whole
from tui_mailer.ui.aside import is_running, run_aside
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.locking import LockingApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.presenters import identity
from tui_mailer.ui.presenters.identity import ConfirmedPatient, PatientBanner
from tui_mailer.ui.screens.question import Question

_GROUP: Final = "flow"
_KEPT: Final = safe_line("✓ brouillon gardé — b : le reprendre")
_log = logging.getLogger(__name__)


def new_message(app: App[Any], engine: Engine) -> None:
    """Ask to whom, then write."""
    _start(app, partial(_new_message, app, engine))


def write_to_professional(app: App[Any], engine: Engine) -> None:
    """Open an empty message."""
    _start(app, partial(_compose, app, engine, engine.writing.sign(Draft())))


def write_to_patient(
    app: App[Any], engine: Engine, text: str = "", attach: Sequence[FileAsked] = ()
) -> None:
    """Find the patient and confirm the identity, then write.

    Args:
        app: where the screens open.
        engine: of the account written from.
        text: fills the search bar.
        attach: files for the message.
    """
    _start(app, partial(_write_to_patient, app, engine, text, attach))


def reply(app: App[Any], engine: Engine, message_id: int, to_all: bool) -> None:
    """Answer a message; a patient's identity is confirmed first, unless it was in this exchange."""
    _start(app, partial(_reply, app, engine, message_id, to_all=to_all))


def forward(app: App[Any], engine: Engine, message_id: int) -> None:
    """Send a message on."""
    _start(app, partial(_forward, app, engine, message_id))


def resume_draft(app: App[Any], engine: Engine, draft: Draft) -> None:
    """Go on writing; a patient's identity is confirmed when the message is sent."""
    _start(app, partial(_resume, app, engine, draft))


def end_exchange(app: App[Any], engine: Engine, matricule: str) -> None:
    """Say what the end of an exchange does, ask once, and send it."""
    _start(app, partial(_end_exchange, app, engine, matricule))


def resume_stored_draft(app: App[Any], engine: Engine, message_id: int) -> None:
    """Go on with a held message of the server's folder of drafts."""
    _start(app, partial(_resume_stored, app, engine, message_id))


# --- the ways


async def _new_message(app: App[Any], engine: Engine) -> None:
    from tui_mailer.ui.screens.new_message import NewMessageScreen

    choice = await app.push_screen_wait(NewMessageScreen())
    if choice == "professional":
        await _compose(app, engine, engine.writing.sign(Draft()))
    elif choice == "patient":
        await _write_to_patient(app, engine, "", ())


async def _write_to_patient(
    app: App[Any], engine: Engine, text: str, attach: Sequence[FileAsked]
) -> None:
    from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose

    confirmed = await app.push_screen_wait(InsSearchScreen(engine, text, Purpose.WRITE))
    if confirmed is not None:
        address = confirmed.matricule.address(engine.account.patient_domain)
        draft = engine.writing.sign(Draft(to=(Address.received(address, confirmed.name),)))
        warning = None
        if attach and not _means(engine, text, confirmed):
            warning = AttachedForAnother(subject=", ".join(file.path.name for file in attach))
            attach = ()
        banner = _banner(engine, confirmed)
        await _compose_to_confirmed(app, engine, draft, banner, attach, warning)


async def _reply(app: App[Any], engine: Engine, message_id: int, *, to_all: bool) -> None:
    from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose

    if not await have_whole(app, engine, message_id):
        return
    draft = engine.writing.sign(await engine.writing.reply(message_id, to_all=to_all))
    patients = patients_of(draft, engine.account)
    if len(patients) != 1:
        await _compose(app, engine, draft)
        return
    # A confirmation was for the message of its time: only the exchange that is answered spares one.
    if (await engine.writing.review(draft)).spared:
        await _compose(app, engine, draft, await _known_banner(engine, patients))
        return
    confirmed = await app.push_screen_wait(InsSearchScreen(engine, patients[0], Purpose.REPLY))
    if confirmed is not None:
        await _compose_to_confirmed(app, engine, draft, _banner(engine, confirmed))


async def _forward(app: App[Any], engine: Engine, message_id: int) -> None:
    if await have_whole(app, engine, message_id):
        draft = await engine.writing.forward(message_id)
        await _compose(app, engine, engine.writing.sign(draft))


async def _resume(
    app: App[Any], engine: Engine, draft: Draft, warning: MailerError | None = None
) -> None:
    if draft.id in await engine.drafts_taken_elsewhere():
        warning = DraftTakenElsewhere()
    banner = await _known_banner(engine, patients_of(draft, engine.account))
    is_spared = (await engine.writing.review(draft)).spared
    await _compose(app, engine, draft, banner, warning=warning, is_identified=is_spared)


async def _resume_stored(app: App[Any], engine: Engine, message_id: int) -> None:
    resumed = await engine.resuming.resume(message_id)
    missing = ", ".join(resumed.left_out)
    warning = AttachmentsLeftOut(subject=missing) if missing else None
    await _resume(app, engine, resumed.draft, warning)


async def _end_exchange(app: App[Any], engine: Engine, matricule: str) -> None:
    from tui_mailer.ui.screens.end_exchange import EndExchangeScreen
    from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose

    patient = await _known_banner(engine, [matricule])
    if patient is None:
        return
    draft = await engine.exchanges.ending(matricule)
    if not await app.push_screen_wait(EndExchangeScreen(patient)):
        return
    # The end belongs to the exchange, as an answer does.
    is_spared = await engine.identities.spared((matricule,), answered=matricule)
    search = InsSearchScreen(engine, matricule, Purpose.END)
    if not is_spared and not await app.push_screen_wait(search):
        return
    review = await engine.writing.review_to_send(draft)
    # The sheet was the one question about the end; what else is found is asked as ever.
    for question in review.questions:
        screen = Question(question.text, question.yes, question.no)
        if question.code != ENDS_EXCHANGE and not await app.push_screen_wait(screen):
            return
    await engine.writing.send(draft, review.questions)


# --- their steps


async def _compose_to_confirmed(
    app: App[Any],
    engine: Engine,
    draft: Draft,
    banner: PatientBanner,
    attach: Sequence[FileAsked] = (),
    warning: MailerError | None = None,
) -> None:
    """Write to a patient just confirmed; left without sending, the confirmation ends."""
    if await _compose(app, engine, draft, banner, attach, warning) is None:
        engine.identities.withdraw(banner.matricule)


async def _compose(
    app: App[Any],
    engine: Engine,
    draft: Draft,
    banner: PatientBanner | None = None,
    attach: Sequence[FileAsked] = (),
    warning: MailerError | None = None,
    *,
    is_identified: bool = True,
) -> Outgoing | None:
    """Write; what was confirmed on the way no longer holds when it is left without sending."""
    from tui_mailer.ui.screens.compose import ComposeScreen

    opening = _opening(app)
    screen = ComposeScreen(
        engine,
        draft,
        banner,
        is_identified=is_identified,
        offers_editor=opening.editor,
        templates=opening.templates,
    )
    screen.attach_first(attach)
    screen.warn_first(warning)
    sent = await app.push_screen_wait(screen)
    if sent is None:
        for matricule in screen.confirmed_here:
            engine.identities.withdraw(matricule)
    if screen.is_kept and isinstance(app.screen, CommandScreen):
        app.screen.tell(_KEPT)
    return sent


def _opening(app: App[Any]) -> Opening:
    opening = getattr(app, "opening", None)
    return opening if isinstance(opening, Opening) else Opening()


async def _known_banner(engine: Engine, patients: Sequence[str]) -> PatientBanner | None:
    """The banner of the one patient written to; None without one, or with several."""
    if len(patients) != 1:
        return None
    reading = _read(engine, patients[0])
    if reading.matricule is None:
        return None
    traits = await engine.patients.best_known(patients[0])
    return identity.banner(ConfirmedPatient(reading.matricule, traits), reading, local_now().date())


def _banner(engine: Engine, confirmed: ConfirmedPatient) -> PatientBanner:
    reading = _read(engine, confirmed.matricule.text)
    return identity.banner(confirmed, reading, local_now().date())


def _means(engine: Engine, text: str, confirmed: ConfirmedPatient) -> bool:
    """True when `text`, whose key may be missing, is the matricule that was confirmed."""
    cleaned = _read(engine, text).cleaned
    return len(cleaned) >= LENGTH_WITHOUT_KEY and confirmed.matricule.text.startswith(cleaned)


def _read(engine: Engine, text: str) -> InsReading:
    today, test_identities = local_now().date(), engine.account.test_identities
    return read_entry(text, today, test_identities=test_identities).reading


# --- running


def is_under_way(app: App[Any]) -> bool:
    """True while one of these ways is gone."""
    return is_running(app, _GROUP)


def _start(app: App[Any], way: Callable[[], Awaitable[object]]) -> None:
    if not is_under_way(app):
        run_aside(app, partial(_guarded, app, way), group=_GROUP)


async def _guarded(app: App[Any], way: Callable[[], Awaitable[object]]) -> None:
    """Say on the screen what ended the way; the program goes on."""
    try:
        await way()
    except MailerError as error:
        await _show(app, error)
    except Exception as fault:  # noqa: BLE001  (its text could hold a patient's data)
        _log.error("a way through the screens failed: %s", type(fault).__name__)
        await _show(app, MailerError())


async def _show(app: App[Any], error: MailerError) -> None:
    if isinstance(app, LockingApp):
        await app.unlocked()
    if isinstance(app.screen, CommandScreen):
        app.screen.show_error(error)
