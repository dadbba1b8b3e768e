"""A command that gives no secret is not run for each connection and each message that waits."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from engine.test_waking import TokenCommand
from engine_fakes import ACCOUNT, COLLEAGUE, World, opened, secret, until_online
from engine_helpers import letter

from tui_mailer.domain.account import SecretOrigin
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import SecretUnavailable
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.sparing_secrets import SparingSecrets

BY_COMMAND = replace(ACCOUNT, secret_origin=SecretOrigin.TOKEN_COMMAND)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


class Surely(Backoff):
    """Without chance."""

    def next_s(self) -> float:
        super().next_s()
        return 60.0 * self._attempt


async def test_what_failed_is_said_again_and_asked_later_and_later(world: World) -> None:
    command, clock = TokenCommand(world), [0.0]
    secrets = SparingSecrets(command, Surely(60.0, 300.0), lambda: clock[0])
    command.is_down = True
    for now_s, runs in ((0.0, 1), (59.0, 1), (61.0, 2), (180.0, 2), (182.0, 3)):
        clock[0] = now_s
        with pytest.raises(SecretUnavailable) as why:
            await secrets.credentials(BY_COMMAND)
        assert "jeton" in why.value.subject
        assert command.runs == runs
    command.is_down = False
    secrets.ask_again()
    assert await secrets.credentials(BY_COMMAND) == secret(world)


async def test_a_message_that_waits_does_not_run_the_command_at_each_attempt(world: World) -> None:
    command = world.secrets = TokenCommand(world)
    async with opened(world, account=BY_COMMAND) as office, asyncio.timeout(10):
        await until_online(office)
        await asyncio.sleep(0.1)  # the second connection has logged in, too
        command.is_down, before = True, command.runs
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Bilan"))
        await asyncio.sleep(0.5)  # some twenty attempts
        assert command.runs == before + 1
        command.is_down = False
        office.engine.reconnect()
        await office.until_outgoing(outgoing, OutgoingState.SENT)
