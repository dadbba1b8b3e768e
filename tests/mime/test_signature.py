"""The signature stands under what is written and above what is quoted."""

from tui_mailer.mime.signature import signed


def test_a_new_message_has_room_above_its_signature() -> None:
    assert signed("", "Dr Marie MARTIN\nCabinet") == "\n\nDr Marie MARTIN\nCabinet\n"


def test_a_quotation_comes_after_the_signature() -> None:
    quoted = "\n\nLe 2 mars 2026, Paul a écrit :\n> Bonjour\n"
    text = signed(quoted, "Dr Martin\n")
    assert text.index("Dr Martin") < text.index("> Bonjour")
    assert text.endswith(quoted)


def test_without_a_signature_nothing_changes() -> None:
    assert signed("\n\n> a", " \n") == "\n\n> a"
