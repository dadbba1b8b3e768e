"""A terminal that is gone ends the program in order, and one that was lent is taken back.

It may be gone without a SIGHUP: the signal is for the process that leads the session, and that may
be another one: ``make demo`` in a tmux whose server is killed. Textual would go on: the thread that
reads spins on end of file, and the one that writes dies of the first refusal, with whoever writes
waiting for it for ever.

A program that was stopped goes on with SIGCONT, and takes the terminal again. Of one that had no
time to give it back first (SIGSTOP) Textual would take it twice: two threads read the keys, and the
shell got a raw terminal in the end. And Textual does so wherever the program just is, be it between
the two halves of a write, whose lock is held then: SIGCONT comes with each SIGHUP, and the program
stood for ever, the store in its hands. Here the event loop does it, in its turn.
"""

import select
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual.driver import Driver

if TYPE_CHECKING:
    from textual.drivers.linux_driver import LinuxDriver as _Base
else:
    _Base = object


class _Output:
    """A terminal to write to; after a refusal, what is written goes nowhere."""

    def __init__(self, file: TextIO, on_refused: Callable[[], None]) -> None:
        self._file: TextIO | None = file
        self._on_refused = on_refused

    def write(self, text: str) -> None:
        """Write, or tell that it was refused."""
        self._try(lambda file: file.write(text))

    def flush(self) -> None:
        """As `write`."""
        self._try(lambda file: file.flush())

    def _try(self, use: Callable[[TextIO], object]) -> None:
        if self._file is None:
            return
        try:
            use(self._file)
        except OSError:
            self._file = None
            self._on_refused()


class _MortalDriver(_Base):
    """A driver that ends the app with its terminal; mixed in before the platform's own."""

    _watch: "select.epoll | None" = None

    def start_application_mode(self) -> None:
        """Begin, and watch the terminal."""
        if self._file is not None and not isinstance(self._file, _Output):
            self._file = cast("Any", _Output(self._file, self._ends_soon))
        cast("Any", super()).start_application_mode()  # it carries no types
        self._begin_watch()

    def _sigtstp_application(self, *_: object) -> None:
        """SIGTSTP: stop, between two pieces of work."""
        self._in_its_turn(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        """SIGCONT: go on, between two pieces of work."""
        self._in_its_turn(self._go_on)

    def _in_its_turn(self, work: Callable[[], None]) -> None:
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(work)

    def _go_on(self) -> None:
        """Take the terminal again, once it is given back; not at the end, when nobody needs it."""
        if self._app._exit:
            return
        writer = self._writer_thread
        if self._auto_restart and writer is not None and writer.is_alive():
            self.suspend_application_mode()
            self._must_signal_resume = True  # the shell has written on the picture
        super()._sigcont_application()

    def run_input_thread(self) -> None:
        """Read until the terminal refuses."""
        try:
            super().run_input_thread()
        except OSError:
            self._ends_soon()

    def close(self) -> None:
        """Watch no more."""
        self._end_watch()
        super().close()

    def _begin_watch(self) -> None:
        self._end_watch()  # SIGCONT, which comes with SIGHUP, begins once more
        if not hasattr(select, "epoll"):  # not Linux: the signal, or a refusal, will tell
            return
        self._watch = select.epoll()
        try:
            self._watch.register(self.fileno, 0)  # a hang-up is always told (epoll_ctl(2))
        except PermissionError:  # a file: it has an end too
            self._ends_soon()
        else:
            self._loop.add_reader(self._watch, self._ends)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch)
            self._watch.close()
            self._watch = None

    def _ends_soon(self) -> None:
        """As `_ends`, from any thread."""
        self._loop.call_soon_threadsafe(self._ends)

    def _ends(self) -> None:
        self._end_watch()
        self._app.exit()


def mortal(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, which ends the app when its terminal is gone."""
    return type(f"Mortal{driver_class.__name__}", (_MortalDriver, driver_class), {})
