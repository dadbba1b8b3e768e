"""What the operator's server asks to be shown is shown, and not at each of its repetitions."""

from __future__ import annotations

from pathlib import Path

from engine_fakes import World, opened, until_online

from tui_mailer.domain.events import ProblemMet
from tui_mailer.domain.safe_text import safe_line


async def test_an_alert_is_shown_once_though_each_connection_says_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world) as office:
        await until_online(office)
        for words in (
            "Votre mot de passe expire dans 3 jours",
            "Votre mot de passe expire dans 3 jours",
            "Votre mot de passe expire dans 2 jours",
            "",
            "Maintenance ce soir à 22 h",
        ):
            world.connector.on_alert(safe_line(words))
        told = [event.error for event in office.events if isinstance(event, ProblemMet)]
        assert [error.headline for error in told] == [
            "Message de votre opérateur : Votre mot de passe expire dans 3 jours.",
            "Message de votre opérateur : Maintenance ce soir à 22 h.",
        ]


async def test_a_server_that_never_ends_with_alerts_is_not_listened_to_for_ever(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    async with opened(world) as office:
        await until_online(office)
        for number in range(1_000):
            world.connector.on_alert(safe_line("x" * number))
        told = [event.error for event in office.events if isinstance(event, ProblemMet)]
        assert len(told) == 20
