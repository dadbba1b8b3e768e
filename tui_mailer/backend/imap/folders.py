"""LIST responses -> `RemoteFolder`, with the role of each folder; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.namespaces import Namespaces
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.tokens import parse
from tui_mailer.domain.accents import without_accents
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.folder import FolderRole, RemoteFolder

_LIST: Final = re.compile(rb"\* LIST(?: |\Z)", re.IGNORECASE)
_BY_ATTRIBUTE: Final[Mapping[bytes, FolderRole]] = {
    b"\\sent": FolderRole.SENT,
    b"\\drafts": FolderRole.DRAFTS,
    b"\\trash": FolderRole.TRASH,
    b"\\junk": FolderRole.JUNK,
    b"\\archive": FolderRole.ARCHIVE,
}
_USUAL_NAMES: Final[Mapping[FolderRole, str]] = {
    FolderRole.SENT: (
        "envoyes,elements envoyes,messages envoyes,courriers envoyes,courrier envoye,"
        "objets envoyes,mails envoyes,mail envoye,emails envoyes,e mails envoyes,envoye,sent,"
        "sent items,sent messages,sent mail"
    ),
    FolderRole.DRAFTS: "brouillons,brouillon,drafts,draft",
    FolderRole.TRASH: (
        "corbeille,poubelle,elements supprimes,messages supprimes,objets supprimes,supprimes,"
        "courriers supprimes,courrier supprime,mails supprimes,trash,bin,deleted,"
        "deleted items,deleted messages"
    ),
    FolderRole.JUNK: (
        "indesirables,indesirable,messages indesirables,elements indesirables,"
        "courrier indesirable,courriers indesirables,pourriels,pourriel,"
        "spam,junk,junk e mail,junk email,junk mail"
    ),
    FolderRole.ARCHIVE: "archives,archive",
}
_OWN_ALONE: Final = Namespaces()
_BY_NAME: Final = {name: role for role, usual in _USUAL_NAMES.items() for name in usual.split(",")}


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """One LIST response: attributes in lower case, and the name as the server writes it."""

    folder: RemoteFolder
    attributes: frozenset[bytes]
    wire_name: str


def read_folders(
    responses: Iterable[RawResponse], namespaces: Namespaces = _OWN_ALONE
) -> Sequence[ListedFolder]:
    """The folders of LIST responses, each once, with roles; other responses are passed over.

    A name with a line break in it cannot be sent back, and is left out. What is another's, or is
    shared, has no role: what is sent, written or thrown away here is not for those who read there.

    Raises:
        ProtocolBroken: a LIST response cannot be read.
    """
    found: dict[str, ListedFolder] = {}
    for response in responses:
        listed = _read(response)
        if listed is not None and names.is_sendable(listed.folder.name):
            found.setdefault(listed.folder.name, listed)
    return _with_roles(list(found.values()), namespaces)


def _read(response: RawResponse) -> ListedFolder | None:
    start = _LIST.match(response[0])
    if start is None:
        return None
    values = parse(response, start.end())
    if len(values) < 3:
        raise ProtocolBroken
    raw_attributes, delimiter, raw_name = values[:3]
    if not isinstance(raw_attributes, list) or isinstance(delimiter, list):
        raise ProtocolBroken
    if isinstance(raw_name, list):
        raise ProtocolBroken
    attributes = frozenset(a.lower() for a in raw_attributes if isinstance(a, bytes))
    # A folder may well be called NIL, unquoted.
    wire_name = (raw_name if raw_name is not None else b"NIL").decode("utf-8", "surrogateescape")
    name = "INBOX" if wire_name.upper() == "INBOX" else names.decode(wire_name)
    folder = RemoteFolder(
        name=name,
        delimiter=(delimiter or b"").decode("latin-1"),
        selectable=attributes.isdisjoint({b"\\noselect", b"\\nonexistent"}),
    )
    return ListedFolder(folder, attributes, wire_name)


def _with_roles(listed: list[ListedFolder], namespaces: Namespaces) -> Sequence[ListedFolder]:
    """Give each role to one folder: INBOX by its name, the others by attribute, else by name."""
    roles: dict[str, FolderRole] = {
        item.folder.name: FolderRole.INBOX for item in listed if item.folder.name == "INBOX"
    }
    own = [item for item in sorted(listed, key=_depth) if namespaces.is_own(item.folder.name)]
    by_name = partial(_role_by_name, namespaces)
    for role_of in (_role_by_attribute, by_name):
        for item in own:
            role = role_of(item)
            if role and role not in roles.values() and item.folder.name not in roles:
                roles[item.folder.name] = role
    return [
        replace(item, folder=replace(item.folder, role=roles[item.folder.name]))
        if item.folder.name in roles
        else item
        for item in listed
    ]


def _role_by_attribute(item: ListedFolder) -> FolderRole | None:
    return next((_BY_ATTRIBUTE[a] for a in sorted(item.attributes) if a in _BY_ATTRIBUTE), None)


def _role_by_name(namespaces: Namespaces, item: ListedFolder) -> FolderRole | None:
    """Not of one inside another folder: the archive of a laboratory is not that of the mailbox."""
    if not item.folder.selectable:
        return None
    name, delimiter = item.folder.name, item.folder.delimiter
    prefixes = (f"INBOX{delimiter}", *namespaces.own) if delimiter else ("",)
    below = min((name.removeprefix(prefix) for prefix in prefixes), key=len)
    return None if delimiter and delimiter in below else _BY_NAME.get(_plain(below))


def _depth(item: ListedFolder) -> int:
    return item.folder.name.count(item.folder.delimiter) if item.folder.delimiter else 0


def _plain(name: str) -> str:
    """`name` without case, accents, or punctuation between its words."""
    return " ".join(re.split(r"[\s_.-]+", without_accents(name.casefold()).strip()))
