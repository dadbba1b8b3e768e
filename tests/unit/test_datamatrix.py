"""The INS datamatrix as scanners type it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.ins_vectors import TODAY, matricules

from tui_mailer.domain.datamatrix import (
    GS,
    HEADER,
    DatamatrixFault,
    DatamatrixIns,
    InvalidDatamatrix,
    OidKind,
    parse,
)

OID_NIR, OID_NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
OID_TEST, OID_DEMO = "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"

PAT_TROIS = (
    "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10"
    "S3DOMINIQUE MARIE-LOUISE\x1dS4PAT-TROIS\x1dS5FS628-03-1979S751215"
)

WHOLE = {
    "S1": "279035121518989",
    "S2": OID_NIR,
    "S3": "DOMINIQUE MARIE-LOUISE",
    "S4": "PAT-TROIS",
    "S5": "F",
    "S6": "28-03-1979",
    "S7": "51215",
}
MAX_LENGTHS = {"S2": 20, "S3": 100, "S4": 100}


def build(blocks: dict[str, str], gs: str = GS) -> str:
    """Write blocks in their order, by the rule for GS: after a short variable value, not last."""
    last = list(blocks)[-1]
    written = [
        name + value + (gs if len(value) < MAX_LENGTHS.get(name, 0) and name != last else "")
        for name, value in blocks.items()
    ]
    return HEADER + "".join(written)


def changed(**blocks: str) -> DatamatrixIns:
    return parse(build(WHOLE | blocks))


def codes(matrix: DatamatrixIns, *, test_identities: bool = False) -> list[str]:
    found = matrix.contradictions(TODAY, test_identities=test_identities)
    return [problem.code for problem in found]


def test_the_complete_example_is_read() -> None:
    assert len(PAT_TROIS) == 124
    assert parse(PAT_TROIS) == DatamatrixIns(
        matricule="279035121518989",
        oid=OID_TEST,
        given_names="DOMINIQUE MARIE-LOUISE",
        birth_name="PAT-TROIS",
        sex="F",
        birth_date=date(1979, 3, 28),
        birth_place="51215",
    )


@pytest.mark.parametrize("gs", ["\x1d", "^]", "<GS>", "<gs>", "\\x1d", "\\X1D", "␝", " ", ""])
def test_every_disguise_of_gs_is_understood(gs: str) -> None:
    assert parse(PAT_TROIS.replace("\x1d", gs)) == parse(PAT_TROIS)


def test_the_family_name_may_come_last() -> None:
    order = ["S1", "S2", "S3", "S5", "S6", "S7", "S4"]
    assert parse(build({name: WHOLE[name] for name in order})) == parse(build(WHOLE))


def test_a_name_that_ends_in_s_keeps_it_when_gs_is_dropped() -> None:
    matrix = parse(build(WHOLE | {"S3": "AGNES", "S4": "DES ESSARTS"}, gs=""))
    assert (matrix.given_names, matrix.birth_name) == ("AGNES", "DES ESSARTS")


def test_a_name_of_the_greatest_length_needs_no_gs() -> None:
    longest = "A" * 100
    assert changed(S3=longest, S4=longest).birth_name == longest


def test_the_birthplace_is_optional() -> None:
    matrix = parse(build({name: value for name, value in WHOLE.items() if name != "S7"}))
    assert matrix.birth_place is None
    assert codes(matrix) == []


def test_the_scanner_may_end_with_return() -> None:
    assert parse(PAT_TROIS + "\r\n") == parse(PAT_TROIS)


NAMES = st.from_regex(r"[A-Z]([A-Z '-]{0,98}[A-Z])?", fullmatch=True)


@given(
    matricule=matricules,
    oid=st.sampled_from([OID_NIR, OID_NIA, OID_TEST, OID_DEMO]),
    given_names=NAMES,
    birth_name=NAMES,
    sex=st.sampled_from("MF"),
    birth_date=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    place=st.sampled_from(["51215", "2A004", "99330", None]),
    gs=st.sampled_from([GS, "^]", "<GS>", "\\x1d", "␝", " ", ""]),
    order=st.permutations(["S1", "S2", "S3", "S4", "S5", "S6", "S7"]),
)
def test_blocks_in_any_order_come_back_whole(
    matricule: str,
    oid: str,
    given_names: str,
    birth_name: str,
    sex: str,
    birth_date: date,
    place: str | None,
    gs: str,
    order: list[str],
) -> None:
    wanted = DatamatrixIns(matricule, oid, given_names, birth_name, sex, birth_date, place)
    values = {
        "S1": matricule,
        "S2": oid,
        "S3": given_names,
        "S4": birth_name,
        "S5": sex,
        "S6": f"{birth_date:%d-%m-}{birth_date.year:04}",
        "S7": place,
    }
    blocks = {name: value for name in order if (value := values[name]) is not None}
    assert parse(build(blocks, gs)) == wanted


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", DatamatrixFault.HEADER),
        ("279035121518989", DatamatrixFault.HEADER),
        ("IS02" + PAT_TROIS[4:], DatamatrixFault.HEADER),
        (PAT_TROIS[:20], DatamatrixFault.HEADER),
        (HEADER, DatamatrixFault.BLOCK_MISSING),
        (PAT_TROIS[:60], DatamatrixFault.BLOCK_MISSING),
        (PAT_TROIS + "S1279035121518989", DatamatrixFault.BLOCK_TWICE),
        (PAT_TROIS + "S8X", DatamatrixFault.BLOCK_UNKNOWN),
        (PAT_TROIS + "\x1b[2J", DatamatrixFault.BLOCK_UNKNOWN),
        (PAT_TROIS.replace("S5F", "S5X"), DatamatrixFault.BLOCK_MALFORMED),
        (PAT_TROIS.replace("S4PAT", "S4P1T"), DatamatrixFault.BLOCK_MALFORMED),
        (PAT_TROIS.replace("PAT-TROIS", "A" * 101), DatamatrixFault.BLOCK_MALFORMED),
        (PAT_TROIS.replace("28-03", "31-02"), DatamatrixFault.NO_SUCH_DAY),
        (PAT_TROIS.replace("1979S", "0000S"), DatamatrixFault.NO_SUCH_DAY),
        (PAT_TROIS.replace("279035", "２７９０３５"), DatamatrixFault.BLOCK_MALFORMED),
        (HEADER + "0" * 5000, DatamatrixFault.TOO_LONG),
    ],
)
def test_each_fault_is_named_and_nothing_of_the_text_repeated(
    text: str, fault: DatamatrixFault
) -> None:
    with pytest.raises(InvalidDatamatrix) as refused:
        parse(text)
    assert refused.value.fault is fault
    assert refused.value.explanation.isprintable()
    assert "DOMINIQUE" not in refused.value.explanation
    assert "279" not in refused.value.explanation


def test_a_fault_says_which_block_it_is_about() -> None:
    with pytest.raises(InvalidDatamatrix) as refused:
        parse(PAT_TROIS.replace("S5F", "S5X"))
    assert "S5 (sexe)" in refused.value.advice


PIECES = st.sampled_from(
    [HEADER, "S1", "S2", "S3", "S4", "S5F", "S6", "S7", GS, " ", "S", "1.2", "A"]
)


@given(st.text() | st.lists(PIECES | st.text("S1234567AFM-. \x1d", max_size=16)).map("".join))
def test_rubbish_raises_nothing_but_invalid_datamatrix(text: str) -> None:
    for candidate in (text, HEADER + text):
        try:
            matrix = parse(candidate)
        except InvalidDatamatrix:
            continue
        matrix.contradictions(TODAY)


@given(st.integers(0, len(PAT_TROIS) - 1), st.characters())
def test_a_damaged_datamatrix_raises_nothing_else_either(index: int, other: str) -> None:
    damaged = PAT_TROIS[:index] + other + PAT_TROIS[index + 1 :]
    try:
        matrix = parse(damaged)
    except InvalidDatamatrix:
        return
    matrix.contradictions(TODAY)


@pytest.mark.parametrize(
    ("oid", "kind"),
    [
        (OID_NIR, OidKind.NIR),
        (OID_NIA, OidKind.NIA),
        (OID_TEST, OidKind.TEST),
        (OID_DEMO, OidKind.DEMO),
        ("1.2.250.1.213.1.4.2", OidKind.UNKNOWN),
    ],
)
def test_the_oid_tells_the_authority(oid: str, kind: OidKind) -> None:
    assert changed(S2=oid).oid_kind is kind


def test_an_identity_that_agrees_has_no_contradiction() -> None:
    assert codes(parse(build(WHOLE))) == []
    assert codes(parse(PAT_TROIS), test_identities=True) == []


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ({"S1": "279035121518988"}, ["wrong_key"]),
        ({"S5": "M"}, ["sex_differs"]),
        ({"S6": "28-03-1978"}, ["year_differs"]),
        ({"S6": "28-04-1979"}, ["month_differs"]),
        ({"S6": "28-03-2079"}, ["birth_in_future"]),
        ({"S7": "52215"}, ["department_differs"]),
        ({"S7": "99330"}, ["department_differs"]),
        ({"S2": OID_TEST}, ["test_identity"]),
        ({"S2": OID_DEMO}, ["test_identity"]),
        ({"S2": "1.2.250.1.213.1.4.2"}, ["unknown_oid"]),
        ({"S5": "M", "S6": "01-01-1950"}, ["sex_differs", "year_differs", "month_differs"]),
    ],
)
def test_every_mismatch_is_reported(blocks: dict[str, str], expected: list[str]) -> None:
    assert codes(changed(**blocks)) == expected


def test_a_special_month_is_not_compared() -> None:
    assert codes(changed(S1="284202B32102528", S6="28-11-1984", S7="2B033")) == []


def test_a_full_date_settles_the_century() -> None:
    assert changed(S6="28-03-1979").birth_date.year == 1979


def test_no_trait_appears_in_a_repr() -> None:
    assert repr(parse(PAT_TROIS)) == "DatamatrixIns(•••)"
    with pytest.raises(InvalidDatamatrix) as refused:
        parse(PAT_TROIS + "S8X")
    assert "PAT-TROIS" not in repr(refused.value)
