"""HTML of a message as readable text, with numbered links; nothing is ever fetched.

Before the rendering library sees the tree, all that could deceive it or blow it up is gone:
scripts, styles, hidden parts, attributes, and every table that is not a small table of data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from tui_mailer.domain.message import Link
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line
from tui_mailer.mime.html_fonts import read_signs
from tui_mailer.mime.html_meaning import (
    HARD_BLANK,
    keep_hard_blanks,
    keep_lines,
    list_numbers,
    show_fields,
    spell_out,
)
from tui_mailer.mime.html_quotes import BEGIN, END, mark_quotes, quoted
from tui_mailer.mime.html_tables import settle_tables
from tui_mailer.mime.html_unseen import hidden
from tui_mailer.mime.links import make_link

MAX_HTML_LENGTH: Final = 2_000_000
_MAX_DEPTH: Final = 150
_MAX_ELEMENTS: Final = 40_000
_MAX_LINKS: Final = 2000

_DROPPED: Final = [
    *("script", "style", "head", "title", "meta", "link", "template", "object"),
    *("embed", "applet", "iframe", "frame", "frameset", "audio", "video", "canvas", "svg"),
    *("math", "map", "select", "option", "datalist"),
]
# Fillers that senders put behind the preview line; in a plain text they would be shown as marks.
_FILLERS: Final = re.compile("[\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufeff]+")
_MANY_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SCRIPT: Final = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
# lxml refuses to move a text that holds one of these: they become their marks at once.
_NOT_IN_XML: Final = {
    code: safe_line(chr(code))
    for code in (*range(0x20), 0xFFFE, 0xFFFF)
    if chr(code) not in "\t\n\f\r"
} | {0x0C: " ", **{ord(mark): f"‹U+{ord(mark):04X}›" for mark in (HARD_BLANK, BEGIN, END)}}
_NUMBERED: Final = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));?", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*>")


@dataclass(frozen=True, slots=True)
class RenderedHtml:
    """Text with ``[n]`` after each link's own text, and the links.

    `simplified`: the HTML was too long or too intricate; part of it is missing or roughly shown.
    """

    text: SafeText
    links: tuple[Link, ...]
    simplified: bool


def render_html(html: str, first_number: int = 1) -> RenderedHtml:
    """Readable text of `html`; links are numbered from `first_number`. Total and bounded."""
    cut = len(html) > MAX_HTML_LENGTH
    source = _XML_DECLARATION.sub("", html[:MAX_HTML_LENGTH].translate(_NOT_IN_XML))
    source = _NUMBERED.sub(_meant, source)
    tree = _parsed(source)
    if tree is None:
        return RenderedHtml(SafeText(""), (), cut)
    if _is_beyond_reading(tree):
        return RenderedHtml(_tidied(_without_tags(source)), (), simplified=True)
    # Else lxml makes an object of each element anew for every pass: twice the time.
    _held = list(tree.iter())
    _drop_unseen(tree)
    links = tuple(_number_links(tree, first_number))
    _show_images(tree)
    show_fields(tree)
    read_signs(tree)
    spell_out(tree)
    keep_lines(tree)
    settle_tables(tree)
    keep_hard_blanks(tree)
    mark_quotes(tree)
    _strip_attributes(tree)
    return RenderedHtml(_tidied(_text_of(tree)), links, cut)


def _meant(numbered: re.Match[str]) -> str:
    """The character of a number that lxml or the sender takes for another; else the number."""
    code = int(numbered[1], 16) if numbered[1] else int(numbered[2])
    if 0x80 <= code <= 0x9F:  # Windows-1252, as browsers have it (HTML §13.2.5.80)
        return bytes([code]).decode("cp1252", "ignore") or numbered[0]
    return _NOT_IN_XML.get(code, numbered[0])


def _parsed(source: str) -> HtmlElement | None:
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree: HtmlElement = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return tree


def _is_beyond_reading(tree: HtmlElement) -> bool:
    """True when rendering would take too long or recurse too deep.

    The parser stops at a depth of 255, without a word: what lies deeper would be lost.
    """
    depth = 0
    for count, (event, _) in enumerate(etree.iterwalk(tree, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > _MAX_DEPTH or count > 2 * _MAX_ELEMENTS:
            return True
    return False


def _without_tags(source: str) -> str:
    return unescape(_TAG.sub("\n", _SCRIPT.sub("", source)))


def _drop_unseen(tree: HtmlElement) -> None:
    unseen = {*tree.iter(*_DROPPED), *hidden(tree)}
    for element in unseen.difference([tree]):
        element.clear(keep_tail=True)
        element.tag = "span"


def _number_links(tree: HtmlElement, first_number: int) -> Iterator[Link]:
    number = first_number
    for anchor in list(tree.iter("a")):
        target = anchor.get("href", "").strip()
        text = anchor.text_content()
        seen = text.strip() or any(image.get("alt", "").strip() for image in anchor.iter("img"))
        if not target or target.startswith("#") or not seen or number >= first_number + _MAX_LINKS:
            continue
        yield make_link(number, text, target)
        mark = anchor.makeelement("span")
        mark.text = f" [{number}]"
        anchor.append(mark)
        number += 1


def _show_images(tree: HtmlElement) -> None:
    for image in list(tree.iter("img")):
        words = safe_line(_FILLERS.sub("", " ".join(image.get("alt", "").split())))
        image.tag = "span"
        image.text = f"[image : {words}]" if words else ""


def _strip_attributes(tree: HtmlElement) -> None:
    numbers = list_numbers(tree)
    for element in tree.iter(etree.Element):
        element.attrib.clear()
    for item, number in numbers.items():
        item.set("value", str(number))


def _text_of(tree: HtmlElement) -> str:
    return str(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text())


def _tidied(text: str) -> SafeText:
    readable = _FILLERS.sub("", quoted(text).replace(HARD_BLANK, " "))
    plain = "\n".join(line.rstrip() for line in safe_block(readable).split("\n"))
    return safe_block(_MANY_BLANK_LINES.sub("\n\n", plain).strip("\n"))
