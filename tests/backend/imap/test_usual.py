"""The usual FETCH response and any other: two ways to read, one result."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_mailer.backend.imap.envelope import read_any, read_message
from tui_mailer.backend.imap.structure import has_attachment, root_media_type
from tui_mailer.backend.imap.tokens import parse
from tui_mailer.backend.imap.usual import read_usual
from tui_mailer.backend.imap.usual_structure import read_structure
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.message import RemoteMessage

CLAIRE = b'(("Claire" NIL "claire" "chu.fr"))'
PLAIN = b'("TEXT" "plain" ("charset" "utf-8") NIL NIL "8bit" 340 20 NIL NIL NIL NIL)'
HTML = b'("text" "html" NIL NIL NIL "7bit" 1 1)'
FILE = b'("application" "pdf" NIL NIL NIL "base64" 99 NIL ("attachment" ("filename" "a.pdf")))'
LOGO = b'("image" "png" ("name" "logo.png") "<1>" NIL "base64" 9 NIL ("inline" NIL) NIL NIL)'
MESSAGE = (
    b'("message" "rfc822" NIL NIL NIL "7bit" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '
    + PLAIN
    + b" 1)"
)


def response(structure: bytes = PLAIN, **fields: bytes) -> tuple[bytes]:
    """A response of the usual shape, but for `fields`, given as they stand on the wire."""
    usual = {
        "number": b"3",
        "uid": b"7",
        "flags": b"(\\Seen $MDNSent)",
        "size": b"42",
        "received": b'" 2-Nov-2026 12:00:00 +0000"',
        "date": b'"Sun, 22 Nov 2026 11:00:00 +0100"',
        "subject": b'"Avis"',
        "sender": CLAIRE,
        "author": CLAIRE,
        "answered": b"NIL",
        "to": b'((NIL NIL "a" "b.fr")(NIL NIL "c" "d.fr"))',
        "cc": b"NIL",
        "bcc": b"NIL",
        "in_reply_to": b"NIL",
        "message_id": b'"<a@b>"',
    }
    number, uid, flags, size, received, *envelope = (usual | fields).values()
    return (
        b"* %b FETCH (UID %b FLAGS %b RFC822.SIZE %b INTERNALDATE %b ENVELOPE (%b) BODYSTRUCTURE %b)"
        % (number, uid, flags, size, received, b" ".join(envelope), structure),
    )


def outcome(fetched: tuple[bytes, ...], *, usually: bool) -> RemoteMessage | str | None:
    try:
        return read_message(fetched) if usually else read_any(fetched)
    except ProtocolBroken:
        return "broken"


def both_agree(fetched: tuple[bytes, ...]) -> bool:
    return outcome(fetched, usually=True) == outcome(fetched, usually=False)


def multipart(subtype: bytes, *parts: bytes) -> bytes:
    return b"(%b %b)" % (b"".join(parts), subtype)


# --- what is read at once


@pytest.mark.parametrize(
    ("structure", "media_type", "attached"),
    [
        (PLAIN, "text/plain", False),
        (FILE, "application/pdf", True),
        (b'("text" "plain" ("name" "cr.txt") NIL NIL "7bit" 1 1)', "text/plain", False),
        (
            b'("application" "zip" NIL NIL NIL "7bit" 1 NIL ("inline" ("x" "y" "filename" "z")))',
            "application/zip",
            True,
        ),
        (FILE.replace(b"pdf", b"PGP-Signature"), "application/pgp-signature", False),
        (
            b'("text" "csv" NIL NIL NIL "7bit" 1 1 NIL ("ATTACHMENT" NIL) ("fr" "en") "x")',
            "text/csv",
            True,
        ),
        (
            multipart(b'"mixed" ("boundary" "x") NIL ("fr") NIL', PLAIN, FILE),
            "multipart/mixed",
            True,
        ),
        (multipart(b'"alternative"', PLAIN, HTML), "multipart/alternative", False),
        (
            multipart(b'"mixed" NIL', multipart(b'"alternative"', PLAIN, HTML), FILE),
            "multipart/mixed",
            True,
        ),
        (multipart(b'"related" ("type" "text/html")', HTML, LOGO), "multipart/related", False),
        (multipart(b'"mixed"', HTML, LOGO), "multipart/mixed", True),
        (
            multipart(b'"mixed"', multipart(b'"related"', HTML, LOGO), LOGO),
            "multipart/mixed",
            True,
        ),
        (
            multipart(
                b'"signed" ("protocol" "application/pkcs7-signature")',
                PLAIN,
                FILE.replace(b"pdf", b"pkcs7-signature"),
            ),
            "multipart/signed",
            False,
        ),
        (
            multipart(b'"mixed"', PLAIN, b'("a" "b" ("x" "name" "NAME*0*" "y") NIL NIL "7bit" 1)'),
            "multipart/mixed",
            True,
        ),
        (
            multipart(b'"mixed"', PLAIN, b'("a" "b" ("x" "name" "names" "y") NIL NIL "7bit" 1)'),
            "multipart/mixed",
            False,
        ),
    ],
)
def test_a_usual_structure(structure: bytes, media_type: str, attached: bool) -> None:
    message = read_usual(response(structure))
    assert message is not None
    assert message == read_any(response(structure))
    assert (message.media_type, message.has_attachment) == (media_type, attached)
    assert [a.mailbox for a in message.to] == ["a@b.fr", "c@d.fr"]


@pytest.mark.parametrize(
    "fields",
    [
        {"flags": b"()"},
        {"flags": b"(\\Recent NIL \\DRAFT)"},
        {"uid": b"999999999", "size": b"9" * 18},
        {"date": b"NIL"},
        {"date": b'""'},
        {"date": b'"hier"'},
        {"date": b'"Sun, 22 Nov 2026 11:00:00 GMT"'},
        {"date": b'"22 Nov 2026 11:00:00 -0330 (Newfoundland)"'},
        {"date": b'"31 Nov 2026 11:00:00 +0100"', "received": b'"31-Nov-2026 11:00:00 +0100"'},
        {"received": b'"22-Nov-9999 11:00:00 +0100"'},
        {"subject": b"NIL"},
        {"subject": b'"=?utf-8?q?R=C3=A9sultats?="'},
        {"subject": b'"%b"' % (b"a" * 5_000)},
        {"sender": b"NIL"},
        {"sender": b'((NIL NIL "groupe" NIL))'},
        {"sender": b'((NIL NIL "" "")("x" "y" "NIL" "z"))', "author": b"NIL"},
        {"author": b'(("Claire" NIL "claire" "chu.fr")("Anne" NIL "anne" "chu.fr"))'},
        {"cc": b'((NIL NIL "(" NIL)(NIL NIL NIL ")") ("" "" "a" "b"))', "bcc": CLAIRE},
        {"message_id": b"NIL"},
        {"message_id": b'"sans crochets"'},
        {"message_id": b'"le <a@b> ou <c@d>"', "in_reply_to": b'"<e@f><g"'},
    ],
    ids=str,
)
def test_usual_fields(fields: dict[str, bytes]) -> None:
    message = read_usual(response(**fields))
    assert message is not None
    assert message == read_any(response(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"uid": b"0"},
        {"uid": b"4294967295"},
        {"uid": b"4294967296"},
        {"size": b"9" * 19},
        {"flags": b"NIL"},
        {"flags": b'("x")'},
        {"received": b"NIL"},
        {"received": b'"2-Nov-2026"'},
        {"subject": b'"Avis \\"urgent\\""'},
        {"subject": b'"\xe9t\xe9"'},
        {"subject": b'"a\tb\x1b"'},
        {"subject": b"Avis"},
        {"sender": b"()"},
        {"to": b"(" + b'(NIL NIL "a" "b.fr")' * 600 + b")"},
        {"to": b'((NIL NIL "%b" "b.fr"))' % (b"a" * 2_000)},
        {"message_id": b'"<a b> <c@d>"'},
        {"message_id": b'"<a@b>" NIL'},
        {"message_id": b'"<a@b>") X ("'},
        {"number": b"3 FETCH (UID 4) 3"},
    ],
    ids=str,
)
def test_unusual_fields_are_read_all_the_same(fields: dict[str, bytes]) -> None:
    assert read_usual(response(**fields)) is None
    assert both_agree(response(**fields))


@pytest.mark.parametrize(
    "structure",
    [
        b"NIL",
        b"()",
        b'("mixed")',
        b'( "mixed")',
        b'(("mixed") "mixed")',
        PLAIN + PLAIN,
        PLAIN + b" MODSEQ (5)",
        multipart(b'"mixed"', PLAIN) + b" UID 8",
        multipart(b"NIL", PLAIN),
        multipart(b'"mixed")', PLAIN),
        b"(" + multipart(b'"mixed"', PLAIN),
        multipart(b'"mixed"', PLAIN, MESSAGE),
        multipart(b'"mixed"', PLAIN, FILE.replace(b"a.pdf", b'\\"a\\".pdf')),
        # The disposition of a text stands after its lines, of another part it does not.
        b'("text" "plain" NIL NIL NIL "7bit" 1 NIL ("attachment" NIL))',
        b'("text" "plain" NIL NIL NIL "7bit" 1 NIL NIL ("attachment" "x"))',
        b'("image" "png" NIL NIL NIL "7bit" 1 1 NIL ("attachment" NIL))',
        b'("message" "rfc822" NIL NIL NIL "7bit" 1 NIL ("attachment" NIL))',
        multipart(b'"mixed"', *[PLAIN] * 1_000),
        b"(" * 150 + PLAIN + b' "mixed")' * 150,
        b"(" * 1_100 + PLAIN + b' "mixed")' * 1_100,
    ],
)
def test_an_unusual_structure_is_read_all_the_same(structure: bytes) -> None:
    assert read_usual(response(structure)) is None
    assert both_agree(response(structure))


def test_what_follows_the_structure_is_no_part_of_it() -> None:
    message = read_message(response(PLAIN + b" MODSEQ (5)"))
    assert message is not None
    assert message.media_type == "text/plain"


@pytest.mark.parametrize(
    "changed", [(b"UID 7 FLAGS", b"FLAGS"), (b"* 3 FETCH", b"* 3 fetch"), (b"UID 7 ", b"UID  7 ")]
)
def test_a_response_of_another_shape_is_read_all_the_same(changed: tuple[bytes, bytes]) -> None:
    assert both_agree((response()[0].replace(*changed),))


# --- any response


def joined(separator: bytes, *fields: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*fields).map(separator.join)


def listed(items: st.SearchStrategy[bytes], most: int) -> st.SearchStrategy[bytes]:
    """NIL, or a list of some `items`, mostly without a space between them."""
    several = st.tuples(st.sampled_from([b"", b"", b" "]), st.lists(items, max_size=most))
    return st.one_of(st.just(b"NIL"), several.map(lambda s: b"(%b)" % s[0].join(s[1])))


STRINGS = st.sampled_from([b"NIL", b'""', b'"x"', b'"NIL"', b'"a (b"', b'")("', b'"ATTACHMENT"'])
WORDS = st.sampled_from(
    [b'"text"', b'"TEXT"', b'"image"', b'"message"', b'"rfc822"', b'"PGP-signature"']
)
KEYS = st.sampled_from([b'"charset"', b'"name"', b'"FileName*0*"', b'"names"', b'"("', b'"*"'])
PARAMETERS = listed(joined(b" ", KEYS, STRINGS.filter(lambda s: s != b"NIL")), 3)
DISPOSITIONS = st.one_of(
    st.just(b"NIL"),
    joined(b" ", st.sampled_from([b'("attachment"', b'("inline"']), PARAMETERS).map(
        lambda text: text + b")"
    ),
)
LANGUAGES = st.one_of(STRINGS, listed(STRINGS, 9))


def cut_short(*fields: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """The first of `fields`, some or all, each after a space."""
    return st.tuples(st.integers(0, len(fields)), *fields).map(
        lambda drawn: b"".join(b" " + field for field in drawn[1 : drawn[0] + 1])
    )


def single(
    media: st.SearchStrategy[bytes], lines: st.SearchStrategy[bytes]
) -> st.SearchStrategy[bytes]:
    basic = joined(b" ", media, WORDS, PARAMETERS, STRINGS, STRINGS, STRINGS, st.just(b"9"))
    further = cut_short(STRINGS, DISPOSITIONS, LANGUAGES, STRINGS)
    return joined(b"", st.just(b"("), basic, lines, further, st.just(b")"))


def several(parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    subtypes = st.sampled_from([b' "mixed"', b' "Related"', b' "attachment"'])
    end = joined(
        b"",
        subtypes,
        cut_short(listed(STRINGS, 9), DISPOSITIONS, LANGUAGES, STRINGS),
        st.just(b")"),
    )
    return st.tuples(st.lists(parts, min_size=1, max_size=3), end).map(
        lambda drawn: b"(" + b"".join(drawn[0]) + drawn[1]
    )


USUAL_PARTS = st.one_of(
    single(st.sampled_from([b'"text"', b'"TEXT"']), st.just(b" 7")),
    single(st.sampled_from([b'"image"', b'"application"']), st.just(b"")),
)
ANY_PARTS = st.one_of(
    single(WORDS, st.sampled_from([b"", b" 7", b" NIL"])),
    st.sampled_from([b"NIL", b"()", b'("x")', b'"x"', MESSAGE, b'("a" "\\"")', b'("a" "b']),
)


@given(st.recursive(USUAL_PARTS, several, max_leaves=8))
def test_a_structure_as_the_rule_wants_it_is_read_part_by_part(structure: bytes) -> None:
    (value,) = parse([structure])
    read = read_structure(structure)
    if b"rfc822" not in structure:
        assert read is not None
    assert read in (None, (has_attachment(value), root_media_type(value)))


@given(st.recursive(st.one_of(USUAL_PARTS, ANY_PARTS), several, max_leaves=8))
@example(b'("text" "plain" NIL NIL NIL "7bit" 1 NIL NIL ("attachment" "x"))')
def test_both_ways_of_reading_agree_on_any_structure(structure: bytes) -> None:
    assert both_agree(response(structure))


DATES = joined(
    b"",
    st.sampled_from([b"", b" ", b"Sun, ", b"Sun,", b"dim. "]),
    st.sampled_from([b"2", b"02", b"31", b" 2", b"002"]),
    st.sampled_from([b" Nov ", b"-Nov-", b"-nov ", b" Xyz ", b" "]),
    st.sampled_from([b"2026", b"0001", b"9999", b"26"]),
    st.sampled_from([b" 11:00:00", b" 23:59:60", b" 24:00:00", b" 11:00", b"T11:00:00", b""]),
    st.sampled_from([b" +0100", b" -0000", b" +9900", b" GMT", b"+0100", b""]),
    st.sampled_from([b"", b" (CET)", b" (a(b)c)", b" ", b" (" + b"x" * 200 + b")"]),
).map(lambda text: b'"%b"' % text)
ADDRESS_STRINGS = st.sampled_from(
    [b"NIL", b'""', b'"a"', b'" b "', b'"=?utf-8?q?=C3=A9?="', b'"("']
)
ADDRESSES = listed(joined(b" ", *[ADDRESS_STRINGS] * 4).map(lambda text: b"(%b)" % text), 3)
IDENTIFIERS = st.lists(
    st.sampled_from([b"<a@b>", b"<", b">", b" ", b"x", b"<>", b"<a b>", b"\\\\", b"\t"]), max_size=4
).map(lambda pieces: b'"%b"' % b"".join(pieces))
TEXTS = st.sampled_from(
    [b"NIL", b'""', b'"Avis"', b'"=?utf-8?q?a?= b"', b'"=?"', b"Avis", b'"\\x"']
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "received": st.one_of(DATES, TEXTS),
            "date": st.one_of(DATES, TEXTS),
            "subject": TEXTS,
            **dict.fromkeys(("sender", "author", "answered", "to", "cc", "bcc"), ADDRESSES),
            **dict.fromkeys(("in_reply_to", "message_id"), IDENTIFIERS),
        },
    )
)
def test_both_ways_of_reading_agree_on_any_fields(fields: dict[str, bytes]) -> None:
    assert both_agree(response(**fields))


PIECES = st.sampled_from(
    [b"", b" ", b"(", b")", b'"', b"NIL", b"\\", b'"x"', b"()", b'("name" "f")', b"7", b"((", b"))"]
)


@given(
    st.sampled_from(
        [
            PLAIN,
            FILE,
            multipart(b'"MIXED"', PLAIN, FILE),
            multipart(b'"mixed" NIL NIL', multipart(b'"related"', HTML, LOGO), PLAIN),
            b"NIL",
        ]
    ),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 8), PIECES), max_size=4),
)
def test_both_ways_of_reading_agree_on_any_response(
    structure: bytes, edits: list[tuple[int, int, bytes]]
) -> None:
    (text,) = response(structure)
    for place, removed, added in edits:
        at = place % len(text)
        text = text[:at] + added + text[at + removed :]
    assert both_agree((text,))


@pytest.mark.parametrize(
    "repeated",
    [
        b"(",
        b'"',
        b'("',
        b'("a" "b" (',
        b'("a" "b" ("x" "y" ',
        b'(NIL NIL "a" "b") ',
        b'("a" "b") ',
        b'"a" ',
        b'"a" "b" ',
        b'"name" "b" ',
        b"<a@b>",
        b"<",
        b'(" " " " ("',
    ],
)
def test_a_long_hostile_response_takes_no_time(repeated: bytes) -> None:
    many = repeated * (1_000_000 // len(repeated))
    start_s = time.process_time()
    for hostile in (many, b'("a" "b" ' + many, b'("a" "b" (' + many, b'(NIL NIL "a" "' + many):
        assert read_structure(hostile) is None
        assert read_structure(hostile[:16_000]) is None
        assert read_usual(response(hostile)) is None
        assert read_usual(response(to=hostile)) is None
        assert read_usual(response(sender=b"(" + hostile, date=b'"' + hostile)) is None
        assert read_usual(response(message_id=b'"' + hostile)) is None
    assert time.process_time() - start_s < 0.5
