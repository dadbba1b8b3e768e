"""The only module that knows every concrete class: it puts the program together and runs it."""

import asyncio
import os
import pwd
import shlex
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui_mailer.backend.calls.local_calls import LocalCalls
from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.late import LateConnector, LateSubmission
from tui_mailer.backend.secrets.secrets import Secrets
from tui_mailer.backend.store.keys import KeyDerivation
from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Endpoint, SecretOrigin
from tui_mailer.domain.call import FileAsked, WriteCall
from tui_mailer.domain.errors import AttachmentUnreadable, MailerError
from tui_mailer.engine.early_opening import EarlyOpening
from tui_mailer.engine.engine import Outside, utc_now
from tui_mailer.engine.journal import Author, JournalKeeper
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.memory import loading, screen_stands, share_heaps, tidy
from tui_mailer.no_core import leave_no_core
from tui_mailer.settings.model import Places, Settings
from tui_mailer.settings.reader import load
from tui_mailer.settings.templates import TemplateFolder
from tui_mailer.settings.writer import SettingsFile
from tui_mailer.threads import take_short_turns
from tui_mailer.ui.opening import Opening

if TYPE_CHECKING:
    from tui_mailer.audit_export import Period
    from tui_mailer.demo.servers import DemoPractice
    from tui_mailer.ui.app import MailerApp

_DEMO_HINTS: Final = (
    "Démonstration : serveurs embarqués, personnes fictives, rien ne sort de ce poste.",
    "Tout est déjà rempli : appuyez sur Entrée pour vous connecter.",
    "Pour écrire à une patiente : « p », puis l’INS 2 79 03 51 215 189 89 ; elle vous répondra.",
)


class AccountUnknown(MailerError):
    """The command line names an account that the settings do not have."""

    what = "Ce compte n’est pas dans les réglages"
    meaning = "Rien n’a été ouvert."
    # Not only on the screen: where a command gives the password, there is none to add it on.
    advice = (
        "Vérifiez l’adresse. Un compte s’ajoute sur l’écran de connexion (F5), ou par un "
        "[[compte]] de plus dans les réglages."
    )


class NothingKept(MailerError):
    """An account was never opened on this machine."""

    what = "Ce compte n’a pas de boîte locale sur ce poste"
    meaning = "Il n’y a pas de journal à exporter."
    advice = "Choisissez un autre compte avec --compte, ou ouvrez d’abord celui-ci dans tui-mailer."


class NoAccount(MailerError):
    """The settings know no mailbox at all."""

    what = "Aucun compte n’est dans les réglages"
    meaning = "Il n’y a pas de journal à exporter."
    advice = "Lancez tui-mailer pour ouvrir une boîte, ou donnez ses réglages avec --reglages."


class NothingToAttach(AttachmentUnreadable):
    """The command line names a file that cannot be read."""

    meaning = "Rien n’a été ouvert."
    advice = "Vérifiez le chemin donné avec --attach."


class NoScreen(MailerError):
    """Started by a scheduler, in a pipe, or with its display sent to a file."""

    what = "tui-mailer s’ouvre dans un terminal, et il n’y en a pas ici."
    meaning = "Rien n’a été ouvert."
    advice = "Lancez la commande dans un terminal, sans rediriger son entrée ni son affichage."


class DemoMissing(MailerError):
    """The package was installed without the embedded servers."""

    what = "La démonstration n’est pas installée."
    meaning = "La messagerie elle-même fonctionne."
    # From the sources: what an index offers under this name may be anybody's.
    # With the very Python that runs it: a bare `pip` may be another one's, and mostly refuses.
    advice = (
        "Dans le dossier des sources, installez-la avec : "
        f"{shlex.quote(sys.executable)} -m pip install '.[demo]'"
    )


def make_session(
    places: Places, options: EngineOptions, derivation: KeyDerivation | None = None
) -> Session:
    """The real thing behind every port. `derivation`: what a passphrase costs to try."""
    outside = Outside(
        connector=LateConnector(),
        submission=LateSubmission(),
        secrets=Secrets(),
        files=UserFiles(),
        system_user=_system_user(),
        calls=LocalCalls(places.store_directory),
    )
    opener = EncryptedStoreOpener(places.store_directory, derivation)
    return Session(outside, opener, SettingsFile(places.settings_file), options)


def _system_user() -> str:
    """Who is logged in to this machine; the environment's word is not taken for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def call_of(ins: str, attach: Sequence[Path]) -> WriteCall:
    """What the practice's software asks, with its files as they are now.

    Raises:
        NothingToAttach: a file is absent, or may not be read.
    """
    return WriteCall(ins, tuple(map(_file_asked, attach)))


def _file_asked(path: Path) -> FileAsked:
    try:
        found = UserFiles().describe(path)
    except AttachmentUnreadable as error:
        raise NothingToAttach(subject=path.name) from error
    return FileAsked(found.path, found.stamp)


def hand_over(places: Places, address: str, call: WriteCall) -> bool:
    """Let the program that is open on the mailbox take `call`; False when none is, or answers.

    Raises:
        MailerError: the settings cannot be used, or no such account.
    """
    account = _account(load(places.settings_file), address)
    if account is None:
        return False
    return asyncio.run(LocalCalls(places.store_directory).hand_over(account, call))


def run(places: Places, *, address: str = "", call: WriteCall | None = None) -> int:
    """Open the user's own mailbox; the exit status.

    Raises:
        MailerError: the settings cannot be used, no such account, or no terminal.
    """
    leave_no_core()
    _look_for_a_screen()
    share_heaps()
    settings = load(places.settings_file)
    opening = replace(
        _opening(settings, places),
        account=_account(settings, address),
        call=call or WriteCall(),
    )
    return asyncio.run(_run_app(make_session(places, settings.options), opening))


def run_audit(places: Places, period: "Period", *, form: str, address: str = "") -> int:
    """Print the journal of an account; the exit status, 2 when it was touched.

    Raises:
        MailerError: no account, none of that name, no local store, a wrong passphrase, or it is open
            elsewhere.
    """
    leave_no_core()
    account = _account(load(places.settings_file), address)
    opener = EncryptedStoreOpener(places.store_directory)
    if account is None:
        raise NoAccount(subject=str(places.settings_file))
    if not opener.exists(account):
        raise NothingKept(subject=account.address)
    return asyncio.run(_run_audit(account, opener, period, form))


async def _run_audit(
    account: Account, opener: EncryptedStoreOpener, period: "Period", form: str
) -> int:
    from tui_mailer.audit_command import ask_passphrase, export  # late: a command of its own

    passphrase = ""
    if account.secret_origin not in {SecretOrigin.TYPED, SecretOrigin.TOKEN_COMMAND}:
        credentials = await Secrets().credentials(account)
        passphrase = credentials.password if credentials else ""
    store = await opener.open(account, passphrase or ask_passphrase(account.address))
    try:
        author = Author(account.address, _system_user())
        return await export(JournalKeeper(store, author, utc_now), period, form)
    finally:
        await store.close()


def run_demo(places: Places) -> int:
    """Open the fictional practice; nothing of it is kept.

    Raises:
        DemoMissing: installed without the embedded servers.
        NoScreen: there is no terminal.
    """
    leave_no_core()
    _look_for_a_screen()
    settings = load(places.settings_file)
    return asyncio.run(_run_demo(settings))


def _look_for_a_screen() -> None:
    # Where Textual reads, and where it draws.
    for stream in (sys.__stdin__, sys.__stderr__):
        if stream is None or not stream.isatty():
            raise NoScreen


def _account(settings: Settings, address: str) -> Account | None:
    if not address:
        return settings.accounts[0] if settings.accounts else None
    for account in settings.accounts:
        if account.address.casefold() == address.casefold():
            return account
    raise AccountUnknown(subject=address)


def _opening(settings: Settings, places: Places) -> Opening:
    return Opening(
        templates=TemplateFolder(places.settings_file).templates,
        editor=settings.external_editor,
        light=settings.light_display,
        lock_after=settings.lock_after,
        attachments_dir=settings.attachments_directory,
    )


async def _run_app(session: Session, opening: Opening) -> int:
    take_short_turns()
    async with AsyncExitStack() as stack:
        if opening.account is not None and session.opens_by_itself(opening.account):
            begun = EarlyOpening(session, opening.account)
            stack.push_async_callback(begun.close)
            opening = replace(opening, begun=begun)
        # The longest of the launch: in a thread, so that the store opens meanwhile.
        with loading():
            make_app = await asyncio.to_thread(_app_class)
        app = make_app(session, replace(opening, once_shown=screen_stands, at_rest=tidy))
        await app.run_async()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0


def _app_class() -> "type[MailerApp]":
    from tui_mailer.ui.app import MailerApp

    return MailerApp


async def _run_demo(settings: Settings) -> int:
    try:
        from tui_mailer.demo.servers import DemoPractice  # late: only the demo needs its servers
    except ModuleNotFoundError as missing:
        raise DemoMissing from missing
    import tempfile  # late, as above

    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-mailer-")))
        practice = await stack.enter_async_context(DemoPractice())
        places = Places(home / "reglages.toml", home / "store", home / "state")
        session = make_session(places, settings.options)
        return await _run_app(session, demo_opening(practice, settings, places))


def demo_opening(practice: "DemoPractice", settings: Settings, places: Places) -> Opening:
    """The login screen filled in for a practice that is running."""
    account = Account(
        practice.address,
        Endpoint(practice.host, practice.imap_port),
        Endpoint(practice.host, practice.smtp_port),
        sender_label=practice.display_name,
        ca_file=practice.ca_file,
    )
    return replace(
        _opening(settings, places), account=account, password=practice.password, hints=_DEMO_HINTS
    )
