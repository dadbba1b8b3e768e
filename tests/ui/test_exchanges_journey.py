"""Exchanges with patients by keys: the list, the end, near misses, restarts."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.mail_server import parsed
from textual._context import active_app
from ui.mailbox_stage import NOON, PATIENT, Mailing, Outdoors, mail, opened, practice
from ui.stage import ACCOUNT, INS, OTHER_INS, SIZES, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.errors import SubmissionRefused
from tui_mailer.domain.events import FoldersChanged
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import Flags
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.engine.reading import Reading
from tui_mailer.ui.bridge import EngineAnnounced
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.end_exchange import EndExchangeScreen
from tui_mailer.ui.screens.meant import MeantQuestion
from tui_mailer.ui.screens.question import Question

_LEAVING = (OutgoingState.QUEUED, OutgoingState.SENDING)
OTHER = f"Camille GIRODON <{OTHER_INS}@patient.mssante.fr>"


def clinic(directory: Path) -> Outdoors:
    """Two patients: one wrote last, one was written to last and has nothing unread."""
    outdoors = practice(directory)
    outdoors.mailbox.deliver(mail("Agenda", OTHER), flags=Flags.SEEN, at=NOON - timedelta(days=2))
    outdoors.mailbox.deliver(
        written("Votre agenda", OTHER), "Éléments envoyés", Flags.SEEN, NOON - timedelta(days=1)
    )
    return outdoors


def written(subject: str, to: str) -> bytes:
    """A message of ours."""
    content = mail(subject, f"Dr <{ACCOUNT.address}>").replace(
        f"To: {ACCOUNT.address}".encode(), f"To: {to}".encode()
    )
    return content.replace(b"Mon, 02 Mar 2026 10:00", b"Sun, 01 Mar 2026 10:00")


async def to_the_patients(mailing: Mailing) -> None:
    """From the inbox to the list of patients."""
    await mailing.shows("Lettre 5", "à jour")
    await mailing.press("escape", "down", "enter")
    await mailing.shows("2 patients — filtre : tous")


@pytest.mark.parametrize("size", SIZES)
async def test_patients_are_listed_each_with_the_whole_exchange_under_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(clinic(tmp_path), size) as mailing:
        await to_the_patients(mailing)
        lines = mailing.terminal.splitlines()
        first = next(n for n, line in enumerate(lines) if "Dominique PAT-TROIS" in line
                     and "à vous" in line)  # fmt: skip
        assert "●1" in lines[first]
        assert "2 79 03 51 215 189 89  jamais écrit · ← Ord" in lines[first + 1]
        assert "Camille GIRODON" in lines[first + 2]
        assert "▷ au patient" in lines[first + 2]
        assert "ouvert · → Votre a" in lines[first + 3]
        await mailing.press("down", "enter")
        await mailing.shows("◆ patient Camille GIRODON", "Votre agenda", "Agenda")
        assert "Ordonnance" not in mailing.terminal
        await mailing.press("escape")
        await mailing.shows("2 patients")
        selected = mailing.screen.exchanges.patients.selected
        assert selected is not None
        assert selected.id == OTHER_INS
        await mailing.press("escape")
        assert mailing.screen.stage == "folders"


async def test_patients_are_narrowed_by_a_filter(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await to_the_patients(mailing)
        await mailing.press("w")
        await mailing.shows("2  tous", "1  non lus", "1  ouverts", "0  clos")
        await mailing.press("down", "enter")
        await mailing.shows("1 patient — filtre : non lus", "PAT-TROIS")
        await mailing.press("w")
        await mailing.shows("Patients à montrer")
        await mailing.press("down", "down", "enter")
        await mailing.shows("0 patient — filtre : clos", "Aucun patient avec ce filtre")
        await mailing.press("enter", "z")
        assert mailing.app.screen is mailing.screen


async def test_a_search_leaves_the_patients_and_comes_back_to_them(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await to_the_patients(mailing)
        await mailing.press("slash", *"agenda")
        await until(mailing.pilot, lambda: "filtre" not in mailing.terminal)
        await mailing.shows("Votre agenda")
        await mailing.press("enter", "escape")
        await mailing.shows("2 patients — filtre : tous")
        assert mailing.screen.focused is mailing.screen.exchanges.patients


async def test_new_mail_of_a_patient_moves_the_row_and_not_the_cursor(tmp_path: Path) -> None:
    outdoors = clinic(tmp_path)
    async with opened(outdoors) as mailing:
        await to_the_patients(mailing)
        outdoors.mailbox.deliver(mail("Merci", OTHER), at=NOON + timedelta(hours=1))
        await mailing.shows("← Merci")
        selected = mailing.screen.exchanges.patients.selected
        assert selected is not None
        assert selected.id == INS
        assert mailing.screen.exchanges.patients.cursor == 1


# --- the end


async def open_exchange(mailing: Mailing) -> None:
    """The exchange with the first patient is open, and the identity was confirmed before."""
    store = mailing.engine._store
    await store.save_exchange(Exchange(INS, ExchangeState.OPEN, NOON, NOON, NOON))


async def test_an_exchange_is_ended_by_one_key_and_one_answer(tmp_path: Path) -> None:
    outdoors = clinic(tmp_path)
    async with opened(outdoors) as mailing:
        await open_exchange(mailing)
        await to_the_patients(mailing)
        await mailing.shows("z Mettre fin")
        await mailing.press("z")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, EndExchangeScreen))
        await mailing.shows(
            "Mettre fin aux échanges ?",
            "PATIENT  Dominique PAT-TROIS  INS 2 79 03 51 215 189 89",
            "ne pourra plus répondre",
            "redémarrer l’échange à tout moment",
        )
        await mailing.answer("o")
        await mailing.shows("ouvert, fin en attente")
        await mailing.press("z")
        await mailing.shows("déjà en attente d’envoi")
        await mailing.press("escape")
        await mailing.engine.outbox.hurry()
        await mailing.shows("clos le ")
        await until(mailing.pilot, lambda: "z Mettre fin" not in mailing.terminal)
        await mailing.press("z")
        await mailing.shows("Cet échange est déjà clos.")
        await mailing.press("escape", "enter")
        await mailing.shows("◆ patient [FIN]", "p Patient")
        assert "z Mettre fin" not in mailing.terminal
    ((recipients, content),) = outdoors.submission.accepted
    assert recipients == (PATIENT,)
    head, _, _ = content.partition(b"\r\n\r\n")
    assert b"\r\nSubject: [FIN]\r\n" in head
    assert b"\r\nX-MSS-MES: FIN\r\n" in head
    assert b"In-Reply-To" not in head
    assert not list(parsed(content).iter_attachments())


async def test_an_end_taken_back_leaves_the_exchange_open_and_nothing_to_write(
    tmp_path: Path,
) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await open_exchange(mailing)
        await to_the_patients(mailing)
        await mailing.press("z")
        await mailing.shows("Mettre fin aux échanges ?")
        await mailing.answer("o")
        await mailing.shows("fin en attente")
        await mailing.press("u")
        await mailing.shows("↶ annulé : l’échange reste ouvert")
        assert "fin en attente" not in mailing.terminal
        assert await mailing.engine.drafts() == []
        assert mailing.app.screen is mailing.screen


async def test_an_end_that_is_refused_closes_nothing(tmp_path: Path) -> None:
    outdoors = clinic(tmp_path)
    outdoors.submission.faults.append(SubmissionRefused("554 5.7.1 refusé"))
    async with opened(outdoors) as mailing:
        await open_exchange(mailing)
        await to_the_patients(mailing)
        await mailing.press("z")
        await mailing.shows("Mettre fin aux échanges ?")
        await mailing.answer("o")
        await mailing.shows("fin en attente")
        await mailing.engine.outbox.hurry()
        await mailing.shows("ouvert, fin non partie")
        assert (await mailing.engine.exchange(INS)).state is ExchangeState.OPEN
        await mailing.press("escape", "v")
        await mailing.shows(
            "✕ échec           ◆ patient Dominique PAT-TROIS",
            "À Dominique PAT-TROIS, INS 2 79 03 51 215 189 89",
        )


async def test_an_identity_nobody_confirmed_is_confirmed_before_the_end(tmp_path: Path) -> None:
    outdoors = clinic(tmp_path)
    async with opened(outdoors) as mailing:
        await to_the_patients(mailing)
        await mailing.press("enter")
        await mailing.shows("◆ patient Dominique PAT-TROIS")
        await mailing.press("z")
        await mailing.shows("Mettre fin aux échanges ?")
        await mailing.answer("o")
        await mailing.shows("Confirmer et mettre fin", "Reste : sexe")
        await mailing.shows("Mettre fin aux échanges : contrôle de l’identité")
        await mailing.press("escape")
        await until(mailing.pilot, lambda: mailing.app.screen is mailing.screen)
        assert await mailing.engine.outbox.unsettled() == []


# --- writing


async def compose(mailing: Mailing, draft: Draft) -> ComposeScreen:
    """The composer on a draft to the patient, whose identity was confirmed."""
    screen = ComposeScreen(mailing.engine, draft)
    screen._identified.add(INS)
    confirmed = IdentityConfirmation(Matricule.parse(INS), "Femme, mars 1979, Marne", NOON)
    await mailing.engine.identities.confirm(confirmed)
    await mailing.app.push_screen(screen)
    return screen


def to_patient(subject: str, body: str = "Bonjour.") -> Draft:
    return Draft(to=(Address.received(PATIENT),), subject=subject, body=body)


async def left(mailing: Mailing) -> tuple[str, str]:
    """Subject and mark of the one message that left, once that is noted."""
    await until(mailing.pilot, lambda: mailing.app.screen is mailing.screen)
    await mailing.engine.outbox.hurry()
    accepted = mailing.outdoors.submission.accepted
    await until(mailing.pilot, lambda: len(accepted) == 1)
    await until(
        mailing.pilot, lambda: not any(o.state in _LEAVING for o in mailing.screen.unsettled)
    )
    message = parsed(accepted[0][1])
    return str(message["Subject"]), str(message["X-MSS-MES"] or "")


async def test_a_near_miss_may_be_meant_as_the_end(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await compose(mailing, to_patient("Re: [FIN]"))
        await mailing.press("ctrl+s")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, MeantQuestion))
        await mailing.shows("ressemble à « [FIN] »", "Message ordinaire (o)")
        await mailing.answer("f")
        await mailing.shows("met fin aux échanges avec ce patient", "Mettre fin (o)")
        await mailing.answer("o")
        assert await left(mailing) == ("[FIN]", "FIN")
        assert (await mailing.engine.exchange(INS)).state is ExchangeState.CLOSED


@pytest.mark.parametrize(("key", "goes"), [("o", True), ("n", False), ("enter", False)])
async def test_a_near_miss_may_be_meant_as_it_is_or_not_at_all(
    tmp_path: Path, key: str, goes: bool
) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        screen = await compose(mailing, to_patient("FIN"))
        await mailing.press("ctrl+s")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, MeantQuestion))
        await mailing.shows("ressemble à")
        await mailing.answer(key)
        if goes:
            assert await left(mailing) == ("FIN", "")
            assert (await mailing.engine.exchange(INS)).state is ExchangeState.OPEN
        else:
            await until(mailing.pilot, lambda: mailing.app.screen is screen)
            assert screen.draft.subject == "FIN"
            assert await mailing.engine.outbox.unsettled() == []


async def test_a_message_that_takes_no_answer_says_so_and_opens_the_exchange(
    tmp_path: Path,
) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await compose(mailing, to_patient("Vos résultats"))
        await mailing.shows("Sans réponse")
        await mailing.press("ctrl+n")
        await mailing.shows("⊘ sans réponse possible à ce message")
        await mailing.press("ctrl+n")
        assert "⊘" not in mailing.terminal
        await mailing.press("ctrl+n", "ctrl+s")
        assert await left(mailing) == ("Vos résultats", "FIN")
        assert (await mailing.engine.exchange(INS)).state is ExchangeState.OPEN


async def test_only_a_patient_can_be_kept_from_answering(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        colleague = Address.received("jean.durand@medecin.mssante.fr")
        draft = Draft(to=(colleague,), subject="Avis", body="Bonjour.", final=True)
        screen = await compose(mailing, draft)
        await mailing.press("ctrl+n")
        assert screen.draft.final
        assert "⊘" not in mailing.terminal
        await mailing.press("ctrl+s")
        assert await left(mailing) == ("Avis", "")


async def test_writing_to_a_closed_exchange_says_before_that_it_restarts_it(
    tmp_path: Path,
) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        closed = Exchange(INS, ExchangeState.CLOSED, NOON, NOON, NOON)
        await mailing.engine._store.save_exchange(closed)
        await compose(mailing, to_patient("Votre rendez-vous"))
        await mailing.shows("Échange clos depuis le 2 mars", "ce message le redémarre")
        await mailing.press("ctrl+s")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, Question))
        await mailing.shows("est clos depuis le 02/03/2026", "Redémarrer et envoyer (o)")
        assert (await mailing.engine.exchange(INS)).state is ExchangeState.CLOSED
        await mailing.answer("o")
        assert await left(mailing) == ("Votre rendez-vous", "")
        assert (await mailing.engine.exchange(INS)).state is ExchangeState.OPEN


async def test_what_comes_after_the_end_is_marked_in_the_list_and_in_the_reader(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    end = written("[FIN]", PATIENT)
    outdoors.mailbox.deliver(end, "Éléments envoyés", Flags.SEEN, NOON - timedelta(days=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        await mailing.press("escape", "down", "enter")
        await mailing.shows("clos le 1er mars", "▶ à vous")
        await mailing.press("enter")
        await mailing.shows("◆ reçu après la fin Ordonnance", "[FIN] fin des échanges")
        await mailing.press("enter")
        await mailing.shows("⚠ reçu après la fin", "Répondre le redémarre")
        await mailing.press("n")
        await mailing.shows("■ met fin aux échanges")


async def test_the_third_answer_is_a_button_too(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        screen = await compose(mailing, to_patient("[FIN] merci"))
        await mailing.press("ctrl+s")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, MeantQuestion))
        await mailing.pilot.click("#instead")
        await mailing.shows("met fin aux échanges avec ce patient")
        await mailing.answer("n")
        await until(mailing.pilot, lambda: mailing.app.screen is screen)
        assert screen.draft.subject == "[FIN]"
        assert await mailing.engine.outbox.unsettled() == []


async def test_a_message_sent_without_a_possible_answer_says_so_when_it_is_read(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    final = written("Vos résultats", PATIENT).replace(
        b"Content-Type:", b"X-MSS-MES: FIN\r\nContent-Type:"
    )
    outdoors.mailbox.deliver(final, "Éléments envoyés", Flags.SEEN, NOON + timedelta(days=1))
    async with opened(outdoors) as mailing:
        await mailing.shows("Lettre 5", "à jour")
        await mailing.press("escape", "down", "enter")
        await mailing.shows("ouvert · → Vos")
        await mailing.press("enter")
        await mailing.shows("ouvert depuis le", "Vos résultats")
        await mailing.press("enter")
        await mailing.shows("⊘ sans réponse possible")


async def test_a_search_within_an_exchange_names_its_patient(tmp_path: Path) -> None:
    async with opened(clinic(tmp_path)) as mailing:
        await to_the_patients(mailing)
        await mailing.press("down", "enter")
        await mailing.shows("◆ patient Camille GIRODON")
        await mailing.press("slash", *"ordonnance")
        await mailing.shows("Camille GIRODON", "Aucun message trouvé.")


async def test_nobody_is_said_to_be_never_written_to_while_the_mailbox_is_being_read(
    tmp_path: Path,
) -> None:
    reading = "boîte encore en cours de lecture"
    async with opened(clinic(tmp_path)) as mailing:
        await to_the_patients(mailing)
        assert reading not in mailing.terminal
        (sent,) = (f for f in await mailing.engine.reading.folders() if f.role is FolderRole.SENT)
        await mailing.engine._store.reset_folder(sent.id, 99)
        mailing.engine.announce(FoldersChanged())
        await mailing.shows("filtre : tous", reading, "215 189 89  lecture en cours · ←")
        assert "jamais écrit" not in mailing.terminal
        await mailing.press("home", "enter")
        await mailing.shows("INS 2 79 03 51 215 189 89", reading)
        await mailing.press("ctrl+r")
        await mailing.shows("INS 2 79 03 51 215 189 89", "jamais écrit · ▶ à vous")
        assert reading not in mailing.terminal
        await mailing.press("escape")
        await mailing.shows("215 189 89  jamais écrit · ← Ord")


async def test_unread_messages_are_counted_of_all_patients_not_of_the_last_ones_alone(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    for number in range(2_550_814_168_001, 2_550_814_168_061):
        patient = f"{number}{97 - number % 97:02}@patient.mssante.fr"
        outdoors.mailbox.deliver(mail("Question", patient), at=NOON)
    async with opened(outdoors, (140, 40)) as mailing:
        await mailing.shows("Echanges patient   61")
        await mailing.press("escape", "down", "enter", "end", "enter", "l")
        await mailing.shows("Echanges patient   60")
        await mailing.press("u")
        await mailing.shows("Echanges patient   61")


async def test_the_inbox_that_is_found_while_the_mailbox_opens_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders, asked = Reading.folders, list[Reading]()

    async def none_yet(reading: Reading) -> Sequence[Folder]:
        asked.append(reading)
        if len(asked) > 1:
            return await folders(reading)
        active_app.get().screen.post_message(EngineAnnounced(FoldersChanged()))
        return ()

    monkeypatch.setattr(Reading, "folders", none_yet)
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
