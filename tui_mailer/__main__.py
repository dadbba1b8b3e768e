"""`python -m tui_mailer`, and the command `tui-mailer`.

Nothing is loaded before Ctrl+C is provided for: in the tenth of a second that the rest takes, Python
would answer it with a traceback.
"""

import signal
import sys

_WAS_USUAL = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if _WAS_USUAL:  # not where it is ignored, as for a program in the background
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> int:
    """Run the command line; its exit status."""
    from tui_mailer.cli import main as run  # late, as said above

    if _WAS_USUAL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
