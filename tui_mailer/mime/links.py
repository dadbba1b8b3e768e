"""Links of an HTML body: where each really goes, and whether its text says otherwise."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from tui_mailer.domain.message import Link
from tui_mailer.domain.safe_text import safe_line

_WEB_SCHEMES: Final = frozenset({"http", "https"})
_HARMLESS_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
# What browsers drop or read as a slash before they look at an address (WHATWG URL §4.4).
_DROPPED: Final = re.compile(r"[\t\r\n]")
_MAX_TARGET_LENGTH: Final = 8 * 1024
_MAX_LISTED: Final = 200

# Words joined by dots. It begins at the beginning of a word and gives nothing back: linear time.
_HOST_IN_TEXT: Final = re.compile(
    r"(?<![\w-])(?P<scheme>https?://)?+(?P<host>[\w-]++(?:\.[\w-]++)++)(?!@)", re.IGNORECASE
)
_ENDING: Final = re.compile(r"[a-z]{2,24}|\d{1,3}", re.ASCII | re.IGNORECASE)
# What takes no place between two letters, and letters that look like a space.
_UNSEEN: Final = re.compile(
    "[\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef]+"
)
_BLANK: Final = re.compile("[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
# Written with a capital (`Fin.Merci`) anything else begins a sentence.
_USUAL_ENDINGS: Final = frozenset({"fr", "com", "org", "net", "eu", "info"})
# Names of files, which look like hosts and are none.
_FILE_ENDINGS: Final = frozenset(
    {"pdf", "doc", "docx", "odt", "xls", "xlsx", "jpg", "jpeg", "png", "gif", "tif", "tiff", "txt"}
    | {"rtf", "zip", "html", "htm", "xml", "csv", "eml", "ics", "ppt", "pptx"}
)


def make_link(number: int, text: str, target: str) -> Link:
    """The link that `text` shows and `target` (an ``href``, as sent) defines."""
    cleaned = _DROPPED.sub("", target.strip("".join(map(chr, range(0x21)))))[:_MAX_TARGET_LENGTH]
    scheme, written, odd = _scheme_and_host(cleaned)
    host = _on_the_wire(written)
    deceptive = (
        odd
        or _is_disguised(written, host)
        or scheme not in _HARMLESS_SCHEMES
        or _names_another_host(text, host)
    )
    return Link(number, safe_line(cleaned), safe_line(host), deceptive)


def listed(links: Sequence[Link]) -> list[str]:
    """Lines that say where the numbers in a text lead; none without links."""
    lines = [
        f"[{link.number}] {link.target}" + (" (lien trompeur)" if link.deceptive else "")
        for link in links[:_MAX_LISTED]
    ]
    if not lines:
        return []
    return ["", "Liens :", *lines, *(["[…]"] if len(links) > _MAX_LISTED else [])]


def _scheme_and_host(target: str) -> tuple[str, str, bool]:
    """Scheme and true host of a target, and whether it is built to be misread."""
    try:
        parts = urlsplit(target)
        if parts.scheme in _WEB_SCHEMES or target.startswith(("//", "\\\\", "/\\", "\\/")):
            parts = urlsplit(target.replace("\\", "/"), scheme="https")
            return parts.scheme, parts.hostname or "", "@" in parts.netloc or not parts.hostname
    except ValueError:
        return "", "", True
    return parts.scheme, _mail_domain(parts) if parts.scheme == "mailto" else "", False


def _on_the_wire(host: str) -> str:
    """A host as it is asked for, ``xn--…`` for what is not ASCII: letters of two alphabets look alike."""
    plain = unquote(host) if "%" in host else host
    if plain.isascii():
        return plain
    try:
        return plain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return plain


def _is_disguised(written: str, host: str) -> bool:
    """True for a host that is read as another one: by its alphabet, or by a ``%``."""
    if "%" in written or not host.isascii():
        return True
    return any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN ") for c in written)


def _mail_domain(parts: SplitResult) -> str:
    return parts.path.rpartition("@")[2].lower()


def _names_another_host(text: str, host: str) -> bool:
    return any(not _same_site(named, host) for named in _hosts_named(text[:_MAX_TARGET_LENGTH]))


def _hosts_named(text: str) -> list[str]:
    found = (_host(match) for match in _HOST_IN_TEXT.finditer(_as_seen(text)))
    return [host.lower() for host in found if host]


def _as_seen(text: str) -> str:
    """`text` without what the eye does not see, in the letters and dots that it takes it for."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).replace("\u3002", ".")
    return _UNSEEN.sub("", _BLANK.sub(" ", plain))


def _host(found: re.Match[str]) -> str:
    """The host among words joined by dots, or ""; words after it are left out."""
    labels = found["host"].strip("-_").split(".")
    is_named_so = bool(found["scheme"]) or labels[0].lower() == "www"
    while len(labels) > 1:
        if _ends_a_host(labels, is_named_so):
            return ".".join(labels)
        if labels[-1].lower() in _FILE_ENDINGS:
            return ""
        labels.pop()
    return ""


def _ends_a_host(labels: list[str], is_named_so: bool) -> bool:
    ending = labels[-1]
    if not _ENDING.fullmatch(ending):
        return False
    if ending.isdigit():
        return len(labels) == 4 and all(label.isdigit() for label in labels)
    if is_named_so:
        return True
    if ending[0].isupper() and not ending.isupper():
        return ending.lower() in _USUAL_ENDINGS
    return ending.lower() not in _FILE_ENDINGS


def _same_site(named: str, host: str) -> bool:
    named = _on_the_wire(named)
    return named.removeprefix("www.") == host.removeprefix("www.")
