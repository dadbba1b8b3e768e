"""What a synchronisation has to do, as pure functions of what is held and what is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tui_mailer.domain.folder import FolderChanges, FolderState, SyncPoint
from tui_mailer.domain.message import Flags

# The UIDs of so many are written out; beyond, it is cheaper to look at which are held.
_MOST_WRITTEN_OUT: Final = 10_000


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """UIDs to learn, newest first; UIDs to forget; flags to take over.

    Attributes:
        compares_all: True when all that the server holds was looked at to make this plan.
    """

    missing: tuple[int, ...] = ()
    vanished: tuple[int, ...] = ()
    flags: Mapping[int, Flags] = field(default_factory=dict)
    compares_all: bool = False


def plan(held: Collection[int], present: Collection[int]) -> SyncPlan:
    """Compare the UIDs `held` by the store with those `present` on the server."""
    if not held:  # sets of 100,000 take their time
        return SyncPlan(missing=tuple(sorted(present, reverse=True)))
    on_server = frozenset(present)
    in_store = frozenset(held)
    return SyncPlan(
        missing=tuple(sorted(on_server - in_store, reverse=True)),
        vanished=tuple(sorted(in_store - on_server)),
    )


def changed_flags(held: Mapping[int, Flags], present: Mapping[int, Flags]) -> dict[int, Flags]:
    """Of the messages in both, those whose flags differ, with the server's flags."""
    return {uid: flags for uid, flags in present.items() if held.get(uid, flags) != flags}


def can_tell_changes(point: SyncPoint) -> bool:
    """True when the server may be asked for what changed since `point`."""
    known = point.state
    return known is not None and None not in (known.highest_modseq, known.uid_next)


def is_unchanged(point: SyncPoint, told: FolderState) -> bool:
    """True when `told` proves that nothing happened since `point`.

    With mod-sequences that is the whole truth. Without them it cannot see a flag other than
    read or unread, nor one message read and another one unread: someone must compare all flags
    now and then.
    """
    known = point.state
    if known is None or told.uid_next is None:
        return False
    same = (told.uid_validity, told.uid_next, told.exists)
    if same != (known.uid_validity, known.uid_next, known.exists):
        return False
    if told.highest_modseq is not None or known.highest_modseq is not None:
        return told.highest_modseq == known.highest_modseq
    return told.unseen == point.unread_count


def of_changes(
    changes: FolderChanges, known_next: int, held_since: Mapping[int, Flags]
) -> SyncPlan:
    """The plan that a server's own words make.

    Args:
        changes: all that is new or changed; of what vanished, only UIDs below `known_next`.
        known_next: the first UID that was not given out yet at the last sync point.
        held_since: those held from `known_next` on, learnt by a look that was cut short.
    """
    new = {uid for uid in changes.flags if uid >= known_next}
    return SyncPlan(
        missing=tuple(sorted(new.difference(held_since), reverse=True)),
        vanished=tuple(sorted(held_since.keys() - new)),
        flags={
            uid: flags
            for uid, flags in changes.flags.items()
            if uid < known_next or uid in held_since
        },
    )


def written_out(ranges: Sequence[tuple[int, int]], known_next: int) -> list[int] | None:
    """The UIDs below `known_next` that are in `ranges`; None when they are too many to name."""
    cut = [(first, min(last, known_next - 1)) for first, last in ranges if first < known_next]
    if sum(last - first + 1 for first, last in cut) > _MOST_WRITTEN_OUT:
        return None
    return [uid for first, last in cut for uid in range(first, last + 1)]


def within(held: Collection[int], ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Those of `held` that are in one of `ranges`."""
    ordered, found, position = sorted(held), list[int](), 0
    for first, last in sorted(ranges):
        while position < len(ordered) and ordered[position] < first:
            position += 1
        while position < len(ordered) and ordered[position] <= last:
            found.append(ordered[position])
            position += 1
    return found
