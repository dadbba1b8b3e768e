"""Cleaning up after tests that were killed before they could do it themselves."""

from __future__ import annotations

import subprocess


class Guard:
    """A shell command that runs when the tests end without `dismiss`, even by SIGKILL.

    It waits for the end of its standard input, which nobody but the tests holds open.
    """

    def __init__(self, command: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f"read -r _; {command}", "guard", *arguments],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Leave without running the command."""
        self._process.kill()
        self._process.communicate()
