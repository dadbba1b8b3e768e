"""Random keys on the whole program, and what must hold after each of them."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import getaddresses
from pathlib import Path
from typing import Final

from fakes.mail_server import parsed
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Paste, Resize
from textual.geometry import Size
from ui.mailbox_stage import NOON, Mailing, Outdoors, mail, practice
from ui.stage import INS, OTHER_INS, burst, clicks

from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import LineLost, StoreDamaged, SubmissionRefused
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.journal import Deed, JournalFilter
from tui_mailer.domain.message import Flags
from tui_mailer.engine.options import EngineOptions
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.question import Question

_OPTIONS: Final = EngineOptions(
    undo_send_s=0.2, autosave_s=0.02, retry_first_s=0.02, retry_most_s=0.05
)
_COLLEAGUE: Final = "jean.durand@medecin.mssante.fr"
_LETTERS: Final = tuple("abcdefghijklmnopqrstuvwxyz")
_KEYS: Final = (
    *("enter",) * 8,
    *("escape",) * 6,
    *("down",) * 6,
    *("up", "tab", "shift+tab", "space") * 3,
    *("left", "right", "pageup", "pagedown", "home", "end", "shift+down", "shift+up"),
    *("delete", "backspace", "plus", "slash", "asterisk", "question_mark"),
    *(f"f{number}" for number in range(1, 9)),
    *(f"ctrl+{letter}" for letter in "dfgklnprst"),
    "ctrl+s",
    "ctrl+s",
)
_CONFIRMED: Final = (*("space", "down") * 4, "enter")
_SIZES: Final = ((80, 24), (140, 40), (60, 15), (40, 10), (200, 60))
# What the program does by itself is let go on, but not always.
_PAUSES_S: Final = (None, None, 0.0, 0.0, 0.01, 0.35)

_MOMENT_S: Final = 1.0
_FROZEN_S: Final = 20.0


@dataclass
class Told:
    """What was done, so that a failure can be read and played again."""

    steps: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.steps[-40:])


def busy_practice(directory: Path) -> Outdoors:
    """A mailbox with two patients, colleagues, a bin, drafts of another client, and attachments."""
    outdoors = replace(practice(directory), options=_OPTIONS)
    box = outdoors.mailbox
    box.add_folder("Corbeille", FolderRole.TRASH)
    box.add_folder("Brouillons", FolderRole.DRAFTS)
    box.add_folder("Archives", FolderRole.ARCHIVE)
    for number in range(3):
        box.deliver(mail(f"Jeté {number}"), "Corbeille", Flags.SEEN, NOON)
        at = NOON + timedelta(minutes=number)
        box.deliver(mail(f"Question {number}", f"Autre <{OTHER_INS}@patient.mssante.fr>"), at=at)
    box.deliver(mail("Commencé ailleurs", "Marie <marie.martin@medecin.mssante.fr>"), "Brouillons")
    (directory / "bilan.pdf").write_bytes(b"%PDF-1.4")
    return outdoors


class RandomKeys:
    """Plays from a seed; `step` does one thing, `check` looks at what must hold."""

    def __init__(self, mailing: Mailing, seed: int) -> None:
        self._mailing = mailing
        self._chance = random.Random(seed)
        self.told = Told()
        self._word_count = 0
        self._asked: list[str] = []
        self._composer: ComposeScreen | None = None
        self._seen: Sequence[str] = ()
        self._delivered = [
            str(parsed(message.content)["Subject"])
            for folder in mailing.outdoors.mailbox.folders.values()
            for message in folder.messages.values()
            if folder.remote.role is not FolderRole.DRAFTS
        ]

    # --- what is done

    async def step(self) -> None:
        """One thing that a user does, or that happens meanwhile."""
        do = self._chance.choices(
            (
                self._press,
                self._type_ahead,
                self._type_word,
                self._search_patient,
                self._write_to_colleague,
                self._paste,
                self._resize,
                self._click,
                self._something_happens,
            ),
            (30, 15, 12, 4, 3, 2, 3, 3, 6),
        )[0]
        await do()
        pause_s = self._chance.choice(_PAUSES_S)
        if pause_s is not None:
            await asyncio.sleep(pause_s)
            await self.answers()

    async def _press(self) -> None:
        self._send(self._chance.choice((*_KEYS, *_LETTERS)))

    async def _type_ahead(self) -> None:
        self._send(*self._chance.choices((*_KEYS, *_LETTERS), k=self._chance.randint(2, 6)))

    async def _type_word(self) -> None:
        self._word_count += 1
        word = f"mot{self._word_count:04}z"
        self._send(*word)
        if self._chance.random() < 0.7:
            await asyncio.sleep(0.01)
            await self.answers()

    async def _search_patient(self) -> None:
        ins = self._chance.choice((INS, OTHER_INS, INS[:13], INS[:9], "279 03 51 215 189 89"))
        self._send("p", *(key if key != " " else "space" for key in ins), "enter")
        if self._chance.random() < 0.8:
            for key in _CONFIRMED:
                await asyncio.sleep(0.02)
                await self.answers()
                self._send(key)

    async def _write_to_colleague(self) -> None:
        self._send("e", *_COLLEAGUE, "tab", *"bilan", "enter", *"bonjour")
        if self._chance.random() < 0.5:
            self._send("ctrl+s")

    async def _paste(self) -> None:
        text = self._chance.choice(
            (INS, f"{OTHER_INS}\n", "Dose : 5\n10 mg", f"Autre <{OTHER_INS}@patient.mssante.fr>")
        )
        self.told.steps.append(f"paste {text!r}")
        self._mailing.app.post_message(Paste(text))

    async def _resize(self) -> None:
        size = self._chance.choice(_SIZES)
        self.told.steps.append(f"resize {size}")
        app = self._mailing.app
        assert isinstance(app._driver, HeadlessDriver)
        app._driver._size = Size(*size)
        app.post_message(Resize(Size(*size), Size(*size)))

    async def _click(self) -> None:
        size = self._mailing.app.size
        x, y = self._chance.randrange(size.width), self._chance.randrange(size.height)
        self.told.steps.append(f"click {x},{y}")
        clicks(self._mailing.app, x, y, self._chance.choice((1, 1, 2)))

    async def _something_happens(self) -> None:
        outdoors = self._mailing.outdoors
        inbox = outdoors.mailbox.folders["INBOX"].messages
        what = self._chance.choice(("arrives", "vanishes", "cut", "back", "refused"))
        self.told.steps.append(f"something {what}")
        if what == "arrives":
            self._word_count += 1
            sender = self._chance.choice((_COLLEAGUE, f"{INS}@patient.mssante.fr"))
            subject = f"Arrive {self._word_count}"
            outdoors.mailbox.deliver(mail(subject, sender), at=NOON + timedelta(hours=1))
            self._delivered.append(subject)
        elif what == "vanishes" and inbox:
            uid = self._chance.choice(sorted(inbox))
            self._delivered.remove(str(parsed(inbox[uid].content)["Subject"]))
            outdoors.mailbox.expunge(uid)
        elif what == "refused":
            outdoors.submission.faults.append(SubmissionRefused("550 5.7.1 refused"))
        else:
            outdoors.connector.fault = LineLost() if what == "cut" else None

    def _send(self, *keys: str) -> None:
        self.told.steps.append(" ".join(keys))
        burst(self._mailing.app, *keys)

    # --- what must hold

    async def answers(self) -> None:
        """Wait until what was done so far was taken: nothing freezes."""
        app = self._mailing.app
        async with asyncio.timeout(_FROZEN_S):
            while not self.has_left and not await _has_answered(app):
                pass

    @property
    def has_left(self) -> bool:
        """True once the user asked the program to end."""
        return self._mailing.app._exit

    async def check(self) -> None:
        """After each step, whatever is under way."""
        app = self._mailing.app
        assert app._exception is None, app._exception
        if self.has_left:
            return
        if isinstance(app.screen, Question):
            self._asked.append(app.screen._text)
        await self._look_at_composer()
        await self._look_at_what_was_sent()

    async def check_at_end(self) -> None:
        """Nothing that was on the server is gone, unless somebody agreed to it."""
        if any("définitivement" in text for text in self._asked):
            return
        there = [
            str(parsed(message.content)["Subject"])
            for folder in self._mailing.outdoors.mailbox.folders.values()
            for message in folder.messages.values()
        ]
        assert [each for each in self._delivered if each not in there] == []

    async def _look_at_composer(self) -> None:
        stack = self._mailing.app.screen_stack
        open_ones = [screen for screen in stack if isinstance(screen, ComposeScreen)]
        before, seen = self._composer, self._seen
        self._composer = open_ones[-1] if open_ones else None
        self._seen = _words(self._composer._keeper.draft.body) if self._composer else ()
        if before is None or before in open_ones:
            return
        if any("jeter" in text.lower() for text in self._asked):
            self._asked = [text for text in self._asked if "jeter" not in text.lower()]
            return
        # What was typed behind Escape in one burst was not for the message.
        words = set(seen).intersection(_words(before._keeper.draft.body))
        async with asyncio.timeout(10):
            while missing := [word for word in words if word not in await self._kept()]:
                assert self._mailing.app._exception is None, missing
                await asyncio.sleep(0.02)

    async def _kept(self) -> str:
        """All that was written and is somewhere."""
        store = self._mailing.engine._store
        drafts = [draft.body for draft in await store.drafts()]
        queued: list[bytes] = []
        for one in await store.outbox():
            with suppress(StoreDamaged):  # it was sent meanwhile, and holds its bytes no more
                queued.append(await store.outgoing_content(one.id))
        sent = [raw for _, raw in self._mailing.outdoors.submission.accepted]
        return "\n".join((*drafts, *(_body(raw) for raw in (*queued, *sent))))

    async def _look_at_what_was_sent(self) -> None:
        accepted = self._mailing.outdoors.submission.accepted
        written = Counter(_patient_of(recipients, raw) for recipients, raw in accepted)
        del written[""]
        store = self._mailing.engine._store
        confirmed = Counter(
            str(line.entry.patient)
            for line in await store.journal_rows(JournalFilter(), 0, 1_000)
            if line.entry.deed == Deed.IDENTITY_CONFIRMED.value
        )
        assert written <= confirmed, (written, confirmed)


async def _has_answered(app: MailerApp) -> bool:
    """True once the program and its uppermost screen took what was posted before; False after a moment."""
    for pump in (app, app.screen):
        answered = asyncio.Event()
        pump.call_later(answered.set)
        try:
            async with asyncio.timeout(_MOMENT_S):
                await answered.wait()
        except TimeoutError:
            return False  # a screen that was closed meanwhile answers no more
    return True


def _patient_of(recipients: Sequence[str], raw: bytes) -> str:
    """The matricule of the patient that a message went to, or ""; it went to whom it names alone."""
    head = parsed(raw)
    fields = [str(each) for name in ("To", "Cc") for each in head.get_all(name, [])]
    assert {each.lower() for each in recipients} >= {m.lower() for _, m in getaddresses(fields)}
    patients = {matricule for m in recipients if (matricule := Address.received(m).matricule())}
    assert len(patients) <= 1, recipients
    return patients.pop() if patients else ""


def _body(raw: bytes) -> str:
    part = parsed(raw).get_body(("plain",))
    return str(part.get_content()) if part else ""


def _words(text: str) -> Sequence[str]:
    return re.findall(r"mot\d{4}z", text)
