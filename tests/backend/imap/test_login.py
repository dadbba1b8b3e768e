"""Logging in: which way, with what on the wire, and what a refusal means."""

from __future__ import annotations

import base64
from unicodedata import normalize

import pytest
from backend.imap.conftest import Dial
from backend.imap.scripted import Talk

from tui_mailer.domain.account import Credentials
from tui_mailer.domain.errors import (
    LineLost,
    LoginRefused,
    MailerError,
    ProtocolBroken,
    ServerBusy,
)

ACCENTED = Credentials("dr.martin@cabinet.fr", password='pâsse "1"\\é')
TOKEN = Credentials("dr.martin@cabinet.fr", token="t0k3n")


def plain(credentials: Credentials) -> str:
    return base64.b64encode(f"\0{credentials.user}\0{credentials.password}".encode()).decode()


async def takes_accented(talk: Talk) -> None:
    await talk.greet("IMAP4rev1 SASL-IR AUTH=PLAIN")
    login = await talk.hear("AUTHENTICATE")
    assert login.text == f"AUTHENTICATE PLAIN {plain(ACCENTED)}"
    talk.say("* CAPABILITY IMAP4rev1 IDLE", f"{login.tag} OK")
    await talk.until_closed()


async def test_plain_with_its_response_at_once(dial: Dial) -> None:
    await dial(takes_accented, credentials=ACCENTED)


async def test_an_accent_that_was_typed_as_two_characters_goes_as_one(dial: Dial) -> None:
    decomposed = normalize("NFD", ACCENTED.password)
    assert decomposed != ACCENTED.password
    await dial(takes_accented, credentials=Credentials(ACCENTED.user, decomposed))


def test_no_other_character_of_a_password_is_changed() -> None:
    kept = "é² ﬁ\u00a0\u3000Å½\u200b\tſ"
    assert Credentials("x", kept).password == kept


async def test_plain_when_the_server_asks_for_the_response(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 AUTH=PLAIN")
        login = await talk.hear("AUTHENTICATE")
        assert login.text == "AUTHENTICATE PLAIN"
        talk.say("+ ")
        assert await talk.hear_line() == plain(ACCENTED)
        talk.say(f"{login.tag} OK")
        await talk.tell_capabilities("IMAP4rev1")
        await talk.until_closed()

    await dial(script, credentials=ACCENTED)


@pytest.mark.parametrize("literal", ["{%d}", "{%d+}"])
async def test_login_sends_accents_as_a_literal(dial: Dial, literal: str) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 LITERAL+" if "+" in literal else "IMAP4rev1")
        login = await talk.hear("LOGIN")
        password = ACCENTED.password.encode()
        assert login.text == f'LOGIN "{ACCENTED.user}" {literal % len(password)}'
        if "+" not in literal:
            talk.say("+ go on")
        assert await talk.reader.readexactly(len(password) + 2) == password + b"\r\n"
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.until_closed()

    await dial(script, credentials=ACCENTED)


async def test_a_token_goes_by_xoauth2(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2")
        login = await talk.hear("AUTHENTICATE XOAUTH2 ")
        said = base64.b64decode(login.text.split()[2])
        assert said == b"user=dr.martin@cabinet.fr\1auth=Bearer t0k3n\1\1"
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.until_closed()

    await dial(script, credentials=TOKEN)


async def test_a_server_that_challenges_without_end_is_left(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 SASL-IR AUTH=XOAUTH2")
        await talk.hear("AUTHENTICATE")
        while True:
            talk.say("+ bmV4dA==")
            await talk.hear_line()

    with pytest.raises(ProtocolBroken):
        await dial(script, credentials=TOKEN)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("NO [AUTHENTICATIONFAILED]", LoginRefused),
        ("NO", LoginRefused),
        ("BAD", LoginRefused),
        ("NO [UNAVAILABLE]", LineLost),
        ("NO [INUSE]", LineLost),
    ],
)
async def test_what_a_refusal_means(dial: Dial, status: str, error: type[MailerError]) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet()
        login = await talk.hear("AUTHENTICATE")
        talk.say(f"{login.tag} {status} Voici pourquoi")
        await talk.until_closed()

    with pytest.raises(error) as caught:
        await dial(script)
    assert caught.value.server_words == "Voici pourquoi"


@pytest.mark.parametrize("offered", ["IMAP4rev1 SASL-IR AUTH=PLAIN", "IMAP4rev1"])
async def test_a_server_that_repeats_the_login_gives_no_secret_away(
    dial: Dial, offered: str
) -> None:
    """Its words stand on the screen and in the journal."""
    secret = Credentials("dr.martin@cabinet.fr", password="motdepasse")

    async def script(talk: Talk) -> None:
        await talk.greet(offered)
        login = await talk.hear("AUTHENTICATE" if "PLAIN" in offered else "LOGIN")
        talk.say(f"{login.tag} BAD Unknown command: {login.text}")
        await talk.until_closed()

    with pytest.raises(LoginRefused) as caught:
        await dial(script, credentials=secret)
    words = caught.value.server_words
    assert words.startswith("Unknown command: ")
    assert "•••" in words
    assert "motdepasse" not in words
    assert plain(secret) not in words


@pytest.mark.parametrize(
    ("status", "is_busy"),
    [
        ("NO [LIMIT] Maximum number of connections from user+IP exceeded", True),
        ("NO [THROTTLED] Backing off", True),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", True),
        ("NO Too many open connections for this user", True),
        ("NO User is over its connection limit", True),
        ("NO Temporary authentication failure", True),
        ("NO LOGIN failed.", False),
        ("NO Too many login failures, account locked", False),
        ("NO Account temporarily locked, try again later", False),
    ],
)
async def test_a_server_without_room_has_not_refused_the_password(
    dial: Dial, status: str, is_busy: bool
) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet()
        login = await talk.hear("AUTHENTICATE")
        talk.say(f"{login.tag} {status}")
        await talk.until_closed()

    with pytest.raises(ServerBusy if is_busy else LoginRefused):
        await dial(script)


async def test_no_password_is_sent_where_login_is_disabled(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 LOGINDISABLED AUTH=GSSAPI")
        assert await talk.reader.read() == b""

    with pytest.raises(LoginRefused):
        await dial(script)


async def test_a_server_of_another_kind(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP2")
        await talk.until_closed()

    with pytest.raises(ProtocolBroken):
        await dial(script)
