"""Fixtures that every kind of test may want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers.practice import RealServers


@pytest.fixture(scope="session")
def real_servers() -> Iterator[RealServers]:
    """Dovecot and Postfix of this worker; a test that wants them fails where they cannot start."""
    with RealServers() as servers:
        yield servers
