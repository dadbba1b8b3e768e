"""What a hostile or mad server may send: a clean error, bounded memory, no wrong row."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
from backend.imap.conftest import QUICK, Dial
from backend.imap.scripted import Talk

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.backend.late import LateConnector
from tui_mailer.domain.errors import LineLost, ProtocolBroken
from tui_mailer.domain.message import Flags
from tui_mailer.domain.safe_text import SafeText

ROW = (
    "* {0} FETCH (UID {0} FLAGS () RFC822.SIZE 1 INTERNALDATE NIL"
    ' ENVELOPE (NIL "sujet {0}" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE NIL)'
)


async def rows(mail: ImapServer, *uids: int) -> list[tuple[int, str]]:
    return [(m.uid, m.subject) async for batch in mail.messages(uids) for m in batch]


async def open_inbox(
    dial: Dial, answer: Callable[[Talk, str], Awaitable[None]], command: str = "UID FETCH"
) -> ImapServer:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(2)
        await answer(talk, (await talk.hear(command)).tag)
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    return mail


@pytest.mark.parametrize(
    "line",
    [
        "* 1 FETCH (UID 1 BODY[] {2147483647}",
        "* 1 FETCH (UID 1 BODY[] {99999999999999999999}",
        '* 1 FETCH (UID 1 ENVELOPE (NIL "sans guillemet NIL))',
        '* 1 FETCH (UID 1 ENVELOPE (NIL "fin echappee\\"',
        "* 1 FETCH (UID 1 FLAGS (",
        "* 1 FETCH (UID 1))",
        "* 1 FETCH (UID 1 FLAGS)",
        "* 1 FETCH ((UID) 1)",
        "* 1 FETCH",
        "* 1 FETCH (UID 0 ENVELOPE NIL)",
        "* 1 FETCH (UID 4294967296 ENVELOPE NIL)",
        "* 1 FETCH (UID NIL ENVELOPE NIL)",
        "* 1 FETCH (UID 1 ENVELOPE NIL RFC822.SIZE -1)",
        "* 1 FETCH " + "(" * 5_000 + ")" * 5_000,
        "A999 OK another command's tag",
        "+ go on with what?",
        "nonsense",
        "",
    ],
)
async def test_nonsense_ends_the_connection(dial: Dial, line: str) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(line, f"{tag} OK")

    mail = await open_inbox(dial, answer)
    with pytest.raises(ProtocolBroken):
        await rows(mail, 1)
    with pytest.raises(ProtocolBroken):
        await mail.keep_alive()


async def test_a_command_ends_only_once(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(f"{tag} OK", f"{tag} NO")

    mail = await open_inbox(dial, answer, command="NOOP")
    await mail.keep_alive()
    with pytest.raises(ProtocolBroken):
        await mail.keep_alive()


async def test_an_endless_line_stops_at_the_limit(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        while True:
            talk.say_raw(b"x" * 65536)
            await talk.writer.drain()
            await asyncio.sleep(0)  # where the client's end is heard of; a full line alone waits

    mail = await open_inbox(dial, answer)
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolBroken):
            await rows(mail, 1)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 64 * 1024 * 1024


async def test_a_hundred_thousand_untagged_lines_stop_at_the_limit(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(*["* 1 RECENT"] * 100_000, f"{tag} OK")

    mail = await open_inbox(dial, answer, command="NOOP")
    with pytest.raises(ProtocolBroken):
        await mail.keep_alive()


async def test_thousands_of_lines_while_idle_are_one_piece_of_news(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(f"{tag} OK")
        idle = await talk.hear("IDLE")
        talk.say("+ idling")
        talk.say(*["* 3 EXISTS"] * 5_000)
        assert await talk.hear_line() == "DONE"
        talk.say(f"{idle.tag} OK")

    mail = await open_inbox(dial, answer, command="NOOP")
    assert await mail.wait_for_change(60)


async def test_many_small_literals_stop_at_the_limit(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say_raw(b"* 1 FETCH (" + b"{0}\r\n " * 30_000 + b")\r\n")

    mail = await open_inbox(dial, answer)
    with pytest.raises(ProtocolBroken):
        await rows(mail, 1)


async def test_the_line_is_lost_inside_a_literal(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say_raw(b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\nabc")
        await talk.hang_up()

    mail = await open_inbox(dial, answer)
    with pytest.raises(LineLost):
        await mail.content(1)


async def test_bye_in_the_midst_of_a_fetch(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(ROW.format(1), "* BYE", ROW.format(2), f"{tag} OK")

    mail = await open_inbox(dial, answer)
    with pytest.raises(LineLost):
        await rows(mail, 1, 2)


async def test_expunge_in_the_midst_of_a_fetch_makes_no_wrong_row(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say("* 1 EXPUNGE", ROW.format(2).replace("* 2", "* 1"), f"{tag} OK")

    mail = await open_inbox(dial, answer)
    assert await rows(mail, 1, 2) == [(2, "sujet 2")]


async def test_rows_that_were_not_asked_for_are_left_out(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(ROW.format(7), "* 3 FETCH (FLAGS (\\Seen))", "* 1 FETCH (UID 1 FLAGS (\\Seen))")
        talk.say(ROW.format(1), f"{tag} OK")

    mail = await open_inbox(dial, answer)
    assert await rows(mail, 1) == [(1, "sujet 1")]


async def test_rows_come_in_the_order_asked_for(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(*(ROW.format(uid) for uid in (2, 9, 1)), f"{tag} OK")

    mail = await open_inbox(dial, answer)
    assert [uid for uid, _ in await rows(mail, 9, 1, 2)] == [9, 1, 2]


async def test_a_new_uidvalidity_under_way_ends_the_connection(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(ROW.format(1), "* OK [UIDVALIDITY 10] reset", f"{tag} OK")

    mail = await open_inbox(dial, answer)
    with pytest.raises(LineLost):
        await rows(mail, 1)


@pytest.mark.parametrize(
    "line", ["* SEARCH 1 -2", "* SEARCH 0", "* SEARCH 4294967296", "* SEARCH x"]
)
async def test_nonsense_in_a_search(dial: Dial, line: str) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say(line, f"{tag} OK")

    mail = await open_inbox(dial, answer, command="UID SEARCH ALL")
    with pytest.raises(ProtocolBroken):
        await mail.uids()


async def test_a_slice_longer_than_asked_for_is_not_taken(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        size = 1024 * 1024 + 1
        talk.say_raw(b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%b)\r\n" % (size, b"x" * size))
        talk.say(f"{tag} OK")

    mail = await open_inbox(dial, answer)
    assert await mail.content(1) is None


async def test_a_server_that_drips_byte_by_byte_is_left_in_the_end(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("NOOP")
        while True:
            talk.say_raw(b"x")
            await talk.writer.drain()
            await asyncio.sleep(0.01)

    patient = Deadlines(silence_s=5, command_s=0.2, goodbye_s=0.05)
    mail = await dial(script, connector=ImapConnector(patient))
    start_s = time.monotonic()
    with pytest.raises(LineLost):
        await mail.keep_alive()
    assert time.monotonic() - start_s < 4


async def test_alerts_are_told_safe_to_show(dial: Dial) -> None:
    alerts: list[SafeText] = []

    async def script(talk: Talk) -> None:
        talk.say("* OK [ALERT] said before the login, by whom?")
        asked = await talk.hear("CAPABILITY")
        talk.say("* OK [ALERT] nor here", "* CAPABILITY IMAP4rev1", f"{asked.tag} OK")
        login = await talk.hear("LOGIN")
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        noop = await talk.hear("NOOP")
        talk.say("* OK [ALERT] Boîte \x1b[2Jpleine", f"{noop.tag} OK [ALERT] à 95 %")
        await talk.until_closed()

    mail = await dial(script, connector=ImapConnector(QUICK, on_alert=alerts.append))
    await mail.keep_alive()
    assert alerts == ["Boîte ␛[2Jpleine", "à 95 %"]


async def test_flags_of_others_are_not_told_as_ours(dial: Dial) -> None:
    async def answer(talk: Talk, tag: str) -> None:
        talk.say("* 2 FETCH (UID 8 FLAGS (\\Seen))", "* 1 FETCH (UID 7 FLAGS ($MDNSent \\Recent))")
        talk.say(f"{tag} OK")

    mail = await open_inbox(dial, answer)
    assert await mail.flags([7]) == {7: Flags.MDN_SENT}


async def test_alerts_come_through_the_connector_that_the_program_has(dial: Dial) -> None:
    """Whoever listens may be known only after it was made."""
    alerts: list[SafeText] = []

    async def script(talk: Talk) -> None:
        await talk.admit()
        noop = await talk.hear("NOOP")
        talk.say(f"{noop.tag} OK [ALERT] Maintenance ce soir")
        await talk.until_closed()

    connector = LateConnector()
    connector.on_alert = alerts.append
    mail = await dial(script, connector=connector)
    await mail.keep_alive()
    assert alerts == ["Maintenance ce soir"]
