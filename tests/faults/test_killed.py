"""`kill -9` at random moments of a day: at most two seconds of typing are lost, and nothing else.

The lines have some latency, so that the moments between two states are long enough to be hit.
"""

import asyncio
import email
import email.policy
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from engine_helpers import Office
from faults.moments import seeds
from faults.program import (
    SEND,
    Typist,
    begin_message,
    kill,
    logged_in,
    opened_store,
    store_directory,
    write_settings,
)
from faults.stage import BadLines, everywhere, subject_of, until_equal
from mail_samples import received
from servers.people import ACCOUNTS, COLLEAGUE, PRACTICE, SENT
from servers.practice import RealServers

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.secrets.secrets import Secrets
from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.engine.engine import Outside
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile

# A draft is on disk two seconds after the last key; the rest is the time that a commit takes.
MOST_LOST_S = 2.3
MOMENTS_A_DAY = 6
LETTERS = [f"lettre {number:02}" for number in range(12)]
ENDED = {OutgoingState.SENT, OutgoingState.UNCERTAIN}


@dataclass
class Day:
    """What was done, and what each kill found."""

    home: Path
    dice: random.Random
    texts: dict[str, str] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)

    async def type(self, number: int) -> None:
        """Killed while a message is typed."""
        subject = f"brouillon {number:03}"
        async with logged_in(self.home) as program:
            await begin_message(program, subject)
            typist = Typist(program, f"t{number:03}x")
            await typist.type_for(self.dice.uniform(0.1, 4.0))
            killed_at = await kill(program)
        async with opened_store(self.home) as store:
            drafts = [d for d in await store.drafts() if d.subject == subject]
            assert len(drafts) <= 1
            saved = drafts[0].body if drafts else ""
        assert typist.text.startswith(saved)
        missing = [w for w in typist.shown_before(killed_at - MOST_LOST_S) if w not in saved]
        assert not missing, f"{len(missing)} words, shown long before"
        self.texts[subject] = saved
        self.found["typing"] += 1

    async def send(self, number: int) -> None:
        """Killed while a message waits, leaves, or its copy is stored."""
        subject = f"envoi {number:03}"
        self.texts[subject] = f"texte de {subject} et d'aucun autre"
        async with logged_in(self.home) as program:
            await begin_message(program, subject)
            program.press(self.texts[subject])
            await program.shows(self.texts[subject])
            program.press(SEND)
            await asyncio.sleep(self.dice.uniform(0.0, 2.0))
            await kill(program)
        async with opened_store(self.home) as store:
            drafts = {draft.subject for draft in await store.drafts()}
            states = {str(o.subject): o.state.value for o in await store.outbox()}
        state = states.get(subject, "typing" if subject in drafts else "sent")
        self.found[state] += 1

    async def move(self, number: int) -> None:
        """Killed while messages are archived."""
        async with logged_in(self.home) as program:
            await program.shows("lettre")
            for _ in range(self.dice.randrange(1, 4)):
                program.press("y")
                await asyncio.sleep(self.dice.uniform(0.0, 0.15))
            await asyncio.sleep(self.dice.uniform(0.0, 0.5))
            await kill(program)
        self.found["moving"] += 1


@pytest.fixture
def day(tmp_path: Path, real_servers: RealServers, lines: BadLines) -> Day:
    real_servers.empty(*(person.address for person in ACCOUNTS))
    for subject in LETTERS:
        real_servers.deliver(PRACTICE.address, received(subject))
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    lines.imap.latency_s = lines.smtp.latency_s = 0.015
    return Day(tmp_path, random.Random())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", seeds(1, MOMENTS_A_DAY))
async def test_a_program_killed_at_any_moment_loses_doubles_and_mixes_nothing(
    day: Day, real_servers: RealServers, seed: int
) -> None:
    day.dice.seed(seed)
    acts = [day.type, day.send, day.send, day.send, day.move, day.dice.choice([day.type, day.move])]
    day.dice.shuffle(acts)
    for number, act in enumerate(acts):
        await act(number)
    print(f"seed {seed}: killed while", dict(day.found))  # noqa: T201  (what the long run reports)
    await settled(day, real_servers)
    await check(day, real_servers)


async def settled(day: Day, servers: RealServers) -> None:
    """What was begun is ended, by the next start, and both sides hold the same."""
    office = await reopened(day.home, servers)
    try:
        async with asyncio.timeout(60):
            while {o.state for o in await office.engine.outbox.unsettled()} - ENDED:
                await asyncio.sleep(0.05)
        await until_equal(office, servers, 60)
    finally:
        await office.close()


async def reopened(home: Path, servers: RealServers) -> Office:
    account = Account(
        PRACTICE.address,
        Endpoint(servers.host, servers.imap_port),
        Endpoint(servers.host, servers.smtp_port),
        ca_file=servers.ca_file,
    )
    outside = Outside(ImapConnector(), SmtpSubmission(), Secrets(), UserFiles())
    opener = EncryptedStoreOpener(store_directory(home))
    session = Session(outside, opener, SettingsFile(home / "unused.toml"), EngineOptions())
    office = Office(session, await session.open(account, PRACTICE.password))
    office.engine.start()
    return office


async def check(day: Day, servers: RealServers) -> None:
    """Each message once; each text its own."""
    async with opened_store(day.home) as store:
        drafts = {draft.subject: draft.body for draft in await store.drafts()}
        uncertain = {str(outgoing.subject) for outgoing in await store.outbox()}
    for subject in set(day.texts) - uncertain - set(drafts):
        if subject.startswith("envoi"):
            await asyncio.to_thread(servers.wait_for, COLLEAGUE.address, subject.encode())
    found = await asyncio.to_thread(everywhere, servers)
    for subject, text in day.texts.items():
        arrived = found[COLLEAGUE.address, "INBOX", subject]
        copies = found[PRACTICE.address, SENT, subject]
        if subject in drafts:
            assert drafts[subject] == text
            assert (arrived, copies) == (0, 0)
        elif subject in uncertain:
            assert arrived <= 1
            assert copies == 0
        elif text:
            assert (arrived, copies) == (1, 1), subject
    in_folders = Counter[str]()
    for (address, _folder, subject), count in found.items():
        if address == PRACTICE.address:
            in_folders[subject] += count
    assert [in_folders[subject] for subject in LETTERS] == [1] * len(LETTERS)
    for stored in await asyncio.to_thread(servers.mailbox, COLLEAGUE.address):
        message = email.message_from_bytes(stored.raw, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().strip() == day.texts[subject_of(stored.raw)]
