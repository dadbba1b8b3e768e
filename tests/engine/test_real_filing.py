"""Messages with patients in a server folder of their own, on real Dovecot and Postfix."""

import asyncio
from collections.abc import Callable

from engine_helpers import PATIENTS, Office, OpenOffice, letter
from mail_samples import received
from servers.people import PATIENT, PRACTICE, SENT
from servers.practice import RealServers

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.folder import FolderRole

INS = "279035121518989"
FOLDER = "Echanges patient"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)


def held(servers: RealServers) -> dict[str, list[bytes]]:
    """The practice's messages by folder."""
    found: dict[str, list[bytes]] = {}
    for stored in servers.mailbox(PRACTICE.address):
        found.setdefault(stored.folder, []).append(stored.raw)
    return found


async def write(office: Office) -> None:
    await office.confirm(INS)
    outgoing = await office.engine.writing.send(letter(PATIENT.address, "Votre bilan"))
    await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_what_patients_write_and_get_is_filed_when_it_is_asked_for(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("Avis"))
    real_servers.deliver(PRACTICE.address, received("Question", sender=PATIENT.address))
    office = await open_office(file_exchanges=True)
    await until(lambda: len(held(real_servers).get(FOLDER, [])) == 1)
    await write(office)
    await until(lambda: len(held(real_servers).get(FOLDER, [])) == 2)

    found = held(real_servers)
    assert [b"Subject: Avis" in raw for raw in found["INBOX"]] == [True]
    assert SENT not in found
    assert [b"Question" in raw or b"Votre bilan" in raw for raw in found[FOLDER]] == [True, True]
    await office.until_row(PATIENTS, "Votre bilan")
    assert await office.subjects(PATIENTS) == ["Votre bilan", "Question"]
    assert (await office.engine.exchange(INS)).state is ExchangeState.OPEN

    # A message that the user puts back stays where it is put.
    row = await office.until_row(PATIENTS, "Question")
    inbox = await office.folder(FolderRole.INBOX)
    await office.engine.actions.move([row.id], inbox.id)
    await until(lambda: len(held(real_servers)["INBOX"]) == 2)
    real_servers.deliver(PRACTICE.address, received("Encore", sender=PATIENT.address))
    await until(lambda: any(b"Encore" in raw for raw in held(real_servers)[FOLDER]))
    assert len(held(real_servers)["INBOX"]) == 2

    # Nor does the next start move it again.
    await office.close()
    real_servers.deliver(PRACTICE.address, received("Enfin", sender=PATIENT.address))
    await open_office(file_exchanges=True)
    await until(lambda: any(b"Enfin" in raw for raw in held(real_servers)[FOLDER]))
    assert len(held(real_servers)["INBOX"]) == 2


async def test_nothing_is_moved_on_the_server_unless_it_is_asked_for(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("Question", sender=PATIENT.address))
    office = await open_office()
    await office.until_row(PATIENTS, "Question")
    await write(office)
    assert FOLDER not in real_servers.folders(PRACTICE.address)
    assert sorted(held(real_servers)) == ["INBOX", SENT]
