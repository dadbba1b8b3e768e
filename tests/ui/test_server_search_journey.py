"""What the server finds joins the list while one looks at it, by keys alone."""

from pathlib import Path

import pytest
from ui.mailbox_stage import Mailing, Outdoors, mail, opened, practice
from ui.stage import SIZES, until
from ui.test_search_journey import shown, type_in

from tui_mailer.domain.errors import CommandRefused, Unreachable
from tui_mailer.domain.events import Connectivity
from tui_mailer.ui.screens import search_server


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_server, "PAUSE_BEFORE_SERVER_S", 0.05)


def with_words_in_bodies(directory: Path) -> Outdoors:
    """ "Lettre 3" says so in its subject too; the others in bodies that nobody has read."""
    outdoors = practice(directory)
    for uid, message in outdoors.mailbox.folders["INBOX"].messages.items():
        message.content += b" une lithiase" if uid % 2 else b""
    outdoors.mailbox.deliver(mail("Lithiase"), "INBOX")
    return outdoors


async def answered(mailing: Mailing, *subjects: str) -> None:
    await until(mailing.pilot, lambda: shown(mailing) == list(subjects))


@pytest.mark.parametrize("size", SIZES)
async def test_hits_of_the_server_join_and_the_cursor_stays(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(with_words_in_bodies(tmp_path), size) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lithiase")
        before = mailing.screen.list.selected
        assert before is not None
        assert before.subject == "Lithiase"
        await answered(mailing, "Lettre 5", "Lettre 3", "Lettre 1", "Lithiase")
        await mailing.shows("4 messages", "dont 3 du serveur")
        assert mailing.screen.list.selected == before
        assert mailing.screen.search.is_typing, "and one may go on typing"


async def test_ticks_stay_on_their_messages(tmp_path: Path) -> None:
    async with opened(with_words_in_bodies(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lithiase")
        ticked = dict(mailing.screen.list.marked)
        mailing.screen.list.toggle_mark()
        ticked = dict(mailing.screen.list.marked)
        await mailing.shows("dont 3 du serveur")
        assert mailing.screen.list.marked == ticked
        assert len(ticked) == 1


async def test_enter_asks_at_once_and_escape_takes_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_server, "PAUSE_BEFORE_SERVER_S", 60.0)
    outdoors = with_words_in_bodies(tmp_path)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lithiase")
        assert outdoors.connector.searched == []
        await mailing.press("enter")
        await mailing.shows("dont 3 du serveur")
        assert outdoors.connector.searched == ["INBOX"], "one folder was looked into"
        await mailing.press("escape")
        await mailing.shows("Lettre 4")
        assert not mailing.screen.search.is_open
        assert mailing.engine.server_search.hits is None


async def test_what_is_known_here_is_not_asked_of_the_server(tmp_path: Path) -> None:
    outdoors = with_words_in_bodies(tmp_path)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "objet:lettre")
        await mailing.press("enter")
        await mailing.shows("5 messages")
        await mailing.pilot.pause(0.1)
        assert outdoors.connector.searched == []
        assert "serveur" not in mailing.terminal


async def test_offline_the_bar_says_that_only_this_machine_was_searched(tmp_path: Path) -> None:
    outdoors = with_words_in_bodies(tmp_path)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        outdoors.connector.fault = Unreachable()
        mailing.engine.synchronise()
        await until(mailing.pilot, lambda: mailing.engine.connectivity is Connectivity.OFFLINE)
        await mailing.press("slash")
        await type_in(mailing, "lithiase")
        await mailing.shows("1 message", "hors ligne : cherché ici seulement")


async def test_a_refusal_is_said_in_the_bar_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise CommandRefused

    monkeypatch.setattr("fakes.mail_server.FakeMailServer.search_bodies", refused)
    async with opened(with_words_in_bodies(tmp_path), (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lithiase")
        await mailing.shows("le serveur n’a pas pu tout chercher")
        assert mailing.screen.shown_error is None


@pytest.mark.parametrize(
    ("size", "words"),
    [((80, 24), "PJ vues ici"), ((140, 40), "PJ des messages déjà ouverts ici seulement")],
)
async def test_names_of_attachments_are_said_to_be_known_of_opened_messages_alone(
    tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    """Nothing found is no proof: IMAP cannot be asked for them."""
    async with opened(practice(tmp_path), size) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "pj:bilan")
        await mailing.shows("aucun message", words)
