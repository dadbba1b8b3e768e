"""Acting on messages by keys: at once on the screen, on the server, and back with `u`."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from ui.mailbox_stage import NOON, Mailing, Outdoors, mail, opened, practice
from ui.stage import SIZES, burst, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import StoreProblem, Unreachable
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags, ListView


def with_trash(directory: Path) -> Outdoors:
    outdoors = practice(directory)
    outdoors.mailbox.add_folder("Trash", FolderRole.TRASH)
    return outdoors


def on_server(outdoors: Outdoors, folder: str) -> int:
    found = outdoors.mailbox.folders.get(folder)
    return len(found.messages) if found else 0


def selected(mailing: Mailing) -> str:
    row = mailing.screen.list.selected
    return "" if row is None else row.subject


@pytest.mark.parametrize("size", SIZES)
async def test_deleting_goes_on_to_the_next_message_and_is_taken_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    outdoors = with_trash(tmp_path)
    async with opened(outdoors, size) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("down", "d", "d")
        assert selected(mailing) == "Lettre 2"
        await mailing.shows("1 message mis à la corbeille — u : annuler", "Lettre 5", "Lettre 2")
        assert "Lettre 4" not in mailing.terminal
        assert "Lettre 3" not in mailing.terminal
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 2)
        await mailing.press("u", "u")
        await mailing.shows("annulé : 1 message remis à sa place", "Lettre 4", "Lettre 3")
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 0)
        assert on_server(outdoors, "INBOX") == 6


async def test_keys_that_overtake_the_folder_just_chosen_act_in_that_folder(
    tmp_path: Path,
) -> None:
    outdoors = with_trash(tmp_path)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5", "Labo", "Dominique PAT-TROIS", "à jour")
        await mailing.press("escape")
        burst(mailing.app, "end", "enter", "d")
        await until(mailing.pilot, lambda: on_server(outdoors, "Labo") == 0)
        assert on_server(outdoors, "INBOX") == 6
        burst(mailing.app, "escape", "home", "tab", "down", "d")
        await mailing.shows("Lettre 5", "Lettre 3")
        await until(mailing.pilot, lambda: on_server(outdoors, "INBOX") == 5)
        assert "Lettre 4" not in mailing.terminal


async def test_a_folder_that_could_not_be_read_is_said_and_nothing_acted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outdoors = with_trash(tmp_path)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5", "Labo", "Dominique PAT-TROIS", "à jour")

        async def fails(_view: object) -> int:
            raise StoreProblem

        await mailing.press("escape")
        with monkeypatch.context() as broken:
            broken.setattr(mailing.engine.reading, "count", fails)
            burst(mailing.app, "end", "enter", "d")
            await until(mailing.pilot, lambda: mailing.screen.stage == "list")
            await until(mailing.pilot, lambda: mailing.screen.shown_error is not None)
            assert mailing.screen.target is None
        await mailing.press("escape", "escape", "up", "down", "enter")
        await mailing.shows("Bilan")
        assert on_server(outdoors, "INBOX") == 6


async def test_what_is_done_to_the_message_read_leaves_the_ticks_of_the_others(
    tmp_path: Path,
) -> None:
    outdoors = with_trash(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("c", "c", "enter")
        await mailing.shows("Lettre 3", "<jean.durand@medecin.mssante.fr>")
        await mailing.press("d")
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 1)
        await mailing.press("d")
        await mailing.shows("2 messages mis à la corbeille")
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 3)
        assert selected(mailing) == "Lettre 2"


async def test_ticked_messages_are_archived_together_in_a_folder_made_for_them(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("c", "shift+down")
        await mailing.shows("3 messages cochés", "✓")
        await mailing.press("y")
        await mailing.shows("3 messages archivés — u : annuler", "Archives")
        assert selected(mailing) == "Lettre 2"
        await until(mailing.pilot, lambda: on_server(outdoors, "Archives") == 3)
        assert on_server(outdoors, "INBOX") == 3
        await mailing.press("asterisk", "y")
        await mailing.shows("2 messages archivés")
        await mailing.press("u", "u")
        await mailing.shows("annulé : 3 messages remis à leur place", "Lettre 5", "Lettre 1")
        await until(mailing.pilot, lambda: on_server(outdoors, "INBOX") == 6)


@pytest.mark.parametrize("keys", [("shift+tab", "down"), ("slash", *"lettre")])
async def test_ticks_that_are_left_behind_are_not_told_any_more(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("c", "shift+down")
        await mailing.shows("3 messages cochés")
        await mailing.press(*keys)
        await until(mailing.pilot, lambda: not mailing.screen.list.marked)
        await until(mailing.pilot, lambda: "coché" not in mailing.terminal)


async def test_escape_unticks_before_it_leaves_the_list(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("c", "escape")
        assert not mailing.screen.list.marked
        assert mailing.screen.focused is mailing.screen.list
        await mailing.press("escape")
        await until(mailing.pilot, lambda: mailing.screen.focused is mailing.screen.folders)


async def test_flagging_and_reading_toggle(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    inbox = outdoors.mailbox.folders["INBOX"].messages
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("f")
        await mailing.shows("⚑")
        await until(mailing.pilot, lambda: Flags.FLAGGED in inbox[5].flags)
        await mailing.press("l")
        await until(mailing.pilot, lambda: Flags.SEEN in inbox[5].flags)
        await mailing.press("f")
        await until(mailing.pilot, lambda: Flags.FLAGGED not in inbox[5].flags)
        await mailing.press("u", "u", "u")
        await until(mailing.pilot, lambda: inbox[5].flags is Flags.NONE)


async def test_a_message_that_is_read_is_moved_where_the_user_says(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("enter")
        await mailing.shows("<jean.durand@medecin.mssante.fr>")
        await mailing.press("o")
        await mailing.shows("Déplacer vers", "Labo")
        await mailing.press("down", "down", "enter")
        await mailing.shows("1 message déplacé vers « Labo »")
        assert mailing.screen.stage == "list"
        assert selected(mailing) == "Lettre 4"
        await until(mailing.pilot, lambda: on_server(outdoors, "Labo") == 2)


async def test_a_folder_is_chosen_under_the_one_it_lies_in_which_takes_no_message(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.add_folder("Patients", selectable=False)
    outdoors.mailbox.add_folder("Patients/2026")
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("o", "down", "down", "down")
        await mailing.shows("▌ Patients (ne contient que des dossiers)", "    2026")
        assert "Entrée Déplacer" not in mailing.terminal
        await mailing.press("enter", "down")
        await mailing.shows("Entrée Déplacer")
        await mailing.press("enter")
        await mailing.shows("1 message déplacé vers « 2026 »")
        await until(mailing.pilot, lambda: on_server(outdoors, "Patients/2026") == 1)


async def test_what_is_typed_behind_another_folder_is_for_the_list_of_that_one(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "Labo", "à jour")
        burst(mailing.app, "escape", *["down"] * 4, "enter", "y")
        await mailing.shows("1 message archivé")
        await until(mailing.pilot, lambda: on_server(outdoors, "Archives") == 1)
        assert (on_server(outdoors, "INBOX"), on_server(outdoors, "Labo")) == (6, 0)


async def test_a_search_begun_while_another_folder_is_read_is_of_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5", "Labo", "à jour")
        reading, may_count = mailing.engine.reading, asyncio.Event()
        count = reading.count

        async def late(view: ListView) -> int:
            await may_count.wait()
            return await count(view)

        monkeypatch.setattr(reading, "count", late)
        burst(mailing.app, "escape", *["down"] * 4)
        await until(mailing.pilot, lambda: mailing.screen.folders.cursor == 4)
        burst(mailing.app, "slash", *"bi")
        await asyncio.sleep(0.1)  # the pilot would wait for the list
        may_count.set()
        await mailing.shows("1 message · Labo")
        await mailing.press("escape")
        assert selected(mailing) == "Bilan"


async def test_only_removing_for_good_asks(tmp_path: Path) -> None:
    outdoors = with_trash(tmp_path)
    outdoors.mailbox.deliver(mail("Vieux"), "Trash", Flags.SEEN, NOON)
    outdoors.mailbox.deliver(mail("Récent"), "Trash", Flags.SEEN, NOON + timedelta(hours=1))
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Lettre 5", "Corbeille")
        await mailing.press("escape", *["down"] * 4)
        await mailing.shows("Récent")
        await mailing.press("enter", "d")
        await mailing.shows("Supprimer définitivement le message « Récent » ?")
        await mailing.answer("n")
        assert on_server(outdoors, "Trash") == 2
        await mailing.press("d")
        await mailing.shows("Supprimer définitivement le message « Récent » ?")
        await mailing.answer("o")
        await mailing.shows("1 message supprimé définitivement")
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 1)
        assert selected(mailing) == "Vieux"


async def test_what_is_done_offline_shows_at_once_and_is_done_later(tmp_path: Path) -> None:
    outdoors = with_trash(tmp_path)
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        outdoors.connector.fault = Unreachable()
        await mailing.press("d", "y", "f")
        await mailing.shows("⚑ Jean DURAND", "Lettre 3")
        assert "Lettre 5" not in mailing.terminal
        assert on_server(outdoors, "INBOX") == 6
        outdoors.connector.fault = None
        await until(mailing.pilot, lambda: on_server(outdoors, "Archives") == 1)
        await until(mailing.pilot, lambda: on_server(outdoors, "Trash") == 1)
        inbox = outdoors.mailbox.folders["INBOX"].messages
        await until(mailing.pilot, lambda: Flags.FLAGGED in inbox[3].flags)


async def test_the_most_recent_of_an_action_and_a_message_sent_is_taken_back(
    tmp_path: Path,
) -> None:
    outdoors = with_trash(tmp_path)
    to = Address.typed("jean.durand@medecin.mssante.fr")
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("d")
        await mailing.engine.writing.send(Draft(to=(to,), subject="Avis", body="Cher confrère,"))
        await mailing.shows("part dans")
        await mailing.press("d", "u")
        await mailing.shows("annulé", "Lettre 4")
        assert len(await mailing.engine.outbox.unsettled()) == 1
        await mailing.press("u")
        await until(mailing.pilot, lambda: mailing.app.screen is not mailing.screen)
        assert await mailing.engine.outbox.unsettled() == []
        assert mailing.engine.actions.last is not None
