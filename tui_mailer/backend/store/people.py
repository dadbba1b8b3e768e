"""People: completing an address, finding a patient."""

from collections.abc import Sequence
from typing import Any, Final

from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, word_starts
from tui_mailer.domain.address import Address
from tui_mailer.domain.ins import Matricule, clean
from tui_mailer.domain.patient import KnownPatient
from tui_mailer.domain.safe_text import safe_line

_COMPLETE: Final = """
    SELECT mailbox, name FROM contact WHERE {condition}
    ORDER BY use_count DESC, last_used_at DESC, mailbox_key LIMIT ?
"""
_PATIENTS: Final = """
    SELECT p.matricule, coalesce(t.name, c.name, ''), p.unread_count, p.last_at, t.name IS NOT NULL
    FROM patient_mail AS p
    LEFT JOIN contact AS c ON c.mailbox_key = lower(p.matricule) || '@' || ?
    LEFT JOIN patient_traits AS t ON t.matricule = p.matricule
    WHERE {condition}
    ORDER BY p.last_at DESC, p.matricule LIMIT ?
"""
_HAS_WORDS: Final = "instr({column}, ?) > 0"


class People(Part):
    """The people's part of the store."""

    async def complete_address(self, text: str, limit: int) -> Sequence[Address]:
        """Addresses seen whose label or mailbox has a word that starts with `text`.

        Accents and case do not count. `text` may hold several beginnings: each must be found.
        Those used most come first, then those used last.
        """
        starts = word_starts(text)
        if text.strip() and not starts:
            return []
        await self._followed_up()
        query = _COMPLETE.format(condition=_all_found("name_words || mailbox_words", len(starts)))
        rows = await self._database.fetch_all(query, (*starts, limit))
        return [Address(safe_line(mailbox), safe_line(name)) for mailbox, name in rows]

    async def find_patients(self, text: str, limit: int) -> Sequence[KnownPatient]:
        """Patients of this mailbox by name or matricule, last exchange first; all for ""."""
        starts = word_starts(text)
        by_name = _all_found(
            "(coalesce(c.name_words, '') || coalesce(t.name_words, ''))", len(starts)
        )
        query = _PATIENTS.format(condition=f"(({by_name}) OR p.matricule GLOB ?)")
        matricule = clean(text)
        pattern = f"{matricule}*" if matricule.isascii() and matricule.isalnum() else ""
        values: tuple[str | int, ...] = (self._owner.patient_domain, *starts, pattern, limit)
        if text.strip() and not starts:
            return []
        if starts:
            await self._followed_up()
        return [_patient(row) for row in await self._database.fetch_all(query, values)]


def _all_found(column: str, count: int) -> str:
    return " AND ".join([_HAS_WORDS.format(column=column)] * count) or "1"


def _patient(row: tuple[Any, ...]) -> KnownPatient:
    # Official test identities have wrong keys; whether they count was decided on arrival.
    matricule = Matricule.parse(row[0], test_identities=True)
    return KnownPatient(matricule, safe_line(row[1]), row[2], from_stamp(row[3]), bool(row[4]))
