import io

import pytest

from tui_mailer.ui.few_signs import FEW_SIGNS, has_few_signs


@pytest.mark.parametrize(
    ("coding", "few"),
    [("utf-8", False), ("UTF8", False), ("latin-1", True), ("ascii", True), ("cp1252", True)],
)
def test_a_terminal_in_anything_but_utf_8_has_few_signs(coding: str, few: bool) -> None:
    assert has_few_signs(io.TextIOWrapper(io.BytesIO(), encoding=coding)) is few


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert not has_few_signs(None)
    assert not has_few_signs(io.StringIO())


def test_what_is_said_can_be_read_there() -> None:
    assert "UTF-8" in FEW_SIGNS.encode("ascii", errors="replace").decode()
