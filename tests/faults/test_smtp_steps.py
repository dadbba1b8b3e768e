"""The line to Postfix is lost at each step: the message arrives once, or is said to be uncertain."""

import asyncio
import random

import pytest
from engine_helpers import Office, OpenOffice, letter
from faults.moments import seeds, some
from faults.proxy import Fault, Kind, Towards
from faults.stage import BadLines, everywhere
from servers.people import COLLEAGUE, PRACTICE, SENT
from servers.practice import RealServers

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.events import Connectivity, OutgoingChanged

BODY = "ligne de texte du message\n" * 400
FROM_US, TO_US = Towards.SERVER, Towards.CLIENT
WAYS = {
    "before it is said": Fault(Kind.CUT, FROM_US),
    "before the reply": Fault(Kind.CUT, TO_US),
    "in the reply": Fault(Kind.CUT, TO_US, at=9),
    "spoilt on its way": Fault(Kind.CORRUPT, FROM_US, at=3),
    "reply spoilt": Fault(Kind.CORRUPT, TO_US, at=3),
}
COMMANDS = ["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"]


async def ready(open_office: OpenOffice) -> Office:
    """An office that is online and has nothing more to ask of Postfix."""
    office = await open_office()
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)
    async with asyncio.timeout(10):
        while office.engine.writing.size_limit_bytes is None:
            await asyncio.sleep(0.01)
    return office


async def send(office: Office, subject: str, body: str = BODY) -> Outgoing:
    return await office.engine.writing.send(letter(COLLEAGUE.address, subject, body))


def arrived(servers: RealServers, subject: str) -> int:
    """How often the colleague has it."""
    return everywhere(servers)[COLLEAGUE.address, "INBOX", subject]


async def arrives_once(office: Office, servers: RealServers, outgoing: Outgoing) -> None:
    """It is sent and delivered, once; its copy is there, once; nobody was troubled."""
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    subject = str(outgoing.subject)
    await asyncio.to_thread(servers.wait_for, COLLEAGUE.address, subject.encode())
    found = await asyncio.to_thread(everywhere, servers)
    mine = {key: count for key, count in found.items() if key[2] == subject}
    assert mine == {
        (COLLEAGUE.address, "INBOX", subject): 1,
        (PRACTICE.address, SENT, subject): 1,
    }
    states = {e.state for e in office.events if isinstance(e, OutgoingChanged)}
    assert states.isdisjoint({OutgoingState.UNCERTAIN, OutgoingState.FAILED})


@pytest.mark.parametrize("way", some([*WAYS], 2))
async def test_a_line_lost_before_the_end_of_the_message_sends_it_once_later(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, way: str
) -> None:
    office = await ready(open_office)
    for command in COMMANDS:
        trigger = lines.overheard.on(command, WAYS[way])
        outgoing = await send(office, f"{way} : {command}")
        await arrives_once(office, real_servers, outgoing)
        assert trigger.struck == 1, command


async def test_no_greeting_sends_the_message_once_later(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office = await ready(open_office)
    lines.smtp.coming = [[Fault(Kind.CUT, TO_US)], [Fault(Kind.CUT, TO_US, at=5)]]
    outgoing = await send(office, "sans accueil")
    await arrives_once(office, real_servers, outgoing)
    assert not lines.smtp.coming


@pytest.mark.parametrize("kind", [Kind.CUT, Kind.CORRUPT])
async def test_a_line_spoilt_in_a_large_message_sends_it_once_later(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, kind: Kind
) -> None:
    """The line is slow, so that megabytes wait in the kernel when it is lost."""
    office = await ready(open_office)
    slow = Fault(Kind.THROTTLE, FROM_US, amount=2_000_000.0)
    trigger = lines.overheard.on("BODY", Fault(kind, FROM_US, 400_000), slow)
    outgoing = await send(office, f"gros {kind.value}", BODY * 80)
    await arrives_once(office, real_servers, outgoing)
    assert trigger.struck == 1
    assert lines.overheard.count("BODY") == 2


@pytest.mark.parametrize("kind", [Kind.CUT, Kind.CORRUPT])
async def test_a_line_spoilt_in_a_small_message_never_sends_it_twice(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, kind: Kind
) -> None:
    """The final dot is on its way before our side can know."""
    office = await ready(open_office)
    for at in (0, 1, 4_000, len(BODY) - 500):
        trigger = lines.overheard.on("BODY", Fault(kind, FROM_US, at))
        outgoing = await send(office, f"petit {at}")
        settled = (OutgoingState.SENT, OutgoingState.UNCERTAIN)
        changed = await office.until_outgoing(outgoing, *settled)
        if changed.state is OutgoingState.SENT:
            await arrives_once(office, real_servers, outgoing)
        else:
            assert await asyncio.to_thread(arrived, real_servers, f"petit {at}") == 0
        assert trigger.struck == 1


@pytest.mark.parametrize("kind", [Kind.CUT, Kind.CORRUPT, Kind.SILENCE])
async def test_a_line_lost_after_the_final_dot_leaves_the_message_uncertain_and_sends_no_second(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, kind: Kind
) -> None:
    office = await ready(open_office)
    trigger = lines.overheard.on("BODY", Fault(kind, TO_US))
    outgoing = await send(office, "incertain")
    await office.until_outgoing(outgoing, OutgoingState.UNCERTAIN)
    await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"incertain")
    assert trigger.struck == 1
    # Neither a line that comes back nor a new start sends it again.
    lines.imap.cut()
    await office.until(lambda: office.engine.connectivity is not Connectivity.ONLINE)
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)
    await office.close()
    again = await ready(open_office)
    (kept,) = await again.engine.outbox.unsettled()
    assert kept.state is OutgoingState.UNCERTAIN
    assert lines.overheard.count("BODY") == 1
    # The user has looked, and says that it went: the copy is stored, nothing is sent.
    assert await again.engine.outbox.believe_sent(outgoing.id)
    await again.until_outgoing(outgoing, OutgoingState.SENT)
    found = await asyncio.to_thread(everywhere, real_servers)
    assert found[COLLEAGUE.address, "INBOX", "incertain"] == 1
    assert found[PRACTICE.address, SENT, "incertain"] == 1
    assert lines.overheard.count("BODY") == 1


@pytest.mark.parametrize("kind", some([Kind.CUT, Kind.SILENCE], 1))
async def test_a_good_bye_that_is_lost_changes_nothing(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, kind: Kind
) -> None:
    office = await ready(open_office)
    for towards in Towards:
        trigger = lines.overheard.on("QUIT", Fault(kind, towards))
        outgoing = await send(office, f"adieu {towards.value}")
        await arrives_once(office, real_servers, outgoing)
        assert trigger.struck == 1
    assert lines.overheard.count("BODY") == len(Towards)


@pytest.mark.parametrize("command", some(["BODY", "MAIL", "EHLO", "STARTTLS", "RCPT"], 2))
async def test_a_line_that_falls_silent_is_given_up_and_the_message_sent_once_later(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, command: str
) -> None:
    office = await ready(open_office)
    trigger = lines.overheard.on(command, Fault(Kind.SILENCE, FROM_US, at=1))
    outgoing = await send(office, f"muet {command}")
    if command == "BODY":
        # Nobody can tell a silent line from a slow server here: the final dot may have passed.
        await office.until_outgoing(outgoing, OutgoingState.UNCERTAIN)
        assert await asyncio.to_thread(arrived, real_servers, f"muet {command}") == 0
    else:
        await arrives_once(office, real_servers, outgoing)
    assert trigger.struck == 1


@pytest.mark.parametrize("seed", seeds(1, moments_each=5))
async def test_a_line_spoilt_anywhere_in_the_dialogue_sends_at_most_once(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, seed: int
) -> None:
    """At random bytes of TCP, both ways, cut or corrupt: each message once, or none and uncertain."""
    dice = random.Random(seed)
    office = await ready(open_office)
    sent = []
    for number in range(5):
        towards, kind = dice.choice(list(Towards)), dice.choice([Kind.CUT, Kind.CORRUPT])
        most = 14_000 if towards is FROM_US else 4_500
        lines.smtp.coming = [[Fault(kind, towards, dice.randrange(most))]]
        sent.append(await send(office, f"hasard {number}"))
        settled = (OutgoingState.SENT, OutgoingState.UNCERTAIN)
        await office.until_outgoing(sent[-1], *settled)
    uncertain = {o.subject for o in await office.engine.outbox.unsettled()}
    for outgoing in sent:
        if outgoing.subject in uncertain:
            assert await asyncio.to_thread(arrived, real_servers, outgoing.subject) <= 1
        else:
            await asyncio.to_thread(
                real_servers.wait_for, COLLEAGUE.address, outgoing.subject.encode()
            )
            assert await asyncio.to_thread(arrived, real_servers, outgoing.subject) == 1
