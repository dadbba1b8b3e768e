"""What the user confirmed or recorded of a patient: traits, oppositions."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, storable, to_stamp, words
from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.domain.traits import PatientTraits, TraitsSource

_COLUMNS: Final = """
    matricule, name, source, birth_name, given_names, birth_date, sex, birth_place, learnt_at
"""
_TRAITS: Final = f"SELECT {_COLUMNS} FROM patient_traits WHERE matricule = ?"  # noqa: S608  (constants)
_SAVE: Final = f"""
    INSERT OR REPLACE INTO patient_traits ({_COLUMNS}, name_words)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""  # noqa: S608  (constants)
_OPPOSE: Final = """
    INSERT INTO opposition (matricule, towards, act, author, noted_at) VALUES (?, ?, ?, ?, ?)
"""
_OPPOSITIONS: Final = """
    SELECT matricule, towards, act, author, noted_at FROM opposition
    WHERE matricule = ? ORDER BY id
"""


class Patients(Part):
    """The patients' part of the store."""

    async def patient_traits(self, matricule: str) -> PatientTraits | None:
        """The stored identity of a patient, None when none was confirmed."""
        return await self._database.read(lambda sql: _traits(sql, matricule))

    async def patient_label(self, matricule: str) -> SafeText:
        """The label under which a patient was last seen, or ""."""
        query = "SELECT name FROM contact WHERE mailbox_key = lower(?) || '@' || ?"
        row = await self._database.fetch_one(query, (matricule, self._owner.patient_domain))
        return safe_line(row[0]) if row else SafeText("")

    async def note_opposition(self, entry: OppositionEntry) -> None:
        """Add an entry to a patient's oppositions."""
        row = (
            entry.matricule,
            entry.towards.value,
            entry.act.value,
            storable(entry.author),
            to_stamp(entry.noted_at),
        )
        await self._database.execute(_OPPOSE, row)

    async def oppositions(self, matricule: str) -> Sequence[OppositionEntry]:
        """Every entry about a patient, oldest first."""
        rows = await self._database.fetch_all(_OPPOSITIONS, (matricule,))
        return [_entry(row) for row in rows]


def keep_traits(sql: Sql, traits: PatientTraits) -> None:
    """Store what the user confirmed, unless better is known; within a transaction."""
    if not traits.outranks(_traits(sql, traits.matricule)):
        return
    birth_date = traits.birth_date.isoformat() if traits.birth_date else ""
    row = (
        traits.matricule,
        storable(traits.name),
        traits.source.value,
        storable(traits.birth_name),
        storable(traits.given_names),
        birth_date,
        traits.sex,
        traits.birth_place,
        to_stamp(traits.learnt_at),
        words(f"{traits.name} {traits.given_names}"),
    )
    sql.execute(_SAVE, row)


def _traits(sql: Sql, matricule: str) -> PatientTraits | None:
    row = sql.execute(_TRAITS, (matricule,)).fetchone()
    if row is None:
        return None
    found, name, source, birth_name, given_names, birth_date, sex, birth_place, learnt_at = row
    return PatientTraits(
        found,
        safe_line(name),
        TraitsSource(source),
        from_stamp(learnt_at),
        birth_name,
        given_names,
        date.fromisoformat(birth_date) if birth_date else None,
        sex,
        birth_place,
    )


def _entry(row: tuple[Any, ...]) -> OppositionEntry:
    matricule, towards, act, author, noted_at = row
    return OppositionEntry(
        matricule, Towards(towards), OppositionAct(act), author, from_stamp(noted_at)
    )
