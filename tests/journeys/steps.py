"""Steps that several journeys take."""

from journeys.terminal import Terminal, World

INS = "279035121518989"
ADDRESS = f"{INS}@patient.mssante.fr"


async def log_in(screen: Terminal, world: World) -> None:
    """Type the password and wait for the mailbox."""
    await screen.shows(world.account.address)
    await screen.write(world.password)
    await screen.press("enter")
    await screen.shows("Boîte de réception", "à jour", timeout_s=60)


async def confirm_identity(screen: Terminal) -> None:
    """Confirm the points of the identity that is on the screen, and go on to the message."""
    await screen.shows(ADDRESS, "Femme", "1979", "Marne (51)")
    await screen.press("enter")
    await screen.tick("Femme — confirmé", "confirmé", "Marne (51) — confirmé", "Identité confirmée")
    await screen.press("enter")
    await screen.shows("Nouveau message", "PATIENT", ADDRESS)
