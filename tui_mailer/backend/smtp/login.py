"""Logging in to a submission server (RFC 4954), only ever behind TLS."""

import base64

from aiosmtplib import SMTPResponse

from tui_mailer.backend.smtp.line import Line
from tui_mailer.backend.smtp.replies import decoded_challenge, unexpected, words
from tui_mailer.domain.account import Credentials
from tui_mailer.domain.errors import ConnectionProblem, LoginRefused

_ACCEPTED = 235
_CONTINUE = 334
# RFC 5321 §4.5.3.1.4, its end included.
_LONGEST_COMMAND = 512


async def log_in(line: Line, credentials: Credentials) -> None:
    """Log in by token (XOAUTH2) when there is one, else by password (PLAIN, else LOGIN).

    Raises:
        LoginRefused: password or token, or no common way to log in.
        ConnectionProblem: the line failed, or the server cannot check anyone now (4xx).
    """
    with credentials.kept_to_ourselves():
        await _log_in(line, credentials)


async def _log_in(line: Line, credentials: Credentials) -> None:
    if credentials.token:
        await _log_in_by_token(line, credentials)
    elif "plain" in line.login_methods:
        secret = f"\x00{credentials.user}\x00{credentials.password}"
        _judge(await _show(line, "PLAIN", secret))
    elif "login" in line.login_methods:
        await _log_in_in_two_steps(line, credentials)
    else:
        raise _no_common_way(line)


async def _log_in_by_token(line: Line, credentials: Credentials) -> None:
    """XOAUTH2; a refusal is a challenge, after which servers of the field hang up."""
    if "xoauth2" not in line.login_methods:
        raise _no_common_way(line)
    secret = f"user={credentials.user}\x01auth=Bearer {credentials.token}\x01\x01"
    reply = await _show(line, "XOAUTH2", secret)
    if reply.code == _CONTINUE:
        reason = decoded_challenge(reply)
        try:
            await line.ask("")
        except ConnectionProblem as error:
            raise LoginRefused(reason) from error
        raise LoginRefused(reason)
    _judge(reply)


async def _show(line: Line, mechanism: str, secret: str) -> SMTPResponse:
    """The reply to `secret`, which goes with the command where it fits into one (RFC 4954 §4).

    Servers cut a longer command, and find that what is left is no base64: the tokens of
    Pro Santé Connect have some 2,000 characters.
    """
    response = _base64(secret)
    if len(f"AUTH {mechanism} {response}\r\n") <= _LONGEST_COMMAND:
        return await line.ask("AUTH", mechanism, response)
    reply = await line.ask("AUTH", mechanism)
    return await line.ask(response) if reply.code == _CONTINUE else reply


async def _log_in_in_two_steps(line: Line, credentials: Credentials) -> None:
    reply = await line.ask("AUTH", "LOGIN")
    for secret in (credentials.user, credentials.password):
        if reply.code == _CONTINUE:
            reply = await line.ask(_base64(secret))
    _judge(reply)


def _judge(reply: SMTPResponse) -> None:
    if reply.code == _ACCEPTED:
        return
    if 500 <= reply.code < 600:
        raise LoginRefused(words(reply))
    raise unexpected(reply)


def _no_common_way(line: Line) -> LoginRefused:
    return LoginRefused("AUTH " + " ".join(line.login_methods).upper())


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode("utf-8")).decode("ascii")
