"""Searching by keys alone, at the two sizes that the program is drawn for."""

from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Paste
from textual.keys import _character_to_key
from ui.mailbox_stage import NOON, Mailing, mail, opened, practice
from ui.stage import SIZES, burst, until

from tui_mailer.domain.message import FolderView
from tui_mailer.ui.screens.drafts import DraftsScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.widgets.search_bar import SearchBar


def shown(mailing: Mailing) -> list[str]:
    """Subjects in the list."""
    messages = mailing.screen.list
    rows = [messages._row(index) for index in range(messages.row_count)]
    return [row.subject for row in rows if row is not None]


async def type_in(mailing: Mailing, text: str) -> None:
    """Type `text` in the bar and wait until it has been looked for."""
    await mailing.press(*map(_character_to_key, text))
    await until(mailing.pilot, lambda: not mailing.screen.search.is_behind)


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_is_found_while_its_words_are_typed(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(practice(tmp_path), size) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("down", "down", "slash")
        await mailing.shows("Chercher", "objet:", "Boîte de réception", "Entrée Aller aux messages")
        await type_in(mailing, "lettre 2")
        assert shown(mailing) == ["Lettre 2"]
        await mailing.shows("1 message · Boîte de réception")

        await mailing.press("enter")
        await until(mailing.pilot, lambda: mailing.screen.focused is mailing.screen.list)
        await until(mailing.pilot, lambda: mailing.screen.target is not None)
        await mailing.press("enter")
        await mailing.shows("<jean.durand@medecin.mssante.fr>", "Bonjour.")
        await mailing.press("escape")
        await mailing.shows("1 message · Boîte de réception")
        assert shown(mailing) == ["Lettre 2"]

        await mailing.press("escape")
        assert not mailing.screen.search.is_open
        assert shown(mailing)[:2] == ["Lettre 5", "Lettre 4"]
        assert mailing.screen.list.cursor == 2
        assert "Chercher " not in mailing.terminal.split("\n")[1]


async def test_what_an_empty_list_says_is_shown_whole(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash", *"zzzz")
        await mailing.shows("Aucun message trouvé. Ctrl+F : chercher dans tous", " les dossiers.")


async def test_all_folders_are_searched_on_demand(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (140, 40)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("ctrl+f")
        await type_in(mailing, "bilan")
        await mailing.shows("rien ici · 1 message ailleurs", "Aucun message trouvé. Ctrl+F : ")
        await mailing.press("ctrl+f")
        await mailing.shows("1 message · tous les dossiers")
        assert shown(mailing) == ["Bilan"]
        await mailing.press("ctrl+f")
        await mailing.shows("rien ici")


async def test_what_was_found_at_once_is_not_looked_for_again_when_the_keys_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_mailer.ui.widgets.search_bar._PAUSE_BEFORE_SEARCH_S", 60.0)
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        search = mailing.screen.search
        await mailing.press("slash", *"bilan", "ctrl+f")
        await until(mailing.pilot, lambda: shown(mailing) == ["Bilan"])
        await until(mailing.pilot, lambda: not search.is_behind)
        looks = list[None]()
        monkeypatch.setattr(search, "look", lambda: looks.append(None))
        mailing.screen.query_one(SearchBar).settle()
        await mailing.pilot.pause()
        assert not looks, "an Enter that comes meanwhile would do nothing"


async def test_the_inbox_s_messages_with_patients_are_found(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "patient:pat-trois")
        assert shown(mailing) == ["Ordonnance"]
        await mailing.shows("◆ patient")


async def test_mail_that_arrives_joins_the_hits_and_the_cursor_stays(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lettre")
        await mailing.press("down", "down")
        assert mailing.screen.search.is_typing, "the arrows move in the list, the bar stays"
        before = mailing.screen.list.selected
        assert before is not None
        assert before.subject == "Lettre 3"
        outdoors.mailbox.deliver(mail("Lettre 6"), at=NOON + timedelta(hours=1))
        outdoors.mailbox.deliver(mail("Autre"), at=NOON + timedelta(hours=2))
        await mailing.shows("Lettre 6", "6 messages")
        assert shown(mailing) == [f"Lettre {number}" for number in (6, 5, 4, 3, 2, 1)]
        assert mailing.screen.list.selected == before


async def test_letters_and_enter_in_one_burst_find_what_was_typed(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        keys = ["slash", *"biber", *["backspace"] * 5, *"lettre", "space", "4", "enter", "enter"]
        burst(mailing.app, *keys)
        await until(mailing.pilot, lambda: shown(mailing) == ["Lettre 4"])
        await mailing.pilot.pause()
        assert mailing.app.screen is mailing.screen, "no letter was taken for a command"
        assert not isinstance(mailing.app.screen, DraftsScreen)
        assert mailing.screen.focused is mailing.screen.list
        opened_now = mailing.screen.opened
        assert opened_now is None, "what was not yet on screen was not opened"


async def test_an_empty_bar_shows_the_folder_and_choosing_a_folder_closes_it(
    tmp_path: Path,
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lettre 1")
        assert shown(mailing) == ["Lettre 1"]
        await mailing.press("ctrl+u")
        await until(mailing.pilot, lambda: not mailing.screen.search.is_behind)
        assert len(shown(mailing)) == 5

        await type_in(mailing, "lettre 1")
        await mailing.press("enter", "shift+tab", "end")
        await until(mailing.pilot, lambda: shown(mailing) == ["Bilan"])
        assert not mailing.screen.search.is_open
        assert isinstance(mailing.screen.folders.current.view, FolderView)  # type: ignore[union-attr]


async def test_the_list_is_behind_from_the_very_letter_to_what_was_found(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        search = mailing.screen.search
        for _ in range(2):
            await mailing.press("slash")
            assert not search.is_behind
            search._bar.input.value = "lettre 1"
            assert search.is_behind
            search._bar.settle()
            assert search.is_behind
            await until(mailing.pilot, lambda: not search.is_behind)
            assert shown(mailing) == ["Lettre 1"]
            await mailing.press("escape")


async def test_letters_that_escape_overtook_are_not_there_when_the_bar_comes_back(
    tmp_path: Path,
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        search = mailing.screen.search
        burst(mailing.app, "l", "e", "escape")
        await until(mailing.pilot, lambda: not search.is_open)
        await mailing.pilot.pause(0.3)
        await mailing.press("slash")
        assert search._bar.input.value == ""
        assert not search.is_behind
        await mailing.press("down")
        assert mailing.screen.target is not None


@pytest.mark.parametrize(
    "pasted",
    ['"', '" OR "a', "NEAR(", "[/] [@click=app.quit]", "\x1b[2J\u202e", "{x}:", "a" * 9_999],
)
async def test_whatever_is_pasted_is_looked_for_and_nothing_else(
    tmp_path: Path, pasted: str
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        bar = mailing.screen.query_one("#search-text")
        bar.post_message(Paste(pasted))
        await mailing.pilot.pause()
        await until(mailing.pilot, lambda: not mailing.screen.search.is_behind)
        assert mailing.screen.shown_error is None
        assert "\x1b" not in mailing.terminal
        await mailing.press("escape")
        await mailing.shows("Lettre 5")


async def test_a_date_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lettre date:demain")
        await mailing.shows("non compris : « demain »", "5 messages")


async def test_the_help_of_the_bar_names_the_operators(tmp_path: Path) -> None:
    async with opened(practice(tmp_path), (140, 40)) as mailing:
        await mailing.press("slash", "f1")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, HelpScreen))
        await mailing.shows("On cherche par mots", "patient:")


async def test_a_search_begins_from_the_message_that_is_read(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("enter")
        await mailing.shows("Bonjour.")
        await mailing.press("slash")
        await type_in(mailing, "bilan")
        await mailing.press("ctrl+f")
        await mailing.shows("1 message · tous les dossiers", "Entrée Aller aux messages")
        assert shown(mailing) == ["Bilan"]


async def test_escape_unticks_before_it_closes_the_search(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("slash")
        await type_in(mailing, "lettre")
        await mailing.press("enter", "asterisk")
        await mailing.shows("5 messages cochés", "Échap Décocher")
        await mailing.press("escape")
        await mailing.shows("Échap Fermer")
        assert not mailing.screen.list.marked
        assert mailing.screen.search.is_open
        await mailing.press("escape")
        await until(mailing.pilot, lambda: not mailing.screen.search.is_open)
