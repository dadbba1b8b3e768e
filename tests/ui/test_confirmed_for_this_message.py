"""Whatever is done in whatever order: nothing leaves for a patient whose identity was not confirmed
for that very message, nor for an address that was not on the screen.

Random walks through the real screens, on the real engine and store: write, answer, send on, change
the recipients, confirm or not, leave, go on, send, take back. `SENDING_EXAMPLES=300` makes it long.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input
from ui.stage import ACCOUNT, INS, OTHER_INS, Practice, stage, text_of, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import Flags, FolderView, RemoteMessage
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.engine import Engine, utc_now
from tui_mailer.ui import flows, reading_time
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.end_exchange import EndExchangeScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.meant import MeantQuestion
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint

LONG: Final = int(os.environ.get("SENDING_EXAMPLES", "0"))
PAUL = "paul.bernard@medecin.mssante.fr"
CLAIRE = "claire.dubois@medecin.mssante.fr"
PATIENTS: Final = (INS, OTHER_INS)
A, B = (f"{ins}@patient.mssante.fr" for ins in PATIENTS)
MAILBOX: Final = re.compile(r"[\w.]+@[\w.]+")

# Who wrote, and to whom else: what can be answered and sent on.
RECEIVED: Final = ((A, ""), (B, ""), (PAUL, ""), (PAUL, A), (PAUL, f"{CLAIRE}, {B}"))
TYPED: Final = (
    *(
        PAUL,
        A,
        B,
        "",
        f"{A}, {PAUL}",
        f"{B}, {CLAIRE}",
        f"{A}, {B}",
        A.upper(),
        A.replace("8989", "8988"),
    ),
    f"{PAUL}, {CLAIRE}, anne.petit@hopital-des-alpes.mssante.fr, luc.roux@hopital-des-alpes.mssante.fr, {B}",
)
FIELDS: Final = ("to", "to", "cc", "bcc")
SUBJECTS: Final = ("Bilan", "Bilan", "[FIN]", "Re: [FIN]", "")

messages = st.integers(0, len(RECEIVED) - 1)
habits = st.sampled_from(("confirms", "confirms", "leaves"))
answers = st.sampled_from("ooonf")
beginnings = st.one_of(
    st.tuples(st.just("write"), habits, st.sampled_from((*PATIENTS, ""))),
    st.tuples(st.just("answer"), habits, messages, st.booleans()),
    st.tuples(st.just("send on"), messages),
)
steps = st.one_of(
    beginnings,
    st.tuples(st.just("type"), st.sampled_from(FIELDS), st.sampled_from(TYPED)),
    st.tuples(st.just("type"), st.sampled_from(FIELDS), st.sampled_from(TYPED)),
    st.tuples(st.just("subject"), st.sampled_from(SUBJECTS)),
    st.tuples(st.just("send"), habits, answers),
    st.tuples(st.just("send"), habits, answers),
    st.tuples(st.just("leave")),
    st.tuples(st.just("go on"), st.integers(0, 1)),
    st.tuples(st.just("take back")),
    st.tuples(st.just("end"), habits, answers, st.sampled_from(PATIENTS)),
)


class Mailbox(CommandScreen[None]):
    """What stands below the composer."""


@dataclass
class Walk:
    """One user's way through the screens, and what that user knows.

    Attributes:
        confirmed: patients confirmed for the message that is being written, since it was opened.
        spared: the patient whose message is answered, in an exchange confirmed before, or "".
        seen: what the composer showed when the message was sent.
        queued: what was handed over and not taken back.
    """

    pilot: Pilot[Any]
    engine: Engine
    ids: Sequence[int]
    confirmed: set[str] = field(default_factory=set)
    spared: str = ""
    seen: str = ""
    queued: list[Outgoing] = field(default_factory=list)

    @property
    def screen(self) -> Any:
        return self.pilot.app.screen

    @property
    def composer(self) -> ComposeScreen | None:
        return self.screen if isinstance(self.screen, ComposeScreen) else None

    def queue(self, outgoing: Outgoing) -> None:
        """The invariant."""
        self.queued.append(outgoing)
        patients = {m.partition("@")[0] for m in outgoing.recipients if "@patient." in m}
        assert {patient.upper() for patient in patients} <= self.confirmed | {self.spared}
        assert len({patient.upper() for patient in patients}) <= 1
        for mailbox in outgoing.recipients:
            assert mailbox.casefold() in self.seen.casefold()

    # --- steps

    async def begin(self, way: Callable[[], None], answered: str = "") -> None:
        if self.composer is not None:
            await self.leave()
        exchange = await self.engine.exchange(answered) if answered else None
        is_known = exchange is not None and exchange.reply_needs_no_new_confirmation
        self.confirmed, self.spared = set(), answered if is_known else ""
        way()
        await self.rest()

    async def write(self, habit: str, ins: str) -> None:
        app = self.pilot.app
        if not ins:
            await self.begin(lambda: flows.write_to_professional(app, self.engine))
            return
        await self.begin(lambda: flows.write_to_patient(app, self.engine, ins))
        await self.identify(habit)

    async def answer(self, habit: str, index: int, to_all: bool) -> None:
        app, message_id = self.pilot.app, self.ids[index]
        sender = RECEIVED[index][0]
        answered = (await self.engine._store.summary(message_id)).patient  # type: ignore[union-attr]
        assert "patient" not in sender or sender.startswith(answered)
        await self.begin(lambda: flows.reply(app, self.engine, message_id, to_all=to_all), answered)
        await self.identify(habit)

    async def send_on(self, index: int) -> None:
        app, message_id = self.pilot.app, self.ids[index]
        await self.begin(lambda: flows.forward(app, self.engine, message_id))

    async def type(self, name: str, text: str) -> None:
        if self.composer is None:
            return
        await self.fill(f"#{name}-input", text)
        written = {m.partition("@")[0].upper() for m in MAILBOX.findall(self.shown_fields())}
        self.confirmed &= written
        self.spared = self.spared if self.spared in written else ""

    async def subject(self, text: str) -> None:
        if self.composer is not None:
            await self.fill("#subject", text)

    async def send(self, habit: str, answer: str) -> None:
        screen = self.composer
        if screen is None:
            return
        await self.rest()
        await self.pilot.pause()
        await until(self.pilot, lambda: "Objet" in text_of(screen))
        self.seen = re.sub(r"\s+", " ", text_of(screen))
        await self.pilot.press("ctrl+s")
        await self.settle(habit, answer)

    async def leave(self) -> None:
        if self.composer is not None:
            screen = self.screen
            for _ in range(3):  # a notice, suggestions, then the message
                if self.screen is screen and not screen._is_settled:
                    await self.pilot.press("escape")
                    await self.rest()
            await until(self.pilot, lambda: self.screen is not screen)
            await self.rest()

    async def go_on(self, index: int) -> None:
        if self.composer is not None:
            await self.leave()
        drafts = await self.engine.drafts()
        if index < len(drafts):
            await self.resume(drafts[index])

    async def resume(self, draft: Draft) -> None:
        summary = await self.engine._store.summary(draft.answers) if draft.answers else None
        await self.begin(
            lambda: flows.resume_draft(self.pilot.app, self.engine, draft),
            summary.patient if summary else "",
        )
        await self.type("bcc", self.screen.query_one("#bcc-input", Input).value)

    async def take_back(self) -> None:
        if self.queued:
            if self.composer is not None:
                await self.leave()
            draft = await self.engine.outbox.take_back(self.queued.pop().id)
            if draft is not None:
                await self.resume(draft)

    async def end(self, habit: str, answer: str, ins: str) -> None:
        way = lambda: flows.end_exchange(self.pilot.app, self.engine, ins)  # noqa: E731
        await self.begin(way, ins)
        if isinstance(self.screen, EndExchangeScreen):
            await until(self.pilot, lambda: self.screen.accepts_keys)
            assert Matricule(ins).grouped in text_of(self.screen)
            self.seen = f"{ins}@patient.mssante.fr"
        await self.settle(habit, answer)

    # --- what they are made of

    def shown_fields(self) -> str:
        screen = self.screen
        locked = [str(one.render()) for one in screen.query("#locked-to")]
        fields = [screen.query_one(f"#{name}-input", Input).value for name in ("to", "cc", "bcc")]
        return " ".join((*locked, *fields))

    async def fill(self, selector: str, text: str) -> None:
        found = self.screen.query_one(selector, Input)
        found.focus()
        found.value = text
        await self.rest()

    async def settle(self, habit: str, answer: str) -> None:
        """Answer what is asked until nothing is asked any more."""
        for _ in range(20):
            await self.rest()
            if isinstance(self.screen, InsSearchScreen):
                await self.identify(habit)
            elif isinstance(self.screen, Question):
                is_third = isinstance(self.screen, MeantQuestion) and answer == "f"
                key = answer if answer in "on" or is_third else "o"
                await until(self.pilot, lambda: self.screen.accepts_keys)
                await self.pilot.press(key)
            else:
                return
        raise AssertionError("asked without an end")

    async def identify(self, habit: str) -> None:
        screen = self.screen
        if not isinstance(screen, InsSearchScreen):
            return
        if habit == "leaves":
            await self.pilot.press("escape")
        else:
            boxes = screen.query(ConfirmPoint)
            await until(self.pilot, lambda: all(box.accepts_keys for box in boxes))
            boxes.first().focus()
            await self.pilot.press(*("space", "down") * 4)
            matricule = screen.reading.matricule
            assert matricule is not None
            self.confirmed.add(matricule.text)
            await self.pilot.press("enter")
        await until(self.pilot, lambda: self.screen is not screen)
        await self.rest()

    async def rest(self) -> None:
        """Until a way that began stands at a screen, and what was typed is taken in."""
        for _ in range(3):
            await self.pilot.pause(0.02)
        # Nothing else begins before the way ends, nor is there a screen while it opens one.
        await until(
            self.pilot,
            lambda: not isinstance(self.screen, Mailbox) or not flows.is_under_way(self.pilot.app),
        )
        if isinstance(self.screen, ComposeScreen) and self.screen._is_handing_over:
            screen = self.screen
            await until(
                self.pilot,
                lambda: self.screen is not screen or not screen._is_handing_over,
            )


async def put_in(engine: Engine) -> list[int]:
    """What the mailbox holds: a message of each kind, and one exchange that was confirmed."""
    store = engine._store
    await store.save_folders([RemoteFolder("INBOX", "/", FolderRole.INBOX)])
    (inbox,) = await store.folders()
    ids = []
    for uid, (sender, copies) in enumerate(RECEIVED, 1):
        cc = tuple(Address.received(m) for m in copies.split(", ") if m)
        message = RemoteMessage(
            uid=uid,
            flags=Flags.NONE,
            size_bytes=1_000,
            received_at=datetime(2026, 3, uid, 9, 30, tzinfo=UTC),
            subject=safe_line("Question"),
            sender=Address.received(sender),
            to=(Address.received(ACCOUNT.address),),
            cc=cc,
            message_id=f"<{uid}@a.fr>",
        )
        await store.add_messages(inbox.id, [message])
        (row,) = await store.rows(FolderView(inbox.id, with_patients=True), 0, 1)
        assert row.uid == uid
        message_id = row.id
        lines = (
            *(f"From: {sender}", f"To: {ACCOUNT.address}", *([f"Cc: {copies}"] if copies else [])),
            *("Subject: Question", f"Message-ID: <{uid}@a.fr>", "", "Bonjour docteur"),
        )
        await store.save_content(message_id, "\r\n".join(lines).encode(), "Bonjour docteur")
        ids.append(message_id)
    await store.save_exchange(Exchange(INS, ExchangeState.OPEN, utc_now(), utc_now()))
    return ids


async def walk(directory: Path, way: Sequence[tuple[Any, ...]]) -> None:
    engine = await Practice(directory).engine(undo_send_s=3_600.0)
    ids = await put_in(engine)
    async with stage(Mailbox(), engine=engine, size=(100, 30)) as pilot:
        walking = Walk(pilot, engine, ids)
        queue, broken = engine._store.queue, list[AssertionError]()

        async def watched(outgoing: Outgoing, content: bytes, draft: Draft) -> Outgoing:
            queued = await queue(outgoing, content, draft)
            try:
                walking.queue(queued)
            except AssertionError as error:  # the screens would turn it into a sentence
                broken.append(error)
            return queued

        engine._store.queue = watched  # type: ignore[method-assign]
        for name, *arguments in way:
            await getattr(walking, name.replace(" ", "_"))(*arguments)
            if broken:
                raise broken[0]
        event(f"messages sent: {len(walking.queued)}")


@settings(
    max_examples=LONG or 3,
    derandomize=not LONG,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(beginnings, st.lists(steps, min_size=10, max_size=25))
def walk_at_random(beginning: tuple[Any, ...], way: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(walk(Path(directory), [beginning, *way]))


@pytest.mark.timeout(0 if LONG else 300)
def test_nothing_leaves_for_a_patient_not_confirmed_for_it_or_for_an_address_not_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_time, "READING_TIME_S", 0.0)
    walk_at_random()
