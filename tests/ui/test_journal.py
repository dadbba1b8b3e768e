"""The journal on the screen, by keys."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from ui.stage import INS, Practice, receive, results, stage, text_of, until

from tui_mailer.domain.journal import Deed, MessageTrace
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.commands.journal import LeaveJournal
from tui_mailer.ui.screens.journal import JournalScreen

PATIENT = f"{INS}@patient.mssante.fr"


async def with_lines(directory: Path) -> Engine:
    """An engine that knows one patient and noted five things."""
    engine = await Practice(directory).engine()
    await receive(engine, PATIENT, "Dominique PAT-TROIS")
    note = engine.journal.note
    note(Deed.LOGIN, detail="serveur de courrier imap:143", answer="OK")
    note(Deed.READ, folder="INBOX", uid=4, trace=MessageTrace("<a@x.fr>", INS))
    note(Deed.SENT, trace=MessageTrace("<b@x.fr>", INS), detail="1 destinataire", answer="250 Ok")
    note(Deed.MOVED, folder="INBOX", uid=5, detail="vers Corbeille", answer="refusé : NO \x1b[2J")
    note(Deed.SENT, trace=MessageTrace("<c@x.fr>"), answer="[/] 250")
    await engine.journal.flush()
    return engine


async def until_shown(pilot: Pilot[None], *texts: str) -> str:
    await until(pilot, lambda: all(text in text_of(pilot.app.screen) for text in texts))
    return text_of(pilot.app.screen)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_lines_are_listed_newest_first_and_the_chosen_one_is_told_whole(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    engine = await with_lines(tmp_path)
    async with stage(JournalScreen(engine), engine=engine, size=size) as pilot:
        shown = await until_shown(pilot, "journal intact : 5 lignes vérifiées", "connexion")
        assert "5 lignes" in shown
        assert shown.index("déplacement") < shown.index("connexion")
        assert "◆ Dominique PAT-TROIS" in shown
        await pilot.press("down")
        await until_shown(pilot, "Réponse  refusé : NO ␛[2J", "Message  INBOX · UID 5")
        await pilot.press("down")
        await until_shown(pilot, "Patient  Dominique PAT-TROIS · " + INS, "250 Ok")


async def test_a_patient_is_looked_for_by_name_and_a_message_by_one_key(tmp_path: Path) -> None:
    engine = await with_lines(tmp_path)
    async with stage(JournalScreen(engine), engine=engine) as pilot:
        await until_shown(pilot, "connexion", "5 lignes")
        await pilot.press("slash", *"pat-trois")
        shown = await until_shown(pilot, "2 lignes", "lecture", "envoi")
        assert "connexion" not in shown
        await pilot.press("enter", "m")
        await until_shown(pilot, "1 ligne", "<b@x.fr>")
        await pilot.press("escape")
        await until_shown(pilot, "5 lignes", "connexion")
        await pilot.press("down", "down", "p")
        await until_shown(pilot, "2 lignes")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: results(pilot) == [None])


async def test_in_a_low_terminal_the_keys_stay_in_sight(tmp_path: Path) -> None:
    engine = await with_lines(tmp_path)
    async with stage(JournalScreen(engine), engine=engine, size=(60, 15)) as pilot:
        await until_shown(pilot, "Journal", "5 lignes", "Quoi", "Échap Fermer", "Aide")


async def test_a_move_is_told_from_where_to_where(tmp_path: Path) -> None:
    engine = await with_lines(tmp_path)
    async with stage(JournalScreen(engine), engine=engine, size=(140, 40)) as pilot:
        await until_shown(pilot, "INBOX vers Corbeille")


async def test_letters_typed_in_the_bar_are_text(tmp_path: Path) -> None:
    engine = await with_lines(tmp_path)
    async with stage(JournalScreen(engine), engine=engine) as pilot:
        await until_shown(pilot, "connexion")
        await pilot.press("slash", *"pm")
        await until_shown(pilot, "Aucune ligne", "0 ligne")


async def test_a_touched_journal_says_so_and_marks_the_line(tmp_path: Path) -> None:
    engine = await with_lines(tmp_path)
    database = engine._store._database  # type: ignore[attr-defined]  # (the file, as an intruder)
    await database.execute("DROP TRIGGER journal_unchanged")
    await database.execute("UPDATE journal SET answer = '' WHERE number = 4")
    async with stage(JournalScreen(engine), engine=engine) as pilot:
        shown = await until_shown(pilot, "journal modifié hors du programme", "✕ ")
        assert "ligne 4" in shown
        (marked,) = [row for row in shown.splitlines() if "✕ " in row and "journal" not in row]
        assert "déplacement" in marked


async def test_nothing_noted_is_said(tmp_path: Path) -> None:
    engine = await Practice(tmp_path).engine()
    async with stage(JournalScreen(engine), engine=engine) as pilot:
        await until_shown(pilot, "Rien n’a encore été noté", "journal intact : 0 ligne")


async def test_the_palette_asks_nothing_of_a_journal_that_is_not_there_yet_or_no_more(
    tmp_path: Path,
) -> None:
    engine = await with_lines(tmp_path)
    async with stage(journal := JournalScreen(engine), engine=engine) as pilot:
        await until_shown(pilot, "connexion", "5 lignes")
        await journal.run_command(LeaveJournal)
        await until(pilot, lambda: not journal.is_attached)
        await journal.run_command(LeaveJournal)
    await JournalScreen(engine).run_command(LeaveJournal)
