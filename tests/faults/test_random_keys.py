"""Whatever keys are pressed: the program goes on, nothing is lost, nothing goes to the wrong person."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from faults.moments import seeds
from faults.random_keys import RandomKeys, busy_practice
from ui.mailbox_stage import opened

_STEPS: Final = 60
# At length, as many seeds as a quarter of the moments wanted.
_MOMENTS_EACH: Final = 4


@pytest.mark.parametrize("seed", seeds(3, _MOMENTS_EACH))
async def test_random_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with opened(busy_practice(tmp_path)) as mailing:
        keys = RandomKeys(mailing, seed)
        try:
            for _ in range(_STEPS):
                if keys.has_left:
                    break
                await keys.step()
                await keys.check()
            await keys.answers()
            await keys.check_at_end()
            mailing.app.exit()  # whatever is opening
        except BaseException:
            print(keys.told)  # noqa: T201  (of a failed test, pytest shows it)
            raise
