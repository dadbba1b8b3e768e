"""From login to a message in the patient's mailbox, by keys alone; then what the server holds."""

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from journeys.steps import ADDRESS, confirm_identity, log_in
from journeys.terminal import Terminal, World, terminal

SUBJECT = "Votre bilan"
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 300


def arrived(world: World) -> list[EmailMessage]:
    found = []
    for folder, raw in world.mailbox(ADDRESS):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if folder == "INBOX" and message["Subject"] == SUBJECT:
            found.append(message)
    return found


async def wait_for_arrival(screen: Terminal, world: World) -> EmailMessage:
    async with asyncio.timeout(30):
        while not (found := await asyncio.to_thread(arrived, world)):
            await asyncio.sleep(0.05)
    await screen.until(lambda: "part dans" not in screen.text, "the message gone")
    (message,) = await asyncio.to_thread(arrived, world)
    del found
    return message


def check_headers(message: EmailMessage, world: World) -> None:
    sender = message["From"].addresses[0]
    assert sender.addr_spec == world.account.address
    assert sender.display_name == world.account.sender_label
    assert [a.addr_spec for a in message["To"].addresses] == [ADDRESS]
    assert message["Cc"] is None
    assert message["Bcc"] is None
    assert message["Message-ID"].startswith("<")
    assert message["Date"].datetime is not None
    assert message["MIME-Version"] == "1.0"


@pytest.mark.parametrize(
    ("world", "size"),
    [("real servers", (80, 24)), ("real servers", (140, 40)), ("demo servers", (80, 24))],
    ids=["real-80x24", "real-140x40", "demo-80x24"],
    indirect=["world"],
)
async def test_a_doctor_writes_to_a_patient_and_finds_the_message_again(
    world: World, size: tuple[int, int], tmp_path: Path
) -> None:
    (tmp_path / "bilan é.pdf").write_bytes(CONTENT)
    async with terminal(world, tmp_path, size) as screen:
        await log_in(screen, world)

        # + opens "nouveau"; the INS is typed as people type it; each point is confirmed
        await screen.press("plus")
        await screen.shows("Échanger avec un usager")
        await screen.press("down", "enter")
        await screen.shows("Identité nationale de santé")
        await screen.write("2 79 03.51-215 189 8")
        await screen.shows("Il manque 1 caractère")
        await screen.write("8")
        await screen.shows("clé")
        await screen.press("backspace")
        await screen.write("9")
        if not world.patient_answers:
            await screen.shows("Premier message à ce patient depuis cette boîte.")
        await confirm_identity(screen)

        # the message and its attachment
        await screen.write(SUBJECT)
        await screen.press("tab")
        await screen.write("Bonjour Madame,\ndose * 2 fois * jour")
        await screen.press("ctrl+t")
        await screen.shows("Joindre un fichier")
        await screen.press("shift+tab")
        await screen.write(str(tmp_path / "bilan é.pdf"))
        await screen.press("enter")
        await screen.shows("bilan é.pdf", "1 pièce jointe")
        await screen.press("ctrl+s")

        # what arrived, byte for byte
        message = await wait_for_arrival(screen, world)
        check_headers(message, world)
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines() == ["Bonjour Madame,", "dose * 2 fois * jour"]
        (attachment,) = message.iter_attachments()
        assert attachment.get_filename() == "bilan é.pdf"
        assert attachment.get_content() == CONTENT

        # found again under "Echanges patient"
        await screen.press("home", "shift+tab")
        await screen.shows("Echanges patient")
        await screen.press("down", "enter")
        await screen.shows(SUBJECT[:9])


async def test_the_practices_software_opens_on_the_confirmation(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "bilan.pdf").write_bytes(CONTENT)
    attach = (tmp_path / "bilan.pdf",)
    async with terminal(
        world, tmp_path, (80, 24), ins="2 79 03 51 215 189 89", attach=attach
    ) as screen:
        await screen.shows(world.account.address)
        await screen.write(world.password)
        await screen.press("enter")
        await confirm_identity(screen)
        await screen.shows("bilan.pdf")
        await screen.write(SUBJECT)
        await screen.press("ctrl+s")
        message = await wait_for_arrival(screen, world)
        assert [part.get_content() for part in message.iter_attachments()] == [CONTENT]


async def test_the_next_start_shows_the_list_before_any_connection(
    world: World, tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        listed = screen.text.splitlines()[2]
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await screen.shows(world.account.address)
        await screen.write("faux mot de passe")
        await screen.press("enter")
        await screen.shows("n’ouvre pas la boîte locale")
        await screen.press(*["backspace"] * 20)
        await screen.write(world.password)
        await screen.press("enter")
        await screen.shows("Boîte de réception", listed[30:50].strip())
