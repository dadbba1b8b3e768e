"""The pure part of a synchronisation: what to learn, what to forget, what changed."""

from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.folder import FolderChanges, FolderState, SyncPoint
from tui_mailer.domain.message import Flags
from tui_mailer.engine.sync_plan import SyncPlan, changed_flags, is_unchanged, of_changes, plan

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


def test_a_folder_stands_still_when_all_that_is_told_of_it_is_as_known() -> None:
    with_modseq = SyncPoint(FolderState(9, 42, 3, 7), held_count=3, unread_count=1)
    without = SyncPoint(FolderState(9, 42, 3), held_count=3, unread_count=1)
    assert is_unchanged(with_modseq, FolderState(9, 42, 3, 7))
    assert not is_unchanged(with_modseq, FolderState(9, 42, 3, 8))
    assert not is_unchanged(with_modseq, FolderState(9, 42, 3, None, unseen=1))
    assert is_unchanged(without, FolderState(9, 42, 3, unseen=1))
    assert not is_unchanged(without, FolderState(9, 42, 3, unseen=0))
    for other in (FolderState(8, 42, 3, 7), FolderState(9, 43, 3, 7), FolderState(9, 42, 2, 7)):
        assert not is_unchanged(with_modseq, other)
    assert not is_unchanged(SyncPoint(), FolderState(9, 42, 3, 7))


def test_what_a_look_that_was_cut_short_learnt_is_compared_with_what_is_told() -> None:
    told = FolderChanges({3: Flags.SEEN, 10: Flags.NONE, 11: Flags.SEEN}, vanished=())
    todo = of_changes(told, known_next=10, held_since={11: Flags.NONE, 12: Flags.NONE})
    assert todo == SyncPlan(missing=(10,), vanished=(12,), flags={3: Flags.SEEN, 11: Flags.SEEN})
