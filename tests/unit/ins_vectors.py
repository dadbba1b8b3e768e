"""Published and computed matricules, and how Hypothesis makes more."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tui_mailer.domain.ins import computed_key

TODAY = date(2026, 11, 22)

# text, sex, birth years, month (None: unknown), place of birth
VALID: list[tuple[str, str, tuple[int, ...], int | None, str]] = [
    ("279035121518989", "F", (1979,), 3, "51"),  # official test identity PAT-TROIS
    ("277076322082910", "F", (1977,), 7, "63"),
    ("146026322000196", "M", (1946,), 2, "63"),
    ("260058815400233", "F", (1960,), 5, "88"),
    ("255081416802538", "F", (1955,), 8, "14"),
    ("284052A32102552", "F", (1984,), 5, "2A"),
    ("284052B32102579", "F", (1984,), 5, "2B"),
    ("284202B32102528", "F", (1984,), None, "2B"),
    ("284992B32102531", "F", (1984,), None, "2B"),
    ("180017505600301", "M", (1980,), 1, "75"),
    ("180017505600497", "M", (1980,), 1, "75"),
    ("184129711234581", "M", (1984,), 12, "971"),
    ("178059933010817", "M", (1978,), 5, "99330"),
    ("154079612345687", "M", (1954,), 7, "96"),
    ("150052012345672", "M", (1950,), 5, "20"),
    ("385059912345604", "M", (1985,), 5, "99123"),
    ("885997512345663", "F", (1985,), None, "75"),
    ("781102A12500908", "M", (1981,), 10, "2A"),
]

# Official samples that were published with a wrong key.
WRONG_KEY = [
    "224027511583555",
    "276059205062865",
    "223042545611404",
    "221042545611404",
    "222127505611201",
    "288091234567823",
    "253097812634581",
]


def with_key(thirteen: str) -> str:
    """A matricule of 13 characters and their right key."""
    return thirteen + computed_key(thirteen)


_MONTHS = [f"{month:02}" for month in (*range(1, 13), *range(20, 100))]
_DEPARTMENTS = [f"{code:02}" for code in range(1, 100)] + ["2A", "2B"]

matricules = st.builds(
    lambda sex, year, month, department, commune, order: with_key(
        f"{sex}{year:02}{month}{department}{commune:03}{order:03}"
    ),
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.sampled_from(_MONTHS),
    st.sampled_from(_DEPARTMENTS),
    st.integers(0, 999),
    st.integers(1, 999),
)
