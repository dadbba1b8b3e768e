"""One regression test for each measured defect of aioimaplib 2.0.3 that `protocol` works around."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

import pytest
from aioimaplib import aioimaplib
from backend.imap.conftest import CREDENTIALS, Dial
from backend.imap.scripted import Authority, Talk

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.account import Credentials
from tui_mailer.domain.errors import (
    InvalidInput,
    LineLost,
    LoginRefused,
    ProtocolBroken,
)
from tui_mailer.domain.message import Flags, RemoteMessage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(uid: int, subject: str = '"sujet"', seq: int = 1) -> str:
    return (
        f'* {seq} FETCH (UID {uid} FLAGS () RFC822.SIZE 10 INTERNALDATE "22-Nov-2026 12:00:00 +0100"'
        f" ENVELOPE (NIL {subject} NIL NIL NIL NIL NIL NIL NIL NIL)"
        ' BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1))'
    )


async def described(mail: ImapServer, *uids: int) -> list[RemoteMessage]:
    return [message async for batch in mail.messages(uids) for message in batch]


async def test_1_star_and_space_inside_a_subject_stay(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        fetch = await talk.hear("UID FETCH 1 ")
        talk.say(row(1, '"dose * 2 fois * jour"'), f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert [m.subject for m in await described(mail, 1)] == ["dose * 2 fois * jour"]


async def test_2_two_appends_at_once_keep_each_its_own_bytes(dial: Dial) -> None:
    stored: dict[str, bytes] = {}

    async def script(talk: Talk) -> None:
        await talk.admit("IMAP4rev1")
        for _ in range(2):
            append = await talk.hear("APPEND")
            await asyncio.sleep(0)
            talk.say("+ go on")
            size = int(append.text.rpartition("{")[2].rstrip("}"))
            stored[append.text.split('"')[1]] = await talk.reader.readexactly(size)
            assert await talk.hear_line() == ""
            talk.say(f"{append.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await asyncio.gather(
        mail.append("A", b"bytes of A", Flags.NONE, NOON),
        mail.append("B", b"the other ones", Flags.NONE, NOON),
    )
    assert stored == {"A": b"bytes of A", "B": b"the other ones"}


async def test_3_five_thousand_lines_in_one_chunk(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(5_000)
        fetch = await talk.hear("UID FETCH 1:* (UID FLAGS)")
        lines = [f"* {n} FETCH (UID {n} FLAGS (\\Seen))" for n in range(1, 5_001)]
        talk.say(*lines, f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert await mail.flags([]) == dict.fromkeys(range(1, 5_001), Flags.SEEN)


async def test_4_time_grows_with_the_number_of_rows_and_not_with_its_square(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(40_000)
        for count in (2_000, 40_000):
            fetch = await talk.hear("UID FETCH")
            talk.say(*(f"* {n} FETCH (FLAGS () UID {n})" for n in range(1, count + 1)))
            talk.say(f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    took_s = []
    for count in (2_000, 40_000):
        start_s = time.process_time()
        assert len(await mail.flags([])) == count
        took_s.append(time.process_time() - start_s)
    # Twenty times the rows; a square would be four hundred times the work.
    assert took_s[1] < 100 * took_s[0]


async def test_5_a_smiley_does_not_count_as_a_bracket(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(2)
        fetch = await talk.hear("UID FETCH")
        talk.say(row(1, '"suite :-("'), row(2, '"fin ;-))"'), f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert [m.subject for m in await described(mail, 1, 2)] == ["suite :-(", "fin ;-))"]


@pytest.mark.parametrize("news", ["* 3 EXISTS", "* 1 EXPUNGE", "* VANISHED 7"])
async def test_6_news_in_the_midst_of_a_fetch_is_noted(dial: Dial, news: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(2)
        fetch = await talk.hear("UID FETCH")
        talk.say(row(1), news, row(2), f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert [m.uid for m in await described(mail, 1, 2)] == [1, 2]
    assert await mail.wait_for_change(60)


async def test_7_three_fetches_at_once_take_turns(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(3)
        for _ in range(3):
            fetch = await talk.hear("UID FETCH")
            talk.say(row(int(fetch.text.split()[2])), f"{fetch.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    found = await asyncio.gather(*(described(mail, uid) for uid in (1, 2, 3)))
    assert [[m.uid for m in messages] for messages in found] == [[1], [2], [3]]


async def test_8_a_lost_connection_fails_the_command_at_once(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("NOOP")
        await talk.hang_up()

    mail = await dial(script, connector=ImapConnector(Deadlines()))
    async with asyncio.timeout(5):
        with pytest.raises(LineLost):
            await mail.keep_alive()
        with pytest.raises(LineLost):
            await mail.uids()


async def test_8_bye_fails_the_command_with_the_servers_words(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("NOOP")
        talk.say("* BYE Maintenance en cours")
        await talk.until_closed()

    mail = await dial(script, connector=ImapConnector(Deadlines()))
    with pytest.raises(LineLost) as caught:
        await mail.keep_alive()
    assert caught.value.server_words == "Maintenance en cours"


async def test_8_bye_as_the_greeting(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        talk.say("* BYE Trop de connexions")
        await talk.until_closed()

    with pytest.raises(LineLost) as caught:
        await dial(script, connector=ImapConnector(Deadlines()))
    assert caught.value.server_words == "Trop de connexions"


async def test_8_the_challenge_of_a_refused_token_gets_its_empty_answer(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 SASL-IR AUTH=XOAUTH2")
        login = await talk.hear("AUTHENTICATE XOAUTH2 ")
        talk.say("+ eyJzdGF0dXMiOiI0MDAifQ==")
        assert await talk.hear_line() == ""
        talk.say(f"{login.tag} NO [AUTHENTICATIONFAILED] Jeton refusé")
        await talk.until_closed()

    with pytest.raises(LoginRefused) as caught:
        await dial(
            script,
            credentials=Credentials("dr.martin@cabinet.mssante.fr", token="t0k3n"),
            connector=ImapConnector(Deadlines()),
        )
    assert caught.value.server_words == "Jeton refusé"


@pytest.mark.parametrize("end", ["bye", "close"])
async def test_9_idle_returns_when_the_line_ends(dial: Dial, end: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        await talk.idle()
        talk.say("+ idling")
        if end == "bye":
            talk.say("* BYE au revoir")
            await talk.until_closed()
        await talk.hang_up()

    mail = await dial(script, connector=ImapConnector(Deadlines()))
    await mail.open_folder("INBOX")
    async with asyncio.timeout(5):
        with pytest.raises(LineLost):
            await mail.wait_for_change(3600)


async def test_10_after_a_time_out_a_late_answer_meets_nobody(dial: Dial) -> None:
    may_answer = asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.admit()
        late = await talk.hear("NOOP")
        await may_answer.wait()
        talk.say(f"{late.tag} OK late")
        assert await talk.reader.read() == b"", "the connection must be closed"

    hasty = Deadlines(silence_s=0.05, goodbye_s=0.5)
    mail = await dial(script, connector=ImapConnector(hasty))
    with pytest.raises(LineLost):
        await mail.keep_alive()
    may_answer.set()
    with pytest.raises(LineLost):
        await mail.keep_alive()


async def test_10_a_cancelled_command_ends_the_connection(dial: Dial) -> None:
    heard, ended = asyncio.Event(), asyncio.Event()

    async def script(talk: Talk) -> None:
        await talk.admit()
        await talk.hear("NOOP")
        heard.set()
        try:
            await talk.until_closed()
        finally:
            ended.set()

    mail = await dial(script)
    command = asyncio.create_task(mail.keep_alive())
    await heard.wait()
    command.cancel()
    with pytest.raises(asyncio.CancelledError):
        await command
    with pytest.raises(LineLost):
        await mail.keep_alive()
    await asyncio.wait_for(ended.wait(), 5)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Éléments envoyés", '"&AMk-l&AOk-ments envoy&AOk-s"'),
        ("deux mots", '"deux mots"'),
        ('dit "A"', '"dit \\"A\\""'),
        ("R&D", '"R&-D"'),
        ("x{3+}", '"x{3+}"'),
        ("c:\\d", '"c:\\\\d"'),
    ],
)
async def test_11_folder_names_are_encoded_and_quoted(dial: Dial, name: str, wire: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit()
        asked = await talk.hear("SELECT ")
        assert asked.text == f"SELECT {wire}"
        talk.say("* 0 EXISTS", "* OK [UIDVALIDITY 9]", f"{asked.tag} OK")
        await talk.hear("NOOP")
        talk.say("* BYE")

    mail = await dial(script)
    assert (await mail.open_folder(name)).uid_validity == 9
    with pytest.raises(LineLost):
        await mail.keep_alive()


async def test_11_user_names_are_quoted(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1")
        login = await talk.hear("LOGIN")
        assert login.text == 'LOGIN "dr martin\\"" "x y{3+}"'
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.until_closed()

    await dial(script, credentials=Credentials('dr martin"', password="x y{3+}"))


@pytest.mark.parametrize(
    "greeting", ["* PREAUTH ready", "* NO", "OK ready", "HTTP/1.1 200 OK", "* 3 EXISTS", "+ OK"]
)
async def test_12_only_ok_is_a_greeting(dial: Dial, greeting: str) -> None:
    async def script(talk: Talk) -> None:
        talk.say(greeting)
        assert await talk.reader.read() == b"", "nothing may be said to such a server"

    with pytest.raises(ProtocolBroken):
        await dial(script)


async def test_13_no_secret_and_no_content_is_logged(
    dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1")
        login = await talk.hear("LOGIN")
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.select(1)
        fetch = await talk.hear("UID FETCH")
        talk.say(row(1, '"BIOPSIE DUPONT"'), f"{fetch.tag} OK")
        await talk.until_closed()

    caplog.set_level(logging.DEBUG)
    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert (await described(mail, 1))[0].subject == "BIOPSIE DUPONT"
    assert CREDENTIALS.password not in caplog.text
    assert "DUPONT" not in caplog.text
    assert not [r for r in caplog.records if r.name.startswith("aioimaplib")]
    assert logging.getLogger(aioimaplib.__name__).disabled


async def test_14_a_literal_of_two_gigabytes_is_refused_when_announced(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(1)
        await talk.hear("UID FETCH")
        talk.say("* 1 FETCH (UID 1 BODY[]<0> {2147483647}")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    with pytest.raises(ProtocolBroken):
        await mail.content(1)


async def test_15_search_names_no_charset(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select(2)
        search = await talk.hear('UID SEARCH HEADER Message-ID "<a@b>"')
        talk.say("* SEARCH 9 4", f"{search.tag} OK")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    assert await mail.find_message_id("<a@b>") == [4, 9]


async def test_16_starttls_and_capabilities_asked_anew(dial: Dial, authority: Authority) -> None:
    steps: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 STARTTLS LOGINDISABLED IDLE")
        start = await talk.hear("STARTTLS")
        talk.say(f"{start.tag} OK go")
        await talk.writer.start_tls(authority.context)
        await talk.tell_capabilities("IMAP4rev1")
        login = await talk.hear("LOGIN")
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.until_closed()

    await dial(script, tls=None, on_step=lambda step: steps.append(step.name))
    assert steps == ["NAME", "TLS", "LOGIN"]


@pytest.mark.parametrize("bad", ["a\r\nb", "a\nb", "a\0b", "a\rb"])
async def test_no_argument_can_end_a_command(dial: Dial, bad: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.admit_and_select()
        await talk.hear("NOOP")
        talk.say("* BYE nothing else came")
        await talk.until_closed()

    mail = await dial(script)
    await mail.open_folder("INBOX")
    for attempt in (
        lambda: mail.open_folder(bad),
        lambda: mail.create_folder(bad),
        lambda: mail.append(bad, b"", Flags.NONE, NOON),
        lambda: mail.find_message_id(bad),
    ):
        with pytest.raises(InvalidInput):
            await attempt()
    with pytest.raises(LineLost):
        await mail.keep_alive()
    for credentials in (Credentials(bad, password="x"), Credentials("x", password=bad)):
        with pytest.raises(LoginRefused):
            await dial(Talk.greet, credentials=credentials)
