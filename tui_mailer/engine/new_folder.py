"""A folder to be made on the server, where its others are."""

from collections.abc import Sequence

from tui_mailer.domain.folder import Folder, FolderRole, RemoteFolder


def folder_to_make(folders: Sequence[Folder], name: str, role: FolderRole) -> RemoteFolder:
    """`name` beside the others: some servers put every folder below the inbox."""
    delimiter = next((folder.delimiter for folder in folders if folder.delimiter), "")
    below = f"INBOX{delimiter}"
    others = [folder.name for folder in folders if folder.role is not FolderRole.INBOX]
    prefix = below if delimiter and others and all(n.startswith(below) for n in others) else ""
    return RemoteFolder(prefix + name, delimiter, role)
