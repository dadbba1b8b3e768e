"""The pure part of a synchronisation: what to learn, what to forget, what changed."""

from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.message import Flags
from tui_mailer.engine.sync_plan import changed_flags, plan

uids = st.sets(st.integers(min_value=1, max_value=2**32 - 1), max_size=60)


@given(held=uids, present=uids)
def test_the_plan_makes_the_store_equal_to_the_server(held: set[int], present: set[int]) -> None:
    found = plan(held, sorted(present))
    assert (held - set(found.vanished)) | set(found.missing) == present
    assert not held.intersection(found.missing)
    assert present.isdisjoint(found.vanished)


@given(held=uids, present=uids)
def test_the_newest_is_learnt_first(held: set[int], present: set[int]) -> None:
    missing = plan(held, sorted(present)).missing
    assert list(missing) == sorted(missing, reverse=True)


def test_nothing_to_do_is_nothing_done() -> None:
    found = plan({3, 5}, [3, 5])
    assert (found.missing, found.vanished) == ((), ())


def test_only_flags_that_differ_of_messages_held_are_applied() -> None:
    held = {1: Flags.SEEN, 2: Flags.NONE, 3: Flags.FLAGGED}
    present = {1: Flags.SEEN, 2: Flags.SEEN, 4: Flags.SEEN}
    assert changed_flags(held, present) == {2: Flags.SEEN}
