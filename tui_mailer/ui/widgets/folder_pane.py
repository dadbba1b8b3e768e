"""The folder pane: the inbox, "Echanges patient" right under it, then the other folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.message import Message

from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.message import FolderView, PatientsView
from tui_mailer.domain.patient import KnownPatient
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.ui.text import french_number
from tui_mailer.ui.widgets.line_list import LineList, Piece, column

PATIENTS_LABEL: Final = safe_line("Echanges patient")
"""As the field writes it, without an accent."""
# More patients than this start folded: the other folders stay in sight.
_UNFOLDED_UP_TO: Final = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the pane.

    Attributes:
        view: what the list shows; None for a mere parent folder.
        fold: "▾" or "▸" where the line can be folded, else "".
    """

    view: FolderView | PatientsView | None
    label: SafeText
    depth: int
    unread_count: int
    fold: str = ""


class FolderPane(LineList):
    """Follows the cursor: the folder under it is the one that the list shows."""

    class Chosen(Message):
        """Another view is to be shown."""

    def __init__(self, *, inbox_shows_patients: bool) -> None:
        super().__init__()
        self._inbox_shows_patients = inbox_shows_patients
        self._entries: list[Entry] = []
        self._folders: Sequence[Folder] = ()
        self._patients: Sequence[KnownPatient] = ()
        self._unread_count = 0
        self._folded: bool | None = None
        # Until the folders are known there is only "Echanges patient": nobody chose it.
        self._placed = False

    # --- what it shows

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        return self._entries[self.cursor] if self.cursor < len(self._entries) else None

    def update_tree(
        self, folders: Sequence[Folder], patients: Sequence[KnownPatient], unread_count: int
    ) -> None:
        """Show these; the cursor stays on what it is on.

        Args:
            folders: all of them.
            patients: those of the last exchanges.
            unread_count: unread messages of all patients.
        """
        if self._folded is None and patients:
            self._folded = len(patients) > _UNFOLDED_UP_TO
        self._folders, self._patients, self._unread_count = folders, patients, unread_count
        self._rebuild()

    def with_role(self, role: FolderRole) -> frozenset[int]:
        """Ids of the folders of a role."""
        return frozenset(folder.id for folder in self._folders if folder.role is role)

    def label_of(self, folder_id: int) -> SafeText:
        """What a folder is called, "" when it is not known yet."""
        labels = (folder.label for folder in self._folders if folder.id == folder_id)
        return next(labels, SafeText(""))

    @property
    def hides_patients(self) -> bool:
        """True on "Echanges patient" when the patients under it are hidden."""
        return self._on_patients and bool(self._folded)

    @property
    def shows_patients(self) -> bool:
        """True on "Echanges patient", or under it, when the patients are shown."""
        return self._on_patients and bool(self._patients) and not self._folded

    @property
    def _on_patients(self) -> bool:
        return self.current is not None and isinstance(self.current.view, PatientsView)

    def fold(self, *, folded: bool) -> None:
        """Hide or show the patients under "Echanges patient"."""
        self._folded = folded
        self._rebuild()

    def _rebuild(self) -> None:
        before = self.current if self._placed else None
        self._placed = bool(self._folders)
        self._entries = self._tree()
        place = 0 if before is None else self._place_of(before)
        self.set_reactive(LineList.cursor, place)
        self.show_rows(len(self._entries))
        self.scroll_to_cursor()
        after = self.current
        if after is not None and (before is None or before.view != after.view):
            self.post_message(self.Chosen())

    def _place_of(self, entry: Entry) -> int:
        views = [entry.view for entry in self._entries]
        if entry.view in views:
            return views.index(entry.view)
        # A folded patient, or a folder that is gone.
        fallback = PatientsView() if isinstance(entry.view, PatientsView) else views[0]
        return views.index(fallback) if fallback in views else 0

    def _tree(self) -> list[Entry]:
        inboxes = [folder for folder in self._folders if folder.role is FolderRole.INBOX]
        others = [folder for folder in self._folders if folder.role is not FolderRole.INBOX]
        return [
            *(self._folder_entry(folder) for folder in inboxes),
            *self._patient_entries(),
            *(self._folder_entry(folder) for folder in others),
        ]

    def _folder_entry(self, folder: Folder) -> Entry:
        with_patients = folder.role is not FolderRole.INBOX or self._inbox_shows_patients
        view = FolderView(folder.id, with_patients) if folder.selectable else None
        unread_count = folder.unread_count
        if not with_patients:
            # Counted under "Echanges patient", where they are listed.
            unread_count -= folder.patient_unread_count
        # A folder of the server of that name is not the list of patients.
        is_namesake = folder.label == PATIENTS_LABEL
        label = safe_line(f"{folder.label} (dossier)") if is_namesake else folder.label
        return Entry(view, label, folder.depth, unread_count)

    def _patient_entries(self) -> list[Entry]:
        fold = "" if not self._patients else "▸" if self._folded else "▾"
        entries = [Entry(PatientsView(), PATIENTS_LABEL, 0, self._unread_count, fold)]
        if not self._folded:
            entries += [
                Entry(
                    PatientsView(patient.matricule.text),
                    patient.name or safe_line(patient.matricule.grouped),
                    1,
                    patient.unread_count,
                )
                for patient in self._patients
            ]
        return entries

    # --- drawing

    def cursor_moved(self) -> None:
        """Show what the cursor is on."""
        if self.current is not None:
            self.post_message(self.Chosen())

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """A mark for the active entry, the label by its depth, the unread messages."""
        entry = self._entries[index]
        count = f" {french_number(entry.unread_count)} " if entry.unread_count else ""
        strength = "line--strong" if entry.unread_count else ""
        if entry.view is None:
            strength = "line--faint"
        mark = "▌" if selected else " "
        indent = "  " * min(entry.depth, 6)
        patient = isinstance(entry.view, PatientsView)
        glyph = f"{entry.fold or '◆'} " if patient and not entry.depth else ""
        label_width = width - 1 - len(indent) - len(glyph) - len(count)
        return [
            [
                (mark + indent, ""),
                (glyph, "line--patient"),
                column(entry.label, label_width, strength),
                (count, strength),
            ]
        ]
