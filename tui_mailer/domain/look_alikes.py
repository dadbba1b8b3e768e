"""Characters that pass for the letters of a domain name, folded into the letter they look like.

Of Unicode's confusables (UTS #39), those that stand for one of a-z, "-" or "."; what compatibility
decomposition folds by itself (mathematical, full-width and accented letters) is left to it. A table of
our own rather than a library: the domain knows no other one, and two dozen letters are all that it
takes.
"""

from typing import Final

from tui_mailer.domain.accents import without_accents

_LOOK_ALIKE: Final = {
    "-": "\u02d7\u2010\u2012\u2013\u2014\u2043\u2212\u2796ⲻ",
    ".": "\u06f0\ua4f8\ua60e",
    "a": "ɑαаᗅ\u237a\ua4ee\uab7a\U000102a0\U00016f40",
    "b": "ƅβвьᏼᑲᖯᗷ\ua4d0\ua7b5\uab9f\U00010282\U000102a1\U00010301",
    "c": "ςсᴄⲥ\ua4da\uabaf\U000102a2\U00010302\U0001043d\U0001051c\U000118e9\U000118f2\U0001f74c",
    "d": "ԁᑯᗞᗪ\ua4d2\ua4d3\uab70\uabb7",
    "e": "εеҽ\u212e\u22ffⴹ\ua4f0\uab32\uab7c\U00010286\U000118c6\U000118ce",
    "f": "ϝքᖴẝ\ua4dd\ua799\uab35\U00010287\U000102a5\U00010525\U000118c2\U0001d213",
    "g": "ƍɡԍցᏻᶃ\ua4d6\uab90",
    "h": "ηнһհᕼⲏ\ua4e7\uab8b\uab92\U000102cf",
    "j": "ʝϳјᒍ\ua4d9\uab7b",
    "k": "κкᛕⲕ\ua4d7\uabb6\U00010518",
    "l": "ıǀɩɪιіӏ\u06f1ᒪᛁ\u2223\u2373\u23fd\u2502ⲓⳑⵏ\ua4e1\ua4f2\ua647\uab75\uabae\U0001028a\U00010309\U00010320\U00010443\U00010526\U000118c3\U000118d2\U00016f16\U00016f28\U0001d22a",
    "m": "μϻмᗰᛖⲙ\ua4df\uab87\U000102b0\U00010311",
    "n": "νոռⲛ\ua4e0\U00010513",
    "o": "οσоօ\u06f5\u0966\u09e6\u0a66\u0ae6ଠ\u0b66\u0be6\u0c02\u0c66\u0c82\u0ce6\u0d02ഠ\u0d66\u0d82\u0e50\u0ed0ဝ\u1040ჿዐᴏᴑⲟⵔ\u3007\ua4f3\uab3d\U00010292\U000102ab\U0001042c\U000104ea\U00010516\U000114d0\U000118c8\U000118d5\U000118d7\U000118e0",
    "p": "ρрᑭ\u2374ⲣ\ua4d1\uabb2\U00010295",
    "q": "ԛգզⵕ",
    "r": "ʀгᖇᴦⲅ\ua4e3\uab47\uab48\uab71\uab81\uaba2\U000104dc\U00016f35\U0001d216",
    "s": "ƽѕտ\ua4e2\ua731\uaba5\uabaa\U00010296\U00010448\U000118c1\U00016f3a",
    "t": "τт\u22a4\u27d9ⲧ\ua4d4\uab72\U00010297\U000102b1\U00010315\U000118dc\U00016f0a\U0001f768",
    "u": "ʋυսሀᑌᴜ\u222a\u22c3\ua4f4\ua79f\uab4e\uab52\U000104f6\U000118d8\U00016f42",
    "v": "ѵ\u06f7ᐯᴠ\u2228\u22c1ⴸ\ua4e6\ua6df\uaba9\U0001051d\U00011706\U000118c0\U00016f08\U0001d20d",
    "w": "ɯѡԝաᴡ\ua4ea\uab83\uaba4\U0001170a\U0001170e\U0001170f\U000118e6\U000118ef",
    "x": "\u00d7χхᕁᕽ\u166d\u166eᚷ\u2573\u292b\u292c\u2a2fⲭⵝ\ua4eb\uab53\U00010290\U000102b4\U00010317\U00010322\U00010527\U000118ec",
    "y": "ɣʏγуүყᶌỿⲩ\ua4ec\uab5a\uab79\uab8d\U000102b2\U000118c4\U00016f43",
    "z": "ζᴢ\ua4dc\uab93\U000102f5\U000118c9\U000118e5",
}
# i, l and 1, o and 0, m and rn: alike without leaving ASCII.
_ASCII: Final = {"i": "l", "1": "l", "|": "l", "0": "o"}
_FOLD: Final = str.maketrans(
    {c: letter for letter, found in _LOOK_ALIKE.items() for c in found} | _ASCII
)


def skeleton(text: str) -> str:
    """`text` as the eye takes it: two texts that look alike have the same skeleton."""
    return without_accents(text.lower()).lower().translate(_FOLD).replace("rn", "m")
