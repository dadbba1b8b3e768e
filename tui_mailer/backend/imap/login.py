"""What a server can do, and proving to it who we are."""

import base64
from collections.abc import Iterable
from typing import Final

from aioimaplib import aioimaplib

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.errors import login_refusal
from tui_mailer.backend.imap.exchange import Answer
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.status import Status
from tui_mailer.domain.account import Credentials
from tui_mailer.domain.errors import LoginRefused, ProtocolBroken

_UNTAGGED: Final = b"* CAPABILITY "
_NO_WAY_IN: Final = "LOGINDISABLED"


async def ask_capabilities(line: GuardedProtocol) -> None:
    """CAPABILITY; what was known before is forgotten.

    Raises:
        ProtocolBroken: no IMAP4rev1 server.
    """
    answer = await line.run("CAPABILITY")
    line.capabilities = _told(answer.responses)
    if "IMAP4REV1" not in line.capabilities:
        raise ProtocolBroken


async def log_in(line: GuardedProtocol, credentials: Credentials) -> None:
    """Log in by the token when there is one, else by the password; then learn the capabilities.

    Raises:
        LoginRefused: with the server's words.
        ConnectionProblem: the line failed, or the server cannot check a password now.
    """
    with credentials.kept_to_ourselves():
        await _log_in(line, credentials)


async def _log_in(line: GuardedProtocol, credentials: Credentials) -> None:
    secret = credentials.token or credentials.password
    if not names.is_sendable(credentials.user + secret):
        raise LoginRefused
    if credentials.token:
        answer = await _by_token(line, credentials)
    elif "AUTH=PLAIN" in line.capabilities:
        answer = await _by_plain(line, credentials)
    elif "LOGINDISABLED" in line.capabilities:
        raise LoginRefused(server_words=_NO_WAY_IN)
    else:
        answer = await _by_login(line, credentials)
    if answer.result != "OK":
        raise login_refusal(answer.status)
    line.state = aioimaplib.AUTH
    # What was offered before the login may have changed with it.
    line.capabilities = _told(answer.responses, answer.status)
    if not line.capabilities:
        await ask_capabilities(line)


async def enable_resync(line: GuardedProtocol) -> None:
    """Have changes told since the last time, where the server can (RFC 7162 §3.2.3)."""
    if {"ENABLE", "QRESYNC"} <= line.capabilities:
        answer = await line.run("ENABLE", "QRESYNC")
        words = (r[0].upper().split() for r in answer.responses)
        if any(found[:2] == [b"*", b"ENABLED"] and b"QRESYNC" in found for found in words):
            line.enabled = frozenset({"QRESYNC"})


async def _by_token(line: GuardedProtocol, credentials: Credentials) -> Answer:
    """XOAUTH2. A refusal comes as a challenge; only an empty answer to it brings the NO."""
    message = f"user={credentials.user}\1auth=Bearer {credentials.token}\1\1"
    return await _authenticate(line, "XOAUTH2", message)


async def _by_plain(line: GuardedProtocol, credentials: Credentials) -> Answer:
    """PLAIN (RFC 4616): any character but NUL."""
    return await _authenticate(line, "PLAIN", f"\0{credentials.user}\0{credentials.password}")


async def _authenticate(line: GuardedProtocol, mechanism: str, message: str) -> Answer:
    response = base64.b64encode(message.encode("utf-8", "surrogatepass"))
    if "SASL-IR" in line.capabilities:  # RFC 4959: the response goes with the command
        return await line.run("AUTHENTICATE", mechanism, response.decode("ascii"), replies=(b"",))
    return await line.run("AUTHENTICATE", mechanism, replies=(response, b""))


async def _by_login(line: GuardedProtocol, credentials: Credentials) -> Answer:
    """LOGIN; quoted strings are ASCII only (RFC 3501 §9), the rest goes as literals."""
    arguments = [
        names.quoted(text) if text.isascii() else text.encode("utf-8", "surrogatepass")
        for text in (credentials.user, credentials.password)
    ]
    return await line.run("LOGIN", literals=arguments)


def _told(responses: Iterable[RawResponse], status: Status | None = None) -> set[str]:
    """Capabilities in the code of a status, or else in untagged responses; in capitals."""
    if status is not None and status.code == "CAPABILITY":
        return set(status.data.decode("ascii", "replace").upper().split())
    lines = (r[0] for r in responses if r[0].upper().startswith(_UNTAGGED))
    return {
        word.decode("ascii", "replace").upper()
        for line in lines
        for word in line[len(_UNTAGGED) :].split()
    }
