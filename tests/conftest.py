"""Fixtures that every kind of test may want."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.practice import RealServers


@pytest.fixture(scope="session")
def real_servers() -> Iterator[RealServers]:
    """Dovecot and Postfix of this worker; a test that wants them fails where they cannot start."""
    with RealServers() as servers:
        yield servers


@pytest.fixture
def short_path() -> Iterator[Path]:
    """As `tmp_path`, where sockets can be made: their paths have 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="mss-", dir="/tmp") as directory:
        yield Path(directory)
