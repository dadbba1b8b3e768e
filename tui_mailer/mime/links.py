"""Links of an HTML body: where each really goes, and whether its text says otherwise."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tui_mailer.domain.message import Link
from tui_mailer.domain.safe_text import safe_line

_WEB_SCHEMES: Final = frozenset({"http", "https"})
_HARMLESS_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
# What browsers drop or read as a slash before they look at an address (WHATWG URL §4.4).
_DROPPED: Final = re.compile(r"[\t\r\n]")
_MAX_TARGET_LENGTH: Final = 8 * 1024

_HOST_IN_TEXT: Final = re.compile(
    r"(?P<scheme>https?://|www\.)?(?P<host>[\w-]+(?:\.[\w-]+)*\.(?P<ending>[a-z]{2,24}|\d{1,3}))"
    r"(?=[/:?#\s.,;)»\"']|$)"
)
# Names of files, which look like hosts and are none.
_FILE_ENDINGS: Final = frozenset(
    {"pdf", "doc", "docx", "odt", "xls", "xlsx", "jpg", "jpeg", "png", "gif", "tif", "tiff", "txt"}
    | {"rtf", "zip", "html", "htm", "xml", "csv", "eml", "ics", "ppt", "pptx"}
)


def make_link(number: int, text: str, target: str) -> Link:
    """The link that `text` shows and `target` (an ``href``, as sent) defines."""
    cleaned = _DROPPED.sub("", target.strip("".join(map(chr, range(0x21)))))[:_MAX_TARGET_LENGTH]
    scheme, host, odd = _scheme_and_host(cleaned)
    deceptive = odd or scheme not in _HARMLESS_SCHEMES or _names_another_host(text, host)
    return Link(number, safe_line(cleaned), safe_line(host), deceptive)


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


def _mail_domain(parts: SplitResult) -> str:
    return parts.path.rpartition("@")[2].lower()


def _names_another_host(text: str, host: str) -> bool:
    return any(not _same_site(named, host) for named in _hosts_named(text[:_MAX_TARGET_LENGTH]))


def _hosts_named(text: str) -> list[str]:
    return [
        found["host"].lower()
        for found in _HOST_IN_TEXT.finditer(text)
        if found["scheme"] or _looks_like_a_host(found["host"], found["ending"])
    ]


def _looks_like_a_host(name: str, ending: str) -> bool:
    if ending.isdigit():
        return name.count(".") == 3 and name.replace(".", "").isdigit()
    return ending not in _FILE_ENDINGS


def _same_site(named: str, host: str) -> bool:
    return named.removeprefix("www.") == host.removeprefix("www.")
