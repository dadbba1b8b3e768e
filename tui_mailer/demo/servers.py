"""The demo practice: its servers, in a thread of their own.

pymap works about a millisecond of processor time for each envelope, on its event loop. On the
program's loop that would be felt at each key; a thread leaves the keys to the program, and,
unlike a process, lets the tests look into any mailbox and needs nothing of its own to stop.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar

from tui_mailer.demo.content import FOLDERS, write_mailbox
from tui_mailer.demo.imap_server import DemoMailboxes
from tui_mailer.demo.people import COLLEAGUES, PATIENTS, PRACTICE, PRACTICE_PASSWORD
from tui_mailer.demo.played import PlayedCorrespondents
from tui_mailer.demo.submission import SubmissionServer
from tui_mailer.demo.tls import HOST, server_context

_T = TypeVar("_T")


class DemoPractice:
    """Embedded IMAP and SMTP servers with a practice's mail; an async context manager.

    Both servers listen on loopback only and want STARTTLS, then a login. Everything is in
    memory, but for the certificate of the authority, in a private temporary directory.

    Attributes:
        host: where both servers listen.
        imap_port: IMAP with STARTTLS; known once started.
        smtp_port: submission with STARTTLS; known once started.
        ca_file: the authority that signed both servers' certificate; known once started.
        address: of the practice, also its login.
        password: of every mailbox of the demo (the patients' too, so that tests may log in).
        display_name: the practice's From label (Ref#2 §3.5).
    """

    def __init__(self, *, now: datetime | None = None, answer_delay_s: float = 4.0) -> None:
        """Prepare a practice; nothing runs before ``async with``.

        Args:
            now: the moment that the messages' dates count back from, with its time zone.
            answer_delay_s: how long a patient takes to answer, in seconds.
        """
        self.host = HOST
        self.imap_port = 0
        self.smtp_port = 0
        self.ca_file = Path()
        self.address = PRACTICE.address
        self.password = PRACTICE_PASSWORD
        self.display_name = PRACTICE.label
        self._now = now or datetime.now().astimezone()
        self._answer_delay_s = answer_delay_s
        self._started = _uncancellable()
        self._stop_wanted = _uncancellable()
        self._ended = _uncancellable()
        self._thread = threading.Thread(target=self._run, name="tui-mailer-demo", daemon=True)

    async def __aenter__(self) -> Self:
        self._thread.start()
        try:
            await asyncio.wrap_future(self._started)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    def mailbox(self, address: str) -> list[tuple[str, bytes]]:
        """What the server holds for ``address``: (folder, raw message), oldest first.

        Blocks the caller for some milliseconds. An address never written to has no message.
        """
        return self._ask(self._mailboxes.read_all(address))

    def _ask(self, question: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()

    async def _stop(self) -> None:
        self._stop_wanted.set_result(None)
        await asyncio.wrap_future(self._ended)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001  (raised again in whoever started or stops us)
            if self._started.done():
                self._ended.set_exception(error)
                return
            self._started.set_exception(error)
        self._ended.set_result(None)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="tui-mailer-demo-"))
            tls, self.ca_file = server_context(Path(folder))
            self._mailboxes = DemoMailboxes(tls)
            await self._fill_mailboxes()
            correspondents = PlayedCorrespondents(self._mailboxes.store, self._answer_delay_s)
            stack.push_async_callback(correspondents.close)
            submission = SubmissionServer(tls, correspondents, {self.address: self.password})
            stack.push_async_callback(self._mailboxes.disconnect_all)
            imap = await self._mailboxes.serve()
            # Closed and not waited for: since Python 3.12 that waits until nobody is connected.
            stack.callback(imap.close)
            stack.push_async_callback(submission.disconnect_all)
            smtp = await submission.serve()
            stack.callback(smtp.close)
            self.imap_port = _port(imap)
            self.smtp_port = _port(smtp)
            self._started.set_result(None)
            await asyncio.wrap_future(self._stop_wanted)

    async def _fill_mailboxes(self) -> None:
        everyone = [person.address for person in COLLEAGUES.values()]
        everyone += [patient.address for patient in PATIENTS.values()]
        for address in (self.address, *everyone):
            self._mailboxes.open_account(address, self.password)
        for folder in FOLDERS:
            await self._mailboxes.create_folder(self.address, folder)
        for stored in write_mailbox(self._now):
            await self._mailboxes.store(
                self.address,
                stored.raw,
                folder=stored.folder,
                flags=stored.flags,
                when=stored.received_at,
            )


def _uncancellable() -> Future[None]:
    """A future between threads that outlives the cancellation of whoever waits for it."""
    future: Future[None] = Future()
    future.set_running_or_notify_cancel()
    return future


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
