"""Steps that several journeys take."""

from pathlib import Path

from journeys.terminal import Terminal, World

INS = "279035121518989"
ADDRESS = f"{INS}@patient.mssante.fr"


async def log_in(screen: Terminal, world: World) -> None:
    """Type the password and wait for the mailbox."""
    await screen.shows(world.account.address)
    await screen.write(world.password)
    await screen.press("enter")
    await screen.shows("Boîte de réception", "à jour", timeout_s=60)


async def find_patient(screen: Terminal) -> None:
    """Look the patient up by the INS."""
    await screen.press("p")
    await screen.shows("Identité nationale de santé")
    await screen.write(INS)
    await screen.shows(ADDRESS)


async def write_letter(screen: Terminal, subject: str) -> None:
    """Fill in an empty message whose subject has the focus, and send it."""
    await screen.write(subject)
    await screen.press("tab")
    await screen.write("Bonjour Madame")
    await screen.press("ctrl+s")


async def confirm_identity(screen: Terminal) -> None:
    """Confirm the points of the identity that is on the screen, and go on to the message."""
    await screen.shows(ADDRESS, "Femme", "1979", "Marne (51)")
    await screen.press("enter")
    await screen.tick("Femme — confirmé", "confirmé", "Marne (51) — confirmé", "Identité confirmée")
    await screen.press("enter")
    await screen.shows("Nouveau message", "PATIENT", ADDRESS)


async def write_to(
    screen: Terminal,
    ins: str,
    points: tuple[str, str, str],
    subject: str,
    *,
    shown: str = "",
    attach: Path | None = None,
) -> None:
    """Confirm an identity and send that patient a message; the composer says `shown`."""
    await screen.press("p")
    await screen.shows("Identité nationale de santé")
    await screen.write(ins)
    await screen.shows(*points)
    await screen.press("enter")
    await confirm_points(screen, points)
    await screen.press("enter")
    await screen.shows("Nouveau message", "PATIENT", shown)
    await screen.write(subject)
    await screen.press("tab")
    await screen.write("Bonjour Monsieur,")
    if attach is not None:
        await screen.press("ctrl+t")
        await screen.shows("Joindre un fichier")
        await screen.press("shift+tab")
        await screen.paste(str(attach))
        await screen.press("enter")
        await screen.shows("1 pièce jointe")
    await screen.press("ctrl+s")


async def confirm_points(screen: Terminal, points: tuple[str, str, str]) -> None:
    """Tick sex, year and place of birth, and that the INS is qualified."""
    sex, _year, department = points
    done = (f"{sex} — confirmé", "Reste : département", f"{department} — confirmé")
    await screen.tick(*done, "Identité confirmée")


async def open_sent(screen: Terminal, subject: str, shows: str = "") -> None:
    """Find the message of ours with that subject, and open it once `shows` stands on its row."""
    await open_found(screen, f"de:martin {subject.split()[-1]}", "1 message", subject[:12], shows)


async def open_found(screen: Terminal, words: str, *shown: str) -> None:
    """Look for `words` in all folders, and open the first message once the terminal shows `shown`."""
    await screen.press("slash")
    await screen.write(words)
    await screen.press("ctrl+f")
    await screen.shows(*shown)
    await screen.press("enter")
    await screen.shows("Entrée Ouvrir")  # what is not yet on the screen is not opened
    await screen.press("home", "enter")
