"""The national white list's XML, read as what it is: a file from outside.

Schema of the trust space: root `ListeBlancheMSSante`, then `DateDeGeneration` and
`ListeDomaines/Domaine/Nom`; a domain stands there once for each certificate of its operator.
Entities are never resolved, nothing is fetched, and a document type is a refusal: the real list
has none.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from tui_mailer.domain.trust import WhiteList

MAX_SIZE_BYTES: Final = 20_000_000
"""Several times the list of 2026."""

_SPACES: Final = {"m": "https://listeblanche.mssante.fr/schema"}
_ROOT: Final = f"{{{_SPACES['m']}}}ListeBlancheMSSante"
_DATE: Final = f"{{{_SPACES['m']}}}DateDeGeneration"
_NAMES: Final = "m:ListeDomaines/m:Domaine/m:Nom/text()"
_HOST_NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class NotAWhiteList(ValueError):
    """The bytes are no white list of MSSanté; nothing of them is repeated here."""


def parse_white_list(content: bytes) -> WhiteList:
    """Read a white list; rows whose name is no host name are left out.

    The 8,655 rows of 2026 take some hundredths of a second, most of them without the interpreter's
    lock: call it in a thread.

    Raises:
        NotAWhiteList: too large, no XML, another document, a document type, or no domain.
    """
    if len(content) > MAX_SIZE_BYTES:
        raise NotAWhiteList
    from lxml import etree  # late: few have a list

    try:
        root = etree.fromstring(content, _parser(etree))
    except (etree.LxmlError, ValueError) as error:
        raise NotAWhiteList from error
    if root is None or root.tag != _ROOT or root.getroottree().docinfo.doctype:
        raise NotAWhiteList
    names = (str(text).strip().lower() for text in root.xpath(_NAMES, namespaces=_SPACES))
    domains = frozenset(name for name in names if _HOST_NAME.fullmatch(name))
    if not domains:
        raise NotAWhiteList
    return WhiteList(domains, _moment(root.findtext(_DATE, "").strip()))


def _parser(etree: Any) -> Any:  # noqa: ANN401  (a library without types)
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _moment(text: str) -> datetime | None:
    """An ISO 8601 date, aware; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
