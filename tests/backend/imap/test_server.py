"""What the adapter asks of a server, and what it makes of answers that Dovecot does not give."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from backend.imap.conftest import QUICK, Dial
from backend.imap.scripted import Talk

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.errors import ContentTooLarge
from tui_mailer.backend.imap.exchange import Exchange
from tui_mailer.backend.imap.limits import Allowance, Deadlines, Limits
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.errors import CommandRefused, LineLost, OverQuota, ProtocolBroken
from tui_mailer.domain.folder import FolderState
from tui_mailer.domain.message import Flags

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIB = 1024 * 1024


async def opened(dial: Dial, script: object, **more: object) -> ImapServer:
    mail = await dial(script, **more)
    await mail.open_folder("INBOX")
    return mail


@pytest.mark.parametrize(("capability", "modseq"), [("CONDSTORE", 7), ("", None)])
async def test_select_says_all_and_mod_sequences_count_where_they_are_announced(
    dial: Dial, capability: str, modseq: int | None
) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit(f"IMAP4rev1 {capability}".strip())
        await talk.select(3, "* OK [UIDNEXT 42] next", "* OK [HIGHESTMODSEQ 7] ok")
        await talk.until_closed()

    mail = await dial(script)
    assert await mail.open_folder("INBOX") == FolderState(9, 42, 3, modseq)


async def test_select_without_uidvalidity(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        asked = await talk.hear("SELECT")
        talk.say("* 3 EXISTS", f"{asked.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    with pytest.raises(ProtocolBroken):
        await mail.open_folder("INBOX")


async def test_after_a_refused_select_no_folder_is_open(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        asked = await talk.hear("SELECT")
        talk.say(f"{asked.tag} NO [NONEXISTENT] Dossier absent")
        await talk.until_closed()

    mail = await opened(dial, script)
    with pytest.raises(CommandRefused) as caught:
        await mail.open_folder("Absent")
    assert caught.value.server_words == "Dossier absent"
    with pytest.raises(RuntimeError):
        await mail.uids()


@pytest.mark.parametrize(
    ("capability", "asked", "answer", "uids"),
    [
        (
            "ESEARCH",
            "UID SEARCH RETURN (ALL) ALL",
            '* ESEARCH (TAG "x") UID ALL 1:3,7',
            [1, 2, 3, 7],
        ),
        ("ESEARCH", "UID SEARCH RETURN (ALL) ALL", '* ESEARCH (TAG "x") UID', []),
        ("ESEARCH", "UID SEARCH RETURN (ALL) ALL", "* SEARCH 7 2", [2, 7]),
        ("UIDPLUS", "UID SEARCH ALL", "* SEARCH 7 2", [2, 7]),
    ],
)
async def test_uids_come_as_ranges_where_the_server_writes_them(
    dial: Dial, capability: str, asked: str, answer: str, uids: list[int]
) -> None:
    heard: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.admit_and_select(4, f"IMAP4rev1 {capability}")
        search = await talk.hear("UID SEARCH")
        heard.append(search.text)
        talk.say(answer, f"{search.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.uids() == uids
    assert heard == [asked]


async def test_news_among_fetched_data_are_noticed(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(2)
        fetch = await talk.hear("UID FETCH")
        one, two = (f"* {n} FETCH (UID {n} FLAGS ())" for n in (1, 2))
        talk.say(one, "* 3 EXISTS", two, f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.flags((1, 2)) == {1: Flags.NONE, 2: Flags.NONE}
    assert await mail.wait_for_change(60)


async def test_content_comes_in_slices(dial: Dial) -> None:
    message = bytes(range(256)) * (6 * 1024)
    asked_for: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        for _ in range(3):
            fetch = await talk.hear("UID FETCH 5 ")
            start, size = (int(n) for n in fetch.text.split("<")[1].rstrip(">)").split("."))
            asked_for.append(f"{start}.{size}")
            piece = message[start : start + size]
            talk.say_raw(
                b"* 1 FETCH (BODY[]<%d> {%d}\r\n%b UID 5)\r\n" % (start, len(piece), piece)
            )
            talk.say(f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.content(5) == message
    assert asked_for == [f"0.{MIB}", f"{MIB}.{MIB // 2}", f"{MIB * 3 // 2}.{MIB // 2}"]


async def test_a_message_that_vanishes_between_two_slices(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        fetch = await talk.hear("UID FETCH")
        talk.say_raw(b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\n%b)\r\n" % (MIB, b"x" * MIB))
        talk.say(f"{fetch.tag} OK")
        fetch = await talk.hear("UID FETCH")
        talk.say("* 1 EXPUNGE", f"{fetch.tag} NO [EXPUNGEISSUED] parti")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.content(5) is None


async def test_a_message_above_the_limit_is_refused_and_the_line_goes_on(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        fetch = await talk.hear("UID FETCH")
        talk.say_raw(b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\n%b)\r\n" % (MIB, b"x" * MIB))
        talk.say(f"{fetch.tag} OK")
        noop = await talk.hear("NOOP")
        talk.say(f"{noop.tag} OK")
        await talk.until_closed()

    connector = ImapConnector(QUICK, Limits(content_bytes=MIB))
    mail = await opened(dial, script, connector=connector)
    with pytest.raises(ContentTooLarge):
        await mail.content(5)
    await mail.keep_alive()


async def test_a_server_that_slices_nothing_gives_the_whole(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        fetch = await talk.hear("UID FETCH")
        talk.say('* 1 FETCH (UID 5 BODY[] "court")', f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.content(5) == b"court"


@pytest.mark.parametrize("words", ["[OVERQUOTA] Boîte pleine", "5.2.2 Mailbox full"])
async def test_a_full_mailbox_refuses_before_the_bytes_are_sent(dial: Dial, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        append = await talk.hear('APPEND "Sent" (\\Seen) "22-Nov-2026 12:00:00 +0000" {100000}')
        talk.say(f"{append.tag} NO {words}")
        noop = await talk.hear("NOOP")
        talk.say(f"{noop.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    with pytest.raises(OverQuota):
        await mail.append("Sent", b"x" * 100_000, Flags.SEEN, NOON)
    await mail.keep_alive()


async def test_a_large_append_goes_out_whole_and_tells_its_uid(dial: Dial) -> None:
    content = bytes(range(256)) * 20_000

    async def script(talk: Talk) -> None:
        await talk.admit()
        append = await talk.hear("APPEND")
        talk.say("+ go on")
        # A slow reader: the client must wait for the line, and not fill its memory.
        received = await talk.reader.readexactly(len(content))
        assert received == content
        assert await talk.hear_line() == ""
        talk.say(f"{append.tag} OK [APPENDUID 9 77] done")
        await talk.until_closed()

    mail = await dial(script)
    assert await mail.append("Sent", content, Flags.NONE, NOON) == 77


async def test_a_large_literal_on_a_quick_line_leaves_others_their_turn(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.until_closed()

    line = (await dial(script))._line
    turn, written = 0, Counter[int]()

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    # As quick as can be: it takes all, and never asks for a pause.
    monkeypatch.setattr(line.transport, "write", lambda data: written.update({turn: len(data)}))
    counting = asyncio.create_task(count_turns())
    future = asyncio.get_running_loop().create_future
    exchange = Exchange("A1", "APPEND", Allowance(), 1, answer=future(), go_ahead=future())
    await line._transmit(b"x" * 8 * MIB, exchange)
    counting.cancel()
    assert written.total() == 8 * MIB
    assert max(written.values()) <= MIB


async def test_the_line_is_lost_during_an_append(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("APPEND")
        talk.say("+ go on")
        await talk.reader.readexactly(1000)
        talk.writer.transport.abort()

    mail = await dial(script)
    with pytest.raises(LineLost):
        await mail.append("Sent", b"x" * 20 * MIB, Flags.NONE, NOON)


async def test_keywords_that_the_folder_does_not_keep_are_not_sent(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.select(1, "* OK [PERMANENTFLAGS (\\Seen \\Flagged)] limited")
        store = await talk.hear("UID STORE 4:5 +FLAGS.SILENT (\\Seen)")
        talk.say(f"{store.tag} OK")
        store = await talk.hear("UID STORE 4:5 -FLAGS.SILENT (\\Flagged)")
        talk.say(f"{store.tag} OK")
        noop = await talk.hear("NOOP")
        talk.say(f"{noop.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    await mail.change_flags([5, 4], Flags.SEEN | Flags.FORWARDED, Flags.FLAGGED)
    await mail.change_flags([5, 4], Flags.MDN_SENT, Flags.NONE)
    await mail.keep_alive()


async def test_without_idle_noop_brings_the_news(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(0, "IMAP4rev1")
        for news in ([], [], ["* 1 EXISTS"]):
            noop = await talk.hear("NOOP")
            talk.say(*news, f"{noop.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.wait_for_change(60)


async def test_where_idle_is_refused_noop_takes_over(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        idle = await talk.idle()
        talk.say(f"{idle.tag} NO pas ici")
        noop = await talk.hear("NOOP")
        talk.say("* 1 EXPUNGE", f"{noop.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.wait_for_change(60)


async def test_news_from_before_idle_is_asked_for(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        noop = await talk.hear("NOOP")
        talk.say("* 1 EXISTS", f"{noop.tag} OK")
        await talk.until_closed()

    mail = await opened(dial, script)
    assert await mail.wait_for_change(60)


async def test_idle_is_renewed(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        for news in ([], ["* 2 FETCH (FLAGS (\\Seen))"]):
            idle = await talk.idle()
            talk.say("+ idling", "* OK Still here", *news)
            assert await talk.hear_line() == "DONE"
            talk.say(f"{idle.tag} OK")
        await talk.until_closed()

    mail = await opened(
        dial, script, connector=ImapConnector(Deadlines(idle_s=0.05, goodbye_s=0.05))
    )
    assert await mail.wait_for_change(60)


async def test_a_wait_that_is_cancelled_ends_the_connection(dial: Dial) -> None:
    idling = asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        await talk.idle()
        talk.say("+ idling")
        idling.set()
        await talk.until_closed()

    mail = await opened(dial, script)
    waiting = asyncio.create_task(mail.wait_for_change(60))
    await idling.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(LineLost):
        await mail.keep_alive()


@pytest.mark.parametrize("words", ["[ALREADYEXISTS] déjà là", "déjà là"])
async def test_a_folder_that_exists_already_is_no_error(dial: Dial, words: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        create = await talk.hear('CREATE "Envois"')
        talk.say(f"{create.tag} NO {words}")
        if "ALREADYEXISTS" not in words:
            asked = await talk.hear('LIST "" "*"')
            talk.say('* LIST () "/" Envois', f"{asked.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.create_folder("Envois")


async def test_a_folder_that_may_not_be_made(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        create = await talk.hear("CREATE")
        talk.say(f"{create.tag} NO interdit")
        asked = await talk.hear("LIST")
        talk.say(f"{asked.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    with pytest.raises(CommandRefused):
        await mail.create_folder("Envois")


async def test_a_folder_is_made_where_the_server_keeps_peoples_own(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit("IMAP4rev1 NAMESPACE")
        asked = await talk.hear("NAMESPACE")
        told = '* NAMESPACE (("INBOX." ".")) (("user." ".")) (("" "."))'
        talk.say(told, f"{asked.tag} OK")
        asked = await talk.hear("LIST")
        talk.say('* LIST () "." INBOX', '* LIST () "." Cabinet', f"{asked.tag} OK")
        for name in ("INBOX.Archives",):
            create = await talk.hear(f'CREATE "{name}"')
            talk.say(f"{create.tag} OK")
            subscribe = await talk.hear(f'SUBSCRIBE "{name}"')
            talk.say(f"{subscribe.tag} NO not here")
        await talk.until_closed()

    mail = await dial(script)
    assert await mail.create_folder("Cabinet") == "Cabinet"
    assert await mail.create_folder("INBOX.Archives") == "INBOX.Archives"


async def test_a_server_that_tells_no_prefix_and_refuses_is_asked_below_the_inbox(
    dial: Dial,
) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        create = await talk.hear('CREATE "Envois"')
        talk.say(f"{create.tag} NO Invalid mailbox name.")
        asked = await talk.hear("LIST")
        talk.say('* LIST (\\HasNoChildren) "." INBOX', f"{asked.tag} OK")
        create = await talk.hear('CREATE "INBOX.Envois"')
        talk.say(f"{create.tag} OK")
        subscribe = await talk.hear("SUBSCRIBE")
        talk.say(f"{subscribe.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    assert await mail.create_folder("Envois") == "INBOX.Envois"


async def test_a_folder_is_opened_by_the_servers_own_spelling(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit("IMAP4rev1 SPECIAL-USE LIST-EXTENDED")
        asked = await talk.hear('LIST "" "*" RETURN (SPECIAL-USE)')
        talk.say('* LIST () "/" "a&b"', f"{asked.tag} OK")
        asked = await talk.hear('SELECT "a&b"')
        talk.say("* 0 EXISTS", "* OK [UIDVALIDITY 9]", f"{asked.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    (folder,) = await mail.list_folders()
    await mail.open_folder(folder.name)


async def test_closing_does_not_wait_for_a_silent_server(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("LOGOUT")
        await talk.until_closed()

    mail = await dial(script)
    async with asyncio.timeout(2):
        await mail.close()
    with pytest.raises(LineLost):
        await mail.keep_alive()


async def test_closing_says_goodbye(dial: Dial) -> None:
    said: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.admit()
        logout = await talk.hear("LOGOUT")
        said.append(logout.text)
        talk.say("* BYE à bientôt", f"{logout.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.close()
    assert said == ["LOGOUT"]
