"""Who is a member of the trust space: by the list where there is one, and what is said of it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.engine.before_sending.finding import Context
from tui_mailer.engine.gate import review
from tui_mailer.engine.trust import Trust

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ACCOUNT = Account("dr@cabinet.aura.mssante.fr", Endpoint("i", 143), Endpoint("s", 587))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def listed(*names: str, made: str = "2026-06-28T10:00:00Z") -> str:
    rows = "".join(f"<Domaine><Nom>{name}</Nom></Domaine>" for name in names)
    return (
        '<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">'
        f"<DateDeGeneration>{made}</DateDeGeneration>"
        f"<ListeDomaines>{rows}</ListeDomaines></ListeBlancheMSSante>"
    )


def lay(file: Path, text: str | None) -> None:
    """Put a text at the place of the list, or nothing."""
    file.unlink(missing_ok=True)
    if text is not None:
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "liste.xml"
    path.write_text(listed("hopital.mssante.fr", "mssante.apicrypt.org"), encoding="utf-8")
    return path


async def refused(trust: Trust, mailbox: str) -> tuple[str, ...]:
    draft = Draft(to=(Address.received(mailbox),), subject="S")
    return review(draft, Context(ACCOUNT, trust=await trust.space())).refusals


async def test_without_a_list_the_ending_decides_and_it_is_said(clock: Clock) -> None:
    trust = Trust(UserFiles(), None, clock)
    assert "Sans liste blanche" in (await trust.space()).notice
    for domain in ("x.mssante.fr", "mssante.apicrypt.org", "interop-mssante.apicrypt.org"):
        assert await refused(trust, f"a@{domain}") == ()
    for domain in ("mssante.fr", "apicrypt.org", "x.mssante.apicrypt.org", "mssante.fr.example"):
        assert await refused(trust, f"a@{domain}") != ()


async def test_a_list_decides_by_exact_domain(clock: Clock, file: Path) -> None:
    trust = Trust(UserFiles(), file, clock)
    assert (await trust.space()).notice == ""
    for member in ("hopital.mssante.fr", "HOPITAL.mssante.fr", "mssante.apicrypt.org"):
        assert await refused(trust, f"a@{member}") == ()
    for stranger in ("autre.mssante.fr", "x.hopital.mssante.fr", "interop-mssante.apicrypt.org"):
        (refusal,) = await refused(trust, f"a@{stranger}")
        assert "la liste blanche MSSanté du 28/06/2026" in refusal


async def test_patients_are_written_to_whatever_the_list(clock: Clock, file: Path) -> None:
    trust = Trust(UserFiles(), file, clock)
    assert await refused(trust, "279035121518989@patient.mssante.fr") == ()


async def test_an_old_list_still_decides_and_is_said_to_be_old(clock: Clock, file: Path) -> None:
    clock.now = NOW + timedelta(days=60)
    trust = Trust(UserFiles(), file, clock)
    assert "du 28/06/2026, de plus de 30 jours" in (await trust.space()).notice
    assert await refused(trust, "a@autre.mssante.fr") != ()


async def test_a_list_without_a_date_says_so(clock: Clock, file: Path) -> None:
    lay(file, listed("hopital.mssante.fr", made=""))
    assert "sans date" in (await Trust(UserFiles(), file, clock).space()).notice


@pytest.mark.parametrize("content", [None, "", "<html/>"])
async def test_an_unreadable_list_leaves_the_ending_to_decide_and_says_why(
    clock: Clock, file: Path, content: str | None
) -> None:
    lay(file, content)
    trust = Trust(UserFiles(), file, clock)
    notice = (await trust.space()).notice
    assert "illisible" in notice
    assert "seuls les domaines en .mssante.fr" in notice
    assert await refused(trust, "a@autre.mssante.fr") == ()
    assert await refused(trust, "a@gmail.com") != ()


async def test_a_pipe_in_place_of_the_list_holds_nothing_up(clock: Clock, tmp_path: Path) -> None:
    pipe = tmp_path / "liste.xml"
    os.mkfifo(pipe)
    assert "illisible" in (await Trust(UserFiles(), pipe, clock).space()).notice


async def test_a_newer_list_is_seen_within_the_hour_and_a_mended_one_at_once(
    clock: Clock, file: Path
) -> None:
    trust = Trust(UserFiles(), file, clock)
    await trust.space()
    lay(file, listed("autre.mssante.fr"))
    assert await refused(trust, "a@autre.mssante.fr") != ()
    clock.now += timedelta(minutes=61)
    assert await refused(trust, "a@autre.mssante.fr") == ()
    lay(file, "à moitié écrite")
    clock.now += timedelta(minutes=61)
    assert "illisible" in (await trust.space()).notice
    lay(file, listed("hopital.mssante.fr"))
    assert await refused(trust, "a@hopital.mssante.fr") == ()
    assert (await trust.space()).notice == ""
