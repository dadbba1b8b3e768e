"""The light display is offered where the terminal is slow to answer, and nowhere else."""

from collections.abc import Iterator

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tui_mailer.ui.light import LineTimer


class Terminal:
    """Answers each question after the next of these times, but for a first one that is busy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers_s: float) -> None:
        self._answers: Iterator[float] = iter(answers_s)
        self._now_s = 0.0
        self.heard: list[float] = []
        self.questions: list[str] = []
        driver = object.__new__(HeadlessDriver)
        monkeypatch.setattr(driver, "write", self.questions.append)
        self._timer = LineTimer(driver, self.heard.append, lambda: self._now_s)

    def play(self) -> None:
        self._timer.ask()
        for answer_s in self._answers:
            self._now_s += answer_s
            self._timer.answered()
        self._timer.answered()


def test_a_slow_line_is_told_with_its_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch, 0.9, 0.3, 0.4)
    terminal.play()
    assert terminal.heard == [pytest.approx(0.3)]
    assert terminal.questions == ["\x1b[6n"] * 3


def test_one_quick_answer_is_enough_to_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch, 0.9, 0.9, 0.02)
    terminal.play()
    assert terminal.heard == []


def test_a_terminal_that_never_answers_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.play()
    assert len(terminal.questions) <= 2
    assert terminal.heard == []
